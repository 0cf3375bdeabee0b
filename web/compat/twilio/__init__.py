"""Twilio's dialect: Messages of 2010-04-01, Verify v2, Lookup v2.  A program changes its base URL only.

request ──▶ door (Basic: AccountSid and AuthToken) ──▶ asked ──▶ a gateway verb ──▶ shapes
                                                        └─ refusals: always Twilio's error JSON
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from web.compat import PATHS
from web.compat.twilio import account, codes, messages, numbers, refusals
from web.problems import BODY_LIMIT

SECTIONS = (account.section, messages.section, codes.section, numbers.section)
for _section in SECTIONS:
    refusals.attach(_section)

# What `TWILIO_REGION="x@gateway.lan:8443/"` makes of an address: the client needs no other change.
REGION = "/.twilio.com"

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def register(app: Flask) -> None:
    app.before_request(_refuse_early)
    for section in SECTIONS:
        app.register_blueprint(section)
    app.wsgi_app = without_region(app.wsgi_app)  # type: ignore[assignment, method-assign]


def without_region(wsgi: Wsgi) -> Wsgi:
    """The application, also below REGION."""

    def stripped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{REGION}/"):
            environ["PATH_INFO"] = path.removeprefix(REGION)
        return wsgi(environ, start_response)

    return stripped


def _refuse_early() -> Response | None:
    """Below our paths no large body is read, and an unknown path or method is refused in JSON."""
    if not request.path.startswith(PATHS):
        return None
    request.max_content_length = BODY_LIMIT
    error = request.routing_exception
    if error is None or error.code is None or error.code < 400:
        return None
    return refusals.answer(refusals.refusal_of(error))
