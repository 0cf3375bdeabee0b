"""Verify v2: a code is sent and typed back.  Each key has one service, VA and its account's digits."""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request

from gateway import wake
from gateway.errors import Invalid, NotFound
from gateway.features.verify import verbs
from gateway.features.verify.verbs import Wanted
from gateway.store.models import Verification
from web.compat.twilio import shapes
from web.compat.twilio.asked import form, plus
from web.compat.twilio.door import api_key, caller, needs
from web.compat.twilio.refusals import told_as
from web.office import office

section = Blueprint("twilio_codes", __name__, url_prefix="/v2/Services")

SID = re.compile(r"VE([0-9a-f]{32})")
PARAMETER, TRIES, SENDS = 60200, 60202, 60203


@section.post("")
@needs("send")
def make() -> tuple[Response, int]:
    """The key's own, which is always there."""
    return jsonify(_service(form().get("FriendlyName") or api_key().name)), 201


@section.get("")
@needs("read")
def services() -> Response:
    uri = f"{request.root_url.rstrip('/')}/v2/Services"
    return jsonify(shapes.listed_v2("services", [_service(api_key().name)], uri))


@section.get("/<service>")
@needs("read")
def service(service: str) -> Response:
    _own(service)
    return jsonify(_service(api_key().name))


@section.post("/<service>/Verifications")
@needs("send")
def start(service: str) -> tuple[Response, int]:
    _own(service)
    asked = form()
    with told_as(limited=SENDS, invalid=PARAMETER):
        if asked.get("Channel", "").lower() != "sms":
            raise Invalid("channel_unknown", field="Channel", value=asked.get("Channel", ""), known="sms")
        wanted = Wanted(
            to=asked.get("To", ""),
            key=api_key(),
            language=asked.get("Locale") or None,
            code=asked.get("CustomCode") or None,
            address=asked.get("DeviceIp", ""),
        )
        row = verbs.start(wanted, caller(), office().clock.now())
    wake.ring(office().config.appliance.runtime_dir)
    return jsonify(_shape(row)), 201


@section.post("/<service>/VerificationCheck")
@needs("send")
def check(service: str) -> tuple[Response, int]:
    """A wrong code is answered with "pending" and no error; one that is over, with 404."""
    _own(service)
    asked, now = form(), office().clock.now()
    with told_as(limited=TRIES, invalid=PARAMETER):
        if not asked.get("Code"):
            raise Invalid("field_missing", field="Code")
        if asked.get("VerificationSid"):
            uid = _uid(asked["VerificationSid"])
            row = verbs.check(api_key(), asked["Code"], caller(), now, uid=uid)
        else:
            row = verbs.check(api_key(), asked["Code"], caller(), now, number=asked.get("To", ""))
    return jsonify(shapes.of_check(row)), 201


@section.get("/<service>/Verifications/<path:which>")
@needs("read")
def fetch(service: str, which: str) -> Response:
    _own(service)
    return jsonify(_shape(verbs.fetch(api_key(), _which(which), office().clock.now())))


@section.post("/<service>/Verifications/<path:which>")
@needs("send")
def change(service: str, which: str) -> Response:
    """`Status=canceled`: its code opens nothing any more.  Only the right code approves."""
    _own(service)
    with told_as(limited=SENDS, invalid=PARAMETER):
        if form().get("Status") != "canceled":
            raise Invalid("update_unknown", field="Status", known="Status=canceled")
        row = verbs.cancel(api_key(), _which(which), office().clock.now())
    return jsonify(_shape(row))


def _own(service: str) -> None:
    if service != shapes.service_sid():
        raise NotFound("not_found")


def _uid(sid: str) -> str:
    match = SID.fullmatch(sid)
    if match is None:
        raise NotFound("verification_unknown", id=sid)
    return match[1]


def _which(typed: str) -> str:
    """A verification's id, or the number that it went to."""
    return _uid(typed) if typed.startswith("VE") else plus(typed)


def _shape(row: Verification) -> shapes.Shape:
    return shapes.of_verification(row, request.root_url.rstrip("/"))


def _service(name: str) -> shapes.Shape:
    return shapes.of_service(api_key(), name, request.root_url.rstrip("/"))
