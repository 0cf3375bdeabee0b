"""Words stuck on contacts: many on one, one on many, in no order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gateway.errors import Invalid
from gateway.store.models import ContactTag
from gateway.store.terms import fn

LONGEST = 40
SHOWN = 200  # of all tags, in a list to choose from
BETWEEN = re.compile(r"[,;|\n]")


def tidy(typed: str) -> str:
    """One tag as it is kept; raises Invalid on `tag`."""
    tag = " ".join(BETWEEN.sub(" ", typed).split())
    if not tag:
        raise Invalid("tag_missing", field="tag")
    if len(tag) > LONGEST:
        raise Invalid("text_long", field="tag", most=LONGEST)
    return tag


def listed(typed: str) -> list[str]:
    """The tags of a list with commas or semicolons, each once, whatever its capitals; raises Invalid on
    `tag`."""
    return once(map(tidy, filter(str.strip, BETWEEN.split(typed))))


def once(found: Iterable[str]) -> list[str]:
    """Each tag once, whatever its capitals, as it was first written."""
    kept: dict[str, str] = {}
    for tag in found:
        kept.setdefault(tag.casefold(), tag)
    return list(kept.values())


def everything(most: int = SHOWN) -> list[str]:
    """All tags in use, by name: one step into the index each."""
    found: list[str] = []
    while len(found) < most:
        query = ContactTag.select(fn.MIN(ContactTag.tag))
        following = query.where(ContactTag.tag > found[-1]).scalar() if found else query.scalar()
        if following is None:
            break
        found.append(following)
    return found


def of(contact: int) -> list[str]:
    """One contact's tags, by name."""
    rows = ContactTag.select().where(ContactTag.contact == contact).order_by(ContactTag.tag)
    return [row.tag for row in rows]


def keep(contact: int, wanted: Sequence[str]) -> bool:
    """A contact has these tags and no others; True where that changed something.  In the caller's
    transaction."""
    before = {tag.casefold() for tag in of(contact)}
    after = once(wanted)
    if before == {tag.casefold() for tag in after}:
        return False
    ContactTag.delete().where(ContactTag.contact == contact).execute()
    stick([contact], after)
    return True


def stick(contacts: Iterable[int], wanted: Iterable[str]) -> None:
    """These tags on all of these contacts; what is there stays.  In the caller's transaction."""
    tags = list(wanted)
    rows = [{"contact": contact, "tag": tag} for contact in contacts for tag in tags]
    if rows:
        ContactTag.insert_many(rows).on_conflict_ignore().execute()


def peel(contact: int, unwanted: Sequence[str]) -> None:
    """These tags off one contact, whatever others it has.  In the caller's transaction."""
    ContactTag.delete().where(ContactTag.contact == contact, ContactTag.tag.in_(unwanted)).execute()
