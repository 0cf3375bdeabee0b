"""APScheduler as a heartbeat: a tick a minute and the nightly work, guarded against clock steps.

Due times of messages are rows, never jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger


class NoBacklog(BaseTrigger):  # type: ignore[misc]
    """A trigger that forgets the runs it missed.

    APScheduler lists every missed run before it looks at `coalesce`: a Pi that starts in 1970 and then
    learns the date would list 56 years of minutes.
    """

    def __init__(self, make: Callable[[], BaseTrigger], limit: timedelta = timedelta(minutes=5)) -> None:
        self.make, self.inner, self.limit = make, make(), limit

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        if previous is not None and abs(now - previous) > self.limit:
            previous, self.inner = None, self.make()
        return self.inner.get_next_fire_time(previous, now)


class Heartbeat:
    """Calls `minute` every minute and `night` at 3:30; survives a clock that jumps."""

    def __init__(self, zone: ZoneInfo, minute: Callable[[], None], night: Callable[[], None]) -> None:
        self.zone = zone
        self.jobs = (
            (minute, lambda: CronTrigger(second=7, timezone=zone)),
            (night, lambda: CronTrigger(hour=3, minute=30, timezone=zone)),
        )
        self.scheduler = BackgroundScheduler(
            timezone=zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    def start(self) -> None:
        self._add_jobs()
        self.scheduler.start()

    def stop(self) -> None:
        self.scheduler.shutdown(wait=False)

    def begin_anew(self) -> None:
        """The wall clock was set: the jobs are made anew, or they would wait for hours that are over."""
        if self.scheduler.running:
            self.scheduler.remove_all_jobs()
            self._add_jobs()
            self.scheduler.wakeup()

    def _add_jobs(self) -> None:
        for call, make in self.jobs:
            trigger: Any = NoBacklog(make)
            self.scheduler.add_job(call, trigger)
