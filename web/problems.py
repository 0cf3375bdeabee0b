"""An answer that says what is wrong: RFC 9457 problem details, with a code that never changes.

    exception ──▶ problem_of ──▶ Problem(status, faults) ──▶ answer ──▶ application/problem+json

Only paths below `/api/` and `/hooks/`, `/healthz` and `/metrics` answer so; pages have their own way of
saying it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as column
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, default_exceptions

from gateway.errors import Conflict, Forbidden, GatewayError, Invalid, Limited, NotFound
from gateway.store import database
from gateway.words import LANGUAGES, here, say
from web.office import office

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
BODY_LIMIT = 64 * 1024  # octets
BUSY, DISK = 5, 30  # seconds after which a caller may well try again: others write; a person makes room

# What the gateway refuses, first match wins.
STATUS_OF: tuple[tuple[type[GatewayError], int], ...] = (
    (Invalid, 422),
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (Limited, 429),
    (GatewayError, 503),
)

# What HTTP itself refuses.
CODE_OF = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "not_json_type",
}

# Where the gateway names no input, and callers know which one it was.
FIELD_OF = {"idempotency_conflict": "Idempotency-Key"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its code, the input at fault, and what fills its sentence in."""

    code: str
    field: str | None = None
    facts: Mapping[str, Any] = column(default_factory=dict)


class Problem(Exception):
    """An answer of status 4xx or 5xx; the first fault gives it its code."""

    def __init__(self, status: int, *faults: Fault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, *(fault.code for fault in faults))
        self.status = status
        self.faults = faults
        self.headers = headers or {}


def language() -> str:
    """The reader's language by Accept-Language, else the appliance's."""
    default = office().config.appliance.language
    return request.accept_languages.best_match(LANGUAGES, default) or default


def spoken(fault: Fault, reader: str) -> dict[str, str | None]:
    """One fault as callers read it: `{"code", "field", "detail"}`."""
    detail = say(f"error.{fault.code}", reader, **here(fault.facts, office().config.appliance.timezone))
    return {"code": fault.code, "field": fault.field, "detail": detail}


def fault_of(error: GatewayError) -> Fault:
    """What the gateway refused, under the names that callers use."""
    return Fault(error.code, error.field or FIELD_OF.get(error.code), error.facts)


def problem_of(error: Exception) -> Problem:
    """Every exception as a problem; what nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, GatewayError):
        status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
        return Problem(status, fault_of(error), headers=_retry_after(error))
    if isinstance(error, database.Trouble):
        log.error("%s %s: the database gave no answer", request.method, request.path, exc_info=error)
        return _database_problem(database.trouble_code(error))
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return _http_problem(error, error.code)
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return Problem(500, Fault("internal"))


def _retry_after(error: GatewayError) -> dict[str, str]:
    """RFC 9110 section 10.2.3, in seconds."""
    if not isinstance(error, Limited) or error.until is None:
        return {}
    left = (error.until - office().clock.now()).total_seconds()
    return {"Retry-After": str(max(1, math.ceil(left)))}


def _database_problem(code: str) -> Problem:
    wait = BUSY if code == "database_busy" else DISK
    return Problem(503, Fault(code), headers={"Retry-After": str(wait)})


def _http_problem(error: HTTPException, status: int) -> Problem:
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    facts = {"path": request.path, "method": request.method, "most": BODY_LIMIT}
    return Problem(status, Fault(CODE_OF.get(status, "bad_request"), None, facts), headers=headers)


def answer(problem: Problem) -> Response:
    """The problem as an HTTP answer, in the reader's language."""
    reader = language()
    first, *_ = errors = [spoken(fault, reader) for fault in problem.faults]
    body = {
        "type": f"/docs#{first['code']}",
        "title": title(problem.faults[0].code),
        "status": problem.status,
        **first,
        "state": problem.faults[0].facts.get("state"),
        "errors": errors,
    }
    response = jsonify(body)
    response.status_code = problem.status
    response.content_type = MEDIA_TYPE
    response.headers.extend(problem.headers)
    return response


def title(code: str) -> str:
    """A code as a short heading: the same words in every language and for every occurrence."""
    return code.replace("_", " ").capitalize()


def attach(blueprint: Blueprint) -> None:
    """Every exception in the blueprint's views becomes a problem, also those the pages dress up."""

    def handle(error: Exception) -> Response:
        return answer(problem_of(error))

    for status in default_exceptions:
        blueprint.register_error_handler(status, handle)
    blueprint.register_error_handler(Exception, handle)


def guard_paths(app: Flask) -> None:
    """Below /api/ and /hooks/: no large body is read, and an unknown path or method is a problem."""

    @app.before_request
    def refuse_early() -> Response | None:
        if not request.path.startswith(("/api/", "/hooks/")):
            return None
        request.max_content_length = BODY_LIMIT
        error = request.routing_exception
        if error is None or error.code is None or error.code < 400:
            return None
        return answer(problem_of(error))
