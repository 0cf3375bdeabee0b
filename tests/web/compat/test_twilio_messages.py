"""The official client, unmodified but for its base URL: messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from fakes import MONDAY_NOON, FakeClock, MemoryModem, NoWatch
from gateway.config import Config
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.messages import conversations, lifecycle, outbox, search, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.lifecycle import Event, Step
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Audit, Callback, Conversation, History, Inbound, KeyUsage, Message, Part
from people import agree
from program import OURS, Program

SOMEBODY = "+33639980001"
Rows = Callable[[Any], list[Any]]


def leave(sid: str, *events: Event, at: datetime = MONDAY_NOON) -> None:
    """As if the modem and the network had done their part."""
    with database.connection(), database.transaction():
        message = Message.get(Message.uid == sid[2:])
        for event in events:
            columns = {"sent_at": at} if event is Event.ACCEPT else {}
            lifecycle.advance(message, lifecycle.all_parts(message), Step(event, at), **columns)


DELIVERED = (Event.CLAIM, Event.ACCEPT, Event.DELIVER)


# ---- create --------------------------------------------------------------------------------------


def test_a_message_is_created_and_read_again(shop: Program, rows: Rows) -> None:
    made = shop.client.messages.create(to="06 39 98 00 01", from_="+15005550006", body="Héllo €")
    assert (made.status, made.to, made.from_, made.body) == ("queued", SOMEBODY, "+15005550006", "Héllo €")
    assert (made.direction, made.num_segments, made.num_media) == ("outbound-api", "1", "0")
    assert made.date_created == MONDAY_NOON
    assert (made.date_sent, made.error_code, made.price) == (None, None, None)
    assert made.account_sid == shop.key.account_sid
    (row,) = rows(Message)
    assert (made.sid, row.source, row.category) == (f"SM{row.uid}", "key:key1", "notification")

    leave(made.sid, *DELIVERED, at=MONDAY_NOON + timedelta(seconds=3))
    again = made.fetch()
    assert (again.status, again.date_sent) == ("delivered", MONDAY_NOON + timedelta(seconds=3))


def test_another_hour_with_a_sender_or_with_a_service(shop: Program, rows: Rows) -> None:
    hour = MONDAY_NOON + timedelta(hours=3)
    more = {"body": "later", "schedule_type": "fixed", "send_at": hour}
    by_number = shop.client.messages.create(SOMEBODY, from_=OURS, **more)
    by_service = shop.client.messages.create(SOMEBODY, messaging_service_sid="MG" + "0" * 32, **more)
    assert {by_number.status, by_service.status} == {"scheduled"}
    assert by_service.messaging_service_sid == "MG" + "0" * 32
    assert [row.send_at for row in rows(Message)] == [hour, hour]


def test_a_plain_script_schedules_with_an_offset(shop: Program, rows: Rows) -> None:
    fields = {"Body": "Rendez-vous", "SendAt": "2026-12-01T10:00:00+01:00", "ScheduleType": "fixed"}
    answer = shop.post(**fields)
    assert (answer.status_code, answer.json()["status"]) == (201, "scheduled")
    assert rows(Message)[0].send_at == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_it_leaves_at_that_hour_and_not_before(shop: Program, site: Config, clock: FakeClock) -> None:
    sid = shop.post(Body="À l’heure", SendAt="2026-11-23T15:00:00+01:00", ScheduleType="fixed").json()["sid"]
    modem = MemoryModem()
    desk = Dispatcher({modem.name: modem}, Judge(site.appliance), NoWatch())
    with database.connection():
        desk.ready(modem.name, modem.sim)
        for left in (timedelta(hours=3) - timedelta(seconds=1), timedelta(seconds=1)):
            assert modem.texts == []
            clock.move(left)
            waiting.release(Judge(site.appliance), clock.now())
            desk.fill(clock.now())
        assert modem.texts == ["À l’heure"]
    assert shop.client.messages(sid).fetch().status == "sending"


def test_with_a_service_it_is_accepted_first(shop: Program) -> None:
    made = shop.client.messages.create(SOMEBODY, messaging_service_sid="MG12", body="Bonjour")
    assert (made.status, made.from_, made.fetch().status) == ("accepted", None, "queued")


def test_what_else_a_program_may_ask_for(shop: Program, rows: Rows) -> None:
    shop.client.messages.create(
        SOMEBODY,
        from_="sim2",
        body="Un œuf – “deux”",
        smart_encoded=True,
        validity_period=60,
        status_callback="http://127.0.0.1:9/done",
    )
    (row,), (callback,), (part,) = rows(Message), rows(Callback), rows(Part)
    assert (row.alphabet, row.wanted_modem, part.bound) == ("GSM-7", "sim2", "sim2")
    assert row.expires_at == MONDAY_NOON + timedelta(minutes=5)  # the least that the network can be told
    assert (callback.url, callback.style) == ("http://127.0.0.1:9/done", "twilio")


def test_the_number_of_a_sim_chooses_its_modem(shop: Program, rows: Rows) -> None:
    shop.post(Body="Bonjour", From=OURS.replace("+33", "0"))
    assert rows(Message)[0].wanted_modem == "sim1"


def test_json_does_as_well(shop: Program) -> None:
    answer = shop.call("POST", shop.messages, json={"From": "shop", "To": SOMEBODY, "Body": "é"})
    assert (answer.status_code, answer.json()["from"]) == (201, "shop")


def test_the_same_token_sends_once(shop: Program, rows: Rows) -> None:
    headers = {"I-Twilio-Idempotency-Token": "order-17"}
    data = {"To": SOMEBODY, "From": OURS, "Body": "Bonjour"}
    sids = {shop.call("POST", shop.messages, data=data, headers=headers).json()["sid"] for _ in range(3)}
    assert len(sids) == len(rows(Message)) == 1
    assert rows(KeyUsage)[0].messages == 1
    other = shop.call("POST", shop.messages, data={**data, "Body": "Autre"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, 20409)


WRONG: tuple[tuple[dict[str, str], int], ...] = (
    ({"To": ""}, 21604),
    ({"To": "12"}, 21211),
    ({"To": "whatsapp:+33639980001"}, 21211),
    ({"To": OURS}, 21266),
    ({"From": ""}, 21603),
    ({"From": "??"}, 21212),
    ({"From": "", "MessagingServiceSid": "XX1"}, 21701),
    ({"Body": ""}, 21602),
    ({"Body": "\x01"}, 21602),
    ({"Body": "é" * 2000 + "€" * 1000}, 21617),
    ({"MediaUrl": "https://shop.example/a.png"}, 21620),
    ({"StatusCallback": "ftp://shop.example/"}, 21609),
    ({"StatusCallback": "http://169.254.169.254/"}, 21609),
    ({"SendAt": "2026-11-24T10:00:00Z"}, 35114),
    ({"ScheduleType": "fixed"}, 35114),
    ({"SendAt": "2026-11-24T10:00:00", "ScheduleType": "fixed"}, 35114),
    ({"SendAt": "tomorrow", "ScheduleType": "fixed"}, 35114),
    ({"SendAt": "2026-11-22T10:00:00Z", "ScheduleType": "fixed"}, 35114),
    ({"SendAt": "2028-11-22T10:00:00Z", "ScheduleType": "fixed"}, 35114),
    ({"ValidityPeriod": "0"}, 20001),
    ({"ValidityPeriod": "ten"}, 20001),
    ({"ValidityPeriod": "99999999"}, 20001),
)


def test_what_is_wrong_has_its_number_and_changes_nothing(shop: Program, rows: Rows) -> None:
    for fields, code in WRONG:
        answer = shop.post(**{"Body": "Bonjour", **fields})
        body = answer.json()
        assert (answer.status_code, body["code"], body["status"]) == (400, code, 400), fields
        assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
        assert body["message"]
        assert "…" not in body["message"]
        assert set(body) == {"code", "message", "more_info", "status"}
    assert rows(Message) == rows(KeyUsage) == []


# ---- the same rules ------------------------------------------------------------------------------


def test_whoever_said_stop_is_refused_and_the_refusal_is_written_down(
    new_program: Callable[..., Program], rows: Rows
) -> None:
    shop = new_program("send", "read", category="marketing")
    body = "Soldes ! test. STOP pour arrêter"
    with database.connection():
        ledger.oppose(SOMEBODY, "marketing", Act("sms", "sms"), MONDAY_NOON)
    with pytest.raises(TwilioRestException) as refused:
        shop.client.messages.create(SOMEBODY, from_=OURS, body=body)
    assert (refused.value.status, refused.value.code) == (400, 21610)
    (row,) = rows(Message)
    assert (row.state, row.reason) == ("rejected", "opposed_marketing")
    (shown,) = shop.client.messages.list()
    assert (shown.status, shown.error_code) == ("failed", 21610)


def test_marketing_to_nobody_who_agreed_is_refused(new_program: Callable[..., Program]) -> None:
    shop = new_program("send", category="marketing")
    answer = shop.post(Body="Soldes ! test. STOP pour arrêter")
    assert (answer.status_code, answer.json()["code"]) == (400, 21610)


def test_a_key_that_sent_enough_waits(new_program: Callable[..., Program], rows: Rows) -> None:
    shop = new_program("send", "read", per_minute=1)
    assert shop.post(Body="un").status_code == 201
    answer = shop.post(Body="deux")
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert int(answer.headers["Retry-After"]) == 60
    assert len(rows(Message)) == 1


def test_a_key_uses_its_own_category_and_modems_only(new_program: Callable[..., Program], rows: Rows) -> None:
    shop = new_program("send", category="alert", modems="sim2")
    assert shop.post(Body="a", From="+15005550006").status_code == 201
    assert [(row.category, row.wanted_modem) for row in rows(Message)] == [("alert", "sim2")]
    answer = shop.post(Body="b", From=OURS)
    assert (answer.status_code, answer.json()["code"]) == (400, 21606)


# ---- list ----------------------------------------------------------------------------------------


def test_a_list_has_what_this_key_sent_and_what_came_newest_first(
    shop: Program, clock: FakeClock, heard: Callable[..., str], outside: Caller
) -> None:
    sids = []
    for number in range(7):
        clock.move(timedelta(seconds=1))
        if number % 3 == 2:
            sids.append(heard("+33639980006", f"answer {number}"))
        else:
            sids.append(shop.client.messages.create(SOMEBODY, from_=OURS, body=f"no {number}").sid)
    with database.connection():
        outbox.submit(Draft(SOMEBODY, "of somebody else"), outside, clock.now())
    assert [message.sid for message in shop.client.messages.list()] == sids[::-1]
    assert [message.sid for message in shop.client.messages.list(limit=3)] == sids[:3:-1]
    assert [message.sid for message in shop.client.messages.list(page_size=2)] == sids[::-1]
    came = shop.client.messages.list(from_="+33639980006")
    assert [(message.direction, message.status, message.to) for message in came] == [
        ("inbound", "received", OURS)
    ] * 2
    assert len(shop.client.messages.list(to=SOMEBODY)) == len(shop.client.messages.list(from_=OURS)) == 5
    assert len(shop.client.messages.list(to=OURS)) == 2


def test_pages_stay_as_they_are_while_new_messages_come(
    shop: Program, clock: FakeClock, heard: Callable[..., str]
) -> None:
    sids = [shop.post(Body=f"no {number}").json()["sid"] for number in range(4)]
    first = shop.call("GET", shop.messages, params={"PageSize": 2}).json()
    clock.move(timedelta(seconds=1))
    heard(SOMEBODY, "meanwhile")
    shop.post(Body="meanwhile")
    second = shop.call("GET", first["next_page_uri"]).json()
    assert [m["sid"] for page in (first, second) for m in page["messages"]] == sids[::-1]
    assert (second["next_page_uri"], second["page"]) == (None, 1)


def test_a_list_by_the_day_on_which_it_left(shop: Program) -> None:
    days = [MONDAY_NOON, MONDAY_NOON + timedelta(days=1), MONDAY_NOON + timedelta(days=2)]
    sids = [shop.post(Body=f"{day:%d}").json()["sid"] for day in days]
    shop.post(Body="still here")
    for sid, day in zip(sids, days, strict=True):
        leave(sid, *DELIVERED, at=day)
    messages = shop.client.messages

    def found(**asked: Any) -> list[str]:
        return [message.sid for message in messages.list(**asked)][::-1]

    assert found(date_sent=days[1].date()) == [sids[1]]
    assert found(date_sent=days[1]) == [sids[1]]
    assert found(date_sent_after=days[1]) == sids[1:]
    assert found(date_sent_before=days[1]) == sids[:2]
    assert found(date_sent_after=days[0] + timedelta(1), date_sent_before=days[2].date()) == [sids[1]]


def test_a_list_that_cannot_be_is_refused(shop: Program) -> None:
    for query in ({"PageSize": "x"}, {"PageSize": "0"}, {"PageToken": "PA1"}, {"DateSent": "soon"}):
        answer = shop.call("GET", shop.messages, params=query)
        assert answer.status_code == 400
        assert answer.json()["code"] in (20001, 35114)


# ---- change and delete ---------------------------------------------------------------------------


def test_what_waits_is_canceled_and_what_left_is_not(shop: Program) -> None:
    hour = MONDAY_NOON + timedelta(hours=3)
    made = shop.client.messages.create(SOMEBODY, from_=OURS, body="a", schedule_type="fixed", send_at=hour)
    assert made.update(status="canceled").status == "canceled"
    assert made.update(status="canceled").status == "canceled"
    gone = shop.client.messages.create(SOMEBODY, from_=OURS, body="b")
    leave(gone.sid, Event.CLAIM, Event.ACCEPT)
    with pytest.raises(TwilioRestException) as refused:
        gone.update(status="canceled")
    assert (refused.value.status, refused.value.code) == (409, 30409)
    assert shop.call("POST", gone.uri, data={"Status": "sent"}).json()["code"] == 20001


def test_a_redacted_message_keeps_its_row_and_nothing_of_its_text(shop: Program, rows: Rows) -> None:
    made = shop.client.messages.create(SOMEBODY, from_=OURS, body="confidential words")
    with pytest.raises(TwilioRestException) as refused:
        made.update(body="")
    assert refused.value.code == 20009
    leave(made.sid, *DELIVERED)
    with database.connection():
        list(search.catch_up())
    emptied = made.update(body="")
    assert (emptied.body, emptied.status, emptied.from_) == ("", "delivered", OURS)
    assert [row.last_text for row in rows(Conversation)] == [""]
    with database.connection():
        list(search.scour())  # as every night
        database.maintain()
        assert b"confidential" not in Path(database.db.database).read_bytes()
    assert rows(Audit)[-1].action == "message_redacted"


def test_a_deleted_message_is_gone_with_its_last_word(shop: Program, rows: Rows) -> None:
    earlier = shop.client.messages.create(SOMEBODY, from_=OURS, body="earlier")
    made = shop.client.messages.create(SOMEBODY, from_=OURS, body="latest")
    with pytest.raises(TwilioRestException) as refused:
        made.delete()
    assert (refused.value.status, refused.value.code) == (409, 20009)
    leave(made.sid, *DELIVERED)
    assert made.delete() is True
    assert [row.last_text for row in rows(Conversation)] == ["earlier"]
    leave(earlier.sid, *DELIVERED)
    assert earlier.delete() is True
    assert [rows(table) for table in (Conversation, Message, Part, History)] == [[], [], [], []]
    with pytest.raises(TwilioRestException) as unknown:
        made.fetch()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_marketing_that_counts_is_emptied_and_not_deleted(
    new_program: Callable[..., Program], clock: FakeClock, rows: Rows
) -> None:
    shop = new_program("send", "read", category="marketing")
    with database.connection():
        agree(SOMEBODY, MONDAY_NOON)
    sid = shop.post(Body="Soldes ! test. STOP pour arrêter").json()["sid"]
    leave(sid, *DELIVERED)
    with pytest.raises(TwilioRestException) as refused:
        shop.client.messages(sid).delete()
    assert refused.value.code == 20009
    assert shop.client.messages(sid).update(body="").body == ""
    clock.move(timedelta(days=31))
    assert shop.client.messages(sid).delete() is True
    assert rows(Message) == []


def test_what_came_in_is_touched_by_who_may_do_everything(
    shop: Program, new_program: Callable[..., Program], heard: Callable[..., str], rows: Rows
) -> None:
    sid, doubtful = heard(SOMEBODY, "Bonjour"), heard(SOMEBODY, "stop it", asks="perhaps_stop")
    with database.connection():
        conversations.note(SOMEBODY, "stop it", MONDAY_NOON, inbound=True)
    assert shop.client.messages(sid).fetch().body == "Bonjour"
    for touch in (lambda: shop.client.messages(sid).update(body=""), shop.client.messages(sid).delete):
        with pytest.raises(TwilioRestException) as refused:
            touch()
        assert (refused.value.status, refused.value.code) == (403, 20003)
    boss = new_program("admin")
    assert boss.client.messages(sid).update(body="").body == ""
    assert boss.client.messages(sid).delete() is True
    with pytest.raises(TwilioRestException) as refused:
        boss.client.messages(doubtful).delete()
    assert refused.value.code == 20009
    assert [row.text for row in rows(Inbound)] == ["stop it"]
    assert (
        boss.call("POST", f"{boss.messages[:-5]}/{doubtful}.json", data={"Status": "canceled"}).json()["code"]
        == 20001
    )


def test_nobody_sees_or_touches_what_another_key_sent(
    shop: Program, new_program: Callable[..., Program]
) -> None:
    sid = shop.post(Body="a").json()["sid"]
    other: Client = new_program("send", "read", "admin").client
    assert other.messages.list() == []
    for touch in (
        other.messages(sid).fetch,
        other.messages(sid).delete,
        lambda: other.messages(sid).update(status="canceled"),
        lambda: other.messages(sid).update(body=""),
    ):
        with pytest.raises(TwilioRestException) as refused:
            touch()
        assert (refused.value.status, refused.value.code) == (404, 20404)


def test_there_is_no_media(shop: Program) -> None:
    made = shop.client.messages.create(SOMEBODY, from_=OURS, body="a")
    assert made.media.list() == []
