"""Mail as the loop knows it: one at a time, by a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.config import MailConfig
from gateway.features import backlog
from gateway.features.api import Feature, House
from gateway.features.mail import outgoing
from gateway.features.mail.parcels import Outcome, Parcel
from gateway.features.workers import Workers
from gateway.store import database

ALARM, SUBJECT = "mail_backlog", "mail"
KEPT = timedelta(days=30)  # where mails went


class Mails(Feature):
    """Brings people's mails to the relay."""

    name = "mail"

    def __init__(self) -> None:
        self.relay = MailConfig()
        self.workers = Workers("mail", self._send, _refused)
        self.outcomes: list[Outcome] = []
        self.next: datetime | None = None

    def begin(self, house: House, now: datetime) -> None:
        self.relay = house.site.mail

    def step(self, house: House, now: datetime) -> bool:
        """Write down what came back, then hand out the next one."""
        if self.outcomes:
            with database.transaction():
                for outcome in self.outcomes:
                    outgoing.settle(outcome, now, house.trusted())
            self.outcomes = []
            self.workers.told()
        if self.relay.host and self.workers.free:
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
        return self.next if self.workers.free else None

    def end(self) -> None:
        self.workers.end()

    def _hand_out(self, house: House, now: datetime) -> None:
        mail = outgoing.next_one()
        self.next = mail.next_at if mail is not None else None
        if mail is not None and outgoing.is_due(mail, now):
            parcel = Parcel(mail.id, mail.uid, mail.address, mail.title, mail.text, mail.created_at)
            self.workers.give(parcel, house.tell)

    def _send(self, parcel: Parcel) -> Outcome:
        from gateway.features.mail.relay import send  # SMTP and TLS: two megabytes that most have no use for

        return send(self.relay, parcel)

    def _watch(self, now: datetime) -> None:
        count, oldest = outgoing.backlog()
        failed = outgoing.failing() if count else None
        error = failed.error if failed is not None else "mail_no_relay"
        backlog.watch(ALARM, SUBJECT, count, oldest, now, error=error)


def _refused(parcel: Parcel) -> Outcome:
    return Outcome(parcel.name, "mail_refused")
