"""What would become of a campaign, were it started now: who is left out and why, who would read what, what
it costs and when it ends.  Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from gateway.contacts.audience import Reader
from gateway.contacts.foresight import NAMED, Missing
from gateway.errors import Invalid
from gateway.features.campaigns import estimate, gathering, people, plan, rooms, split, wording
from gateway.features.campaigns.paces import Open, Slots
from gateway.features.campaigns.people import Sieve
from gateway.features.campaigns.rooms import Spread
from gateway.features.campaigns.states import CONTROL
from gateway.messages import marketing, templating
from gateway.messages.drafts import Caller, Draft
from gateway.messages.gathering import Judge
from gateway.messages.rehearsal import Rehearsal, foretell
from gateway.store.models import Campaign

AT_ONCE = 200  # people asked about together


@dataclass(frozen=True, slots=True)
class Lot:
    """What fell to one person: the letter, "" for whoever waits for the better text; the gaps that stay
    empty."""

    letter: str
    missing: tuple[str, ...]
    name: str


@dataclass(slots=True)
class Drawn:
    """Who would read which text, as the lot falls: of those whom the rules let have one."""

    texts: dict[str, str] = field(default_factory=dict)  # number → what this person reads
    lots: dict[str, Lot] = field(default_factory=dict)
    held_out: list[str] = field(default_factory=list)
    letters: Counter[str] = field(default_factory=Counter)
    control: int = 0
    rest: int = 0
    missing: dict[str, Missing] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)  # by our own lists; the rules' are in `seen`


@dataclass(frozen=True, slots=True)
class Prospect:
    """`samples`: letter → the text as the first of its people reads it; `ends` None where nobody would, or
    the budgets have no room for all within a year.  `spread`: on which days how many leave, where they hold
    some back."""

    seen: Rehearsal
    drawn: Drawn
    samples: dict[str, str]
    begins: datetime
    ends: datetime | None
    spread: Spread | None


def look(
    campaign: Campaign,
    caller: Caller,
    able: Sequence[str],
    base: str,
    now: datetime,
    note: Callable[[int], None] = lambda done: None,
) -> Prospect:
    """`able`: the modems whose SIMs may send, or rest for their budget; `base`: the public address of links.

    Raises Invalid for what could be sent to nobody, and where nobody or nothing was chosen yet.
    """
    _check_chosen(campaign)
    sieve = Sieve.of(campaign, caller.site.country, now)
    drawn = _draw(campaign, sieve, caller, base, now)
    hours = gathering.opening(campaign, caller.site)
    begins = hours.from_(max(now, campaign.send_at or now))
    first = next((text for text in drawn.texts.values() if text.strip()), None)
    texts = plan.texts(campaign)
    usual = first if first is not None else next(iter(texts.values())).text
    waits = campaign.send_at if campaign.send_at and campaign.send_at > now else None
    draft = Draft("", usual, campaign.category, waits)
    seen = foretell([*drawn.texts], draft, caller, now, texts=drawn.texts, note=note)
    seen = _without_refused(seen, drawn, sieve, caller, begins, now)
    _count(drawn, seen.people)
    samples = {letter: _sample(campaign, each.text, caller, base, now) for letter, each in texts.items()}
    modems = list(able or caller.modems)
    paced = estimate.spread(Slots(begins, plan.pace(campaign), hours), len(seen.people))
    people, parts = seen.people, seen.parts_each
    zone = caller.site.timezone
    held = rooms.spread(people, parts, campaign.category, hours, begins, modems, zone, paced)
    return Prospect(seen, drawn, samples, begins, _end(seen, begins, hours, modems, paced, held), held)


def _draw(campaign: Campaign, sieve: Sieve, caller: Caller, base: str, now: datetime) -> Drawn:
    drawn = Drawn()
    texts, shares = plan.texts(campaign), plan.split(campaign)
    for reader in _not_left_out(campaign, sieve, caller, drawn, now):
        role, letter = split.place(campaign.seed, reader.number, [*texts], shares)
        if role == CONTROL:
            drawn.held_out.append(reader.number)
            continue
        read = wording.sample(campaign, texts[letter or "A"].text, reader, base)
        drawn.texts[reader.number] = read.text
        drawn.lots[reader.number] = Lot(letter, read.missing, reader.name or reader.number)
    return drawn


def _check_chosen(campaign: Campaign) -> None:
    if not plan.wanted(campaign).typed.strip():
        raise Invalid("campaign_people_missing", field="to")
    if not plan.texts(campaign):
        raise Invalid("text_empty", field="text")


def _without_refused(
    seen: Rehearsal, drawn: Drawn, sieve: Sieve, caller: Caller, begins: datetime, now: datetime
) -> Rehearsal:
    """Whom the rules refuse is not held out either: those are counted with the others of their reason."""
    refused = Counter(sieve.reasons(drawn.held_out, Judge(caller.site), begins, now).values())
    drawn.control = len(drawn.held_out) - refused.total()
    groups = [replace(group, count=group.count + refused.pop(group.reason, 0)) for group in seen.refused]
    drawn.left_out.update(refused)
    return replace(seen, refused=groups)


def _count(drawn: Drawn, people: Sequence[str]) -> None:
    for number in people:
        lot = drawn.lots[number]
        drawn.letters[lot.letter] += 1
        _miss(drawn, lot)
    drawn.rest = drawn.letters.pop("", 0)


def _not_left_out(
    campaign: Campaign, sieve: Sieve, caller: Caller, drawn: Drawn, now: datetime
) -> Iterator[Reader]:
    everybody = people.readers(plan.wanted(campaign), caller.site, now, own=True)
    while some := list(islice(everybody, AT_ONCE)):
        reasons = sieve.unwanted([reader.number for reader in some], now)
        drawn.left_out.update(reasons.values())
        yield from (reader for reader in some if reader.number not in reasons)


def _miss(drawn: Drawn, lot: Lot) -> None:
    for gap in lot.missing:
        known = drawn.missing.setdefault(templating.fold(gap), Missing(gap))
        known.count += 1
        if len(known.people) < NAMED:
            known.people.append(lot.name)


def _sample(campaign: Campaign, text: str, caller: Caller, base: str, now: datetime) -> str:
    first = next(people.readers(plan.wanted(campaign), caller.site, now, own=True), Reader("", "", {}))
    read = wording.sample(campaign, text, first, base).text
    return marketing.complete(read, campaign.category, caller.site)


def _end(
    seen: Rehearsal,
    begins: datetime,
    hours: Open,
    modems: Sequence[str],
    paced: Sequence[datetime],
    held: Spread | None,
) -> datetime | None:
    going = len(seen.people)
    if not going or not modems or (held and held.left):
        return None
    ends = max(*paced, estimate.after(hours, begins, estimate.duration(seen.parts, modems)))
    return max(ends, estimate.finish(held, seen.parts / going, hours, modems)) if held else ends
