"""Lookup, v2 and v1: what a number is, without asking anybody outside."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from gateway.errors import Invalid, NotFound
from gateway.features.lookup import verbs
from gateway.features.lookup.verbs import Known
from web.compat.twilio import shapes
from web.compat.twilio.asked import plus
from web.compat.twilio.door import needs
from web.office import office

section = Blueprint("twilio_numbers", __name__)


@section.get("/v2/PhoneNumbers/<path:typed>")
@needs("read")
def look(typed: str) -> Response:
    wants_line = "line_type_intelligence" in request.args.get("Fields", "").split(",")
    return jsonify(shapes.of_number(_known(typed), request.root_url.rstrip("/"), wants_line))


@section.get("/v1/PhoneNumbers/<path:typed>")
@needs("read")
def look_v1(typed: str) -> Response:
    known, wants_carrier = _known(typed), "carrier" in request.args.getlist("Type")
    if not known.valid:
        raise NotFound("not_found")
    return jsonify(shapes.of_number_v1(known, request.root_url.rstrip("/"), wants_carrier))


def _known(typed: str) -> Known:
    """Raises NotFound for what is no number at all."""
    here = office()
    country = request.args.get("CountryCode", "").upper() or here.config.appliance.country
    try:
        return verbs.look(plus(typed), country, here.clock.now())
    except Invalid as error:
        raise NotFound("not_found") from error
