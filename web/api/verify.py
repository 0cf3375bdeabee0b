"""/api/v1/verifications: send a code to somebody, and hear whether what they typed is it."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields

from gateway import wake
from gateway.config import LANGUAGES
from gateway.errors import Invalid
from gateway.features.verify import verbs
from gateway.features.verify.code import LONGEST, LONGEST_DEVICE, SHORTEST, USUAL_LENGTH
from gateway.features.verify.verbs import ATTEMPTS, LONGEST_LIFE, SHORTEST_LIFE, STATES, USUAL_LIFE, Wanted
from gateway.store.models import Verification
from web import callers
from web.api.auth import needs
from web.api.fields import WHEN, Flag, Instant, OneWord, ShortText, Text, Whole, about
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import UID, Answer, always, maybe
from web.office import office

section = Section(
    "verifications",
    __name__,
    url_prefix="/api/v1",
    description="One-time codes: somebody proves to have a number by typing back what was sent to it. "
    "The code is in no answer, no log and no file.",
)

LONGEST_TYPED = 40  # characters


class NewVerificationSchema(Strict):
    to = Text(
        required=True,
        metadata=about("Whom to send it to; a mobile of a country that is allowed.", "+33639980001"),
    )
    language = OneWord(
        LANGUAGES,
        "code_language",
        load_default=None,
        metadata=about("Of the text. Absent: the appliance's.", "fr"),
    )
    length = Whole(
        load_default=USUAL_LENGTH,
        strict=True,
        least=SHORTEST,
        most=LONGEST,
        metadata=about("Digits of the code.", USUAL_LENGTH),
    )
    code = Text(
        load_default=None,
        metadata=about("A code of your own, 4 to 10 digits, instead of one drawn here.", "735091"),
    )
    life_s = Whole(
        load_default=USUAL_LIFE,
        strict=True,
        least=SHORTEST_LIFE,
        most=LONGEST_LIFE,
        metadata=about("Seconds for which it counts.", USUAL_LIFE),
    )
    domain = Text(
        load_default=None,
        metadata=about(
            "Of the page on which it is typed: the text then ends with the line by which browsers and "
            "telephones fill the code in there, and nowhere else.",
            "shop.example",
        ),
    )
    address = Text(
        load_default="",
        metadata=about(
            "IP address of your own end user: so that a bot cannot ask for many. Kept as a mark only.",
            "203.0.113.7",
        ),
    )
    device = ShortText(
        load_default="",
        most=LONGEST_DEVICE,
        code="text_long",
        metadata=about("The same for a device, as you know it: a cookie, an installation.", "d41d8cd9"),
    )


class TypedCodeSchema(Strict):
    code = ShortText(
        required=True,
        most=LONGEST_TYPED,
        code="text_long",
        metadata=about("What was typed; spaces and dashes do not count.", "735091"),
    )
    id = Text(metadata=about("The verification; or name the number.", UID))
    to = Text(metadata=about("The number; or name the verification.", "+33639980001"))


class VerificationSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the verification.", UID))
    to = always(Text, attribute="number", metadata=about("E.164.", "+33639980001"))
    state = always(
        Text,
        metadata=about(
            "`pending`: a code is awaited. `approved`: it was typed back. `exhausted`: too many wrong ones.",
            "pending",
            enum=list(STATES),
        ),
    )
    sends = always(fields.Integer, metadata=about("How many codes were sent; only the newest counts.", 1))
    attempts_left = always(fields.Integer, metadata=about("How many wrong codes it still bears.", ATTEMPTS))
    message = always(Text, metadata=about("The message that brought the newest code.", UID))
    created_at = always(Instant, metadata=about("When the first code was asked for.", WHEN))
    expires_at = always(Instant, metadata=about("Until when the newest code counts.", WHEN))
    checked_at = maybe(Instant, metadata=about("When the code was typed back.", WHEN))


class CheckedSchema(VerificationSchema):
    valid = always(
        Flag, metadata=about("Whether this was the code: the only answer that lets anybody in.", True)
    )


@section.route("/verifications", methods=["POST"])
@needs("send")
@section.doc(operationId="startVerification")
@section.arguments(NewVerificationSchema())
@section.response(202, VerificationSchema(), description="A code is on its way")
@refuses(400, 413, 415, 429)
def start(body: dict[str, Any]) -> dict[str, Any]:
    """Send a code; while one is awaited from that number, a new code replaces it.

    Who asks too often is refused with 429, the rule as `code` and Retry-After; a country or a type of number
    that gets no codes with 403.
    """
    row = verbs.start(Wanted(key=g.api_key, **body), callers.of_key(g.api_key), office().clock.now())
    wake.ring(office().config.appliance.runtime_dir)
    return _shown(row)


@section.route("/verifications/check", methods=["POST"])
@needs("send")
@section.doc(operationId="checkVerification")
@section.arguments(TypedCodeSchema())
@section.response(200, CheckedSchema())
@refuses(400, 404, 413, 415, 429)
def check(body: dict[str, Any]) -> dict[str, Any]:
    """Say what somebody typed; `valid` is true once, for the right code in time.

    A wrong one uses up a try. 404: no code is awaited (over, used, never sent); 429: no try is left.
    """
    if len({"id", "to"} & body.keys()) != 1:
        raise Invalid("verification_unnamed", field="id")
    uid, number = body.get("id"), body.get("to")
    caller = callers.of_key(g.api_key)
    row = verbs.check(g.api_key, body["code"], caller, office().clock.now(), uid=uid, number=number)
    return {**_shown(row), "valid": row.state == verbs.APPROVED}


@section.route("/verifications/<uid>")
@needs("send", "read")
@section.doc(operationId="getVerification")
@section.response(200, VerificationSchema())
@refuses(404)
def look(uid: str) -> dict[str, Any]:
    """Look at one verification of your own, by its id."""
    return _shown(verbs.fetch(g.api_key, uid, office().clock.now()))


@section.route("/verifications/<uid>/cancel", methods=["POST"])
@needs("send")
@section.doc(operationId="cancelVerification")
@section.response(200, VerificationSchema())
@refuses(404, 409)
def cancel(uid: str) -> dict[str, Any]:
    """Its code counts no more, and does not leave if it has not; 409 with its `state` when it is over."""
    row = verbs.cancel(g.api_key, uid, office().clock.now())
    wake.ring(office().config.appliance.runtime_dir)
    return _shown(row)


def _shown(row: Verification) -> dict[str, Any]:
    left = max(0, ATTEMPTS - row.attempts)
    return {**row.__data__, "checked_at": row.checked_at, "attempts_left": left}
