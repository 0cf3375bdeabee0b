"""What an event says, as JSON: `{"type", "timestamp", "data"}`; instants in the appliance's zone.

The `data` of a message's event is what the API answers about that message, as it was then.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.messages import topics
from gateway.store.models import Alarm, AlarmStep, Consent, Inbound, Message

Data = dict[str, Any]


def envelope(event: str, at: datetime, data: Data, zone: ZoneInfo) -> str:
    body = {"type": event, "timestamp": instant(at, zone), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 to the millisecond, as the API writes it."""
    return at.astimezone(zone).isoformat(timespec="milliseconds") if at else None


def of_message(message: Message, zone: ZoneInfo) -> Data:
    """The fields of the API's message, in its order."""
    return {
        "id": message.uid,
        "to": message.recipient,
        "text": message.text,
        "category": message.category,
        "state": message.state,
        "reason": message.reason,
        "until": instant(message.until, zone),
        "alphabet": message.alphabet,
        "parts": message.part_count,
        "created_at": instant(message.created_at, zone),
        "send_at": instant(message.send_at, zone),
        "expires_at": instant(message.expires_at, zone),
        "modem": message.modem,
        "typed": message.typed,
        "metadata": message.metadata,
    }


def then(message: Message, state: str, reason: str | None, zone: ZoneInfo) -> Data:
    """The same in a state that it had; it may have gone on since."""
    data = of_message(message, zone)
    if state == message.state:
        return data
    return {**data, "state": state, "reason": reason, "until": None}


def of_inbound(message: Inbound, zone: ZoneInfo) -> Data:
    """The fields of the API's received message."""
    about = topics.of([message]).get(message.id)
    return {
        "id": message.uid,
        "from": message.sender,
        "text": message.text,
        "received_at": instant(message.received_at, zone),
        "complete": message.complete,
        "modem": message.modem,
        "about": asdict(about) if about else None,
    }


def of_consent(act: Consent, zone: ZoneInfo) -> Data:
    """Who, what (`given`, `opposed` …), of which category, and how it came about."""
    of_category = act.event in ("opposed", "resumed")
    return {
        "number": act.number,
        "act": act.event,
        "category": act.purpose if of_category else "marketing",
        "ground": act.ground,
        "channel": act.channel,
        "at": instant(act.at, zone),
    }


def of_alarm(alarm: Alarm, step: AlarmStep, zone: ZoneInfo) -> Data:
    return {
        "kind": alarm.kind,
        "subject": alarm.subject,
        "facts": alarm.facts,
        "raised_at": instant(alarm.raised_at, zone),
        "cleared_at": instant(step.at, zone) if step.event == "cleared" else None,
    }
