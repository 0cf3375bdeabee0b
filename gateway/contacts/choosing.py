"""Some of the people in the book: those that were ticked, or all whom a search, tag, group or segment finds;
and what is done to all of them at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.contacts import book, conditions, groups, segments, tags
from gateway.errors import Invalid
from gateway.store import database
from gateway.store.models import Contact, ContactTag, GroupMember
from gateway.store.terms import fn, value

WINDOW = 2000  # contacts a transaction, by their ids
PAUSE = 0.01  # seconds between two: the gateway's own writes get their turn
MOST_TICKED = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is meant; all that is given holds at once.  Nothing given: everybody."""

    sought: str = ""
    tag: str = ""
    group: int | None = None
    segment: int | None = None
    numbers: Sequence[str] = ()  # those that were ticked

    @property
    def is_everybody(self) -> bool:
        return self == Choice()


def wanted(choice: Choice, now: datetime) -> list[Any]:
    """The choice as conditions on Contact; raises NotFound for a group or segment that is gone."""
    found: list[Any] = list(book.matching(choice.sought))
    if choice.tag:
        found.append(conditions.tagged(choice.tag))
    if choice.group is not None:
        found.append(conditions.member(groups.get(choice.group).id))
    if choice.segment is not None:
        found.append(segments.condition(segments.stored(segments.get(choice.segment).rules), now))
    if choice.numbers:
        found.append(Contact.number.in_(list(choice.numbers)))
    return found


def people(choice: Choice, now: datetime) -> Iterator[Contact]:
    """Everybody of the choice, by their place in the book."""
    return segments.walk(wanted(choice, now))


def count(choice: Choice, now: datetime, after: int = 0) -> segments.Counted:
    """How many they are, among so many contacts after the id `after`."""
    return segments.tally(wanted(choice, now), after)


def tag(
    choice: Choice, typed: str, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Stick a tag on all of them; gives on how many it was not yet.  Raises Invalid on `tag`."""
    word = tags.tidy(typed)

    def stick(here: Sequence[Any]) -> int:
        rows = Contact.select(Contact.id, value(word)).where(*here)
        into = ContactTag.insert_from(rows, [ContactTag.contact, ContactTag.tag])
        return int(into.on_conflict_ignore().as_rowcount().execute())

    return _at_once(choice, stick, "contacts_tagged", word, by, now, sleep)


def untag(
    choice: Choice, typed: str, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Take a tag off all of them; gives off how many.  Raises Invalid on `tag`."""
    word = tags.tidy(typed)

    def take_off(here: Sequence[Any]) -> int:
        ids = Contact.select(Contact.id).where(*here)
        return int(ContactTag.delete().where(ContactTag.tag == word, ContactTag.contact.in_(ids)).execute())

    return _at_once(choice, take_off, "contacts_untagged", word, by, now, sleep)


def join(
    choice: Choice, group: int, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Put all of them into a group; gives how many were not in it yet.  Raises NotFound."""
    known = groups.get(group)

    def put(here: Sequence[Any]) -> int:
        rows = Contact.select(value(known.id), Contact.id).where(*here)
        into = GroupMember.insert_from(rows, [GroupMember.group, GroupMember.contact])
        return int(into.on_conflict_ignore().as_rowcount().execute())

    return _at_once(choice, put, "contacts_grouped", known.name, by, now, sleep)


def leave(
    choice: Choice, group: int, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Take all of them out of a group; gives how many were in it.  Raises NotFound."""
    known = groups.get(group)

    def take_out(here: Sequence[Any]) -> int:
        ids = Contact.select(Contact.id).where(*here)
        return int(
            GroupMember.delete().where(GroupMember.group == known.id, GroupMember.contact.in_(ids)).execute()
        )

    return _at_once(choice, take_out, "contacts_ungrouped", known.name, by, now, sleep)


def _at_once(
    choice: Choice,
    act: Callable[[Sequence[Any]], int],
    action: str,
    shown: str,
    by: str,
    now: datetime,
    sleep: Callable[[float], None],
) -> int:
    """A window of the book a transaction; one row of the log for all."""
    if len(choice.numbers) > MOST_TICKED:
        raise Invalid("too_many_recipients", field="numbers", most=MOST_TICKED)
    among = wanted(choice, now)
    first, last = Contact.select(fn.MIN(Contact.id), fn.MAX(Contact.id)).scalar(as_tuple=True)
    done = 0
    for begin in range(first or 0, (last or -1) + 1, WINDOW):
        with database.transaction():
            done += act([Contact.id.between(begin, begin + WINDOW - 1), *among])
        if begin + WINDOW <= (last or 0):
            sleep(PAUSE)
    if done:
        with database.transaction():
            _note(by, action, now, shown, done)
    return done


def _note(by: str, action: str, now: datetime, shown: str, people: int) -> None:
    audit.write(by, action, now, shown=shown, people=people)
