"""A code that comes back: at the till, from a program or from a list; and what that was worth.

A sale may be written down by the telephone number alone.  Such a one is no answer to the message: it counts
for the comparison with those who got none, and in no rate and no revenue.

Each verb is one transaction: it raises, and has changed nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway import audit
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.conversions import codes
from gateway.features.conversions.codes import Found
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Conversion
from gateway.store.terms import fn

SOURCES = ("till", "api", "csv")
MOST_CENTS = 100_000_000
LONGEST_REFERENCE = 80
AHEAD = timedelta(minutes=10)  # another machine's clock may go before ours
OLDEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Taken:
    """A conversion, and whether it was not there before."""

    conversion: Conversion
    is_new: bool


def record(
    code: str,
    amount_cents: int | None,
    at: datetime,
    source: str,
    by: str,
    now: datetime,
    reference: str | None = None,
    campaign: str | None = None,
    again: bool = False,
    number: str = "",
) -> Conversion:
    """Somebody bought at that instant with the code, or has that number; as `take` says."""
    return take(code, amount_cents, at, source, by, now, reference, campaign, again, number).conversion


def take(
    code: str,
    amount_cents: int | None,
    at: datetime,
    source: str,
    by: str,
    now: datetime,
    reference: str | None = None,
    campaign: str | None = None,
    again: bool = False,
    number: str = "",
) -> Taken:
    """Write it down, once; without an amount, for what the campaign says a purchase is worth.

    `number`, in E.164, says whose sale it is where no code does.  `campaign` is the uid of the one that is
    meant, where several have the code; the same `reference` once more is the same conversion.  Raises
    NotFound `conversion_code_unknown` or `conversion_number_unknown`; Invalid; Conflict `conversion_again`
    where the code of one person was used before and `again` does not say that it may.
    """
    with database.transaction():
        _check(amount_cents, at, reference, now)
        found = codes.find_sale(code, number, at, campaign)
        if reference and (known := _referred(found.campaign, reference)) is not None:
            return Taken(_same(known, found), False)
        if found.is_personal and not again:
            _refuse_again(found.person)
        value = found.campaign.value_cents if amount_cents is None else amount_cents
        added: Conversion = Conversion.create(
            campaign=found.campaign.id,
            person_id=found.person,
            code=found.code,
            amount_cents=value or 0,
            at=at,
            source=source,
            reference=reference or None,
            written_by=by,
        )
    return Taken(added, True)


def totals(campaign: Campaign, letter: str | None = None, role: str | None = None) -> tuple[int, int]:
    """(how many codes came back, for how many cents): of all, or of the people of one text or one role."""
    rows = Conversion.select(fn.COUNT(Conversion.id), fn.SUM(Conversion.amount_cents))
    theirs: list[Any] = [Conversion.campaign == campaign.id, Conversion.code != ""]
    if letter is not None or role is not None:
        rows = rows.join(CampaignPerson, on=(CampaignPerson.id == Conversion.person_id))
    if letter is not None:
        theirs.append(CampaignPerson.letter == letter)
    if role is not None:
        theirs.append(CampaignPerson.role == role)
    count, cents = rows.where(*theirs).scalar(as_tuple=True)
    return count, cents or 0


def recent(limit: int, campaign: str | None = None, before: int | None = None) -> Sequence[Conversion]:
    """The newest first, each with its campaign; older than the row `before`.  Raises NotFound."""
    rows = Conversion.select(Conversion, Campaign).join(Campaign).order_by(Conversion.id.desc())
    if campaign is not None:
        rows = rows.where(Conversion.campaign == codes.named(campaign).id)
    if before is not None:
        rows = rows.where(Conversion.id < before)
    return list(rows.limit(limit))


def shown(one: Conversion) -> str:
    """What the slip says: the code; or the number of whoever had none, "" where that person was erased."""
    if one.code:
        return str(one.code)
    person = CampaignPerson.get_or_none(CampaignPerson.id == one.person_id)
    return str(person.number) if person is not None else ""


def remove(conversion: int, by: str, now: datetime) -> Conversion:
    """It was written down by mistake; raises NotFound `conversion_unknown`."""
    with database.transaction():
        known: Conversion | None = Conversion.get_or_none(Conversion.id == conversion)
        if known is None:
            raise NotFound("conversion_unknown")
        known.delete_instance()
        audit.write(by, "conversion_removed", now, shown=known.campaign.name[:60])
    return known


def _check(amount_cents: int | None, at: datetime, reference: str | None, now: datetime) -> None:
    if amount_cents is not None and not 0 <= amount_cents <= MOST_CENTS:
        raise Invalid("out_of_range", field="amount", least=0, most=MOST_CENTS // 100)
    if not now - OLDEST <= at <= now + AHEAD:
        raise Invalid("conversion_instant", field="at")
    if reference and (len(reference) > LONGEST_REFERENCE or not reference.isprintable()):
        raise Invalid("conversion_reference_bad", field="reference", most=LONGEST_REFERENCE)


def _referred(campaign: Campaign, reference: str) -> Conversion | None:
    here = (Conversion.campaign == campaign.id) & (Conversion.reference == reference)
    found: Conversion | None = Conversion.get_or_none(here)
    return found


def _same(known: Conversion, found: Found) -> Conversion:
    if known.code != found.code or (not found.code and known.person_id != found.person):
        raise Conflict("conversion_reference_taken", field="reference", reference=known.reference)
    return known


def _refuse_again(person: int | None) -> None:
    rows = Conversion.select(Conversion, Campaign).join(Campaign)
    rows = rows.where(Conversion.person_id == person, Conversion.code != "")
    first = rows.order_by(Conversion.id).first()
    if first is not None:
        raise Conflict("conversion_again", field="code", code=first.code, campaign=first.campaign.name)
