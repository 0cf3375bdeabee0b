"""Fields of the shop's own: a text, a number or a date beside each contact's name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from gateway import audit
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store import database
from gateway.store.models import ContactField, ContactGroup, ContactValue, Segment
from gateway.store.terms import fn

KINDS = ("text", "number", "date")
MOST = 30
LONGEST_NAME = 40
LONGEST = 200
CENTURY = 50  # a year of two digits: 49 is 2049, 50 is 1950

Titled = TypeVar("Titled", ContactField, ContactGroup)

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})([ T]00:00(:00)?)?"),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d\d)([ T]00:00(:00)?)?"),
)


def everything() -> Sequence[ContactField]:
    """All fields, in their order."""
    return list(ContactField.select().order_by(ContactField.position, ContactField.id))


def get(field: int) -> ContactField:
    """Raises NotFound `field_unknown`."""
    found: ContactField | None = ContactField.get_or_none(ContactField.id == field)
    if found is None:
        raise NotFound("field_unknown", name=field)
    return found


def called(name: str) -> ContactField | None:
    """The field of that name, whatever its capitals."""
    found: ContactField | None = ContactField.get_or_none(ContactField.name == name)
    return found


def add(name: str, kind: str, by: str, now: datetime) -> ContactField:
    """A new field, the last of all; raises Invalid, or Conflict `name_taken`."""
    name = named(name, LONGEST_NAME)
    if kind not in KINDS:
        raise Invalid("kind_unknown", field="kind", value=kind, known=", ".join(KINDS))
    with database.transaction():
        if called(name):
            raise Conflict("name_taken", field="name", name=name)
        if ContactField.select().count() >= MOST:
            raise Invalid("too_many_fields", field="name", most=MOST)
        last = ContactField.select(fn.MAX(ContactField.position)).scalar() or 0
        added: ContactField = ContactField.create(name=name, kind=kind, position=last + 1)
        audit.write(by, "field_added", now, shown=name)
    return added


def rename(field: int, name: str, by: str, now: datetime) -> ContactField:
    """Raises Invalid, NotFound, or Conflict `name_taken`."""
    with database.transaction():
        known, name = get(field), named(name, LONGEST_NAME)
        if retitle(known, name, called(name)):
            audit.write(by, "field_renamed", now, shown=name)
    return known


def remove(field: int, by: str, now: datetime) -> ContactField:
    """The field and what everybody has in it; raises NotFound, or Conflict `used_by_segment`."""
    with database.transaction():
        known = get(field)
        refuse_used(f"field_{known.id}_")
        known.delete_instance()
        audit.write(by, "field_removed", now, shown=known.name)
    return known


def tidy(field: ContactField, typed: str) -> str:
    """What is kept of a value as it was typed, "" for none; raises Invalid on `field-ID`."""
    text, place = " ".join(typed.split()), f"field-{field.id}"
    if len(text) > LONGEST:
        raise Invalid("text_long", field=place, most=LONGEST)
    if not text or field.kind == "text":
        return text
    if field.kind == "number":
        plain = re.sub(r"(?<=\d)[\s'’](?=\d{3})", "", text).replace(",", ".")
        if not NUMBER.fullmatch(plain):
            raise Invalid("not_a_number", field=place, value=typed)
        return plain.removeprefix("+")
    if (day := read_date(text)) is None:
        raise Invalid("not_a_date", field=place, value=typed)
    return day.isoformat()


def read_date(typed: str) -> date | None:
    """The day that "2026-12-31", "31/12/2026" or "31.12.26" names; None for what names none."""
    for form in DATES:
        if match := form.fullmatch(typed.strip()):
            year = int(match["year"])
            if len(match["year"]) == 2:
                year += 2000 if year < CENTURY else 1900
            try:
                return date(year, int(match["month"]), int(match["day"]))
            except ValueError:
                return None
    return None


def checked(typed: Mapping[int, str]) -> dict[int, str]:
    """Field → value as it is kept; raises Invalid for the first that cannot be, or NotFound."""
    known = {field.id: field for field in everything()}
    if unknown := typed.keys() - known.keys():
        raise NotFound("field_unknown", name=min(unknown))
    return {field: tidy(known[field], value) for field, value in typed.items()}


def of(contact: int) -> dict[int, str]:
    """What one contact has in each field."""
    rows: Any = ContactValue.select(ContactValue.field, ContactValue.value)
    return dict(rows.where(ContactValue.contact == contact).tuples())


def keep(contact: int, values: Mapping[int, str]) -> list[int]:
    """Write down checked values of one contact, "" removes; gives the fields that changed.  In the caller's
    transaction."""
    before = of(contact)
    changed = [field for field, value in values.items() if before.get(field, "") != value]
    for field in changed:
        here = (ContactValue.contact == contact) & (ContactValue.field == field)
        ContactValue.delete().where(here).execute()
        if values[field]:
            ContactValue.create(contact=contact, field=field, value=values[field])
    return changed


def named(typed: str, most: int) -> str:
    """A name as it is kept; raises Invalid on `name`."""
    name = " ".join(typed.split())
    if not name:
        raise Invalid("name_missing", field="name")
    if len(name) > most:
        raise Invalid("text_long", field="name", most=most)
    return name


def retitle(known: Titled, name: str, other: Titled | None) -> bool:
    """Give it that name; False where it has it.  Raises Conflict `name_taken` where the name is another's."""
    if other is not None and other.id != known.id:
        raise Conflict("name_taken", field="name", name=name)
    changed = bool(known.name != name)
    if changed:
        known.name = name
        known.save()
    return changed


def refuse_used(test: str, value: str | None = None) -> None:
    """Raises Conflict where a saved segment asks for what is to go: it would find other people then."""
    for segment in Segment.select().order_by(Segment.name):
        for rule in segment.rules.get("rules", ()):
            if rule["test"].startswith(test) and value in (None, rule.get("value")):
                raise Conflict("used_by_segment", name=segment.name)
