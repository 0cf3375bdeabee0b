"""Two cards of one person become one.

A number stays what it is: its messages, consents and objections stay with it, also with the one that leaves
the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway import audit
from gateway.contacts import book, fields, groups, particulars, tags
from gateway.contacts.book import Entry
from gateway.errors import Conflict
from gateway.store import database
from gateway.store.models import Contact


@dataclass(frozen=True, slots=True)
class Merged:
    """What one card would say of both."""

    kept: Contact
    gone: Contact
    entry: Entry
    values: dict[int, str]
    tags: list[str]
    groups: list[str]


def foresee(kept: str, gone: str) -> Merged:
    """What merging would give; raises NotFound, or Conflict `merge_same`."""
    if kept == gone:
        raise Conflict("merge_same", field="with")
    one, other = book.get(kept), book.get(gone)
    both = particulars.of([one, other])
    notes = list(dict.fromkeys(note for note in (one.note, other.note) if note))
    entry = Entry(
        one.name or other.name,
        one.timezone or other.timezone,
        one.postcode or other.postcode,
        "\n".join(notes)[: book.LONGEST_NOTE],
    )
    return Merged(
        one,
        other,
        entry,
        {**fields.of(other.id), **fields.of(one.id)},
        tags.listed(",".join([*both[one.id].tags, *both[other.id].tags])),
        sorted({*both[one.id].groups, *both[other.id].groups}),
    )


def merge(kept: str, gone: str, by: str, now: datetime) -> Contact:
    """The card of `gone` goes, what it said comes to the card of `kept`, which wins where both say something.

    Raises NotFound, or Conflict `merge_same`.
    """
    with database.transaction():
        both = foresee(kept, gone)
        inside = {group.id for contact in (both.kept, both.gone) for group in groups.of(contact.id)}
        both.gone.delete_instance()
        fields.keep(both.kept.id, both.values)
        tags.keep(both.kept.id, both.tags)
        groups.keep(both.kept.id, inside)
        card = both.kept
        card.name, card.timezone = both.entry.name, both.entry.timezone
        card.postcode, card.note = both.entry.postcode, both.entry.note
        card.folded, card.updated_at = book.fold(card.name), now
        card.created_at = min(card.created_at, both.gone.created_at)
        acts = [at for at in (card.last_act_at, both.gone.last_act_at) if at is not None]
        card.last_act_at = max(acts, default=None)
        card.save()
        audit.write(by, "contacts_merged", now, kept, into=audit.masked(kept))
        audit.write(by, "contacts_merged", now, gone, into=audit.masked(kept))
    return card
