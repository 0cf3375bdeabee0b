"""Mail as the loop knows it: one at a time, by a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.config import MailConfig
from gateway.features.api import Feature, House
from gateway.features.mail import outgoing
from gateway.features.mail.parcels import Outcome, Parcel
from gateway.modems import alarms
from gateway.store import database

log = logging.getLogger(__name__)

ALARM, SUBJECT = "mail_backlog", "mail"
LATE = timedelta(hours=1)  # that something waits is worth an alarm
KEPT = timedelta(days=30)  # where mails went
FAREWELL = 1.0  # seconds


class Mails(Feature):
    """Brings people's mails to the relay."""

    name = "mail"

    def __init__(self) -> None:
        self.relay = MailConfig()
        self.parcels: queue.SimpleQueue[Parcel | None] = queue.SimpleQueue()
        self.outcomes: list[Outcome] = []
        self.worker: threading.Thread | None = None
        self.flying = False
        self.next: datetime | None = None

    def begin(self, house: House, now: datetime) -> None:
        self.relay = house.site.mail

    def step(self, house: House, now: datetime) -> bool:
        """Write down what came back, then hand out the next one."""
        if self.outcomes:
            with database.transaction():
                for outcome in self.outcomes:
                    outgoing.settle(outcome, now, house.trusted())
            self.outcomes, self.flying = [], False
        if self.relay.host and not self.flying:
            self._hand_out(house, now)
        return False

    def minute(self, house: House, now: datetime) -> None:
        if house.trusted() and not self.relay.host:
            with database.transaction():
                outgoing.give_up_old(now)
        self._watch(now)

    def night(self, house: House, now: datetime) -> Iterator[None]:
        with database.transaction():
            outgoing.forget(now - KEPT)
        yield

    def told(self, value: object, house: House, now: datetime) -> None:
        if isinstance(value, Outcome):
            self.outcomes.append(value)

    def due(self, now: datetime) -> datetime | None:
        return None if self.flying else self.next

    def end(self) -> None:
        """What is on its way is left behind, and goes again."""
        if self.worker is not None:
            self.parcels.put(None)
            self.worker.join(FAREWELL)

    def _hand_out(self, house: House, now: datetime) -> None:
        mail = outgoing.next_one()
        self.next = mail.next_at if mail is not None else None
        if mail is not None and outgoing.is_due(mail, now):
            self._give(Parcel(mail.id, mail.uid, mail.address, mail.title, mail.text, mail.created_at), house)

    def _give(self, parcel: Parcel, house: House) -> None:
        if self.worker is None:
            self.worker = threading.Thread(target=self._work, args=[house], name="mail", daemon=True)
            self.worker.start()
        self.flying = True
        self.parcels.put(parcel)

    def _work(self, house: House) -> None:
        from gateway.features.mail.relay import send  # SMTP and TLS: two megabytes that most have no use for

        while (parcel := self.parcels.get()) is not None:
            try:
                outcome = send(self.relay, parcel)
            except Exception:
                log.exception("while a mail was brought to the relay")
                outcome = Outcome(parcel.name, "mail_refused")
            house.tell(outcome)

    def _watch(self, now: datetime) -> None:
        count, oldest = outgoing.backlog()
        if oldest is not None and now - oldest > LATE:
            failed = outgoing.failing()
            error = failed.error if failed is not None else "mail_no_relay"
            minutes = int((now - oldest).total_seconds() // 60)
            alarms.raise_(ALARM, SUBJECT, now, count=count, minutes=minutes, error=error)
        else:
            alarms.clear(ALARM, SUBJECT, now)
