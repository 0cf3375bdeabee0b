"""Everybody whom a text goes to, each once, and how each of them reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from gateway.contacts import fields, particulars, recipients
from gateway.contacts.recipients import Person, Recipients
from gateway.messages import templating
from gateway.store.models import Contact

BATCH = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """One person, with what the gaps of a text say for them."""

    number: str
    name: str
    values: Mapping[str, str]

    def reads(self, text: str) -> templating.Filled:
        """The text as it leaves for this person; raises Invalid on the field `text`."""
        return templating.Filled(text) if templating.is_plain(text) else templating.fill(text, self.values)


def readers(found: Recipients, now: datetime, own: bool = True) -> Iterator[Reader]:
    """Whoever was named one by one first, then the lists; `own`: with the shop's own fields, which costs a
    question more for every few hundred."""
    seen: set[str] = set()
    for one in chain(_named(found, own), _listed(found, now, own)):
        if one.number not in seen:
            seen.add(one.number)
            yield one


def reader(number: str, now: datetime, name: str = "") -> Reader:
    """One person, as the contacts know them; by this name where they do not."""
    return next(readers(Recipients([Person(name, number)]), now))


def check(text: str) -> None:
    """Raises Invalid on the field `text` for a gap that nobody can fill."""
    templating.check(text, [field.name for field in fields.everything()])


def _named(found: Recipients, own: bool) -> Iterator[Reader]:
    people = iter(found.people)
    while batch := list(islice(people, BATCH)):
        numbers = [person.number for person in batch]
        known = {contact.number: contact for contact in Contact.select().where(Contact.number.in_(numbers))}
        values = _values(known.values(), own)
        for person in batch:
            contact = known.get(person.number)
            told = values[contact.id] if contact else templating.values(person.name, person.number)
            yield Reader(person.number, contact.name if contact else person.name, told)


def _listed(found: Recipients, now: datetime, own: bool) -> Iterator[Reader]:
    coming = recipients.members(found.many, now)
    while batch := list(islice(coming, BATCH)):
        values = _values(batch, own)
        yield from (Reader(contact.number, contact.name, values[contact.id]) for contact in batch)


def _values(contacts: Iterable[Contact], own: bool) -> Mapping[int, Mapping[str, str]]:
    """By the contact's id."""
    known: Sequence[Contact] = list(contacts)
    more = particulars.of(known) if own else {}
    return {
        contact.id: templating.values(
            contact.name, contact.number, contact.postcode, more[contact.id].values if own else None
        )
        for contact in known
    }
