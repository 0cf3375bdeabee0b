"""People of the book as lines of a table: for whoever wants the list elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import choosing, fields, particulars
from gateway.contacts.choosing import Choice
from gateway.store import database
from gateway.store.models import Contact

COLUMNS = ("number", "name", "postcode", "timezone", "note", "tags", "groups", "added")


def lines(choice: Choice, site: Appliance, by: str, now: datetime) -> Iterator[Sequence[str]]:
    """The headings – codes of ours, then the names of the shop's fields –, then a line a person.

    Read a few hundred at a time; that the list was given out is noted before the first line.  Raises
    NotFound for a group or segment that is gone.
    """
    people = choosing.people(choice, now)
    own = [field.name for field in fields.everything()]
    with database.transaction():
        audit.write(by, "contacts_exported", now, shown=_shown(choice))
    return _lines(people, own, site)


def _lines(people: Iterator[Contact], own: Sequence[str], site: Appliance) -> Iterator[Sequence[str]]:
    yield [*COLUMNS, *own]
    for contact, more in particulars.together(people):
        added = contact.created_at.astimezone(site.timezone).date().isoformat()
        told = (contact.number, contact.name, contact.postcode, contact.timezone or "", contact.note)
        lists = (", ".join(more.tags), ", ".join(more.groups), added)
        yield [*told, *lists, *(more.values.get(name, "") for name in own)]


def _shown(choice: Choice) -> str:
    return "" if choice.is_everybody else (choice.tag or choice.sought)[:60]
