"""Reminders as the loop knows them: what is due leaves, answers are heard, calendars are followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.features.api import Feature, House
from gateway.features.reminders import answers, sending
from gateway.features.reminders.calendars import UNREACHABLE
from gateway.features.reminders.following import steps
from gateway.features.reminders.looks import Look, Seen
from gateway.features.reminders.states import SOURCE
from gateway.features.workers import Workers
from gateway.modems import alarms
from gateway.store import database
from gateway.store.models import Calendar, Inbound

AHEAD = timedelta(days=60)  # how far a calendar is read
BEHIND = timedelta(days=1)
STALE = timedelta(hours=12)  # a file that is the same is read again: the days go on
LATE = timedelta(hours=24)  # that a calendar cannot be had is worth an alarm


class Reminders(Feature):
    """Reminds people of their appointments."""

    name = "reminders"
    asks = SOURCE

    def __init__(self) -> None:
        self.workers = Workers("calendars", _see, _garbled)
        self.seen: Seen | None = None
        self.work: Iterator[None] | None = None
        self.next: datetime | None = None

    def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
        return answers.hear(message, number, house.caller(SOURCE), now)

    def step(self, house: House, now: datetime) -> bool:
        """Nothing leaves by an hour that nobody vouches for."""
        self.next = None
        if not house.trusted() or not Calendar.select().exists():
            return False
        more = sending.step(house.caller(SOURCE), now)
        if self.seen is not None:
            return self._follow(self.seen, house, now) or more
        if self.workers.free:
            self._look(house, now)
        self.next = min(filter(None, (self.next, sending.next_due())), default=None)
        return more

    def minute(self, house: House, now: datetime) -> None:
        for calendar in Calendar.select().where(Calendar.failing_since <= now - LATE):
            facts = {"name": calendar.name, "error": calendar.error}
            alarms.raise_(UNREACHABLE, calendar.uid, now, **facts)

    def told(self, value: object, house: House, now: datetime) -> None:
        if isinstance(value, Seen):
            self.seen = value

    def due(self, now: datetime) -> datetime | None:
        return self.next

    def end(self) -> None:
        """A calendar that is on its way is looked at again after the next start."""
        self.workers.end()

    # ---- machinery -----------------------------------------------------------------------------

    def _look(self, house: House, now: datetime) -> None:
        waiting = Calendar.select().where(Calendar.next_at.is_null(False)).order_by(Calendar.next_at)
        calendar = waiting.first()
        if calendar is None:
            return
        if (
            now < calendar.next_at <= now + timedelta(minutes=calendar.every_min)
        ):  # else the clock was put back
            self.next = calendar.next_at
            return
        fresh = calendar.read_at is not None and timedelta() <= now - calendar.read_at < STALE
        etag, modified = (calendar.etag, calendar.modified) if fresh else ("", "")
        look = Look(
            calendar.id,
            calendar.url,
            etag,
            modified,
            calendar.digest if fresh else "",
            now - BEHIND,
            now + AHEAD,
            house.site.timezone,
            house.site.country,
        )
        self.workers.give(look, house.tell)

    def _follow(self, seen: Seen, house: House, now: datetime) -> bool:
        """The next short transaction of what was seen; True while there is more."""
        calendar = Calendar.get_or_none(Calendar.id == seen.look.row)
        if calendar is None or calendar.url != seen.look.url:  # changed meanwhile
            self._done()
            return True
        if seen.found is not None:
            if self.work is None:
                self.work = steps(calendar, seen.found, seen.look.until, house.site, house.ids, now)
            try:
                next(self.work)
                return True
            except StopIteration:
                pass
            except Exception:
                self._done()
                self._settle(calendar, Seen(seen.look, "answer_garbled"), now)
                raise
        self._done()
        self._settle(calendar, seen, now)
        return True

    def _done(self) -> None:
        self.seen, self.work = None, None
        self.workers.told()

    def _settle(self, calendar: Calendar, seen: Seen, now: datetime) -> None:
        told = {"next_at": now + timedelta(minutes=calendar.every_min), "error": seen.error}
        if seen.error is not None:
            told["failing_since"] = calendar.failing_since or now
        else:
            told |= {"failing_since": None, "fetched_at": now}
        if seen.found is not None:
            told |= {"etag": seen.etag, "modified": seen.modified, "digest": seen.digest, "read_at": now}
        with database.transaction():
            Calendar.update(told).where(Calendar.id == calendar.id).execute()
            if seen.error is None:
                alarms.clear(UNREACHABLE, calendar.uid, now)


def _see(look: Look) -> Seen:
    from gateway.features.reminders import fetching  # where there is a calendar: TLS takes a megabyte

    return fetching.see(look)


def _garbled(look: Look) -> Seen:
    return Seen(look, "answer_garbled")
