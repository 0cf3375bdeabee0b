"""An answer that says what is wrong: `{"code", "message", "more_info", "status"}`, with Twilio's numbers.

Never problem+json below these paths: the official client would take it for another kind of error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException, default_exceptions

from gateway.errors import Conflict, Forbidden, GatewayError, Invalid, Limited, NotFound
from gateway.words import say
from web import problems
from web.problems import Fault, language, problem_of

log = logging.getLogger(__name__)

MORE = "https://www.twilio.com/docs/errors"  # a text: nothing is ever asked of it

# what the gateway refuses → HTTP's status and Twilio's number; first by its code, then by its kind
NUMBER_OF: dict[str, tuple[int, int]] = {
    "number_missing": (400, 21604),
    "number_has_letter": (400, 21211),
    "bad_number": (400, 21211),
    "from_missing": (400, 21603),
    "from_bad": (400, 21212),
    "from_is_to": (400, 21266),
    "modem_not_allowed": (400, 21606),
    "service_bad": (400, 21701),
    "text_empty": (400, 21602),
    "text_unprintable": (400, 21602),
    "sender_missing": (400, 21602),
    "link_broken": (400, 21602),
    "too_many_parts": (400, 21617),
    "media_unsent": (400, 21620),
    "url_long": (400, 21609),
    "url_bad": (400, 21609),
    "url_forbidden": (400, 21609),
    "schedule_bad": (400, 35114),
    "send_at_past": (400, 35114),
    "send_at_far": (400, 35114),
    "time_unreadable": (400, 35114),
    "time_without_offset": (400, 35114),
    "not_cancelable": (409, 30409),
    "not_over": (409, 20009),
    "asks_first": (409, 20009),
    "still_counted": (409, 20009),
    "code_barred": (403, 21408),
    "code_country": (403, 21408),
    "code_number_type": (403, 60205),
    "verification_over": (404, 20404),
}
KINDS: tuple[tuple[type[GatewayError], tuple[int, int]], ...] = (
    (Invalid, (400, 20001)),
    (NotFound, (404, 20404)),
    (Forbidden, (403, 20003)),
    (Limited, (429, 20429)),
    (Conflict, (409, 20409)),
    (GatewayError, (503, 20503)),
)
# what HTTP refuses, and what failed here
STATUSES = {404: 20404, 405: 20004, 500: 20500, 503: 20503}
OTHER = 20001

# a rule refused the message: its reason → Twilio's number
REASONS = {
    "opposed_marketing": 21610,
    "opposed_notification": 21610,
    "no_consent": 21610,  # the nearest there is: this person may not be written to
    "consent_pending": 21610,
}
UNREACHABLE = 21612


class Refusal(Exception):
    """An answer of status 4xx or 5xx with Twilio's number; `message` is a sentence."""

    def __init__(
        self, status: int, number: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, number)
        self.status = status
        self.number = number
        self.message = message
        self.headers = headers or {}


def refuse(status: int, number: int, fault: Fault) -> Refusal:
    """A refusal in the reader's words."""
    return Refusal(status, number, say(f"error.{fault.code}", language(), **fault.facts))


def by_rule(reason: str, facts: Mapping[str, object]) -> Refusal:
    """A rule said never."""
    sentence = say(f"reason.{reason}", language(), **facts)
    return Refusal(400, REASONS.get(reason, UNREACHABLE), sentence)


def refusal_of(error: Exception) -> Refusal:
    """Every exception as a refusal; what nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, Refusal):
        return error
    problem = problem_of(error)  # logs what must be logged
    number = STATUSES.get(problem.status, OTHER)
    status = problem.status
    if isinstance(error, GatewayError):
        kind = next(numbers for kind, numbers in KINDS if isinstance(error, kind))
        status, number = NUMBER_OF.get(error.code, kind)
    fault = problem.faults[0]
    return Refusal(status, number, str(problems.spoken(fault, language())["detail"]), problem.headers)


@contextmanager
def told_as(limited: int, invalid: int) -> Iterator[None]:
    """Within the block a Limited is told as `limited`, an Invalid as `invalid`."""
    try:
        yield
    except (Limited, Invalid) as error:
        wanted = limited if isinstance(error, Limited) else invalid
        told = refusal_of(error)
        raise Refusal(told.status, wanted, told.message, told.headers) from error


def answer(refusal: Refusal) -> Response:
    body = {
        "code": refusal.number,
        "message": refusal.message,
        "more_info": f"{MORE}/{refusal.number}",
        "status": refusal.status,
    }
    response = jsonify(body)
    response.status_code = refusal.status
    response.headers.extend(refusal.headers)
    return response


def attach(section: Blueprint) -> None:
    """Every exception in the section's views becomes a refusal."""

    def handle(error: Exception) -> Response:
        return answer(refusal_of(error))

    for status in default_exceptions:
        section.register_error_handler(status, handle)
    section.register_error_handler(HTTPException, handle)
    section.register_error_handler(Exception, handle)
