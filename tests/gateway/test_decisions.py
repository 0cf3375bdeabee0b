"""What a person decides: it left, send it again, send it now after all, at another hour; and the question
before the same thing goes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gateway.errors import Conflict, Invalid, NotFound
from gateway.messages import decisions, inbox, lookup, outbox
from gateway.messages.outbox import Draft
from gateway.messages.retries import GRACE
from gateway.store.models import Audit
from modem import api
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from conftest import Bench
    from gateway.store.models import Message

HOUR = timedelta(hours=1)
Decide = Callable[[str, str, datetime], Any]
ANNA, BOB = "+33612345678", "+33698765432"
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10


def lose(bench: Bench, text: str = "Bonjour", category: str = "marketing") -> Message:
    message = bench.submit(text, category=category)
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    return message


def fail(bench: Bench, text: str = "Bonjour") -> Message:
    message = bench.submit(text)
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    return message


def test_it_left_makes_it_sent_and_its_report_is_still_understood(bench: Bench) -> None:
    message = lose(bench)
    settled = decisions.it_left(message.uid, "page:ana", bench.now)
    assert (settled.state, settled.reason, settled.facts) == ("sent", "decided_left", {"by": "page:ana"})
    report = api.Report(9, ANNA, 0x00, bench.now + timedelta(seconds=2), None)
    bench.clock.move(GRACE)
    bench.release()
    assert len(bench.modem.jobs) == 1
    inbox.take(api.Heard("sim1", bench.modem.sim, "06AA", report, None), bench.caller, bench.now)
    assert (bench.state(message), lookup.parts(message)[0].reference) == ("delivered", 9)


def test_send_again_sends_exactly_the_uncertain_part(bench: Bench) -> None:
    message = lose(bench, THREE_PARTS)
    for _ in range(2):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    decisions.send_again(message.uid, "page:ana", bench.now)
    bench.fill()
    assert bench.modem.texts == ["a" * 153, "b" * 153, "c" * 10 + " Rép. STOP", "a" * 153]
    assert bench.events(message)[-2:] == ["repeat", "claim"]


def test_a_failed_message_goes_again_with_all_that_stayed_here(bench: Bench) -> None:
    message = fail(bench, THREE_PARTS)
    assert bench.part_states(message) == ["failed", "canceled", "canceled"]
    bench.clock.move(timedelta(days=9))  # its validity is long over
    again = decisions.send_again(message.uid, "page:ana", bench.now)
    assert again.expires_at == bench.now + timedelta(hours=72)
    bench.fill()
    for _ in range(3):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.part_states(message) == ["sent"] * 3
    concats = [part.concat for _, part in bench.modem.jobs[1:]]
    assert [c and (c.reference, c.seq) for c in concats] == [(message.concat_reference, n) for n in (1, 2, 3)]


@pytest.mark.parametrize("decide", [decisions.it_left, decisions.send_again])
def test_what_is_neither_uncertain_nor_failed_is_left_alone(bench: Bench, decide: object) -> None:
    message = bench.submit()
    with pytest.raises(Conflict) as caught:
        decide(message.uid, "page:ana", bench.now)  # type: ignore[operator]
    assert caught.value.facts == {"state": "queued"}
    assert bench.state(message) == "queued"


def test_what_somebody_canceled_is_not_sent_again(bench: Bench) -> None:
    message = bench.submit()
    outbox.cancel(message.uid, "page:ana", bench.now)
    with pytest.raises(Conflict):
        decisions.send_again(message.uid, "page:ana", bench.now)


def test_nothing_is_decided_twice(bench: Bench) -> None:
    message = lose(bench)
    decisions.it_left(message.uid, "page:ana", bench.now)
    for decide in (decisions.it_left, decisions.send_again):
        with pytest.raises(Conflict):
            decide(message.uid, "page:bob", bench.now)
    with pytest.raises(NotFound):
        decisions.it_left("0" * 32, "page:ana", bench.now)


def test_a_late_answer_after_it_left_changes_nothing(bench: Bench) -> None:
    message = lose(bench)
    decisions.it_left(message.uid, "page:ana", bench.now)
    bench.dispatcher.late(api.LateAnswer("sim1", bench.modem.sim, bench.modem.job, 9), bench.now)
    assert bench.events(message).count("accept") == 0


def test_the_list_begins_with_what_only_a_person_can_settle(bench: Bench) -> None:
    failed = fail(bench, "failed")
    asked = lose(bench, "asked")
    bench.clock.move(GRACE)
    bench.release()
    fresh = lose(bench, "fresh", "notification")
    bench.submit("fine")
    assert [m.text for m in decisions.waiting(bench.now)] == ["asked Rép. STOP", "fresh", "failed"]
    assert decisions.count(bench.now) == 3
    bench.clock.move(decisions.RECENT)
    assert failed.uid not in [m.uid for m in decisions.waiting(bench.now)]
    assert {asked.uid, fresh.uid} <= {m.uid for m in decisions.waiting(bench.now)}


# ---- now after all, or at another hour ---------------------------------------------------------


def in_an_hour(uid: str, by: str, now: datetime) -> Message:
    return decisions.reschedule(uid, now + HOUR, by, now)


def found_late(bench: Bench, category: str = "notification", parts: str = "Bonjour") -> Message:
    """Its hour passed while the appliance was off."""
    message = bench.submit(parts, category=category, send_at=bench.now + HOUR)
    bench.clock.move(timedelta(days=2))
    bench.release()
    assert (bench.state(message), lookup.message(message.uid).reason) == ("held", "too_late")
    return message


@pytest.mark.parametrize("text", ["Bonjour", THREE_PARTS])
def test_what_was_found_too_late_leaves_when_a_person_says_so(bench: Bench, text: str) -> None:
    message = found_late(bench, parts=text)
    assert [m.uid for m in decisions.waiting(bench.now)] == [message.uid]
    assert decisions.count(bench.now) == 1
    released = decisions.release(message.uid, "page:ana", bench.now)
    assert (released.state, released.reason, released.facts) == ("queued", "released", {"by": "page:ana"})
    assert released.expires_at == bench.now + timedelta(hours=72)
    assert decisions.count(bench.now) == 0
    bench.ready()
    assert bench.modem.texts[0] == text[:153]


def test_what_waits_for_its_hour_can_be_sent_now_and_is_late_for_nothing_afterwards(bench: Bench) -> None:
    message = bench.submit(send_at=bench.now + timedelta(days=9))
    decisions.release(message.uid, "page:ana", bench.now)
    bench.clock.move(timedelta(days=1))  # no modem was there: it is not found too late
    bench.ready()
    assert bench.modem.texts == ["Bonjour"]


def test_a_clock_that_nobody_vouches_for_does_not_keep_back_what_a_person_sends_now(bench: Bench) -> None:
    message = bench.submit(send_at=bench.now + timedelta(days=9))
    decisions.release(message.uid, "page:ana", bench.now)
    bench.dispatcher.judge.trusted = False
    bench.ready()
    assert bench.modem.texts == ["Bonjour"]


def test_the_other_rules_are_asked_of_what_is_sent_now(bench: Bench) -> None:
    offer = bench.submit("offer", category="marketing", send_at=bench.now + timedelta(days=9))
    bench.clock.move(timedelta(hours=12))  # at midnight
    decisions.release(offer.uid, "page:ana", bench.now)
    bench.ready()
    assert (bench.state(offer), lookup.message(offer.uid).reason) == ("held", "quiet_hours")
    assert bench.modem.texts == []


@pytest.mark.parametrize("decide", [decisions.release, in_an_hour])
@pytest.mark.parametrize("where", ["queued", "uncertain", "canceled"])
def test_what_waits_for_neither_is_left_alone(bench: Bench, decide: Decide, where: str) -> None:
    message = lose(bench) if where == "uncertain" else bench.submit()
    if where == "canceled":
        outbox.cancel(message.uid, "page:ana", bench.now)
    with pytest.raises(Conflict) as caught:
        decide(message.uid, "page:ana", bench.now)
    assert caught.value.facts == {"state": where}
    assert bench.state(message) == where


@pytest.mark.parametrize("first", ["scheduled", "held"])
def test_another_hour_is_kept_with_who_chose_it_and_as_long_a_worth(bench: Bench, first: str) -> None:
    if first == "held":
        message = found_late(bench)
    else:
        message = bench.submit(send_at=bench.now + HOUR, validity=timedelta(hours=5))
    worth = message.expires_at - message.send_at
    hour = bench.now + timedelta(days=3)
    moved = decisions.reschedule(message.uid, hour, "page:ana", bench.now)
    assert (moved.state, moved.until, moved.send_at) == ("scheduled", hour, hour)
    assert moved.expires_at == hour + worth
    assert bench.events(message)[-1] == "reschedule"
    assert Audit.select().where(Audit.action == "message_rescheduled").count() == 1
    bench.ready()
    bench.clock.wall = hour - timedelta(minutes=1)
    bench.release()
    assert bench.modem.texts == []
    bench.clock.wall = hour
    bench.release()
    assert bench.modem.texts == ["Bonjour"]


@pytest.mark.parametrize(
    ("ahead", "code"), [(timedelta(hours=-1), "send_at_past"), (timedelta(days=400), "send_at_far")]
)
def test_an_hour_that_makes_no_sense_is_refused_and_changes_nothing(
    bench: Bench, ahead: timedelta, code: str
) -> None:
    message = bench.submit(send_at=bench.now + HOUR)
    with pytest.raises(Invalid) as caught:
        decisions.reschedule(message.uid, bench.now + ahead, "page:ana", bench.now)
    assert (caught.value.code, caught.value.field) == (code, "send_at")
    assert lookup.message(message.uid).send_at == message.send_at


def test_a_message_that_has_begun_to_leave_gets_no_other_hour(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert not decisions.is_reschedulable(lookup.message(message.uid))
    with pytest.raises(Conflict):
        decisions.reschedule(message.uid, bench.now + HOUR, "page:ana", bench.now)


@pytest.mark.parametrize(
    ("to", "text", "minutes", "found"),
    [
        ("06 12 34 56 78", "Bonjour", 9, True),
        (ANNA, "Bonjour", 10, False),
        (BOB, "Bonjour", 1, False),
        (ANNA, "Bonsoir", 1, False),
    ],
)
def test_the_same_text_to_the_same_number_is_noticed(
    bench: Bench, to: str, text: str, minutes: int, found: bool
) -> None:
    first = bench.submit("Bonjour")
    bench.clock.move(timedelta(minutes=minutes))
    twin = outbox.twin(Draft(to, text), bench.caller, bench.now)
    assert (twin.uid if twin else None) == (first.uid if found else None)


def test_what_was_canceled_is_no_twin(bench: Bench) -> None:
    outbox.cancel(bench.submit().uid, "page:ana", bench.now)
    assert outbox.twin(Draft(ANNA, "Bonjour"), bench.caller, bench.now) is None
    assert lookup.messages().items
