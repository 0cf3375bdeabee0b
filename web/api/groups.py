"""/api/v1/groups and /api/v1/segments: people put together by hand, and people found by rules."""

from __future__ import annotations

from typing import Any

from flask import abort
from marshmallow import fields

from gateway.contacts import book, choosing, groups, segments
from gateway.contacts.choosing import MOST_TICKED, Choice
from gateway.contacts.segments import Counted
from gateway.errors import Invalid, NotFound, on_field
from gateway.store.models import ContactGroup, Segment
from web.api.auth import needs, source
from web.api.contacts import kept
from web.api.fields import WHEN, Instant, Text, Texts, about
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import Answer, PageSchema, always
from web.office import office

section = Section(
    "groups",
    __name__,
    url_prefix="/api/v1",
    description="Groups of contacts, put together by hand, and segments, found by rules.",
)


class NameSchema(Strict):
    name = Text(required=True, metadata=about("At most 60 characters.", "Regulars"))


class MembersSchema(Strict):
    add = Texts(
        load_default=list,
        metadata=about("Numbers of contacts that come into it; up to 500.", ["+33639980001"]),
    )
    remove = Texts(load_default=list, metadata=about("Numbers that leave it; they stay contacts.", []))


class ContactGroupSchema(Answer):
    id = always(fields.Integer, metadata=about("Names the group.", 3))
    name = always(Text, metadata=about("As people call it.", "Regulars"))
    members = always(
        fields.Integer, metadata=about(f"How many contacts; above {groups.COUNTED}: more than that.", 12)
    )
    created_at = always(Instant, metadata=about("When it was made.", WHEN))


class ContactGroupPageSchema(PageSchema):
    items = always(fields.Nested, ContactGroupSchema(many=True), metadata=about("By name."))


class MovedSchema(Answer):
    added = always(fields.Integer, metadata=about("How many were not in it before.", 1))
    removed = always(fields.Integer, metadata=about("How many were in it.", 0))
    members = always(fields.Integer, metadata=about("How many are in it now.", 13))


class SegmentRuleSchema(Answer):
    test = always(Text, metadata=about("What is asked of each contact, as a code.", "tag_has"))
    value = always(Text, metadata=about("What the test is given; empty where it takes nothing.", "vip"))


class SegmentSchema(Answer):
    id = always(fields.Integer, metadata=about("Names the segment.", 2))
    name = always(Text, metadata=about("As people call it; `GET /contacts?segment=` takes it.", "Neighbours"))
    match = always(Text, metadata=about("Whether all rules must hold, or one.", "all", enum=["all", "any"]))
    rules = always(fields.Nested, SegmentRuleSchema(many=True), metadata=about("Each rule."))


class SegmentPageSchema(PageSchema):
    items = always(fields.Nested, SegmentSchema(many=True), metadata=about("By name."))


class SegmentDetailSchema(SegmentSchema):
    found = always(fields.Integer, metadata=about("How many contacts it finds now.", 40))
    whole = always(
        fields.Boolean,
        metadata=about(f"false: only the first {segments.LOOKED_AT} contacts were looked at.", True),
    )


@section.route("/groups")
@needs("read")
@section.doc(operationId="listGroups")
@section.response(200, ContactGroupPageSchema())
def find() -> dict[str, Any]:
    """List the groups by name; their members are `GET /contacts?group=NAME`."""
    return {"items": [_shown(group) for group in groups.everything()], "next": None}


@section.route("/groups", methods=["POST"])
@needs("send")
@section.doc(operationId="addGroup")
@section.arguments(NameSchema())
@section.response(201, ContactGroupSchema())
@refuses(400, 409, 413, 415)
def add(body: dict[str, str]) -> dict[str, Any]:
    """Make a group of nobody yet; 409 where there is one of that name."""
    return _shown(groups.add(body["name"], source(), office().clock.now()))


@section.route("/groups/<int(min=1, max=2147483647):group>")
@needs("read")
@section.doc(operationId="getGroup")
@section.response(200, ContactGroupSchema())
@refuses(404)
def detail(group: int) -> dict[str, Any]:
    """Look at one group."""
    return _shown(_group(group))


@section.route("/groups/<int(min=1, max=2147483647):group>", methods=["PUT"])
@needs("send")
@section.doc(operationId="renameGroup")
@section.arguments(NameSchema())
@section.response(200, ContactGroupSchema())
@refuses(400, 404, 409, 413, 415)
def rename(body: dict[str, str], group: int) -> dict[str, Any]:
    """Give a group another name."""
    return _shown(groups.rename(_group(group).id, body["name"], source(), office().clock.now()))


@section.route("/groups/<int(min=1, max=2147483647):group>", methods=["DELETE"])
@needs("send")
@section.doc(operationId="deleteGroup")
@section.response(200, ContactGroupSchema(), description="Removed; this is what stood there")
@refuses(404, 409)
def remove(group: int) -> dict[str, Any]:
    """Remove a group; its members stay in the contacts. 409 while a segment asks for it."""
    card = _shown(_group(group))
    groups.remove(group, source(), office().clock.now())
    return card


@section.route("/groups/<int(min=1, max=2147483647):group>/members", methods=["POST"])
@needs("send")
@section.doc(operationId="changeGroupMembers")
@section.arguments(MembersSchema())
@section.response(200, MovedSchema())
@refuses(400, 404, 413, 415)
def members(body: dict[str, list[str]], group: int) -> dict[str, int]:
    """Put contacts into a group, and take others out.

    Every number must be a contact's; one that is not is refused, and then nobody was moved.
    """
    known, by, now = _group(group), source(), office().clock.now()
    moved = {name: _contacts(body[name], name) for name in ("add", "remove")}
    added = choosing.join(Choice(numbers=moved["add"]), known.id, by, now) if moved["add"] else 0
    removed = choosing.leave(Choice(numbers=moved["remove"]), known.id, by, now) if moved["remove"] else 0
    return {"added": added, "removed": removed, "members": groups.size(known.id)}


@section.route("/segments")
@needs("read")
@section.doc(operationId="listSegments")
@section.response(200, SegmentPageSchema())
def find_segments() -> dict[str, Any]:
    """List the segments by name, with their rules; whom one finds is `GET /contacts?segment=NAME`."""
    return {"items": [_rules(segment) for segment in segments.everything()], "next": None}


@section.route("/segments/<int(min=1, max=2147483647):segment>")
@needs("read")
@section.doc(operationId="getSegment")
@section.response(200, SegmentDetailSchema())
@refuses(404)
def segment_detail(segment: int) -> dict[str, Any]:
    """Look at one segment, and how many it finds."""
    known = _segment(segment)
    counted: Counted = segments.count(segments.stored(known.rules), office().clock.now())
    return {**_rules(known), "found": counted.found, "whole": counted.next is None}


def _contacts(typed: list[str], field: str) -> list[str]:
    """The numbers of contacts, each once; raises Invalid on the field."""
    if len(typed) > MOST_TICKED:
        raise Invalid("too_many_recipients", field=field, most=MOST_TICKED)
    with on_field(field):
        numbers = list(dict.fromkeys(map(kept, typed)))
    there = book.names(numbers)
    for number in numbers:
        if number not in there:
            raise NotFound("contact_unknown", field=field, number=number)
    return numbers


def _group(group: int) -> ContactGroup:
    """One that an address names; else the address leads nowhere."""
    try:
        return groups.get(group)
    except NotFound:
        abort(404)


def _segment(segment: int) -> Segment:
    try:
        return segments.get(segment)
    except NotFound:
        abort(404)


def _shown(group: ContactGroup) -> dict[str, Any]:
    counted = groups.size(group.id)
    return {"id": group.id, "name": group.name, "members": counted, "created_at": group.created_at}


def _rules(segment: Segment) -> dict[str, Any]:
    kept_rules = segments.as_json(segments.stored(segment.rules))
    return {"id": segment.id, "name": segment.name, **kept_rules}
