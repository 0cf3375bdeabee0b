"""What the persons of some lines would change in the book, and the writing of it.

Weighing reads only: the preview and a rehearsal end there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.contacts import book
from gateway.contacts.imports.persons import Person
from gateway.contacts.imports.plans import Plan
from gateway.errors import Conflict
from gateway.policy.consent import Ground
from gateway.store import rules, statements
from gateway.store.models import Contact, ContactTag, ContactValue, GroupMember

ADDED, CHANGED, UNCHANGED, INVALID = "added", "changed", "unchanged", "invalid"
DUPLICATE = "duplicate"


@dataclass(slots=True)
class Weighed:
    """A person and what becomes of them: ADDED, CHANGED, UNCHANGED, INVALID or DUPLICATE; of a consent that
    the line tells: given, stood, opposed, older, or "" for none."""

    person: Person
    outcome: str
    consent: str = ""


def weigh(people: Sequence[Person], plan: Plan, is_first: Callable[[str], bool]) -> list[Weighed]:
    """`is_first` says whether a number was in no line before."""
    found = [Weighed(person, _at_sight(person, is_first)) for person in people]
    open_ones = [one for one in found if not one.outcome]
    known = _known([one.person.number for one in open_ones])
    different = _different([one.person for one in open_ones], known, plan)
    for one in open_ones:
        number = one.person.number
        one.outcome = ADDED if number not in known else CHANGED if number in different else UNCHANGED
        one.consent = _consent(one.person)
        if one.consent == "given" and one.outcome == UNCHANGED:
            one.outcome = CHANGED
    return found


def write(found: Sequence[Weighed], plan: Plan, source: str, by: str, now: datetime) -> None:
    """Into the book, in the caller's transaction; `source` names the file for the proof of a consent."""
    fresh = [one.person for one in found if one.outcome == ADDED]
    _add(fresh, now)
    touched = [one.person for one in found if one.outcome in (ADDED, CHANGED)]
    known = _known([person.number for person in touched])
    for one in found:
        if one.outcome == CHANGED:
            _change(known[one.person.number], one.person, now)
    _note(touched, known, plan)
    for one in found:
        if one.consent == "given":
            _agree(one.person, plan, source, by, now)


def _at_sight(person: Person, is_first: Callable[[str], bool]) -> str:
    if not person.number:
        return INVALID
    return "" if is_first(person.number) else DUPLICATE


def _known(numbers: Sequence[str]) -> dict[str, Contact]:
    return {contact.number: contact for contact in Contact.select().where(Contact.number.in_(numbers))}


def _different(people: Sequence[Person], known: dict[str, Contact], plan: Plan) -> set[str]:
    """The numbers of those about whom their lines say something new; an empty cell says nothing."""
    ids = [contact.id for contact in known.values()]
    columns = (ContactValue.contact, ContactValue.field, ContactValue.value)
    values = {(each, field): value for each, field, value in _rows(ContactValue, columns, ids)}
    tagged = _rows(ContactTag, (ContactTag.contact, ContactTag.tag), ids)
    stuck = {(each, tag.casefold()) for each, tag in tagged}
    members = _rows(GroupMember, (GroupMember.contact, GroupMember.group), ids)
    inside = {each for each, group in members if group == plan.group_id}
    found = set()
    for person in people:
        if (contact := known.get(person.number)) is None:
            continue
        news = (
            bool(_changes(contact, person)),
            any(values.get((contact.id, each), "") != value for each, value in person.values.items()),
            any((contact.id, tag.casefold()) not in stuck for tag in person.tags),
            bool(plan.group) and contact.id not in inside,
        )
        if any(news):
            found.add(person.number)
    return found


def _rows(table: Any, columns: Sequence[Any], ids: Sequence[int]) -> Iterable[Any]:
    found: Iterable[Any] = table.select(*columns).where(table.contact.in_(ids)).tuples()
    return found


def _changes(contact: Contact, person: Person) -> dict[str, str]:
    said = {"name": person.name, "postcode": person.postcode, "note": person.note}
    return {name: text for name, text in said.items() if text and getattr(contact, name) != text}


def _consent(person: Person) -> str:
    """No import ends a no; what somebody took back counts again only where the file says a later day."""
    if not person.agreed:
        return ""
    if standing.opposed_since(person.number, "marketing") is not None:
        return "opposed"
    last = rules.last_consent(person.number)
    if last is None or last[0] == "asked":
        return "given"
    event, ground, at = last
    if event != "withdrawn" and ground is not None:
        return "stood"
    later = person.agreed_on is not None and at is not None and person.agreed_on > at.date()
    return "given" if later else "older"


def _add(people: Sequence[Person], now: datetime) -> None:
    rows = [
        {
            "number": person.number,
            "name": person.name,
            "folded": book.fold(person.name),
            "postcode": person.postcode,
            "note": person.note,
            "timezone": None,
            "last_act_at": None,
            "created_at": now,
            "updated_at": now,
        }
        for person in people
    ]
    if rows:
        statements.insert_many(Contact, rows)


def _change(contact: Contact, person: Person, now: datetime) -> None:
    for name, text in _changes(contact, person).items():
        setattr(contact, name, text)
    contact.folded, contact.updated_at = book.fold(contact.name), now
    contact.save(only=[Contact.name, Contact.folded, Contact.postcode, Contact.note, Contact.updated_at])


def _note(people: Sequence[Person], known: dict[str, Contact], plan: Plan) -> None:
    values = [
        {"contact": known[person.number].id, "field": each, "value": value}
        for person in people
        for each, value in person.values.items()
    ]
    statements.replace_many(ContactValue, values)
    stuck = [{"contact": known[person.number].id, "tag": tag} for person in people for tag in person.tags]
    statements.insert_missing(ContactTag, stuck)
    members = [{"group": plan.group_id, "contact": known[person.number].id} for person in people]
    if plan.group_id is not None:
        statements.insert_missing(GroupMember, members)


def _agree(person: Person, plan: Plan, source: str, by: str, now: datetime) -> None:
    on = f" ({person.agreed_on.isoformat()})" if person.agreed_on else ""
    act = Act("import", by, plan.wording, f"{source}:{person.line}{on}", plan.purpose)
    try:
        ledger.give(person.number, Ground(plan.ground), act, now)
    except Conflict:  # said no a moment ago: their word is the last
        return
