"""The figures of campaigns as a sheet: one line for each campaign, or for each piece of one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gateway import audit
from gateway.contacts import book
from gateway.features.campaigns.states import CONTROL
from gateway.features.results import history, rates, slices, summary
from gateway.features.results.history import History, Person
from gateway.features.results.rates import Rate, Uplift
from gateway.features.results.summary import Summary
from gateway.store import database
from gateway.store.models import Campaign, Segment

Cell = str | int | float | Decimal | datetime | None

COUNTED = ("sent", "delivered", "failed", "uncertain", "clicked", "replied", "bought", "unsubscribed")
COLUMNS = (
    *("campaign", "started", "piece", "people", "held_out", *COUNTED),
    *(f"{name}_rate" for name in rates.NAMES),
    *("parts", "conversions", "cost", "revenue", "roi", "per_message", "per_conversion"),
    *("written_bought", "held_out_bought", "uplift", "uplift_low", "uplift_high"),
)
AT_ONCE = 500  # people whose names are asked together
HELD_OUT = ("number", "name", "bought_at")


def of_campaigns(summaries: Iterable[Summary], zone: ZoneInfo) -> Iterator[list[Cell]]:
    """A line for each, in the order of COLUMNS; shares between 0 and 1, amounts in the currency's unit."""
    return (_line(one, "", zone) for one in summaries)


def of_one(
    campaign: Campaign, zone: ZoneInfo, now: datetime, chosen: Sequence[Segment] | None = None
) -> Iterator[list[Cell]]:
    """The whole, then each text ("A"), each tag ("#regulars") and each segment ("@Parisians"): those chosen,
    else those that it was for."""
    whole = summary.of(campaign)
    yield _line(whole, "", zone)
    for letter, part in slices.by_text(whole.history).items():
        yield _line(summary.piece(whole, part), letter, zone)
    for tag, part in slices.by_tag(campaign, whole.history).items():
        yield _line(summary.piece(whole, part), f"#{tag}", zone)
    asked = slices.segments_of(campaign) if chosen is None else chosen
    for name, part in slices.by_segment(whole.history, asked, now).items():
        yield _line(summary.piece(whole, part), f"@{name}", zone)


def held_out(campaign: Campaign, zone: ZoneInfo, by: str, now: datetime) -> Iterator[list[str]]:
    """A line for each person who got nothing, to compare: HELD_OUT.  That the list was given out is noted
    before the first line."""
    people = [one for one in history.of(campaign).people if one.role == CONTROL]
    with database.transaction():
        audit.write(by, "held_out_exported", now, shown=campaign.name[:60], count=len(people))
    return _held_out(people, zone)


def _held_out(people: Sequence[Person], zone: ZoneInfo) -> Iterator[list[str]]:
    for place in range(0, len(people), AT_ONCE):
        some = people[place : place + AT_ONCE]
        names = book.names(one.number for one in some)
        for one in some:
            came = one.came_at.astimezone(zone).isoformat(" ", "minutes")[:16] if one.came_at else ""
            yield [one.number, names.get(one.number, ""), came]


def told(found: Summary, currency: str | None) -> dict[str, Any]:
    """As programs see it: shares between 0 and 1, None where there is nothing to divide by."""
    money = found.money
    amounts = {
        "cost": money.cost,
        "revenue": money.revenue,
        "per_message": money.per_message,
        "per_conversion": money.per_conversion,
    }
    return {
        "id": found.campaign.uid,
        "name": found.campaign.name,
        "counts": {name: getattr(found.counts, name) for name in ("people", "held_out", *COUNTED)},
        "rates": {rate.name: _rate(rate) for rate in found.rates},
        "parts": money.parts,
        "conversions": money.conversions,
        "currency": currency,
        **{name: None if cents is None else f"{_unit(cents)}" for name, cents in amounts.items()},
        "roi": None if money.roi is None else f"{money.roi:.4f}",
        "uplift": _compared(found.history),
    }


def _compared(found: History) -> dict[str, Any]:
    """None in place of what is not known: how many of those bought who were held out, or were not."""
    uplift = rates.uplift(found)
    if uplift is None:
        written, held_out = rates.sides(found)
        unknown = {"count": None, "share": None}
        both = {"written": {"of": len(written), **unknown}, "held_out": {"of": len(held_out), **unknown}}
        return {**both, "difference": None, "low": None, "high": None, "clear": False}
    first = {"count": uplift.k1, "of": uplift.n1, "share": uplift.first}
    second = {"count": uplift.k2, "of": uplift.n2, "share": uplift.second}
    apart = {"difference": uplift.difference, "low": uplift.low, "high": uplift.high}
    return {"written": first, "held_out": second, **apart, "clear": uplift.is_clear}


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval or (None, None)
    why = rate.why or None
    return {"count": rate.k, "of": rate.n, "share": rate.share, "low": low, "high": high, "missing": why}


def text(
    headings: Sequence[str],
    lines: Iterable[Sequence[Cell]],
    is_french: bool,
    harmless: Callable[[str], str],
) -> str:
    """As CSV: UTF-8 with a byte order mark, in French with semicolons and decimal commas.

    `harmless` writes words so that a spreadsheet takes none of them for a formula.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if is_french else ",")
    writer.writerow(headings)
    writer.writerows([_text(cell, is_french, harmless) for cell in line] for line in lines)
    return f"\ufeff{written.getvalue()}"


def workbook(headings: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    """As an Excel workbook, numbers as numbers; no cell is a formula or a link."""
    import xlsxwriter  # takes a moment, and few ask for it

    written = io.BytesIO()
    plainly = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, plainly) as book:
        page, bold = book.add_worksheet(), book.add_format({"bold": True})
        page.freeze_panes(1, 1)
        page.write_row(0, 0, headings, bold)
        for row, line in enumerate(lines, 1):
            page.write_row(row, 0, [_number(cell) for cell in line])
    return written.getvalue()


def _line(one: Summary, piece: str, zone: ZoneInfo) -> list[Cell]:
    campaign, money = one.campaign, one.money
    started = campaign.started_at.astimezone(zone) if campaign.started_at else None
    found: list[Cell] = [campaign.name, started, piece, one.counts.people, one.counts.held_out]
    found += [getattr(one.counts, name) for name in COUNTED]
    found += [rate.share if rate.share is None else round(rate.share, 6) for rate in one.rates]
    amounts = money.cost, money.revenue
    each = money.per_message, money.per_conversion
    found += [money.parts, money.conversions, *(_unit(cents) for cents in amounts)]
    found += [round(money.roi, 4) if money.roi is not None else None, *(_unit(cents) for cents in each)]
    return found + _apart(rates.uplift(one.history))


def _apart(uplift: Uplift | None) -> list[Cell]:
    if uplift is None:
        return [None] * 5
    apart = uplift.difference, uplift.low, uplift.high
    return [uplift.k1, uplift.k2, *(round(share, 6) for share in apart)]


def _unit(cents: Decimal | int | None) -> Decimal | None:
    return None if cents is None else (Decimal(cents) / 100).quantize(Decimal("0.0001"))


def _text(cell: Cell, is_french: bool, harmless: Callable[[str], str]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return f"{cell}".replace(".", ",") if is_french else f"{cell}"


def _number(cell: Cell) -> str | int | float | None:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return float(cell) if isinstance(cell, Decimal) else cell
