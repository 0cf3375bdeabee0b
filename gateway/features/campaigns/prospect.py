"""What would become of a campaign, were it started now: who is left out and why, who would read what, what
it costs and when it ends.  Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from gateway.contacts.audience import Reader
from gateway.contacts.foresight import NAMED, Missing
from gateway.features.campaigns import estimate, gathering, people, plan, split, wording
from gateway.features.campaigns.paces import Slots
from gateway.features.campaigns.people import Sieve
from gateway.features.campaigns.states import CONTROL, REST
from gateway.messages import pace, templating
from gateway.messages.drafts import Caller, Draft
from gateway.messages.rehearsal import Rehearsal, foretell
from gateway.store.models import Campaign

AT_ONCE = 200  # people asked about together


@dataclass(slots=True)
class Drawn:
    """Who would read which text, as the lot falls."""

    texts: dict[str, str] = field(default_factory=dict)  # number → what this person reads
    letters: Counter[str] = field(default_factory=Counter)
    control: int = 0
    rest: int = 0
    missing: dict[str, Missing] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)  # by our own lists; the rules' are in `seen`


@dataclass(frozen=True, slots=True)
class Prospect:
    """`samples`: letter → the text as the first of its people reads it; `ends` None where nobody would."""

    seen: Rehearsal
    drawn: Drawn
    samples: dict[str, str]
    begins: datetime
    ends: datetime | None


def look(
    campaign: Campaign,
    caller: Caller,
    able: Sequence[str],
    base: str,
    now: datetime,
    note: Callable[[int], None] = lambda done: None,
) -> Prospect:
    """`base`: the public address of links.  Raises Invalid for what could be sent to nobody."""
    drawn = _draw(campaign, caller, base, now)
    begins = gathering.opening(campaign, caller.site).from_(max(now, campaign.send_at or now))
    first = next((text for text in drawn.texts.values() if text.strip()), None)
    texts = plan.texts(campaign)
    usual = first if first is not None else next(iter(texts.values())).text
    waits = campaign.send_at if campaign.send_at and campaign.send_at > now else None
    draft = Draft("", usual, campaign.category, waits)
    seen = foretell([*drawn.texts], draft, caller, now, texts=drawn.texts, note=note)
    samples = {letter: _sample(campaign, each.text, caller, base, now) for letter, each in texts.items()}
    return Prospect(seen, drawn, samples, begins, _end(campaign, seen, begins, caller, able))


def _draw(campaign: Campaign, caller: Caller, base: str, now: datetime) -> Drawn:
    drawn, sieve = Drawn(), Sieve.of(campaign, caller.site.country, now)
    texts, shares = plan.texts(campaign), plan.split(campaign)
    for reader in _not_left_out(campaign, sieve, caller, drawn, now):
        role, letter = split.place(campaign.seed, reader.number, [*texts], shares)
        if role == CONTROL:
            drawn.control += 1
            continue
        drawn.rest += role == REST
        drawn.letters[letter] += 1
        read = wording.sample(campaign, texts[letter or "A"].text, reader, base)
        drawn.texts[reader.number] = read.text
        _miss(drawn, read.missing, reader)
    return drawn


def _not_left_out(
    campaign: Campaign, sieve: Sieve, caller: Caller, drawn: Drawn, now: datetime
) -> Iterator[Reader]:
    everybody = people.readers(plan.wanted(campaign), caller.site, now, own=True)
    while some := list(islice(everybody, AT_ONCE)):
        reasons = sieve.unwanted([reader.number for reader in some], now)
        drawn.left_out.update(reasons.values())
        yield from (reader for reader in some if reader.number not in reasons)


def _miss(drawn: Drawn, gaps: Iterable[str], reader: Reader) -> None:
    for gap in gaps:
        known = drawn.missing.setdefault(templating.fold(gap), Missing(gap))
        known.count += 1
        if len(known.people) < NAMED:
            known.people.append(reader.name or reader.number)


def _sample(campaign: Campaign, text: str, caller: Caller, base: str, now: datetime) -> str:
    first = next(people.readers(plan.wanted(campaign), caller.site, now, own=True), Reader("", "", {}))
    return wording.sample(campaign, text, first, base).text


def _end(
    campaign: Campaign, seen: Rehearsal, begins: datetime, caller: Caller, able: Sequence[str]
) -> datetime | None:
    going = len(seen.people)
    together = sum(1 / pace.of(modem) for modem in able or caller.modems)
    if not going or not together:
        return None
    hours = gathering.opening(campaign, caller.site)
    paced = estimate.spread(Slots(begins, plan.pace(campaign), hours), going)
    return max(paced, estimate.after(hours, begins, timedelta(seconds=seen.parts / together)))
