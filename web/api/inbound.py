"""/api/v1/inbound: what was received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.messages import lookup, topics
from gateway.messages.paging import Page
from gateway.store.models import Inbound
from web.api.auth import needs
from web.api.framework import Section, refuses
from web.api.inputs import InboundQuerySchema
from web.api.outputs import InboundPageSchema, InboundSchema

section = Section("inbound", __name__, url_prefix="/api/v1", description="What was received.")


@section.route("/inbound")
@needs("read")
@section.doc(operationId="listInbound")
@section.arguments(InboundQuerySchema(), location="query")
@section.response(200, InboundPageSchema())
def find(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List received messages, newest first."""
    found = lookup.inbounds(**query)
    return Page(_told(found.items), found.next)


@section.route("/inbound/<uid>")
@needs("read")
@section.doc(operationId="getInbound")
@section.response(200, InboundSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one received message."""
    return _told([lookup.inbound(uid)])[0]


def _told(messages: Sequence[Inbound]) -> list[dict[str, Any]]:
    about = topics.of(messages)
    return [{**message.__data__, "about": about.get(message.id)} for message in messages]
