"""Mail by a relay: taken once, tried again while it makes sense, and no longer kept than it must be."""

from __future__ import annotations

import queue
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON, counting_ids
from gateway.config import MailConfig
from gateway.errors import Conflict, Invalid
from gateway.features.api import House
from gateway.features.mail import outgoing
from gateway.features.mail.feature import Mails
from gateway.features.mail.parcels import Outcome, Parcel
from gateway.features.mail.relay import send
from gateway.modems import alarms
from gateway.privacy import erase, export
from gateway.store import database
from gateway.store.models import Mail
from postbox import Postbox

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
PARCEL = Parcel(7, "a1b2", "owner@example.org", "Ça va ?", "Voilà.\n.\nFin", MONDAY_NOON)


def relay(port: int, **rest: Any) -> MailConfig:
    return MailConfig("127.0.0.1", port, "none", sender="box@shop.example", **rest)


# ---- one mail to the relay ---------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_written() -> None:
    with Postbox() as box:
        assert send(relay(box.port), PARCEL) == Outcome(7)
    (mail,) = box.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == ("box@shop.example", "owner@example.org", "Ça va ?")
    assert mail["Message-ID"] == "<a1b2@shop.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content() == "Voilà.\r\n.\r\nFin\r\n"
    assert "EHLO shop.example" in box.lines[0].replace("ehlo", "EHLO")


def test_name_and_password_are_told_when_there_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    with Postbox(AUTH="235 welcome") as box:
        assert send(relay(box.port, user="ana", password_file=tmp_path / "password"), PARCEL).error is None
    assert "AUTH PLAIN AGFuYQBzM2NyZXQ=" in box.lines  # \0ana\0s3cret


@pytest.mark.parametrize(
    ("answers", "error", "final"),
    [
        ({"RCPT": "550 no such person"}, "mail_recipient", True),
        ({"RCPT": "450 later"}, "mail_recipient", False),
        ({".": "554 not this"}, "mail_refused", True),
        ({".": "451 later"}, "mail_refused", False),
        ({"MAIL": "530 who are you"}, "mail_refused", False),
        ({"greeting": "421 busy"}, "mail_refused", False),
        ({"greeting": "no relay at all"}, "mail_refused", False),
    ],
)
def test_what_the_relay_refuses(answers: dict[str, str], error: str, final: bool) -> None:
    with Postbox(**answers) as box:
        outcome = send(relay(box.port), PARCEL)
    assert (outcome.error, outcome.is_final) == (error, final)
    assert box.mails == [] or error == "mail_refused"


@pytest.mark.parametrize(
    ("changes", "answers", "error"),
    [
        ({"user": "ana"}, {"AUTH": "535 no"}, "mail_login"),
        ({"user": "ana"}, {"EHLO": "250 postbox"}, "mail_not_offered"),
        ({"security": "starttls"}, {}, "mail_not_offered"),
        ({"security": "tls"}, {}, "mail_not_offered"),
        ({"user": "ana", "password_file": Path("/nowhere/password")}, {}, "mail_password"),
        ({"host": "127.0.0.1", "port": 1}, {}, "mail_unreachable"),
    ],
)
def test_what_somebody_must_put_right(changes: dict[str, Any], answers: dict[str, str], error: str) -> None:
    with Postbox(**answers) as box:
        outcome = send(replace(relay(box.port), **changes), PARCEL)
    assert (outcome.error, outcome.is_final) == (error, False)
    assert box.mails == []


def test_a_relay_that_says_nothing_for_long_is_left() -> None:
    silence = threading.Event()

    def never() -> str:
        silence.wait(10)
        return "250 well"

    with Postbox(RCPT=never) as box:
        outcome = send(relay(box.port), PARCEL, deadline=0.2)
        silence.set()
    assert (outcome.error, outcome.is_final) == ("mail_unreachable", False)


# ---- rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["", "owner", "a@b@c", "a b@c.d", "a@c.d\nBcc: x@y.z", "é@c.d", "a@-c", "a@b..c"]
)
def test_what_is_no_address_is_refused(bench: Bench, typed: str) -> None:
    with pytest.raises(Invalid, match="mail_address") as refused:
        outgoing.queue(typed, "Subject", "Text", bench.now, bench.ids)
    assert refused.value.field == "to"
    assert Mail.select().count() == 0


def test_no_header_can_be_smuggled_in(bench: Bench) -> None:
    mail = outgoing.queue("o@example.org", "Hello\r\nBcc: x@y.z\n\nBody", "Text", bench.now, bench.ids)
    assert mail.title == "Hello Bcc: x@y.z Body"
    with Postbox() as box:
        # The second wall: what somebody may have written into the row all the same.
        parcel = replace(PARCEL, subject="Hello\r\nBcc: x@y.z")
        assert send(relay(box.port), parcel).error == "mail_unreachable"
    assert box.mails == []


class Office:
    """The feature with a house whose clock stands still, and this thread as its loop."""

    def __init__(self, bench: Bench, mail: MailConfig) -> None:
        self.bench, self.said = bench, queue.Queue[object]()
        site = replace(bench.site, mail=mail)
        self.house = House(site, ("sim1",), bench.ids, self.said.put, lambda: True)
        self.feature = Mails()
        self.feature.begin(self.house, bench.now)

    def step(self) -> None:
        self.feature.step(self.house, self.bench.now)

    def go(self) -> None:
        """Hand out, wait for what came of it, write that down."""
        self.step()
        self.feature.told(self.said.get(timeout=10), self.house, self.bench.now)
        self.step()

    def minute(self) -> None:
        self.feature.minute(self.house, self.bench.now)


def test_what_was_taken_is_emptied_at_once(bench: Bench) -> None:
    outgoing.queue("o@example.org", "Hello", "A secret", bench.now, bench.ids)
    with Postbox() as box:
        desk = Office(bench, relay(box.port))
        desk.go()
        desk.feature.end()
    (mail,) = Mail.select()
    assert (mail.state, mail.title, mail.text, mail.attempts) == ("done", "", "", 1)
    assert box.mails[0].get_content() == "A secret\r\n"
    bench.clock.move(timedelta(days=31))
    list(desk.feature.night(desk.house, bench.now))
    assert Mail.select().count() == 0


def test_what_was_not_taken_goes_again_later_and_later_for_two_days(bench: Bench) -> None:
    outgoing.queue("o@example.org", "Hello", "Text", bench.now, bench.ids)
    desk, pauses = Office(bench, relay(1)), []
    began = bench.now
    while (mail := Mail.get()).state == "waiting":
        desk.go()
        after = Mail.get()
        if after.next_at is not None:
            pauses.append(int((after.next_at - bench.now).total_seconds()))
            assert desk.feature.due(bench.now) == after.next_at
            bench.clock.move(after.next_at - bench.now)
    assert pauses[:6] == [60, 300, 900, 1800, 3600, 3600]
    assert (mail.state, mail.error) == ("given_up", "mail_unreachable")
    assert timedelta(hours=48) <= bench.now - began < timedelta(hours=50)
    desk.feature.end()


def test_nothing_is_handed_out_before_its_time_but_a_clock_that_was_put_back_holds_nothing_up(
    bench: Bench,
) -> None:
    mail = outgoing.queue("o@example.org", "Hello", "Text", bench.now, bench.ids)
    desk = Office(bench, relay(1))
    for ahead, flies in ((timedelta(minutes=30), False), (timedelta(days=3), True)):
        Mail.update(next_at=bench.now + ahead).where(Mail.id == mail.id).execute()
        desk.step()
        assert bool(desk.feature.workers.busy) is flies
    desk.said.get(timeout=10)
    desk.feature.end()


def test_an_alarm_stands_while_mail_waits_for_long_and_says_why(bench: Bench) -> None:
    desk = Office(bench, MailConfig())
    outgoing.queue("o@example.org", "Hello", "Text", bench.now, bench.ids)
    bench.clock.move(timedelta(minutes=61))
    desk.minute()
    (alarm,) = alarms.standing()
    assert (alarm.kind, alarm.facts) == (
        "mail_backlog",
        {"count": 1, "minutes": 61, "error": "mail_no_relay"},
    )
    bench.clock.move(timedelta(days=2))
    desk.minute()
    assert (Mail.get().state, Mail.get().error, alarms.standing()) == ("given_up", "mail_no_relay", [])


def test_who_is_erased_is_in_no_mail_that_waits(bench: Bench) -> None:
    outgoing.queue("o@example.org", "From Anna", "Bonjour", bench.now, bench.ids, number=ANNA)
    kept = export.everything(ANNA, bench.site, "test:me", bench.now)
    assert [row["text"] for row in kept["mails"]] == ["Bonjour"]
    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert Mail.select().count() == 0


def test_without_a_relay_it_is_said_at_once(bench: Bench) -> None:
    with pytest.raises(Conflict, match="mail_no_relay"):
        outgoing.check_relay(bench.site)
    with database.transaction():
        assert outgoing.queue("o@example.org", "x", "y", bench.now, counting_ids()).state == "waiting"
