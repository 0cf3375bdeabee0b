"""What comes in: stored once whatever happens, joined in any order, matched with what left."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.messages import conversations, inbox, lookup, reassembly, recovery, reports
from gateway.messages.reports import meaning
from gateway.store.models import Conversation, Inbound, InboundPart, Quarantine, StatusReport
from modem import api, codec
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from conftest import Bench

ANNA, SIM = "+33612345678", "8933010000000000998"
serial = itertools.count(1)


def heard(item: object, tpdu: str = "", sim: str = SIM, place: api.Place | None = None) -> api.Heard:
    return api.Heard("sim1", sim, tpdu or f"{next(serial):08X}", item, place)  # type: ignore[arg-type]


def part(text: str, seq: int = 0, total: int = 0, reference: int = 7, sender: str = ANNA) -> api.InboundPart:
    concat = api.Concat(reference, total, seq) if total else None
    return api.InboundPart(sender, text, api.Alphabet.GSM7, None, concat)


def received() -> list[tuple[str, bool]]:
    return [(message.text, message.complete) for message in Inbound.select().order_by(Inbound.id)]


def take(bench: Bench, item: object, tpdu: str = "") -> bool:
    return inbox.take(heard(item, tpdu), bench.caller, bench.now)


def test_a_single_message_is_there_at_once(bench: Bench) -> None:
    take(bench, part("Bonjour"))
    assert received() == [("Bonjour", True)]


def test_the_same_tpdu_is_stored_once_however_often_it_is_read(bench: Bench) -> None:
    assert [take(bench, part("Bonjour"), "07AB") for _ in range(3)] == [True, False, False]
    assert take(bench, part("Bonjour"), "07ab") is False
    assert received() == [("Bonjour", True)]


def test_the_same_tpdu_on_another_sim_is_another_message(bench: Bench) -> None:
    for sim in ("8933", "8944"):
        inbox.take(heard(part("Bonjour"), "07AB", sim), bench.caller, bench.now)
    assert len(received()) == 2


@pytest.mark.parametrize("order", [*itertools.permutations((1, 2, 3))])
def test_parts_in_any_order_become_one_text(bench: Bench, order: tuple[int, ...]) -> None:
    for seq in order:
        take(bench, part(f"<{seq}>", seq, 3))
    assert received() == [("<1><2><3>", True)]


def test_a_gap_is_shown_until_the_late_part_comes(bench: Bench) -> None:
    take(bench, part("<1>", 1, 4))
    take(bench, part("<4>", 4, 4))
    assert received() == [("<1>[…]<4>", False)]
    bench.clock.move(timedelta(hours=71))
    take(bench, part("<3>", 3, 4))
    take(bench, part("<2>", 2, 4))
    assert received() == [("<1><2><3><4>", True)]


def test_after_three_days_a_part_begins_a_new_message(bench: Bench) -> None:
    take(bench, part("<1>", 1, 2))
    bench.clock.move(reassembly.OPEN_FOR)
    take(bench, part("<2>", 2, 2))
    assert received() == [("<1>[…]", False), ("[…]<2>", False)]


def test_a_reference_that_came_round_begins_a_new_message(bench: Bench) -> None:
    for text in ("old", "new"):
        take(bench, part(f"{text} 1", 1, 2))
    take(bench, part(" new 2", 2, 2))
    assert received() == [("old 1[…]", False), ("new 1 new 2", True)]


@pytest.mark.parametrize("seq", [0, 4])
def test_a_header_that_contradicts_itself_leaves_a_single_message(bench: Bench, seq: int) -> None:
    take(bench, part("alone", seq, 3))
    assert received() == [("alone", True)]


def test_other_senders_totals_and_widths_do_not_mix(bench: Bench) -> None:
    take(bench, part("a", 1, 2))
    take(bench, part("b", 2, 2, sender="+33698765432"))
    take(bench, part("c", 2, 3))
    wide = api.InboundPart(ANNA, "d", api.Alphabet.GSM7, None, api.Concat(7, 2, 2, wide=True))
    take(bench, wide)
    assert [complete for _, complete in received()] == [False] * 4


@given(st.permutations([(m, seq) for m in (1, 2, 3) for seq in (1, 2, 3)]), st.integers(1, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shuffled_and_repeated_parts_of_three_messages_become_those_three(
    bench: Bench, order: list[tuple[int, int]], times: int
) -> None:
    for table in (InboundPart, Inbound):
        table.delete().execute()
    for reference, seq in order * times:
        take(bench, part(f"{reference}{seq}.", seq, 3, reference), f"{reference:02X}{seq:02X}")
    assert sorted(received()) == [(f"{m}1.{m}2.{m}3.", True) for m in (1, 2, 3)]


def test_octets_without_a_text_are_shown_as_hex(bench: Bench) -> None:
    take(bench, api.InboundPart(ANNA, "", api.Alphabet.DATA, None, None, b"\x06\x05\x04"))
    assert received() == [("06 05 04", True)]


def test_what_nobody_understands_is_kept(bench: Bench) -> None:
    assert take(bench, api.Undecodable("too short"), "07FF") is True
    assert take(bench, api.Undecodable("too short"), "07FF") is False
    (row,) = Quarantine.select()
    assert (row.tpdu, row.why) == ("07FF", "too short")
    assert lookup.counts(bench.now).quarantine == 1


def test_a_conversation_knows_its_last_word_and_what_is_unread(bench: Bench) -> None:
    bench.submit("Bonjour")
    take(bench, part("Oui"))
    take(bench, part("Merci"))
    (talk,) = Conversation.select()
    assert (talk.number, talk.last_text, talk.last_inbound, talk.unread) == (ANNA, "Merci", True, 2)
    conversations.mark_read(ANNA)
    assert Conversation.get().unread == 0


# ---- reports ----------------------------------------------------------------------------------


def send(bench: Bench, text: str = "Bonjour", to: str = ANNA, reference: int = 1) -> str:
    bench.modem.references = lambda: reference
    message = bench.submit(text, to)
    bench.ready()
    while len(bench.dispatcher.flights):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    return message.uid


def report(reference: int = 1, status: int = 0, to: str = ANNA, at: datetime | None = None) -> api.Report:
    return api.Report(reference, to, status, at, None)


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        (0x00, "delivered", "delivered"),
        (0x01, "sent", "unconfirmed"),
        (0x02, "sent", "replaced"),
        (0x03, "sent", "unconfirmed"),
        (0x1F, "sent", "unconfirmed"),
        (0x20, "sent", "pending"),
        (0x22, "sent", "pending"),
        (0x3F, "sent", "pending"),
        (0x40, "undelivered", "undelivered"),
        (0x45, "undelivered", "undelivered"),
        (0x46, "expired", "expired"),
        (0x47, "canceled", "withdrawn"),
        (0x48, "undelivered", "undelivered"),
        (0x62, "undelivered", "undelivered"),
        (0x80, "undelivered", "undelivered"),
        (0xA0, "undelivered", "undelivered"),
        (0xFF, "undelivered", "undelivered"),
    ],
)
def test_each_status_has_its_meaning(bench: Bench, status: int, state: str, word: str) -> None:
    uid = send(bench)
    take(bench, report(status=status))
    (sent,) = lookup.parts(lookup.message(uid))
    assert (sent.state, sent.report_status, sent.reported_at) == (state, status, bench.now)
    assert meaning(status).word == word


def test_still_trying_may_be_followed_by_a_final_word(bench: Bench) -> None:
    uid = send(bench)
    for status in (0x22, 0x00):
        take(bench, report(status=status))
    assert lookup.message(uid).state == "delivered"
    assert bench.events(lookup.message(uid)) == ["enqueue", "claim", "accept", "report", "deliver"]


def test_a_report_read_twice_counts_once(bench: Bench) -> None:
    uid = send(bench)
    assert [take(bench, report(status=0x22), "06AA") for _ in range(2)] == [True, False]
    assert bench.events(lookup.message(uid)).count("report") == 1


def test_the_reference_alone_is_not_enough(bench: Bench) -> None:
    uid = send(bench)
    take(bench, report(to="+33698765432"))
    assert lookup.message(uid).state == "sent"
    assert StatusReport.get().part_id is None


def test_the_national_writing_of_the_recipient_is_understood(bench: Bench) -> None:
    uid = send(bench)
    take(bench, report(to="0612345678"))
    assert lookup.message(uid).state == "delivered"


def test_without_a_recipient_a_reference_that_is_outstanding_once_will_do(bench: Bench) -> None:
    uid = send(bench)
    take(bench, report(to=""))
    assert lookup.message(uid).state == "delivered"


def test_without_a_recipient_two_outstanding_parts_stay_as_they_are(bench: Bench) -> None:
    uids = [send(bench, to=ANNA), send(bench, to="+33698765432")]
    take(bench, report(to=""))
    assert [lookup.message(uid).state for uid in uids] == ["sent", "sent"]


def test_when_the_reference_came_round_the_time_decides(bench: Bench) -> None:
    first = send(bench)
    bench.clock.move(timedelta(hours=2))
    then = bench.now
    second = send(bench)
    take(bench, report(at=then + timedelta(seconds=3)))
    assert [lookup.message(uid).state for uid in (first, second)] == ["sent", "delivered"]


def test_a_report_that_overtook_the_answer_waits_for_it(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    take(bench, report(reference=1))
    assert bench.state(message) == "sending"
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.state(message) == "delivered"


def test_an_orphan_of_an_earlier_message_is_not_adopted(bench: Bench) -> None:
    take(bench, report(reference=1))
    bench.clock.move(timedelta(minutes=1))
    assert lookup.message(send(bench)).state == "sent"


def test_an_orphan_report_settles_the_uncertain_part_of_its_recipient(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    take(bench, report(reference=200, to="+33698765432", at=bench.now))
    assert bench.state(message) == "uncertain"
    take(bench, report(reference=200, at=bench.now + reports.CLOCKS_APART + timedelta(seconds=1)))
    assert bench.state(message) == "uncertain"
    take(bench, report(reference=201, at=bench.now + timedelta(seconds=2)))
    assert (bench.state(message), lookup.parts(message)[0].reference) == ("delivered", 201)


def test_a_report_that_came_while_the_answer_was_awaited_settles_the_part_at_once(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    take(bench, report(reference=200, to="+33698765432"))
    take(bench, report(reference=201, at=bench.now + timedelta(seconds=2)))
    assert bench.state(message) == "sending"
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    assert (bench.state(message), lookup.parts(message)[0].reference) == ("delivered", 201)
    assert bench.events(message)[-2:] == ["lose", "deliver"]


def test_an_early_report_is_not_given_to_an_older_uncertain_part(bench: Bench) -> None:
    """The older part never left; the report is of the one on the wire, come before its own answer."""
    older = bench.submit(category="alert")
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    bench.clock.move(timedelta(seconds=10))
    newer = bench.submit()
    bench.fill()
    bench.modem.references = lambda: 77
    take(bench, report(reference=77, at=bench.now))
    assert [bench.state(message) for message in (older, newer)] == ["uncertain", "sending"]
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert [bench.state(message) for message in (older, newer)] == ["uncertain", "delivered"]


def test_after_a_crash_a_report_that_was_stored_settles_the_part(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    take(bench, report(reference=201))
    recovery.recover(bench.now)
    assert bench.state(message) == "delivered"


def test_a_temporary_report_shows_that_an_uncertain_part_left(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    take(bench, report(reference=201, status=0x22))
    assert (bench.state(message), lookup.parts(message)[0].reference) == ("sent", 201)
    take(bench, report(reference=201, status=0x00))
    assert bench.state(message) == "delivered"


def test_each_part_has_its_own_report(bench: Bench) -> None:
    references = iter([11, 12, 13])
    message = bench.submit("x" * 400)
    bench.ready()
    bench.modem.references = lambda: next(references)
    while bench.dispatcher.flights:
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    take(bench, report(reference=13))
    take(bench, report(reference=12, status=0x43))
    assert bench.part_states(message) == ["sent", "undelivered", "delivered"]
    take(bench, report(reference=11))
    assert bench.state(message) == "undelivered"


def test_an_emoji_cut_in_two_by_a_foreign_sender_is_whole_again(bench: Bench) -> None:
    """UCS-2 parts of one message: the high surrogate in one, the low one in the other."""
    halves = ["004F004BD83D", "DE00002000210021"]
    for seq in (2, 1):
        data = f"0500030702{seq:02X}{halves[seq - 1]}"
        tpdu = f"00400B913316325476F80008621122110000 00{len(data) // 2:02X}{data}".replace(" ", "")
        item = codec.decode(tpdu)
        assert isinstance(item, api.InboundPart), item
        inbox.take(heard(item, tpdu), bench.caller, bench.now)
    assert received() == [("OK😀 !!", True)]
