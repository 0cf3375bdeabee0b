"""Contacts by what they are called, for somebody who is typing."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.contacts import book
from gateway.store.models import Contact

LAST = "\U0010ffff"  # behind every name that begins alike


def namesakes(name: str, limit: int) -> Sequence[Contact]:
    """Those who are called exactly so, whatever the accents and capitals."""
    query = Contact.select().where(Contact.folded == book.fold(name)).order_by(Contact.id)
    return list(query.limit(limit))


def beginning(word: str, limit: int) -> list[Contact]:
    """Those whose name begins so, then those in whose name or number it is found elsewhere."""
    begins = book.fold(word)
    query = Contact.select().where(Contact.folded >= begins, Contact.folded < begins + LAST)
    found = list(query.order_by(Contact.folded, Contact.id).limit(limit)) if begins else []
    if len(found) < limit:
        known = {contact.id for contact in found}
        elsewhere = book.page(word, limit=limit).items
        found += [contact for contact in elsewhere if contact.id not in known]
    return found[:limit]
