"""/api/v1/contacts: the people."""

from __future__ import annotations

from typing import Any

from gateway.contacts import book, choosing, fields, groups, particulars, segments
from gateway.contacts.book import Entry
from gateway.contacts.choosing import Choice
from gateway.contacts.particulars import Particulars
from gateway.errors import Invalid
from gateway.messages.paging import Page
from gateway.store import database
from gateway.store.models import Contact
from web.api.auth import needs, source
from web.api.contact_inputs import ContactsQuerySchema, NewContactSchema
from web.api.contact_outputs import ContactPageSchema, ContactSchema
from web.api.framework import Section, refuses
from web.office import office

section = Section(
    "contacts", __name__, url_prefix="/api/v1", description="The people, and what they agreed to or refused."
)


def kept(typed: str) -> str:
    """The number of an address as the book keeps it; raises Invalid on `number`."""
    return book.parse(typed, office().config.appliance.country)


@section.route("/contacts")
@needs("read")
@section.doc(operationId="listContacts")
@section.arguments(ContactsQuerySchema(), location="query")
@section.response(200, ContactPageSchema())
def find(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List contacts by name."""
    among = choosing.wanted(_choice(query), office().clock.now())
    page = book.page(cursor=query.get("cursor"), limit=query["limit"], among=among)
    more = particulars.of(page.items)
    return Page([_card(contact, more[contact.id]) for contact in page.items], page.next)


@section.route("/contacts/<number>", endpoint="detail")
@needs("read")
@section.doc(operationId="getContact")
@section.response(200, ContactSchema())
@refuses(404)
def detail(number: str) -> dict[str, Any]:
    """Look at one contact."""
    return _whole(book.get(kept(number)))


@section.route("/contacts/<number>", methods=["PUT"], endpoint="keep")
@needs("send")
@section.doc(operationId="putContact")
@section.arguments(NewContactSchema())
@section.response(200, ContactSchema())
@refuses(400, 413, 415)
def keep(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Add a contact, or replace all that is known of one; tags, groups and own fields only where given.

    The same again changes nothing. A number may be in international form or in the appliance's national form.
    """
    now, by, known = office().clock.now(), source(), kept(number)
    own = {name: body.pop(name, None) for name in ("tags", "groups", "own")}
    with database.transaction():
        contact, _ = book.put(known, Entry(**body), by, now)
        inside = None if own["groups"] is None else [_group(name, "groups") for name in own["groups"]]
        values = {_field(name): value for name, value in (own["own"] or {}).items()}
        particulars.keep(known, by, now, values, own["tags"], inside)
        return _whole(book.get(contact.number))


@section.route("/contacts/<number>", methods=["DELETE"], endpoint="remove")
@needs("send")
@section.doc(operationId="deleteContact")
@section.response(200, ContactSchema(), description="Removed; this is what stood there")
@refuses(404)
def remove(number: str) -> dict[str, Any]:
    """Remove a contact.

    Its messages, consents and objections stay: who said no is still refused marketing.
    """
    known = kept(number)
    with database.transaction():
        card = _whole(book.get(known))
        book.remove(known, source(), office().clock.now())
    return card


def _choice(query: dict[str, Any]) -> Choice:
    """Raises Invalid for a group or segment that is not there."""
    group = _group(query["group"], "group") if query["group"] else None
    segment = segments.called(query["segment"]) if query["segment"] else None
    if query["segment"] and segment is None:
        raise Invalid("segment_unknown", field="segment", name=query["segment"])
    return Choice(query["q"], query["tag"], group, segment.id if segment else None)


def _group(name: str, field: str) -> int:
    if (known := groups.called(name)) is None:
        raise Invalid("group_unknown", field=field, name=name)
    return int(known.id)


def _field(name: str) -> int:
    if (known := fields.called(name)) is None:
        raise Invalid("field_unknown", field="fields", name=name)
    return int(known.id)


def _whole(contact: Contact) -> dict[str, Any]:
    return _card(contact, particulars.of([contact])[contact.id])


def _card(contact: Contact, more: Particulars) -> dict[str, Any]:
    """A contact as callers see it."""
    names = ("number", "name", "timezone", "postcode", "note", "created_at", "updated_at", "last_act_at")
    own = {"tags": more.tags, "groups": more.groups, "fields": more.values}
    return {**{name: getattr(contact, name) for name in names}, **own}
