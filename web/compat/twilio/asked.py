"""What a call says, as a form or as JSON, and what a new message is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from gateway import status
from gateway.access import allowances
from gateway.errors import Invalid
from gateway.features.webhooks import permits, targets
from gateway.features.webhooks.deliveries import TWILIO
from gateway.messages import numbers
from gateway.messages.drafts import LONGEST_VALIDITY, SHORTEST_VALIDITY, Callback, Draft
from web.api.fields import PLUS_LOST, RFC3339
from web.api.inputs import LONGEST_KEY
from web.compat.twilio.door import api_key
from web.office import office

FROM, SERVICE = "twilio_from", "twilio_service"  # in a message's metadata: what its program called the sender
NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9 &_.-]{0,39}")  # a sender by name, or a modem's
SERVICE_SID = re.compile(r"MG[0-9A-Za-z]{1,60}")
PLAIN = re.compile(r"\+?[0-9]{3,15}")
TOKEN = "I-Twilio-Idempotency-Token"

Form = Mapping[str, str]


def form() -> dict[str, str]:
    """The body's fields; of one that is repeated the first.  Raises BadRequest for what is no JSON object."""
    if not request.is_json:
        return request.form.to_dict()
    try:
        body = json.loads(request.get_data())
        json.dumps(body, ensure_ascii=False).encode()  # half a character can be written, and not answered
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not isinstance(body, dict):
        raise BadRequest
    return {name: _written(value) for name, value in body.items() if value is not None}


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def draft(asked: Form) -> Draft:
    """The message that a call asks for; raises Invalid, or Forbidden for what its key may not use."""
    if asked.get("MediaUrl"):
        raise Invalid("media_unsent", field="MediaUrl")
    sender, service = _sender(asked)
    to = asked.get("To", "")
    if sender and _is_same(sender, to):
        raise Invalid("from_is_to", field="From")
    modem = _modem(sender)
    allowances.check_modem(api_key(), modem, office().config.modem_names)
    named = {FROM: sender, SERVICE: service}
    return Draft(
        to=to,
        text=asked.get("Body", ""),
        category=allowances.category(api_key(), None),
        send_at=_send_at(asked),
        validity=_validity(asked.get("ValidityPeriod", "")),
        modem=modem,
        smart_encoding=asked.get("SmartEncoded", "").lower() == "true",
        metadata={name: value for name, value in named.items() if value},
        client_ref=_token(),
        callback=_callback(asked.get("StatusCallback", "")),
    )


def own_numbers() -> dict[str, str]:
    """A modem's name → the number of its SIM, where that is known."""
    here = office()
    seen = status.read(here.config.appliance.runtime_dir, here.clock.now())
    known = {modem.name: modem.number for modem in seen.modems if modem.number}
    return {name: known[name] for name in here.config.modem_names if name in known}


def moment(typed: str, field: str) -> datetime:
    """ISO 8601 with "Z" or an offset; raises Invalid."""
    typed = PLUS_LOST.sub("+", typed.strip())
    match = RFC3339.fullmatch(typed)
    if match is None:
        raise Invalid("time_unreadable", field=field, value=typed)
    if not match["offset"]:
        raise Invalid("time_without_offset", field=field)
    try:
        return datetime.fromisoformat(typed.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("time_unreadable", field=field, value=typed) from error


def day_or_moment(typed: str, field: str) -> datetime:
    """The same, or a day: its first instant in UTC."""
    try:
        return datetime.combine(date.fromisoformat(typed.strip()), time(), UTC)
    except ValueError:
        return moment(typed, field)


def plus(typed: str) -> str:
    """A number in a query, where an unescaped "+" arrives as a space."""
    return re.sub(r"^ (?=\d)", "+", typed)


# ---- the sender: SIM cards have one number each, and what a program calls it is only remembered --------


def _sender(asked: Form) -> tuple[str, str]:
    sender, service = asked.get("From", "").strip(), asked.get("MessagingServiceSid", "").strip()
    if not sender and not service:
        raise Invalid("from_missing", field="From")
    if sender and not (PLAIN.fullmatch(sender) or NAMED.fullmatch(sender)):
        raise Invalid("from_bad", field="From", value=sender)
    if service and not SERVICE_SID.fullmatch(service):
        raise Invalid("service_bad", field="MessagingServiceSid", value=service)
    return sender, service


def _is_same(sender: str, to: str) -> bool:
    return bool(PLAIN.fullmatch(sender)) and sender == re.sub(r"[\s.()/-]", "", to)


def _modem(sender: str) -> str | None:
    """The modem that is meant, by its name or by its number; None: any."""
    if sender in office().config.modem_names:
        return sender
    own = own_numbers().items() if PLAIN.fullmatch(sender) else ()
    return next((name for name, number in own if numbers.same(number, sender)), None)


# ---- when, and who is told ------------------------------------------------------------------------


def _send_at(asked: Form) -> datetime | None:
    hour, kind = asked.get("SendAt", ""), asked.get("ScheduleType", "")
    if not hour and not kind:
        return None
    if not hour or kind.lower() != "fixed":
        raise Invalid("schedule_bad", field="SendAt" if kind else "ScheduleType")
    return moment(hour, "SendAt")


def _validity(typed: str) -> timedelta | None:
    """No shorter than what the network can be told, however short it was asked for."""
    if not typed:
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,7}", typed):
        most = int(LONGEST_VALIDITY.total_seconds())
        raise Invalid("validity_out_of_range", field="ValidityPeriod", least=1, most=most)
    return max(SHORTEST_VALIDITY, timedelta(seconds=int(typed)))


def _callback(url: str) -> Callback | None:
    if not url:
        return None
    targets.check(url, permits.read(), "StatusCallback")
    return Callback(url, TWILIO, api_key().id)


def _token() -> str | None:
    token = request.headers.get(TOKEN, "")
    if len(token) > LONGEST_KEY:
        raise Invalid("key_too_long", field=TOKEN, most=LONGEST_KEY)
    return token or None
