"""What one may ask of people, as conditions on the book: each test a code, what it takes, and its SQL.

A value never becomes SQL: the models bind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.consent import seal
from gateway.contacts import fields, groups, tags
from gateway.contacts.book import fold
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.store.database import db
from gateway.store.models import (
    Consent,
    Contact,
    ContactField,
    ContactTag,
    ContactValue,
    GroupMember,
    Inbound,
    Message,
    Opposition,
)
from gateway.store.terms import fn

DECIDING = ("asked", "given", "confirmed", "withdrawn")
LEFT = ("sent", "delivered", "undelivered", "uncertain")  # states of a message that left, or may have
LONGEST = 200
MOST_DAYS = 3650
OF_FIELD = re.compile(r"field_(?P<field>\d{1,9})_(?P<of>[a-z]+)")

# Whoever said no stands under a digest only: SQLite is lent the seal.
db.register_function(seal.digest, "sealed", 1)


@dataclass(frozen=True, slots=True)
class Test:
    """`takes`: "" nothing, or tag, group, text, days, number, date; then how its value becomes SQL."""

    takes: str
    condition: Callable[[str, datetime], Any]


def tagged(tag: str) -> Any:
    return fn.EXISTS(
        ContactTag.select(ContactTag.tag).where(ContactTag.contact == Contact.id, ContactTag.tag == tag)
    )


def member(group: int) -> Any:
    return fn.EXISTS(
        GroupMember.select(GroupMember.group).where(
            GroupMember.group == group, GroupMember.contact == Contact.id
        )
    )


def _postcodes(value: str) -> Any:
    """One of several beginnings: "67, 68"."""
    begins = [Contact.postcode.startswith(one) for one in re.split(r"[\s,;]+", value) if one]
    found = begins[0]
    for other in begins[1:]:
        found |= other
    return found


def _since(days: str, now: datetime) -> datetime:
    return now - timedelta(days=int(days))


def _sent(*more: Any) -> Any:
    theirs = Message.select(Message.id).where(Message.recipient == Contact.number, *more)
    return fn.EXISTS(theirs.where(Message.state.in_(LEFT)))


def _answered(*more: Any) -> Any:
    return fn.EXISTS(Inbound.select(Inbound.id).where(Inbound.sender == Contact.number, *more))


def _decided(*more: Any) -> Any:
    """The act that decides whether this person agreed is such a one."""
    act = Consent.alias()
    last = act.select(fn.MAX(act.id)).where(act.number == Contact.number, act.event.in_(DECIDING))
    return fn.EXISTS(Consent.select(Consent.id).where(Consent.id == last, *more))


def _opposed() -> Any:
    seal.digest("")  # SQLite cannot be asked for the key while it answers
    standing = Opposition.select(Opposition.id).where(
        Opposition.digest == fn.sealed(Contact.number),
        Opposition.category == "marketing",
        Opposition.ended_at.is_null(),
    )
    return fn.EXISTS(standing)


def _agreed() -> Any:
    return _decided(Consent.event.in_(("given", "confirmed")), Consent.ground.is_null(False))


def _event_is(*events: str) -> Any:
    return _decided(Consent.event.in_(events)) & ~_opposed()


TESTS: Mapping[str, Test] = {
    "tag_has": Test("tag", lambda value, now: tagged(value)),
    "tag_lacks": Test("tag", lambda value, now: ~tagged(value)),
    "group_in": Test("group", lambda value, now: member(int(value))),
    "group_out": Test("group", lambda value, now: ~member(int(value))),
    "name_has": Test("text", lambda value, now: Contact.folded.contains(fold(value))),
    "postcode_begins": Test("text", lambda value, now: _postcodes(value)),
    "added_within": Test("days", lambda value, now: Contact.created_at >= _since(value, now)),
    "added_before": Test("days", lambda value, now: Contact.created_at < _since(value, now)),
    "sent_within": Test("days", lambda value, now: _sent(Message.created_at >= _since(value, now))),
    "sent_before": Test("days", lambda value, now: ~_sent(Message.created_at >= _since(value, now))),
    "sent_never": Test("", lambda value, now: ~_sent()),
    "answered_within": Test("days", lambda value, now: _answered(Inbound.received_at >= _since(value, now))),
    "answered_before": Test("days", lambda value, now: ~_answered(Inbound.received_at >= _since(value, now))),
    "answered_never": Test("", lambda value, now: ~_answered()),
    "act_within": Test("days", lambda value, now: Contact.last_act_at >= _since(value, now)),
    "act_before": Test(
        "days",
        lambda value, now: Contact.last_act_at.is_null() | (Contact.last_act_at < _since(value, now)),
    ),
    "consent_agreed": Test("", lambda value, now: _agreed() & ~_opposed()),
    "consent_asked": Test("", lambda value, now: _event_is("asked")),
    "consent_withdrawn": Test("", lambda value, now: _event_is("withdrawn")),
    "consent_never": Test("", lambda value, now: ~_event_is("asked", "withdrawn") & ~_agreed() & ~_opposed()),
    "consent_opposed": Test("", lambda value, now: _opposed()),
}

# What one may ask of a field, by its kind.
OF_KIND = {
    "text": ("is", "has", "begins", "filled", "empty"),
    "number": ("is", "least", "most", "filled", "empty"),
    "date": ("is", "since", "until", "filled", "empty"),
}


def known(test: str) -> Test | None:
    """The test of that code; None where there is none, or its field is gone."""
    if match := OF_FIELD.fullmatch(test):
        field = ContactField.get_or_none(ContactField.id == int(match["field"]))
        return _of_field(field, match["of"]) if field and match["of"] in OF_KIND[field.kind] else None
    return TESTS.get(test)


def value(test: Test, typed: str) -> str:
    """A value as it is kept; raises Invalid on `value`.  A group's name becomes its id."""
    text = " ".join(typed.split())
    if not test.takes:
        return ""
    if not text:
        raise Invalid("value_missing", field="value")
    if len(text) > LONGEST:
        raise Invalid("text_long", field="value", most=LONGEST)
    return READ[test.takes](text)


def _of_field(field: ContactField, of: str) -> Test:
    def asks(*conditions: Any) -> Any:
        here = (ContactValue.contact == Contact.id, ContactValue.field == field.id)
        return fn.EXISTS(ContactValue.select(ContactValue.field).where(*here, *conditions))

    column, number = ContactValue.value, ContactValue.value.cast("REAL")
    conditions: dict[str, Callable[[str, datetime], Any]] = {
        "is": lambda value, now: asks(
            number == float(value) if field.kind == "number" else fn.LOWER(column) == value.lower()
        ),
        "has": lambda value, now: asks(column.contains(value)),
        "begins": lambda value, now: asks(column.startswith(value)),
        "least": lambda value, now: asks(number >= float(value)),
        "most": lambda value, now: asks(number <= float(value)),
        "since": lambda value, now: asks(column >= value),
        "until": lambda value, now: asks(column <= value),
        "filled": lambda value, now: asks(),
        "empty": lambda value, now: ~asks(),
    }
    return Test("" if of in ("filled", "empty") else field.kind, conditions[of])


def _group(typed: str) -> str:
    found = groups.called(typed)
    if found is None:
        raise Invalid("group_unknown", field="value", name=typed)
    return str(found.id)


def _days(typed: str) -> str:
    if not re.fullmatch(r"[0-9]{1,4}", typed) or not 1 <= int(typed) <= MOST_DAYS:
        raise Invalid("out_of_range", field="value", least=1, most=MOST_DAYS)
    return str(int(typed))


def _tidy(kind: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        try:
            return fields.tidy(ContactField(id=0, kind=kind), typed)
        except (Invalid, Conflict) as error:
            raise Invalid(error.code, field="value", **error.facts) from error

    return read


def _tag(typed: str) -> str:
    try:
        return tags.tidy(typed)
    except GatewayError as error:
        raise Invalid(error.code, field="value", **error.facts) from error


READ: Mapping[str, Callable[[str], str]] = {
    "tag": _tag,
    "group": _group,
    "text": str,
    "days": _days,
    "number": _tidy("number"),
    "date": _tidy("date"),
}
