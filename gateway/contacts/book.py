"""The address book: one row a number, found by name or by digits.

To leave the book is not to be forgotten: messages, consents and an objection stay with the number, and hold
when it comes back.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from gateway import audit
from gateway.errors import Conflict, Invalid, NotFound, on_field
from gateway.messages import numbers
from gateway.messages.paging import Page
from gateway.store import database
from gateway.store.models import Contact

LONGEST_NAME = 80
LONGEST_NOTE = 2000
POSTCODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{0,9}|")
DIGITS = re.compile(r"[0-9+().\-/\s\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one person besides the number."""

    name: str
    timezone: str | None = None  # where the number says another
    postcode: str = ""
    note: str = ""


def parse(typed: str, country: str) -> str:
    """The number as the book keeps it; raises Invalid on the field `number`."""
    with on_field("number"):
        return numbers.parse(typed, country)


def add(number: str, entry: Entry, by: str, now: datetime) -> Contact:
    """A new person.  Raises Invalid, or Conflict `contact_known` where the number is in the book already."""
    with database.transaction():
        if (known := find(number)) is not None:
            raise Conflict("contact_known", field="number", name=known.name)
        return _add(number, _checked(entry), by, now)


def change(number: str, entry: Entry, by: str, now: datetime) -> Contact:
    """Replace all that is known of a person; raises Invalid or NotFound.  The same again changes nothing."""
    with database.transaction():
        return _change(get(number), _checked(entry), by, now)


def put(number: str, entry: Entry, by: str, now: datetime) -> tuple[Contact, bool]:
    """Add or change, whichever it takes; True: added."""
    with database.transaction():
        known = find(number)
        if known is None:
            return _add(number, _checked(entry), by, now), True
        return _change(known, _checked(entry), by, now), False


def remove(number: str, by: str, now: datetime) -> Contact:
    """Take a person out of the book, and nothing else; raises NotFound.  Returns what stood there."""
    with database.transaction():
        known = get(number)
        known.delete_instance()
        audit.write(by, "contact_removed", now, number)
    return known


def find(number: str) -> Contact | None:
    found: Contact | None = Contact.get_or_none(Contact.number == number)
    return found


def get(number: str) -> Contact:
    """Raises NotFound `contact_unknown`."""
    found = find(number)
    if found is None:
        raise NotFound("contact_unknown", number=number)
    return found


def names(of: Iterable[str]) -> dict[str, str]:
    """Number → name, for those of these numbers that are in the book: one query."""
    wanted = sorted(set(of))
    found: Iterable[Any] = (
        Contact.select(Contact.number, Contact.name).where(Contact.number.in_(wanted)).tuples()
    )
    return dict(found) if wanted else {}


def page(
    sought: str = "", cursor: str | None = None, limit: int = 50, among: Iterable[Any] = ()
) -> Page[Contact]:
    """By name, whatever its accents and capitals; `sought` is a piece of a name or of a number, `among` are
    more conditions on Contact."""
    query = Contact.select().order_by(Contact.folded, Contact.id).limit(limit + 1)
    for condition in (*matching(sought), *among):
        query = query.where(condition)
    if cursor:
        folded, row = _place(cursor)
        query = query.where((Contact.folded > folded) | ((Contact.folded == folded) & (Contact.id > row)))
    items = list(query)
    return Page(items[:limit], _cursor(items[limit - 1]) if len(items) > limit else None)


def fold(name: str) -> str:
    """A name as it is sorted and sought: without accents, all small."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def matching(sought: str) -> Iterable[Any]:
    """What a piece of a name, or of a number as it is said or kept, asks of Contact."""
    words = fold(sought).split()
    if DIGITS.fullmatch(sought) and (digits := re.sub(r"[^0-9]", "", sought)):
        # as it is said ("06 12…", "0033 6 12…") and as it is kept ("+33612…")
        kept = re.sub(r"^00?", "", digits) or digits
        yield Contact.number.contains(kept) | Contact.folded.contains(" ".join(words))
    else:
        yield from (Contact.folded.contains(word) for word in words)


def tidy_postcode(typed: str) -> str:
    """A postcode as it is kept; raises Invalid on `postcode`."""
    postcode = " ".join(typed.upper().split())
    if not POSTCODE.fullmatch(postcode):
        raise Invalid("postcode_bad", field="postcode", value=typed)
    if re.fullmatch(r"[0-9 ]+", postcode):
        postcode = postcode.replace(" ", "")  # "67 000" is 67000
    return postcode


def _add(number: str, entry: Entry, by: str, now: datetime) -> Contact:
    row = {**asdict(entry), "folded": fold(entry.name), "created_at": now, "updated_at": now}
    added: Contact = Contact.create(number=number, **row)
    audit.write(by, "contact_added", now, number)
    return added


def _change(known: Contact, entry: Entry, by: str, now: datetime) -> Contact:
    changed = [name for name, value in asdict(entry).items() if getattr(known, name) != value]
    if changed:
        for name in changed:
            setattr(known, name, getattr(entry, name))
        known.folded, known.updated_at = fold(entry.name), now
        known.save()
        audit.write(by, "contact_changed", now, known.number, fields=changed)  # which ones, not what they say
    return known


def _checked(entry: Entry) -> Entry:
    """The entry tidied; raises Invalid on its first wrong field."""
    name, note = " ".join(entry.name.split()), entry.note.strip()
    if not name:
        raise Invalid("name_missing", field="name")
    for field, text, most in (("name", name, LONGEST_NAME), ("note", note, LONGEST_NOTE)):
        if len(text) > most:
            raise Invalid("text_long", field=field, most=most)
    postcode = tidy_postcode(entry.postcode)
    if entry.timezone and entry.timezone not in _zones():
        raise Invalid("timezone_unknown", field="timezone", value=entry.timezone)
    return Entry(name, entry.timezone or None, postcode, note)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _cursor(last: Contact) -> str:
    return base64.urlsafe_b64encode(f"{last.id} {last.folded}".encode()).decode()


def _place(cursor: str) -> tuple[str, int]:
    try:
        row, _, folded = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
        return folded, int(row[:18])
    except (ValueError, binascii.Error) as error:
        raise Invalid("cursor_unknown", field="cursor", value=cursor) from error
