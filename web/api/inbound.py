"""/api/v1/inbound: what was received."""

from __future__ import annotations

from typing import Any

from gateway.messages import lookup
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
def find(query: dict[str, Any]) -> lookup.Page[Inbound]:
    """List received messages, newest first."""
    return lookup.inbounds(**query)


@section.route("/inbound/<uid>")
@needs("read")
@section.doc(operationId="getInbound")
@section.response(200, InboundSchema())
@refuses(404)
def detail(uid: str) -> Inbound:
    """Look at one received message."""
    return lookup.inbound(uid)
