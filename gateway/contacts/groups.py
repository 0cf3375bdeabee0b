"""People put together by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway import audit
from gateway.contacts import fields
from gateway.errors import Conflict, NotFound
from gateway.store import database
from gateway.store.models import ContactGroup, GroupMember

LONGEST_NAME = 60
COUNTED = 10_000  # members; beyond that nobody counts


def everything() -> Sequence[ContactGroup]:
    """All groups, by name."""
    return list(ContactGroup.select().order_by(ContactGroup.name))


def get(group: int) -> ContactGroup:
    """Raises NotFound `group_unknown`."""
    found: ContactGroup | None = ContactGroup.get_or_none(ContactGroup.id == group)
    if found is None:
        raise NotFound("group_unknown", name=group)
    return found


def called(name: str) -> ContactGroup | None:
    """The group of that name, whatever its capitals."""
    found: ContactGroup | None = ContactGroup.get_or_none(ContactGroup.name == " ".join(name.split()))
    return found


def add(name: str, by: str, now: datetime) -> ContactGroup:
    """A new group of nobody; raises Invalid, or Conflict `name_taken`."""
    name = fields.named(name, LONGEST_NAME)
    with database.transaction():
        if called(name):
            raise Conflict("name_taken", field="name", name=name)
        added: ContactGroup = ContactGroup.create(name=name, created_at=now)
        audit.write(by, "group_added", now, shown=name)
    return added


def ensure(name: str, by: str, now: datetime) -> ContactGroup:
    """The group of that name, new where there is none; raises Invalid."""
    return called(name) or add(name, by, now)


def rename(group: int, name: str, by: str, now: datetime) -> ContactGroup:
    """Raises Invalid, NotFound, or Conflict `name_taken`."""
    with database.transaction():
        known, name = get(group), fields.named(name, LONGEST_NAME)
        if fields.retitle(known, name, called(name)):
            audit.write(by, "group_renamed", now, shown=name)
    return known


def remove(group: int, by: str, now: datetime) -> ContactGroup:
    """The group goes, its members stay in the book; raises NotFound, or Conflict `used_by_segment`."""
    with database.transaction():
        known = get(group)
        fields.refuse_used("group_", str(known.id))
        known.delete_instance()
        audit.write(by, "group_removed", now, shown=known.name)
    return known


def of(contact: int) -> list[ContactGroup]:
    """The groups that a contact is in, by name."""
    query = ContactGroup.select().join(GroupMember).where(GroupMember.contact == contact)
    return list(query.order_by(ContactGroup.name))


def size(group: int) -> int:
    """How many members it has; COUNTED + 1 where they are more."""
    few = GroupMember.select(GroupMember.contact).where(GroupMember.group == group).limit(COUNTED + 1)
    return int(few.count())


def keep(contact: int, wanted: Iterable[int]) -> bool:
    """A contact is in these groups and no others; True where that changed something.  In the caller's
    transaction."""
    before, after = {group.id for group in of(contact)}, set(wanted)
    theirs = GroupMember.contact == contact
    GroupMember.delete().where(theirs, GroupMember.group.in_(before - after)).execute()
    for group in after - before:
        GroupMember.create(group=get(group), contact=contact)
    return before != after
