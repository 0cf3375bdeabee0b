"""What the shop notes besides a name: own fields, tags and groups, of many contacts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from gateway import audit
from gateway.contacts import book, fields, groups, tags
from gateway.store import database
from gateway.store.models import (
    Contact,
    ContactField,
    ContactGroup,
    ContactTag,
    ContactValue,
    GroupMember,
)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Particulars:
    """Of one contact; `values` by the name of the field."""

    values: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def of(contacts: Iterable[Contact]) -> Mapping[int, Particulars]:
    """By the contact's id, those without any too: three queries a few hundred contacts."""
    found: defaultdict[int, Particulars] = defaultdict(Particulars)
    ids = iter([contact.id for contact in contacts])
    while batch := list(islice(ids, BATCH)):
        _read(batch, found)
    return found


def together(contacts: Iterable[Contact]) -> Iterator[tuple[Contact, Particulars]]:
    """Each contact with its particulars, read a few hundred at a time."""
    coming = iter(contacts)
    while batch := list(islice(coming, BATCH)):
        found = of(batch)
        yield from ((contact, found[contact.id]) for contact in batch)


def keep(
    number: str,
    by: str,
    now: datetime,
    values: Mapping[int, str] | None = None,
    wanted_tags: Sequence[str] | None = None,
    wanted_groups: Iterable[int] | None = None,
) -> list[str]:
    """Replace what is given, leave the rest; gives the names of what changed: fields', "tags", "groups".

    Raises Invalid on `field-ID` or `tag`, NotFound for an unknown contact, field or group.
    """
    with database.transaction():
        contact = book.get(number)
        changed = _names(fields.keep(contact.id, fields.checked(values or {})))
        if wanted_tags is not None and tags.keep(contact.id, [tags.tidy(tag) for tag in wanted_tags]):
            changed.append("tags")
        if wanted_groups is not None and groups.keep(contact.id, wanted_groups):
            changed.append("groups")
        if changed:
            Contact.update(updated_at=now).where(Contact.id == contact.id).execute()
            audit.write(by, "contact_changed", now, number, fields=changed)
    return changed


def _names(ids: Sequence[int]) -> list[str]:
    return [field.name for field in ContactField.select().where(ContactField.id.in_(ids))] if ids else []


def _read(ids: Sequence[int], found: Mapping[int, Particulars]) -> None:
    values: Any = ContactValue.select(ContactValue.contact, ContactField.name, ContactValue.value)
    values = values.join(ContactField).where(ContactValue.contact.in_(ids))
    for contact, name, value in values.order_by(ContactField.position).tuples():
        found[contact].values[name] = value
    stuck: Any = ContactTag.select(ContactTag.contact, ContactTag.tag)
    for contact, tag in stuck.where(ContactTag.contact.in_(ids)).order_by(ContactTag.tag).tuples():
        found[contact].tags.append(tag)
    members: Any = GroupMember.select(GroupMember.contact, ContactGroup.name).join(ContactGroup)
    for contact, name in members.where(GroupMember.contact.in_(ids)).order_by(ContactGroup.name).tuples():
        found[contact].groups.append(name)
