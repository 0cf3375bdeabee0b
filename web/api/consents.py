"""/api/v1/contacts/NUMBER/consents: what one person agreed to or refused, and the acts behind it."""

from __future__ import annotations

from typing import Any

from gateway.consent import ledger
from gateway.contacts import consents
from gateway.contacts.consents import Recorded
from web.api.auth import needs, source
from web.api.contact_inputs import NewConsentSchema
from web.api.contact_outputs import StandingSchema
from web.api.contacts import kept
from web.api.contacts import section as section
from web.api.framework import refuses
from web.office import office


@section.route("/contacts/<number>/consents")
@needs("read")
@section.doc(operationId="getConsents")
@section.response(200, StandingSchema())
def standing(number: str) -> dict[str, Any]:
    """See whether a person may get marketing, and every act behind it; the number need not be a contact."""
    return _standing(kept(number))


@section.route("/contacts/<number>/consents", methods=["POST"], endpoint="record")
@needs("admin")
@section.doc(operationId="recordConsent")
@section.arguments(NewConsentSchema())
@section.response(200, StandingSchema(), description="Written down; this is what stands now")
@refuses(400, 409, 413, 415)
def record(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Write down that a person agreed, took it back, said no, or took the no back.

    A no that stands already is not written twice. `given` for somebody who said no is refused, unless it is
    `newer` and comes with its `proof`; `resumed` without a no is refused too.
    """
    known = kept(number)
    consents.record(known, Recorded(**body), source(), office().clock.now())
    return _standing(known)


def _standing(number: str) -> dict[str, Any]:
    answer = consents.answer(number)
    return {
        "number": number,
        "marketing": answer.may,
        "answer": answer.code,
        "since": answer.since,
        "opposed": list(consents.opposed(number)),
        "history": ledger.history(number),
    }
