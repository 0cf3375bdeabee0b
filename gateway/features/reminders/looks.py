"""One look at a calendar: what is asked of its thread, and what that tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.features.reminders.calendar import Occurrence


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be looked at; `digest` is of the file that was read last."""

    row: int
    url: str
    etag: str
    modified: str
    digest: str
    begin: datetime
    until: datetime
    zone: ZoneInfo
    country: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it: an error's code, or what is in the calendar; `found` None: the same as before."""

    look: Look
    error: str | None = None
    found: Sequence[Occurrence] | None = None
    etag: str = ""
    modified: str = ""
    digest: str = ""
