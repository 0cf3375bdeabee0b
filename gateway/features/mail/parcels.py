"""What passes between the rows and the thread that talks to the relay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail as it leaves; `name` and `uid` are its row's."""

    name: int
    uid: str
    to: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the relay said: `error` None where it took the mail; `is_final`: another try would be the same."""

    name: int
    error: str | None = None
    answer: str = ""
    is_final: bool = False
