"""Which part leaves next and what becomes of it: a modem in memory, a real ledger, a clock that is told."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fakes import MemoryModem, NoWatch
from gateway.messages import inbox, lookup, outbox, recovery, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.outbox import Draft
from gateway.messages.retries import GRACE
from gateway.store.models import Message
from modem import api
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BOB, CARL = "+33612345678", "+33698765432", "+33611111111"
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10


def test_nothing_is_claimed_before_a_modem_is_ready(bench: Bench) -> None:
    message = bench.submit()
    bench.fill()
    assert (bench.state(message), bench.modem.jobs) == ("queued", [])


def test_sending_is_written_down_before_the_modem_gets_the_part(bench: Bench) -> None:
    message = bench.submit()
    seen: list[str] = []

    class Watching(MemoryModem):
        def send(self, job: int, part: api.OutboundPart) -> None:
            seen.append(lookup.message(message.uid).state)

    dispatcher = Dispatcher({"sim1": Watching()}, bench.site.timezone, NoWatch())
    dispatcher.ready("sim1", "8933")
    dispatcher.fill(bench.now)
    assert seen == ["sending"]


def test_a_part_crosses_with_all_the_modem_must_know(bench: Bench) -> None:
    message = bench.submit("€" * 100, validity=timedelta(hours=2))
    bench.ready()
    part = bench.modem.jobs[0][1]
    assert part == api.OutboundPart(
        recipient=ANNA,
        text="€" * 76,
        alphabet=api.Alphabet.GSM7,
        concat=api.Concat(message.concat_reference, 2, 1),
        validity=timedelta(hours=2),
    )


def test_the_next_part_is_claimed_when_the_last_was_accepted(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    for expected in (["sent", "sending", "queued"], ["sent", "sent", "sending"], ["sent", "sent", "sent"]):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
        assert bench.part_states(message) == expected
    assert bench.modem.texts == ["a" * 153, "b" * 153, "c" * 10]
    assert [part.reference for part in lookup.parts(message)] == [1, 2, 3]
    assert bench.state(message) == "sent"


def test_lanes_go_before_age(bench: Bench) -> None:
    for category in ("marketing", "notification", "alert", "otp"):
        bench.submit(category, category=category)
    bench.ready()
    for _ in range(3):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["otp", "alert", "notification", "marketing"]


def test_a_code_waits_for_at_most_the_one_part_on_the_wire(bench: Bench) -> None:
    bench.submit(THREE_PARTS, category="marketing")
    bench.ready()
    bench.submit("123456", category="otp", to=BOB)
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["a" * 153, "123456"]


def test_sources_take_turns_within_a_lane(bench: Bench) -> None:
    def ask(source: str, text: str, to: str) -> None:
        caller = dataclasses.replace(bench.caller, source=source)
        outbox.submit(Draft(to, text), caller, bench.now)

    for number in range(6):
        ask("key:import", f"import {number}", f"+3361100000{number}")
    for source in ("page:ana", "page:bob"):
        for number in range(2):
            ask(source, f"{source[5:]} {number}", f"+336220000{source[5:7].encode()[0] % 10}{number}")
    bench.ready()
    for _ in range(9):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    first_six = ["import 0", "ana 0", "bob 0", "import 1", "ana 1", "bob 1"]
    assert bench.modem.texts == [*first_six, "import 2", "import 3", "import 4", "import 5"]


def test_a_later_message_to_the_same_person_waits_for_the_earlier_one(bench: Bench) -> None:
    first, second = bench.submit("first"), bench.submit("second")
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    held = lookup.message(second.uid)
    assert (held.state, held.reason, held.facts) == ("held", "earlier_first", {"id": first.uid})
    for _ in range(2):
        bench.clock.move(timedelta(seconds=2))
        bench.release()
        if bench.dispatcher.flights:
            bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["first", "first", "second"]


def test_an_answer_leaves_from_the_number_that_was_written_to(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, bench.site.timezone, NoWatch())
    part = api.InboundPart(ANNA, "Une question", api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim2", "8944", "07AA", part, None), bench.now, bench.ids)
    caller = dataclasses.replace(bench.caller, modems=("sim1", "sim2"))
    outbox.submit(Draft(ANNA, "La réponse"), caller, bench.now)
    dispatcher.ready("sim1", bench.modem.sim)
    dispatcher.fill(bench.now)
    assert bench.modem.texts == []
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert other.texts == ["La réponse"]


def test_a_modem_that_falls_silent_hands_on_what_it_has_not_begun(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, bench.site.timezone, NoWatch())
    part = api.InboundPart(ANNA, "Une question", api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim2", "8944", "07AA", part, None), bench.now, bench.ids)
    caller = dataclasses.replace(bench.caller, modems=("sim1", "sim2"))
    for text in ("un", "deux"):
        outbox.submit(Draft(ANNA, text), caller, bench.now)
    outbox.submit(Draft(BOB, "par sim2 seul", modem="sim2"), caller, bench.now)
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    dispatcher.uncertain(other.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    dispatcher.not_ready("sim2")
    dispatcher.refused(other.refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    dispatcher.ready("sim1", bench.modem.sim)
    bench.clock.move(timedelta(seconds=2))
    waiting.release(bench.site.timezone, bench.now)
    dispatcher.fill(bench.now)
    assert bench.modem.texts == ["deux"]
    dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert len(bench.modem.jobs) == 1, "what is wanted from sim2 alone waits for it"


def test_a_code_behind_a_thousand_is_the_next_on_the_wire(bench: Bench) -> None:
    drafts = [Draft(f"+336{number:08}", "Promo", "marketing") for number in range(1000)]
    outbox.submit_many(drafts, bench.caller, bench.now)
    bench.ready()
    bench.submit("123456", category="otp")
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["Promo", "123456"]


@pytest.mark.parametrize(
    ("category", "hours"),
    [("marketing", 8), ("notification", 72)],  # noon in Paris: phones may ring for marketing until eight
)
def test_a_part_is_not_delivered_when_the_phone_may_no_longer_ring(
    bench: Bench, category: str, hours: int
) -> None:
    bench.submit(category=category)
    bench.ready()
    assert bench.modem.jobs[0][1].validity == timedelta(hours=hours)


def test_two_modems_share_the_queue_and_keep_a_messages_parts_together(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, bench.site.timezone, NoWatch())
    long, short = bench.submit(THREE_PARTS), bench.submit("short", to=BOB)
    dispatcher.ready("sim1", bench.modem.sim)
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert (bench.modem.texts, other.texts) == (["a" * 153], ["short"])
    dispatcher.accepted(other.accepts(), bench.now)
    assert len(other.jobs) == 1, "the long message's other parts are not sim2's"
    assert [lookup.message(m.uid).modem for m in (long, short)] == ["sim1", "sim2"]


def test_a_wanted_modem_is_waited_for(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, bench.site.timezone, NoWatch())
    bench.submit(modem="sim1")
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert other.jobs == []


# ---- refused ----------------------------------------------------------------------------------


def test_what_was_refused_for_now_waits_and_says_until_when(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    held = lookup.message(message.uid)
    assert (held.state, held.reason, held.facts) == (
        "held",
        "retry",
        {"error": "cms_38", "attempts": 1, "most": 6},
    )
    assert held.until == bench.now + timedelta(seconds=2)
    bench.clock.move(timedelta(seconds=2))
    bench.release()
    assert bench.state(message) == "sending"
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert lookup.message(message.uid).until == bench.now + timedelta(seconds=10)


def test_one_refused_number_does_not_stop_the_others(bench: Bench) -> None:
    bench.submit("bad")
    bench.submit("good", to=BOB)
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert bench.modem.texts == ["bad", "good"]


def test_attempts_are_bounded_and_the_reason_stays(bench: Bench) -> None:
    message = bench.submit(category="otp", validity=timedelta(hours=10))
    bench.ready()
    for _ in range(3):
        bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
        bench.clock.move(timedelta(hours=1))
        bench.release()
    failed = lookup.message(message.uid)
    assert (failed.state, failed.reason) == ("failed", "attempts_over")
    assert len(bench.modem.jobs) == 3


def test_only_the_part_that_was_refused_is_tried_again(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.part_states(message) == ["sent", "held", "sent"]
    bench.clock.move(timedelta(minutes=1))
    bench.release()
    first, second, _, again = (part for _, part in bench.modem.jobs)
    assert again.concat == second.concat
    assert again.text == second.text
    assert first.concat is not None


def test_a_part_refused_for_good_keeps_the_rest_here(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    assert bench.part_states(message) == ["sent", "failed", "canceled"]
    assert (bench.state(message), lookup.message(message.uid).reason) == ("failed", "refused")
    assert len(bench.modem.jobs) == 2


def test_a_modem_that_was_not_ready_costs_no_attempt(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    (part,) = lookup.parts(message)
    assert (part.state, part.attempts, part.modem) == ("queued", 0, None)
    assert len(bench.modem.jobs) == 1, "it is not offered to the same modem before that is ready"
    bench.ready()
    assert len(bench.modem.jobs) == 2


@pytest.mark.parametrize("advice", list(Advice))
def test_each_advice_has_its_cure(bench: Bench, advice: Advice) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(advice, "cms_0")), bench.now)
    expected = {"again": "held", "later": "held", "give_up": "failed", "uncertain": "uncertain"}
    assert bench.state(message) == expected.get(advice, "held")


# ---- uncertain --------------------------------------------------------------------------------


def lose(bench: Bench, category: str) -> Message:
    message = bench.submit(category=category, validity=timedelta(hours=1))
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    return message


def test_silence_after_ctrl_z_is_uncertain_and_waits_for_its_report(bench: Bench) -> None:
    message = lookup.message(lose(bench, "notification").uid)
    assert (message.state, message.reason, message.until) == ("uncertain", "no_answer", bench.now + GRACE)


@pytest.mark.parametrize(
    ("category", "state", "reason", "sendings"),
    [
        ("otp", "failed", "never_twice", 1),
        ("alert", "sending", None, 2),
        ("notification", "sending", None, 2),
        ("marketing", "uncertain", "ask", 1),
    ],
)
def test_after_the_grace_the_category_decides(
    bench: Bench, category: str, state: str, reason: str | None, sendings: int
) -> None:
    message = lose(bench, category)
    bench.clock.move(GRACE)
    bench.release()
    found = lookup.message(message.uid)
    assert (found.state, found.reason, len(bench.modem.jobs)) == (state, reason, sendings)
    bench.clock.move(timedelta(days=3))
    bench.release()
    assert len(bench.modem.jobs) == sendings


def test_a_late_answer_settles_it(bench: Bench) -> None:
    message = lose(bench, "notification")
    late = api.LateAnswer("sim1", bench.modem.sim, bench.modem.job, 77)
    bench.dispatcher.late(late, bench.now)
    (part,) = lookup.parts(message)
    assert (part.state, part.reference) == ("sent", 77)
    bench.dispatcher.late(late, bench.now)
    assert bench.events(message).count("accept") == 1


def test_a_crash_makes_what_was_in_a_modems_hands_uncertain(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    assert recovery.recover(bench.now) == 1
    assert bench.part_states(message) == ["uncertain", "queued", "queued"]
    assert lookup.parts(message)[0].reason == "interrupted"
    assert recovery.recover(bench.now) == 0


def test_an_answer_for_a_job_of_another_life_changes_nothing(bench: Bench) -> None:
    message = bench.submit()
    bench.dispatcher.accepted(api.PartAccepted("sim1", "8933", 5, 9), bench.now)
    assert bench.state(message) == "queued"


# ---- waiting ----------------------------------------------------------------------------------


def test_a_scheduled_message_leaves_at_its_hour(bench: Bench) -> None:
    at = bench.now + timedelta(hours=3)
    message = bench.submit(send_at=at)
    bench.ready()
    assert waiting.next_instant() == at
    bench.clock.move(timedelta(hours=3) - timedelta(seconds=1))
    bench.release()
    assert bench.state(message) == "scheduled"
    bench.clock.move(timedelta(seconds=1))
    bench.release()
    assert bench.state(message) == "sending"


def test_the_hours_are_asked_again_at_the_claim(bench: Bench) -> None:
    message = bench.submit(category="marketing", validity=timedelta(days=2))
    bench.clock.move(timedelta(hours=9))  # 21:00 in Paris
    bench.ready()
    held = lookup.message(message.uid)
    assert (held.state, held.reason, bench.modem.jobs) == ("held", "quiet_hours", [])
    assert held.until is not None
    bench.clock.move(held.until - bench.now)
    bench.release()
    assert bench.modem.texts == ["Bonjour"]


def test_what_expires_before_leaving_says_so(bench: Bench) -> None:
    message = bench.submit(category="otp")
    bench.clock.move(timedelta(minutes=10))
    bench.release()
    found = lookup.message(message.uid)
    assert (found.state, found.reason) == ("expired", "validity_over")
    bench.ready()
    assert bench.modem.jobs == []


def test_many_due_at_once_are_released_in_batches(bench: Bench) -> None:
    at = bench.now + timedelta(hours=1)
    messages = [bench.submit(f"n {number}", send_at=at) for number in range(150)]
    bench.clock.move(timedelta(hours=1))
    assert waiting.release(bench.site.timezone, bench.now) == waiting.BATCH
    assert waiting.next_instant() == at
    waiting.release(bench.site.timezone, bench.now)
    assert {bench.state(message) for message in messages} == {"queued"}
    assert waiting.release(bench.site.timezone, bench.now) == 0
