"""Submit and cancel: everything is decided before it is written, and nothing half-way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.messages import lookup, outbox, sealing
from gateway.messages.drafts import NOT_ASKED, Fingerprint
from gateway.messages.outbox import Draft
from gateway.store.models import ConcatReference, Conversation, History, Message, Part

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BOB = "+33612345678", "+33698765432"


def test_a_message_is_queued_with_its_parts(bench: Bench) -> None:
    message = bench.submit("x" * 161)
    assert (message.state, message.alphabet, message.part_count) == ("queued", "GSM-7", 2)
    assert [message.text[part.start : part.stop] for part in lookup.parts(message)] == ["x" * 153, "x" * 8]
    assert bench.events(message) == ["enqueue"]


@pytest.mark.parametrize(
    ("draft", "code", "field"),
    [
        (Draft("O612345678", "x"), "number_has_letter", "to"),
        (Draft("", "x"), "number_missing", "to"),
        (Draft(ANNA, ""), "text_empty", "text"),
        (Draft(ANNA, " \n"), "text_empty", "text"),
        (Draft(ANNA, "\u200b", smart_encoding=True), "text_empty", "text"),
        (Draft(ANNA, "a\x1be"), "text_unprintable", "text"),
        (Draft(ANNA, "\ud83d"), "text_unprintable", "text"),
        (Draft(ANNA, "x" * 1531), "too_many_parts", "text"),
        (Draft(ANNA, "😀" * 400), "too_many_parts", "text"),
        (Draft(ANNA, "x" * 50_000), "too_many_parts", "text"),
        (Draft(ANNA, "x", category="sms"), "category_unknown", "category"),
        (Draft(ANNA, "x", modem="sim9"), "modem_unknown", "modem"),
        (Draft(ANNA, "x", validity=timedelta(minutes=4)), "validity_out_of_range", "validity_s"),
        (Draft(ANNA, "x", validity=timedelta(days=64)), "validity_out_of_range", "validity_s"),
    ],
)
def test_bad_input_gets_one_clear_error_and_changes_nothing(
    bench: Bench, draft: Draft, code: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        outbox.submit(draft, bench.caller, bench.now)
    assert (caught.value.code, caught.value.field) == (code, field)
    for table in (Message, Part, History, Conversation):
        assert table.select().count() == 0


@pytest.mark.parametrize(
    ("ahead", "code"), [(timedelta(minutes=-6), "send_at_past"), (timedelta(days=367), "send_at_far")]
)
def test_an_hour_that_cannot_be_kept_is_refused(bench: Bench, ahead: timedelta, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        bench.submit(send_at=bench.now + ahead)
    assert (caught.value.code, caught.value.field) == (code, "send_at")


def test_ten_parts_are_the_most(bench: Bench) -> None:
    assert bench.submit("x" * 1530).part_count == 10


def test_a_later_hour_is_kept(bench: Bench) -> None:
    at = bench.now + timedelta(hours=2)
    message = bench.submit(send_at=at)
    assert (message.state, message.reason, message.until) == ("scheduled", "scheduled", at)


def test_marketing_on_a_sunday_is_held_until_monday_and_says_why(bench: Bench) -> None:
    bench.clock.wall = datetime.fromisoformat("2026-11-29T11:00:00+00:00")
    message = bench.submit(category="marketing")
    assert (message.state, message.reason) == ("held", "quiet_hours")
    assert message.until == datetime.fromisoformat("2026-11-30T08:00:00+01:00")


def test_the_cheaper_spelling_is_kept_beside_what_was_typed(bench: Bench) -> None:
    message = bench.submit("Ça coûte “cher”", smart_encoding=True)
    assert (message.alphabet, message.typed) == ("GSM-7", "Ça coûte “cher”")
    assert message.text == 'Ça coute "cher"'
    assert bench.submit("Simple", smart_encoding=True).typed is None


def test_decomposed_accents_are_composed_before_anything_is_counted(bench: Bench) -> None:
    assert bench.submit("e\u0301te\u0301").text == "été"


def test_concatenation_references_count_per_recipient_and_are_kept(bench: Bench) -> None:
    long = "x" * 200
    first, second, other = bench.submit(long), bench.submit(long), bench.submit(long, to=BOB)
    assert second.concat_reference == (first.concat_reference + 1) % 256
    assert bench.submit("short").concat_reference is None
    assert bench.submit(long).concat_reference == (first.concat_reference + 2) % 256
    assert bench.submit(long, to=BOB).concat_reference == (other.concat_reference + 1) % 256


# ---- the same key twice -------------------------------------------------------------------------


def test_the_same_key_with_the_same_content_is_the_same_message(bench: Bench) -> None:
    first = bench.submit(client_ref="order-7")
    bench.clock.move(timedelta(hours=1))
    assert bench.submit(client_ref="order-7").uid == first.uid
    assert Message.select().count() == 1


def test_another_writing_of_the_number_is_the_same_content(bench: Bench) -> None:
    first = bench.submit(to="06 12 34 56 78", client_ref="order-7")
    assert bench.submit(to="+33612345678", client_ref="order-7").uid == first.uid


def test_the_same_key_is_answered_even_when_its_hour_has_passed(bench: Bench) -> None:
    at = bench.now + timedelta(minutes=1)
    first = bench.submit(client_ref="order-7", send_at=at)
    bench.clock.move(timedelta(hours=1))
    assert bench.submit(client_ref="order-7", send_at=at).uid == first.uid


@pytest.mark.parametrize(
    "change", [{"text": "other"}, {"to": BOB}, {"category": "alert"}, {"metadata": {"a": "b"}}]
)
def test_the_same_key_with_other_content_is_a_conflict(bench: Bench, change: dict[str, Any]) -> None:
    bench.submit(client_ref="order-7")
    with pytest.raises(Conflict) as caught:
        bench.submit(client_ref="order-7", **change)
    assert caught.value.code == "idempotency_conflict"
    assert Message.select().count() == 1


# ---- many at once -------------------------------------------------------------------------------


def test_a_bad_one_does_not_spoil_the_others(bench: Bench) -> None:
    answers = outbox.submit_many(
        [Draft(ANNA, "a"), Draft("nobody", "b"), Draft(BOB, "c")], bench.caller, bench.now
    )
    assert [type(answer).__name__ for answer in answers] == ["Message", "Invalid", "Message"]
    assert isinstance(answers[1], GatewayError)
    assert [message.text for message in Message.select().order_by(Message.id)] == ["a", "c"]


def test_a_thousand_keep_their_order(bench: Bench) -> None:
    drafts = [Draft(ANNA, f"n {number}") for number in range(1000)]
    answers = outbox.submit_many(drafts, bench.caller, bench.now)
    assert [answer.text for answer in answers if isinstance(answer, Message)] == [d.text for d in drafts]


# ---- taking back --------------------------------------------------------------------------------


def test_what_waits_can_be_taken_back(bench: Bench) -> None:
    message = bench.submit("x" * 400, send_at=bench.now + timedelta(hours=1))
    canceled = outbox.cancel(message.uid, "page:ana", bench.now)
    assert (canceled.state, canceled.reason, canceled.facts) == (
        "canceled",
        "canceled_by",
        {"by": "page:ana"},
    )
    assert bench.part_states(message) == ["canceled"] * 3


def test_what_a_modem_has_cannot(bench: Bench) -> None:
    message = bench.submit("x" * 400)
    bench.ready()
    with pytest.raises(Conflict) as caught:
        outbox.cancel(message.uid, "page:ana", bench.now)
    assert (caught.value.code, caught.value.facts) == ("not_cancelable", {"state": "sending"})


def test_nothing_is_canceled_twice(bench: Bench) -> None:
    message = bench.submit()
    outbox.cancel(message.uid, "page:ana", bench.now)
    with pytest.raises(Conflict):
        outbox.cancel(message.uid, "page:ana", bench.now)


def test_nobody_cancels_what_does_not_exist(bench: Bench) -> None:
    with pytest.raises(NotFound):
        outbox.cancel("0" * 32, "page:ana", bench.now)


def test_a_draft_is_recognised_by_the_digest_of_before(bench: Bench) -> None:
    """The digest is made in two pieces, and is the one of earlier versions: what was asked before an upgrade
    is known after it."""
    for draft in (
        Draft(
            "+33639980001", "Ça va ? “a”", "otp", None, timedelta(hours=1), "sim1", True, {"b": "c", "a": "é"}
        ),
        Draft("+33639980001", "", send_at=MONDAY_NOON, callback=outbox.Callback("http://a/", "standard", 3)),
        Draft("+33639980001", "code 4821", secret="4821", client_ref="a", hold_until=MONDAY_NOON),
    ):
        text = sealing.hide(draft.text, draft.secret) if draft.secret else draft.text
        said = {name: str(getattr(draft, name)) for name in Draft.__slots__ if name not in NOT_ASKED}
        said |= {"text": text}
        if draft.callback is None:
            said.pop("callback")
        whole = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        assert Fingerprint(draft).of(draft.to) == whole


def test_many_are_written_as_one_by_one_would_be(bench: Bench) -> None:
    """Taking in together is only quicker: rows, states and reasons are those of single submissions."""
    usual = Draft("", "Bonjour", "notification", metadata={"a": "b"})
    drafts = [
        usual.towards("+33639980001", "Bonjour", None),
        usual.towards("+33639980001", "x" * 200, "twice"),
        usual.towards("+33639980001", "x" * 200, "twice"),
        usual.towards("nobody", "Bonjour", None),
        replace(usual, to="+33639980002", category="marketing"),
        replace(usual, to="+33639980003", category="otp", hold_until=bench.now + timedelta(seconds=9)),
        replace(usual, to="+33639980004", text=""),
    ]
    single = [_one(draft, bench) for draft in drafts]
    lines = _rows()
    for table in (Message, Part, History, Conversation, ConcatReference):
        table.delete().execute()
    many = outbox.submit_many(drafts, bench.caller, bench.now, sleep=lambda _: None)
    assert [_shown(outcome) for outcome in many] == [_shown(outcome) for outcome in single]
    assert _rows() == lines
    assert many[1].uid == many[2].uid  # type: ignore[union-attr]


def _one(draft: Draft, bench: Bench) -> Message | GatewayError:
    try:
        return outbox.submit(draft, bench.caller, bench.now)
    except GatewayError as error:
        return error


def _shown(outcome: Message | GatewayError) -> object:
    if isinstance(outcome, GatewayError):
        return (outcome.code, outcome.field)
    drawn = ("id", "uid", "concat_reference")
    told = {name: value for name, value in outcome.__data__.items() if value is not None}
    return {name: value for name, value in told.items() if name not in drawn}


def _rows() -> list[list[object]]:
    """Everything written, but for what is drawn or counted."""
    drawn = {"id", "uid", "message", "concat_reference", "last"}
    return [
        [{name: value for name, value in row.__data__.items() if name not in drawn} for row in table.select()]
        for table in (Message, Part, History, Conversation, ConcatReference)
    ]
