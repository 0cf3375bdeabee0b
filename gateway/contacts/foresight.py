"""What would become of a text to people and lists of people, each reading their own; nothing is queued."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.contacts import audience
from gateway.contacts.recipients import MOST, MOST_TYPED, Recipients
from gateway.errors import Invalid
from gateway.messages import templating
from gateway.messages.outbox import Caller, Draft
from gateway.messages.rehearsal import Rehearsal, foretell

NAMED = 5  # people who are named, of those for whom something is missing


@dataclass(slots=True)
class Missing:
    """A gap for which nothing is known of some people."""

    gap: str
    count: int = 0
    people: list[str] = field(default_factory=list)  # the first few, by name or number


@dataclass(frozen=True, slots=True)
class Foresight:
    seen: Rehearsal
    missing: Sequence[Missing]
    reader: str  # whose text is shown


def look(
    found: Recipients,
    draft: Draft,
    caller: Caller,
    now: datetime,
    note: Callable[[int], None] = lambda done: None,
) -> Foresight:
    """`draft.text` may have gaps; raises Invalid for what can be sent to nobody."""
    readers = list(audience.readers(found, now))
    texts: dict[str, str] = {}
    missing: dict[str, Missing] = {}
    for reader in readers:
        read = reader.reads(draft.text)
        texts[reader.number] = read.text
        for gap in read.missing:
            _miss(missing, gap, reader.name or reader.number)
    first = next((reader for reader in readers if _sendable(texts[reader.number])), None)
    usual = replace(draft, text=texts[first.number] if first else draft.text)
    doubles = found.doubles + max(0, found.most - len(readers))
    seen = foretell(
        list(texts), usual, caller, now, texts=texts, doubles=doubles, wrong=found.wrong, note=note
    )
    return Foresight(seen, list(missing.values()), first.name or first.number if first else "")


def _miss(missing: dict[str, Missing], gap: str, who: str) -> None:
    known = missing.setdefault(templating.fold(gap), Missing(gap))
    known.count += 1
    if len(known.people) < NAMED:
        known.people.append(who)


def _sendable(text: str) -> bool:
    return bool(text.strip())


def check(found: Recipients) -> None:
    """Raises Invalid for too many people."""
    if len(found.people) > MOST_TYPED:
        raise Invalid("too_many_recipients", field="to", most=MOST_TYPED)
    if found.most > MOST:
        raise Invalid("too_many_people", field="to", most=MOST)
