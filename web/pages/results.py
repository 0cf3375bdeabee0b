"""What campaigns brought: all side by side, one in detail, the best hour, a plan, and sheets of it all.

An open rate is shown nowhere: a text message tells nobody that it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, render_template, request

from gateway import digits, rulebook
from gateway.contacts import segments
from gateway.errors import Invalid
from gateway.features.campaigns import states, verbs
from gateway.features.results import export, hours, rates, slices, summary
from gateway.features.results.export import Cell
from gateway.features.results.rates import Uplift
from gateway.features.results.summary import Summary
from gateway.privacy import sheets
from gateway.store.models import Campaign, Segment
from web import charts, outflow, result_charts, sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import pager
from web.pages.rehearsal import money
from web.pages.till import USUAL_CURRENCY
from web.prospects import Cost

pages = Blueprint("result_pages", __name__)

SHOWN = 6  # campaigns side by side
MOST = 100  # in a sheet
PLACES = Decimal("0.0001")


@pages.get("/results")
def listing() -> str:
    """The newest campaigns, or those before one; drawn by one rate."""
    before = pager.before()
    found = summary.newest(SHOWN + 1, before)
    shown, is_more = found[:SHOWN], len(found) > SHOWN
    drawn = request.args.get("rate", "")
    name = drawn if drawn in rates.NAMES else "delivery"
    whiskers, top = result_charts.whiskers([one.rate(name) for one in shown])
    return render_template(
        "results.html",
        shown=list(zip(shown, whiskers, strict=True)),
        top=top,
        name=name,
        names=rates.NAMES,
        before=before,
        further=shown[-1].campaign.id if is_more else None,
        **_week(),
    )


@pages.get("/results/<uid>")
def show(uid: str) -> str:
    campaign = _begun(uid)
    whole, chosen = summary.of(campaign), _segments(campaign)
    after = slices.after(whole.history)
    top = charts.scale(max(max(counts) for counts in after.values()))
    return render_template(
        "result.html",
        campaign=campaign,
        whole=whole,
        readings=summary.readings(whole),
        price=rulebook.price(),
        texts={letter: summary.piece(whole, part) for letter, part in slices.by_text(whole.history).items()},
        tags={
            tag: summary.piece(whole, part) for tag, part in slices.by_tag(campaign, whole.history).items()
        },
        most_tags=slices.MOST_TAGS,
        segments={
            name: summary.piece(whole, part)
            for name, part in slices.by_segment(whole.history, chosen, office().clock.now()).items()
        },
        chosen=[segment.id for segment in chosen],
        known_segments=segments.everything(),
        most_segments=slices.MOST_SEGMENTS,
        after=[(name, counts, result_charts.slots(counts, top)) for name, counts in after.items()],
        top=top,
        uplift=rates.uplift(whole.history),
        **_counted(whole),
    )


@pages.get("/results/export.<any(csv,xlsx):kind>")
def export_all(kind: str) -> Response:
    """A line for each of the newest campaigns that have begun."""
    zone = office().config.appliance.timezone
    return _file(export.of_campaigns(summary.newest(MOST), zone), kind, "campaigns")


@pages.get("/results/<uid>/export.<any(csv,xlsx):kind>")
def export_one(uid: str, kind: str) -> Response:
    """A line for the whole, for each text, for each tag and for the segments that the page shows."""
    here, campaign = office(), _begun(uid)
    zone, now = here.config.appliance.timezone, here.clock.now()
    return _file(export.of_one(campaign, zone, now, _segments(campaign)), kind, "campaign")


@pages.get("/results/<uid>/held-out.csv")
def held_out(uid: str) -> Response:
    """Who got nothing, to compare: a line a person, with the sale that was told by their number."""
    here = office()
    by, zone = sign_in.caller().source, here.config.appliance.timezone
    lines = export.held_out(_begun(uid), zone, by, here.clock.now())
    headings = [say(f"held_out_column.{name}") for name in export.HELD_OUT]
    return outflow.sheet(chain([headings], lines), "held-out.csv")


def _segments(campaign: Campaign) -> list[Segment]:
    """Those that were chosen on the page, else those that it was for."""
    if "segment" not in request.args:
        return slices.segments_of(campaign)
    chosen = set(request.args.getlist("segment", type=int))
    return [segment for segment in segments.everything() if segment.id in chosen][: slices.MOST_SEGMENTS]


def _begun(uid: str) -> Campaign:
    """Nothing can be told of a draft."""
    campaign = verbs.find(uid)
    if campaign.state == states.DRAFT:
        abort(404)
    return campaign


def _counted(whole: Summary) -> dict[str, object]:
    """What was counted in the till of those who were written to, and of those who were held out."""
    written = sum(one.state != "" for one in whole.history.people)
    limits = {"bought": written, "held": whole.counts.held_out}
    given = {name: request.args.get(name, "").strip() for name in limits}
    counts = {name: digits.number(typed) for name, typed in given.items()}
    faults = {
        name: trouble(Invalid("out_of_range", field=name, least=0, most=most))
        for name, most in limits.items()
        if any(given.values()) and ((count := counts[name]) is None or count > most)
    }
    told = {"written": written, "given": given, "faults": faults, "counted": None}
    if (bought := counts["bought"]) is not None and (held := counts["held"]) is not None and not faults:
        told["counted"] = Uplift.of(bought, written, held, limits["held"])
    return told


def _week() -> dict[str, object]:
    """The hours of the week, by clicks or by answers."""
    here, asked = office(), request.args.get("by", "")
    by = asked if asked in hours.BY else hours.BY[0]
    found = hours.heat(by, here.config.appliance.timezone, here.clock.now())
    return {
        "by": by,
        "week": result_charts.week(found) if found else [],
        "best": hours.best(found),
        "days": result_charts.days(),
        "least": hours.LEAST,
        "hours_counted": [(place, k, n) for place, (k, n) in found.items() if n >= hours.LEAST],
    }


def _file(lines: Iterable[Sequence[Cell]], kind: str, name: str) -> Response:
    headings = [say(f"result_column.{column}") for column in export.COLUMNS]
    if kind == "xlsx":
        return outflow.attached(export.workbook(headings, lines), f"{name}.xlsx", outflow.EXCEL)
    text = export.text(headings, lines, current() == "fr", sheets.cell)
    return outflow.attached(text.encode(), f"{name}.csv", "text/csv")


@pages.app_template_filter("amount_of")
def amount_of(cents: Decimal | int | None) -> str:
    """Hundredths as an amount in the shop's currency; a dash where nobody knows."""
    if cents is None:
        return "–"
    price = rulebook.price()
    amount = (Decimal(cents) / 100).quantize(PLACES).normalize()
    return money(Cost(amount, price.currency if price else USUAL_CURRENCY))


@pages.app_template_filter("in_points")
def in_points(number: float) -> str:
    """A difference of two percentages, with its sign."""
    return str(format_decimal(number, "+#,##0.0;−#,##0.0", locale=current()))
