"""The account and its numbers: what a program asks to see whether its access works."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, jsonify

from web.compat.twilio import shapes
from web.compat.twilio.asked import own_numbers
from web.compat.twilio.door import api_key, needs
from web.compat.twilio.shapes import Shape

section = Blueprint("twilio_account", __name__, url_prefix="/2010-04-01/Accounts")


@section.get("/<account>.json")
@section.get("/<account>")
@needs("read")
def fetch() -> Response:
    return jsonify(shapes.of_account(api_key()))


@section.get("/<account>/IncomingPhoneNumbers.json")
@needs("read")
def numbers() -> Response:
    """The modems whose SIM's number is known."""
    uri = f"{shapes.account_uri()}/IncomingPhoneNumbers.json"
    items = [_modem(name, number) for name, number in own_numbers().items()]
    return jsonify(shapes.listed("incoming_phone_numbers", items, uri))


def _modem(name: str, number: str) -> Shape:
    sid = f"PN{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    return {
        "sid": sid,
        "account_sid": api_key().account_sid,
        "friendly_name": name,
        "phone_number": number,
        "capabilities": {"sms": True, "mms": False, "voice": False, "fax": False},
        "status": "in-use",
        "api_version": "2010-04-01",
        "uri": f"{shapes.account_uri()}/IncomingPhoneNumbers/{sid}.json",
    }
