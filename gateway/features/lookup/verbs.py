"""look(typed, country, now): what a number is by the numbering plans, and what became of messages to it here.

Nobody outside is asked: whether a number answers, and to which operator it moved, only the network knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.contacts import consents
from gateway.messages import numbers
from gateway.messages.lifecycle import State
from gateway.store.models import Message
from gateway.timezones import zones_of

LOST = (State.FAILED, State.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Known:
    """`valid`: some operator may give it out; `possible`: it has as many digits as it must have.

    `type` is one of `numbers.TYPES`; `opposed` names the categories that this person refuses.  `carrier` is
    to whom the range was given, None where that table is not installed.
    """

    number: str
    valid: bool
    possible: bool
    type: str
    region: str  # "" where nobody knows
    country_code: int | None  # None for a short code
    national: str
    zones: tuple[str, ...]
    carrier: str | None
    last_delivered: datetime | None
    last_failure: datetime | None
    opposed: tuple[str, ...]


def look(typed: str, country: str, now: datetime) -> Known:
    """Raises Invalid on `to` for what is no number at all; what lies after `now` is not told."""
    found = numbers.particulars(typed, country)
    region = numbers.region(found.number)
    return Known(
        number=found.number,
        valid=found.valid,
        possible=found.possible,
        type=found.type,
        region=region,
        country_code=found.country_code,
        national=found.national,
        zones=zones_of(region),
        carrier=found.carrier,
        last_delivered=_last(found.number, (State.DELIVERED,), now),
        last_failure=_last(found.number, LOST, now),
        opposed=tuple(consents.opposed(found.number)),
    )


def _last(number: str, states: tuple[State, ...], now: datetime) -> datetime | None:
    """When the newest message to this number came to one of these states."""
    mine = Message.select().where(Message.recipient == number, Message.state.in_(states))
    row = mine.where(Message.updated_at <= now).order_by(Message.id.desc()).first()
    return row.updated_at if row else None
