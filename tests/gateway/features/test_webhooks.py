"""Programs are told what happens: everything once or more, in order, whatever either does meanwhile."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from fakes import MONDAY_NOON
from gateway import audit
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.webhooks import deliveries, hooks, log, news, permits
from gateway.features.webhooks.events import EVENTS, USUAL
from gateway.features.webhooks.signing import of_key
from gateway.features.webhooks.targets import Allowed
from gateway.messages import outbox, topics
from gateway.messages.lifecycle import State
from gateway.messages.outbox import Callback
from gateway.modems import alarms
from gateway.store import database, tallying
from gateway.store.models import AlarmStep, History, Inbound, InboundTopic, Webhook
from modem import api
from modem.errors import Advice, advising
from receiver import Receiver, Reply, Request
from teller import SECRET, Teller, rows, told, types

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
LONG = "Bonjour ! " * 20  # two parts


# ---- what is told ------------------------------------------------------------------------------------


def test_each_state_of_a_message_is_told_once_in_order_with_what_the_api_would_answer(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url)
    message = bench.submit("Bonjour", metadata={"order": "A-17"})
    teller.deliver(message)
    teller.settle()
    assert types(receiver.requests) == [
        "message.queued",
        "message.sending",
        "message.sent",
        "message.delivered",
    ]
    event, data = told(receiver.requests[1])
    assert (event, data["state"], data["id"]) == ("message.sending", "sending", message.uid)
    assert (data["to"], data["text"], data["metadata"]) == (ANNA, "Bonjour", {"order": "A-17"})
    assert [row.state for row in rows()] == ["done"] * 4
    teller.minute()
    assert len(receiver.requests) == 4


@pytest.mark.parametrize("together", [True, False])
def test_a_long_message_is_told_by_its_derived_state(
    bench: Bench, teller: Teller, receiver: Receiver, together: bool
) -> None:
    teller.add(receiver.url)
    message = bench.submit(LONG)
    bench.ready()
    for reference in (1, 2):
        accepted = bench.modem.accepts()
        bench.dispatcher.accepted(accepted, bench.now)
        if not together:
            teller.settle()
        report = api.Report(reference, ANNA, 0, bench.now, bench.now)
        teller.hear(report, f"06{accepted.reference:02}")
        if not together:
            teller.settle()
    teller.settle()
    names = types(receiver.requests)
    assert names[:2] == ["message.queued", "message.sending"]
    assert names[-1] == "message.delivered"
    assert all(one != other for one, other in pairwise(names))
    assert bench.state(message) == "delivered"


def test_a_long_message_of_which_a_part_failed_is_told_once_as_failed(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    """The parts that waited are canceled together, and leave one row in the history."""
    teller.add(receiver.url)
    message = bench.submit("Bonjour ! " * 40)  # three parts
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    assert bench.part_states(message) == ["sent", "failed", "canceled"]
    teller.settle()
    teller.hear(api.Report(1, ANNA, 0, bench.now, bench.now))
    teller.settle()
    assert types(receiver.requests) == ["message.queued", "message.sending", "message.failed"]


def test_a_long_message_that_was_taken_back_half_way_is_told_once_as_canceled(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.canceled", "message.delivered")
    message = bench.submit("Bonjour ! " * 40)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    bench.dispatcher.not_ready("sim1")
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    assert bench.part_states(message) == ["sent", "held", "queued"]
    outbox.cancel(message.uid, "test:me", bench.now)
    for report in (1, 1):
        teller.settle()
        teller.hear(api.Report(report, ANNA, 0, bench.now, bench.now), f"06{report}")
    teller.settle()
    assert types(receiver.requests) == ["message.canceled"]


def test_what_came_in_is_told_once_it_is_complete(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    teller.add(receiver.url, "message.received")
    teller.says("Bonjour", concat=api.Concat(7, 2, 1))
    teller.settle()
    assert receiver.requests == []
    teller.says(" Anna", concat=api.Concat(7, 2, 2))
    teller.settle()
    (request,) = receiver.requests
    event, data = told(request)
    assert (event, data["text"], data["complete"]) == ("message.received", "Bonjour Anna", True)
    assert (data["from"], data["modem"]) == (ANNA, "sim1")


def test_what_came_in_says_which_survey_or_keyword_it_was_for(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.received")
    teller.says("Bonjour")
    teller.settle()
    teller.says("1")
    with database.transaction():
        last = Inbound.select().order_by(Inbound.id.desc()).first()
        topics.note(last, topics.KEYWORD, "rule")
        topics.note(last, topics.SURVEY, "survey")
    teller.settle()
    assert [told(one)[1]["about"] for one in receiver.requests] == [None, {"kind": "survey", "id": "survey"}]
    last.delete_instance()
    assert InboundTopic.select().count() == 0


def test_what_stays_incomplete_is_told_after_an_hour_and_again_when_it_is_whole(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.received")
    teller.says("Bonjour", concat=api.Concat(7, 2, 1))
    for minutes, count in ((59, 0), (1, 1), (60, 1)):
        bench.clock.move(timedelta(minutes=minutes))
        teller.minute()
        assert len(receiver.requests) == count
    teller.says(" Anna", concat=api.Concat(7, 2, 2))
    teller.settle()
    assert [told(one)[1]["complete"] for one in receiver.requests] == [False, True]


def test_consents_and_alarms_are_told(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    teller.add(receiver.url)
    act = Act("phone", "test:me")
    ledger.oppose(ANNA, "marketing", act, bench.now)
    ledger.ask(ANNA, act, bench.now)
    ledger.resume(ANNA, "marketing", act, bench.now)
    alarms.raise_("modem_down", "sim1", bench.now, modem="sim1", error="silent")
    alarms.clear("modem_down", "sim1", bench.now)
    teller.settle()
    by_type = dict(map(told, receiver.requests))
    assert set(by_type) == {"contact.opted_out", "contact.opted_in", "alarm.raised", "alarm.cleared"}
    assert by_type["contact.opted_out"]["number"] == ANNA
    assert by_type["contact.opted_out"]["category"] == "marketing"
    assert by_type["alarm.cleared"]["kind"] == "modem_down"
    assert ANNA not in str([row.subject for row in rows()])


def test_another_feature_tells_by_one_verb(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    teller.add(receiver.url, "campaign.done")
    teller.add(receiver.url, "message.sent", name="other")
    news.tell("campaign.done", "campaign 7", {"id": 7}, bench.now, bench.site, bench.ids)
    teller.settle()
    assert [told(one) for one in receiver.requests] == [("campaign.done", {"id": 7})]


def test_a_webhook_hears_what_it_asked_for_since_it_is_there_of_its_key_alone(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.key("shop")
    bench.submit("before", to=BEN)
    bench.clock.move(timedelta(seconds=1))
    teller.add(receiver.url, "message.queued", key="shop")
    bench.submit("of another")
    mine = outbox.submit(
        outbox.Draft(ANNA, "mine"), outbox.Caller("key:shop", bench.site, ("sim1",), bench.ids), bench.now
    )
    teller.settle()
    assert [told(one)[1]["id"] for one in receiver.requests] == [mine.uid]


def test_a_message_has_its_own_callback_signed_for_its_key(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    key = teller.key("shop")
    message = bench.submit(callback=Callback(receiver.url, "standard", key.id))
    bench.submit("without", to=BEN)
    teller.deliver(message)
    teller.settle()
    mine = [one for one in receiver.requests if told(one)[1]["id"] == message.uid]
    assert types(mine) == ["message.sending", "message.sent", "message.delivered"]
    assert len(mine) == len(receiver.requests)
    for request in mine:
        verify(request, of_key(key, SECRET))


def verify(request: Request, secret: str) -> None:
    """As the specification of Standard Webhooks says it."""
    name, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{at}.".encode() + request.body, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_a_webhook_is_signed_with_its_secret_until_that_is_rolled(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.add(receiver.url)
    for _ in range(2):
        hooks.try_out(webhook.uid, bench.site, bench.now, bench.ids)
        teller.settle()
        verify(receiver.requests[-1], hooks.secret(webhook, SECRET))
        assert receiver.requests[-1].headers["webhook-timestamp"] == str(int(bench.now.timestamp()))
        before = hooks.secret(webhook, SECRET)
        webhook = hooks.roll(webhook.uid, "test:me", bench.now)
        assert hooks.secret(webhook, SECRET) != before
    assert types(receiver.requests) == ["webhook.test"] * 2


def test_where_nobody_listens_the_cursors_move_on_and_nothing_is_written(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    for number in range(5):
        bench.submit(f"message {number}")
    assert not teller.step()
    bench.clock.move(timedelta(minutes=1))
    teller.minute()
    newest = History.select().order_by(History.id.desc()).get().id
    assert tallying.position("webhooks.history") == newest
    teller.add(receiver.url)
    teller.settle()
    assert rows() == []


def test_nothing_of_before_the_upgrade_is_told(bench: Bench, receiver: Receiver) -> None:
    key_less = [bench.submit(f"message {number}") for number in range(3)]
    teller = Teller(bench)
    teller.add(receiver.url)
    teller.settle()
    assert rows() == []
    outbox.cancel(key_less[0].uid, "test:me", bench.now)
    teller.settle()
    assert types(receiver.requests) == ["message.canceled"]
    teller.feature.end()


# ---- a receiver in trouble -------------------------------------------------------------------------------


def test_down_for_an_hour_then_slow_then_wrong_then_well_every_event_comes_in_order(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    """And the gateway is killed twice meanwhile: what was in memory is gone, the rows are not."""
    teller.add(receiver.url)
    receiver.down()
    messages = [bench.submit(f"message {number}", to=f"+3361234567{number}") for number in range(8)]
    for message in messages:
        teller.deliver(message)
    teller.until_told(timedelta(hours=1))
    assert {row.state for row in rows()} == {"waiting"}
    tries = sum(row.attempts for row in rows())
    assert 6 <= tries <= 20, "a dead receiver is asked now and then"

    teller.feature.end()
    teller.begin()
    gate = threading.Event()
    answers = [Reply(after=gate), Reply(after=gate), *[Reply(500)] * 7]
    receiver.answer = lambda request: answers.pop(0) if answers else Reply()
    receiver.up()
    bench.clock.move(timedelta(minutes=1))
    teller.step()
    receiver.wait(2)  # two at once, and no more while they are slow
    teller.step()
    assert len(receiver.requests) == 2
    late = bench.submit("meanwhile", to=BEN)
    teller.begin()  # kill −9: the answers of those two are never heard
    gate.set()
    teller.until_told(timedelta(hours=4))

    assert {row.state for row in rows()} == {"done"}
    heard = defaultdict(list)
    seen = set()
    for request in receiver.requests:
        event, data = told(request)
        name = request.headers["webhook-id"]
        if name not in seen:
            seen.add(name)
            heard[data["id"]].append(event)
    whole = ["message.queued", "message.sending", "message.sent", "message.delivered"]
    assert [heard[message.uid] for message in messages] == [whole] * 8
    assert heard[late.uid][0] == "message.queued"


def test_a_later_event_of_a_message_never_leaves_before_an_earlier_one_is_over(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    """The poison of one message holds up that message alone."""
    teller.add(receiver.url)
    poison, well = bench.submit("poison"), bench.submit("well", to=BEN)
    receiver.answer = lambda request: Reply(500 if told(request)[1]["text"] == "poison" else 200)
    for message in (poison, well):
        teller.deliver(message)
    teller.until_told(timedelta(minutes=5))
    events = [(data["text"], event) for event, data in map(told, receiver.requests)]
    assert {event for text, event in events if text == "poison"} == {"message.queued"}
    assert [event for text, event in events if text == "well"][-1] == "message.delivered"
    receiver.answer = lambda request: Reply()
    teller.until_told(timedelta(hours=1))
    mine = [event for event, data in map(told, receiver.requests) if data["text"] == "poison"]
    assert mine[-4:] == ["message.queued", "message.sending", "message.sent", "message.delivered"]


def test_a_thousand_that_wait_for_a_dead_receiver_cost_little(bench: Bench, teller: Teller) -> None:
    with Receiver() as gone:
        url = gone.url
    webhook = teller.add(url)
    listener = deliveries.Listener(url, "standard", webhook=webhook)
    with database.transaction():
        for number in range(1000):
            deliveries.write(listener, "message.sent", f"m{number}", "{}", bench.now, bench.ids)
    teller.until_told(timedelta(minutes=30))
    assert sum(row.attempts for row in rows()) <= 12


def test_two_days_are_tried_then_it_is_given_up_and_may_be_sent_again(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.add(receiver.url, "message.queued")
    receiver.answer = lambda request: Reply(503, b"later")
    bench.submit()
    began = bench.now
    teller.until_told(timedelta(hours=47))
    (row,) = rows()
    assert (row.state, row.status, row.answer, row.error) == ("waiting", 503, "later", "refused")
    assert 45 <= row.attempts <= 60
    teller.until_told(timedelta(hours=3))
    (row,) = rows()
    assert row.state == "given_up"
    assert timedelta(hours=48) <= bench.now - began <= timedelta(hours=50)
    receiver.answer = lambda request: Reply()
    assert log.replay_given_up(webhook, "test:me", bench.now) == 1
    bench.clock.move(timedelta(hours=1))
    teller.settle()
    assert rows()[0].state == "done"
    names = {request.headers["webhook-id"] for request in receiver.requests}
    assert names == {row.uid}, "the program can tell that it is the same"
    log.replay(row.uid, "test:me", bench.now)
    with pytest.raises(Conflict, match="delivery_waits"):
        log.replay(row.uid, "test:me", bench.now)
    assert {row.action for row in audit.recent()} >= {"webhook_added", "webhook_replayed"}


def test_nothing_is_given_up_by_a_clock_that_nobody_vouches_for(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.queued")
    receiver.answer = lambda request: Reply(500)
    bench.submit()
    teller.settle()
    teller.trusted = False
    bench.clock.move(timedelta(days=9000))
    teller.settle()
    assert [row.state for row in rows()] == ["waiting"]


def test_a_clock_that_was_put_back_keeps_nothing_waiting_for_years(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.queued")
    receiver.answer = lambda request: Reply(500)
    bench.submit()
    teller.settle()
    receiver.answer = lambda request: Reply()
    bench.clock.move(timedelta(days=-400))
    teller.settle()
    assert [row.state for row in rows()] == ["done"]


def test_one_that_says_it_is_gone_is_told_nothing_more(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.add(receiver.url)
    receiver.answer = lambda request: Reply(410)
    bench.submit("one")
    bench.submit("two", to=BEN)
    teller.settle()
    bench.submit("three", to=BEN)
    teller.until_told(timedelta(hours=1))
    assert len(receiver.requests) <= 2
    assert {row.state for row in rows()} == {"given_up"}
    assert hooks.get(webhook.uid).disabled_at is not None
    assert audit.recent(action="webhook_disabled")[0].written_by == hooks.GONE
    with pytest.raises(Conflict, match="webhook_off"):
        log.replay(rows()[0].uid, "test:me", bench.now)
    receiver.answer = lambda request: Reply()
    hooks.enable(webhook.uid, "test:me", bench.now)
    log.replay_given_up(None, "test:me", bench.now)
    teller.until_told(timedelta(hours=1))
    assert {row.state for row in rows()} == {"done"}


def test_a_redirect_is_not_followed(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    with Receiver() as elsewhere:
        teller.add(receiver.url, "message.queued")
        receiver.answer = lambda request: Reply(302, headers={"Location": elsewhere.url})
        bench.submit()
        teller.settle()
        assert elsewhere.requests == []
    assert [(row.state, row.status, row.error) for row in rows()] == [("waiting", 302, "redirected")]


def test_what_waits_for_an_hour_raises_an_alarm_until_it_is_told(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.queued")
    receiver.down()
    bench.submit()
    teller.until_told(timedelta(minutes=50))
    teller.minute()
    assert alarms.standing() == []
    teller.until_told(timedelta(minutes=20))
    bench.clock.move(timedelta(minutes=20))
    teller.minute()
    assert [alarm.kind for alarm in alarms.standing()] == ["webhook_backlog"]
    assert deliveries.backlog() == (1, MONDAY_NOON)
    receiver.up()
    teller.until_told(timedelta(hours=2))
    teller.minute()
    assert alarms.standing() == []
    assert deliveries.backlog() == (0, None)
    assert [step.event for step in AlarmStep.select().order_by(AlarmStep.id)] == ["raised", "cleared"]


def test_what_was_told_is_kept_for_a_week(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    teller.add(receiver.url, "message.queued")
    bench.submit()
    teller.settle()
    for days, left in ((6, 1), (2, 0)):
        bench.clock.move(timedelta(days=days))
        for _ in teller.feature.night(teller.house, bench.now):
            pass
        assert len(rows()) == left


# ---- who is told, and where ----------------------------------------------------------------------


def test_what_is_wrong_about_a_webhook_is_refused_and_nothing_is_written(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url)
    url = receiver.url
    for name, where, events, key, code, field in (
        ("", url, ["message.sent"], None, "name_bad", "name"),
        ("TILL", url, ["message.sent"], None, "name_taken", "name"),
        ("new", "ftp://x/", ["message.sent"], None, "url_bad", "url"),
        ("new", "http://8.8.8.8/", ["message.sent"], None, "url_forbidden", "url"),
        ("new", url, [], None, "events_none", "events"),
        ("new", url, ["message.lost"], None, "event_unknown", "events"),
        ("new", url, ["message.sent"], "nobody", "key_unknown", "key"),
    ):
        with pytest.raises((Invalid, Conflict)) as caught:
            hooks.add(name, where, events, "test:me", bench.now, bench.ids, key)
        assert (caught.value.code, caught.value.field) == (code, field)
    assert Webhook.select().count() == 1
    with pytest.raises(NotFound):
        hooks.get("nobody")


def test_a_webhook_may_move_and_what_waits_moves_with_it(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.add(receiver.url, "message.queued")
    receiver.down()
    bench.submit()
    teller.settle()
    with Receiver() as new:
        hooks.change(webhook.uid, "till", new.url, ["message.queued"], "test:me", bench.now)
        bench.clock.move(timedelta(minutes=1))
        teller.settle()
        assert types(new.requests) == ["message.queued"]
    hooks.remove(webhook.uid, "test:me", bench.now)
    assert rows() == []


def test_an_address_that_is_allowed_no_more_is_not_asked(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.add(receiver.url, "message.queued")
    permits.choose(Allowed(loopback=False), "test:me", bench.now)
    assert permits.read() == Allowed(loopback=False)
    bench.submit()
    teller.settle()
    assert receiver.requests == []
    assert [(row.state, row.error) for row in rows()] == [("waiting", "address_forbidden")]
    assert audit.recent()[0].shown == permits.NAME


def test_the_list_of_events_names_every_state(bench: Bench) -> None:
    assert {f"message.{state}" for state in State} < set(EVENTS)
    assert set(USUAL) < set(EVENTS)
    assert len(EVENTS) == len(set(EVENTS))


def test_the_log_is_read_page_by_page(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    webhook = teller.add(receiver.url, "message.queued")
    for number in range(5):
        bench.submit(f"message {number}")
    teller.settle()
    first = log.page(webhook, limit=3)
    assert len(first.items) == 3
    rest = log.page(webhook, cursor=first.next, limit=3)
    assert [row.id for row in (*first.items, *rest.items)] == [row.id for row in reversed(rows())]
    assert log.page(state="given_up").items == []
