"""People found by rules, each time anew: the rules, whom they find, and the ones that are kept by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.contacts import condition_values, conditions, fields
from gateway.errors import Conflict, Invalid, NotFound, on_field
from gateway.store import database
from gateway.store.models import Contact, Segment
from gateway.store.terms import fn

LONGEST_NAME = 60
MOST = 20  # rules of one segment
BATCH = 500  # contacts read at once
LOOKED_AT = 10_000  # contacts gone through for one count


@dataclass(frozen=True, slots=True)
class Rule:
    """One question: a test of `conditions`, and the value that it takes."""

    test: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them hold, or `some`: one is enough."""

    rules: tuple[Rule, ...]
    some: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many were found so far; `next` is where to go on counting, None at the end."""

    found: int
    next: int | None


def typed(pairs: Iterable[tuple[str, str]], some: bool = False) -> Rules:
    """Rules as they were typed, (test, value) each; lines without a test do not count.

    Raises Invalid on `rule-N`, counted from 0 with the empty ones.
    """
    found: list[Rule] = []
    for place, (test, value) in enumerate(pairs):
        if not test:
            continue
        if (known := conditions.known(test)) is None:
            raise Invalid("test_unknown", field=f"rule-{place}", value=test)
        with on_field(f"rule-{place}"):
            found.append(Rule(test, condition_values.read(known.takes, value)))
    return _some_rules(Rules(tuple(found), some))


def stored(kept: Mapping[str, Any]) -> Rules:
    """The rules of a row."""
    rules = tuple(Rule(rule["test"], rule.get("value", "")) for rule in kept.get("rules", ()))
    return Rules(rules, kept.get("match") == "any")


def as_json(rules: Rules) -> dict[str, Any]:
    """The same for a row: {"match": "all" or "any", "rules": [{"test", "value"}]}."""
    each = [{"test": rule.test, "value": rule.value} for rule in rules.rules]
    return {"match": "any" if rules.some else "all", "rules": each}


def condition(rules: Rules, now: datetime) -> Any:
    """The rules as one condition on Contact; what asks for a field that is gone finds nobody."""
    each = [_one(rule, now) for rule in _some_rules(rules).rules]
    found = each[0]
    for other in each[1:]:
        found = found | other if rules.some else found & other
    return found


def numbers(rules: Rules, now: datetime) -> Iterator[Contact]:
    """Everybody whom the rules find, by their place in the book, a few hundred read at a time."""
    return walk([condition(rules, now)])


def walk(wanted: Sequence[Any]) -> Iterator[Contact]:
    """The contacts that meet all conditions, by id: nothing is held open between two batches."""
    last = 0
    while True:
        query = Contact.select().where(Contact.id > last, *wanted).order_by(Contact.id).limit(BATCH)
        batch = list(query)
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].id


def count(rules: Rules, now: datetime, after: int = 0, looked_at: int = LOOKED_AT) -> Counted:
    """How many of the next so many contacts after the id `after` the rules find."""
    return tally([condition(rules, now)], after, looked_at)


def tally(wanted: Sequence[Any], after: int = 0, looked_at: int = LOOKED_AT) -> Counted:
    """The same of any conditions."""
    last = Contact.select(fn.MAX(Contact.id)).scalar() or 0
    until = after + looked_at
    query = Contact.select(Contact.id).where(Contact.id > after, Contact.id <= until, *wanted)
    return Counted(int(query.count()), until if until < last else None)


# ---- kept by name --------------------------------------------------------------------------------


def everything() -> Sequence[Segment]:
    """All saved segments, by name."""
    return list(Segment.select().order_by(Segment.name))


def get(segment: int) -> Segment:
    """Raises NotFound `segment_unknown`."""
    found: Segment | None = Segment.get_or_none(Segment.id == segment)
    if found is None:
        raise NotFound("segment_unknown", name=segment)
    return found


def called(name: str) -> Segment | None:
    """The segment of that name, whatever its capitals."""
    found: Segment | None = Segment.get_or_none(Segment.name == " ".join(name.split()))
    return found


def save(name: str, rules: Rules, by: str, now: datetime, segment: int | None = None) -> Segment:
    """A new segment, or the one of that id with another name or other rules; raises Invalid, NotFound, or
    Conflict `name_taken`."""
    name, kept = fields.named(name, LONGEST_NAME), as_json(_some_rules(rules))
    with database.transaction():
        known = get(segment) if segment is not None else Segment(created_at=now)
        if (other := called(name)) and other.id != known.id:
            raise Conflict("name_taken", field="name", name=name)
        if (known.name, known.rules) != (name, kept):
            known.name, known.rules = name, kept
            known.save()
            audit.write(by, "segment_saved", now, shown=name)
    return known


def remove(segment: int, by: str, now: datetime) -> Segment:
    """The rules go; nobody leaves the book.  Raises NotFound."""
    with database.transaction():
        known = get(segment)
        known.delete_instance()
        audit.write(by, "segment_removed", now, shown=known.name)
    return known


def _one(rule: Rule, now: datetime) -> Any:
    test = conditions.known(rule.test)
    return test.condition(rule.value, now) if test else Contact.id.is_null()


def _some_rules(rules: Rules) -> Rules:
    if not rules.rules:
        raise Invalid("rules_missing", field="rule-0")
    if len(rules.rules) > MOST:
        raise Invalid("too_many_rules", field=f"rule-{MOST}", most=MOST)
    return rules
