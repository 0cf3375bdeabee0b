"""Automations: what sets them off, each step once, what ends them, and that nobody is caught in a loop."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book, fields, groups, tags
from gateway.contacts.book import Entry
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.features.api import House
from gateway.features.automations import days, diary, events, members, presets, prospect, tryout, verbs
from gateway.features.automations.events import Told
from gateway.features.automations.feature import Automations
from gateway.features.automations.plan import Step, Terms
from gateway.privacy import erase, export, retention
from gateway.store import database
from gateway.store.models import (
    Automation,
    AutomationEvent,
    AutomationRun,
    AutomationTurn,
    Contact,
    GroupMember,
    Message,
    Part,
)
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

BY = "page:ana"
ANNA, BEN, CLEO = "+33639983001", "+33639983002", "+33639983003"
PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HELLO = Step("send", "Bonjour {prénom}")


class Shop:
    """A few people, and the gateway's part as the loop drives it."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.trusted = bench, True
        self.feature = Automations()
        self.house = House(bench.site, ("sim1",), bench.ids, lambda told: None, lambda: self.trusted)
        self.feature.begin(self.house, bench.now)
        self.born = fields.add("Naissance", "date", BY, bench.now).id

    def person(self, number: str, name: str, born: str = "") -> None:
        contact = book.add(number, Entry(name), BY, self.bench.now)
        fields.keep(contact.id, {self.born: born})

    def automation(self, terms: Terms, *steps: Step, name: str = "Essai", start: bool = True) -> str:
        uid = verbs.draft(name, BY, self.bench.now, self.bench.ids).uid
        verbs.choose(uid, terms, self.bench.now)
        for step in steps:
            verbs.add_step(uid, step, self.bench.site)
        if start:
            verbs.start(uid, BY, self.bench.site, self.bench.now)
        return uid

    def run(self) -> None:
        for _ in range(500):
            if not self.feature.step(self.house, self.bench.now):
                return
        raise AssertionError("it never rests")

    def at(self, when: str) -> None:
        """Go there from one due instant to the next; in Paris."""
        end = datetime.fromisoformat(when).replace(tzinfo=PARIS).astimezone(UTC)
        self.run()
        while (due := self.feature.due(self.bench.now)) is not None and due <= end:
            self.bench.clock.move(max(timedelta(), due - self.bench.now))
            self.run()
        self.bench.clock.move(end - self.bench.now)
        self.run()

    def tell(self, name: str, reference: str | None = None, to: str = ANNA, **facts: str) -> bool:
        told = events.record(Told(name, to, facts, reference), "key:shop", self.bench.site, self.bench.now)
        self.run()
        return told.is_new

    def hears(self, number: str, text: str) -> None:
        with database.transaction():
            message = self.bench.receive(text, number)
            assert not self.feature.hear(message, number, self.house, self.bench.now)

    def leave(self) -> None:
        """Everything that waits for its turn has left."""
        Part.update(state="sent", sent_at=self.bench.now).where(Part.state == "queued").execute()
        Message.update(state="sent").where(Message.state == "queued").execute()

    def texts(self, number: str = ANNA) -> list[str]:
        found = Message.select().where(Message.recipient == number, Message.state != "canceled")
        return [message.text for message in found.order_by(Message.id)]

    def history(self, uid: str, number: str = ANNA) -> list[list[str]]:
        """The runs of one person, the newest first: each its lines."""
        listed = [run for run in diary.runs(verbs.find(uid)) if run.number == number]
        turns = diary.of(listed)
        return [[str(turn.facts.get("why") or turn.what) for turn in turns[run.id]] for run in listed]


@pytest.fixture
def shop(bench: Bench) -> Shop:
    return Shop(bench)


BIRTHDAYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("2027-02-28", ("02-28", "02-29")),
    ("2028-02-28", ("02-28",)),
    ("2028-02-29", ("02-29",)),
    ("2027-03-01", ("03-01",)),
)


@pytest.mark.parametrize(("day", "wanted"), BIRTHDAYS)
def test_who_is_born_on_29_february_has_the_28th_where_there_is_none(
    day: str, wanted: tuple[str, ...]
) -> None:
    assert days.birthdays(date.fromisoformat(day)) == wanted


WAITS: tuple[tuple[str, int, int | None, str], ...] = (
    ("2026-11-23 12:00", 120, None, "2026-11-23 14:00"),
    ("2026-11-23 12:00", 3 * 24 * 60, None, "2026-11-26 12:00"),
    ("2026-11-23 12:00", 0, 18 * 60, "2026-11-23 18:00"),
    ("2026-11-23 12:00", 0, 9 * 60, "2026-11-24 09:00"),
    ("2027-03-27 12:00", 24 * 60, None, "2027-03-28 12:00"),  # the day that has 23 hours
)


@pytest.mark.parametrize(("begin", "minutes", "at", "over"), WAITS)
def test_a_wait_goes_by_the_clock_on_the_wall(begin: str, minutes: int, at: int | None, over: str) -> None:
    now = datetime.fromisoformat(begin).replace(tzinfo=PARIS)
    waited = days.after_wait(now, minutes, at, PARIS).astimezone(PARIS)
    assert f"{waited:%Y-%m-%d %H:%M}" == over


def test_a_birthday_is_wished_at_its_hour_once_a_year(shop: Shop) -> None:
    shop.person(ANNA, "Anna Durand", "1990-11-25")
    shop.person(BEN, "Ben", "1991-11-24")
    uid = shop.automation(Terms("birthday", field=shop.born, at_min=10 * 60, gap_days=300), HELLO)
    week = prospect.week(verbs.find(uid), PARIS, shop.bench.now)
    assert [(f"{day.day:%d}", day.count) for day in week if day.count] == [("24", 1), ("25", 1)]
    assert [contact.name for contact in week[2].first] == ["Anna Durand"]
    shop.at("2026-11-25 09:59")
    assert shop.texts() == []
    shop.at("2026-11-25 10:01")
    shop.at("2026-11-27 12:00")
    assert (shop.texts(), shop.texts(BEN)) == (["Bonjour Anna"], ["Bonjour Ben"])
    assert shop.history(uid) == [["begun", "sent", "done"]]
    shop.bench.clock.move(363 * DAY)  # off for a year, until the day
    shop.run()
    assert shop.texts() == ["Bonjour Anna"] * 2


def test_days_after_a_date_are_caught_up_when_the_appliance_was_off(shop: Shop) -> None:
    shop.person(ANNA, "Anna", "2026-11-22")
    shop.person(BEN, "Ben", "2026-11-20")
    uid = shop.automation(Terms("after", field=shop.born, days=3, at_min=9 * 60), HELLO)
    shop.at("2026-11-24 08:00")
    shop.bench.clock.move(3 * DAY)  # off, until the 27th
    shop.at("2026-11-27 09:01")
    assert shop.texts() == ["Bonjour Anna"]
    assert shop.texts(BEN) == [], "its hour was over before it began"
    assert [day.count for day in prospect.week(verbs.find(uid), PARIS, shop.bench.now)] == [0] * 7


def test_days_before_a_date(shop: Shop) -> None:
    shop.person(ANNA, "Anna", "2026-12-01")
    shop.automation(Terms("before", field=shop.born, days=2, at_min=9 * 60), HELLO)
    shop.at("2026-11-29 08:59")
    assert shop.texts() == []
    shop.at("2026-11-29 09:01")
    assert shop.texts() == ["Bonjour Anna"]


def test_many_contacts_are_looked_at_in_small_steps(shop: Shop) -> None:
    told = {"name": "P", "folded": "p", "created_at": shop.bench.now, "updated_at": shop.bench.now}
    many = [{"number": f"+3363998{4000 + place}", **told} for place in range(550)]
    Contact.insert_many(many).execute()
    for born in (1, 200, 500, 501):
        fields.keep(born, {shop.born: "1990-11-24"})
    shop.automation(Terms("birthday", field=shop.born, at_min=9 * 60), HELLO)
    shop.bench.clock.move(DAY)
    shop.feature.step(shop.house, shop.bench.now)
    first = Automation.get()
    assert (first.scan_after, AutomationRun.select().count()) == (500, 3)
    shop.feature = Automations()  # any end of the process
    shop.run()
    assert AutomationRun.select().count() == 4
    assert Automation.get().scanned_on == "2026-11-24"


def test_an_event_begins_steps_that_another_event_ends(shop: Shop) -> None:
    shop.person(ANNA, "Anna")
    terms = Terms("event", event="cart_abandoned", exits=("order_placed",))
    later = Step("send", "Encore {prénom}")
    cart = (
        Step("wait", wait_min=120),
        Step("send", "{prénom}, {event.total} attend"),
        Step("wait", wait_min=1440),
    )
    uid = shop.automation(terms, *cart, later)
    assert shop.tell("cart_abandoned", "c1", total="42 EUR")
    assert not shop.tell("cart_abandoned", "c1", total="42 EUR"), "the same reference is the same event"
    with pytest.raises(Conflict, match="event_reference_taken"):
        shop.tell("cart_abandoned", "c1", total="43 EUR")
    shop.at("2026-11-23 13:59")
    assert shop.texts() == []
    shop.at("2026-11-23 14:01")
    assert shop.texts() == ["Anna, 42 EUR attend"]
    shop.leave()
    shop.tell("order_placed")
    shop.at("2026-11-26 12:00")
    assert shop.texts() == ["Anna, 42 EUR attend"]
    assert shop.history(uid) == [["begun", "waits", "sent", "waits", "event"]]


def test_what_has_not_left_is_taken_back_when_a_run_ends(shop: Shop) -> None:
    terms = Terms("event", event="cart", exits=("order",))
    uid = shop.automation(terms, Step("send", "Votre panier"), Step("wait", wait_min=60))
    shop.tell("cart")
    assert shop.texts() == ["Votre panier"]
    shop.tell("order")
    assert shop.texts() == []
    assert shop.history(uid) == [["begun", "sent", "waits", "withdrawn", "event"]]


def test_a_reply_ends_it_where_that_was_chosen(shop: Shop) -> None:
    wait, ends = Step("wait", wait_min=60), Terms("event", event="a", on_reply=True)
    uid = shop.automation(ends, wait, HELLO)
    other = shop.automation(Terms("event", event="a"), wait, HELLO, name="Autre")
    shop.tell("a")
    shop.hears(ANNA, "Merci, c'est fait")
    shop.bench.clock.move(HOUR)
    shop.run()
    assert shop.history(uid) == [["begun", "waits", "reply"]]
    assert shop.history(other) == [["begun", "waits", "sent", "done"]]


def test_stop_ends_every_run_at_once(shop: Shop) -> None:
    uid = shop.automation(Terms("event", event="a"), Step("wait", wait_min=60), HELLO)
    shop.tell("a")
    ledger.oppose(ANNA, "marketing", Act("sms", "sms", proof="x"), shop.bench.now)
    shop.run()
    assert shop.history(uid) == [["begun", "waits", "stop"]]
    shop.bench.clock.move(HOUR)
    shop.run()
    assert shop.texts() == []


def test_the_law_refuses_and_the_run_goes_on_with_the_reason(shop: Shop) -> None:
    shop.person(ANNA, "Anna")
    shop.person(BEN, "Ben")
    agree(BEN, shop.bench.now)
    uid = shop.automation(
        Terms("event", "marketing", event="a"), HELLO, Step("tag", "relance"), Step("only", "Relance"), HELLO
    )
    shop.tell("a")
    assert {message.state for message in Message.select()} == {"rejected"}
    assert shop.history(uid) == [["begun", "refused", "tagged", "only", "refused", "done"]]
    assert tags.of(book.get(ANNA).id) == ["relance"]
    shop.tell("a", to=BEN)
    assert shop.history(uid, BEN) == [["begun", "sent", "tagged", "only", "sent", "done"]]


def test_without_the_tag_nobody_goes_on_and_a_tag_comes_off(shop: Shop) -> None:
    shop.person(ANNA, "Anna")
    shop.person(BEN, "Ben")
    tags.stick([book.get(ANNA).id], ["VIP"])
    uid = shop.automation(Terms("event", event="a"), Step("only", "vip"), Step("untag", "vip"), HELLO)
    for number in (ANNA, BEN, CLEO):
        shop.tell("a", to=number)
    assert shop.history(uid) == [["begun", "only", "untagged", "sent", "done"]]
    assert shop.history(uid, BEN) == [["begun", "lacks_tag"]]
    assert shop.history(uid, CLEO) == [["begun", "lacks_tag"]]
    assert tags.of(book.get(ANNA).id) == []


def test_whoever_comes_into_the_group_is_greeted_and_nobody_who_was_there(shop: Shop) -> None:
    for number, name in ((ANNA, "Anna"), (BEN, "Ben")):
        shop.person(number, name)
    group = groups.add("Clients", BY, shop.bench.now)
    GroupMember.create(group=group.id, contact=book.get(BEN).id)
    uid = shop.automation(Terms("group", group=group.id), HELLO)
    shop.run()
    GroupMember.create(group=group.id, contact=book.get(ANNA).id)
    shop.run()
    assert (shop.texts(), shop.texts(BEN)) == (["Bonjour Anna"], [])
    GroupMember.delete().execute()
    GroupMember.create(group=group.id, contact=book.get(ANNA).id)
    shop.bench.clock.move(2 * DAY)
    shop.run()
    assert shop.history(uid) == [["begun", "sent", "done"]], "in again is not new"


def test_who_comes_and_leaves_again_is_greeted_at_the_next_coming_alone(shop: Shop) -> None:
    shop.person(ANNA, "Anna")
    group = groups.add("Clients", BY, shop.bench.now)
    uid = shop.automation(Terms("group", group=group.id), HELLO)
    GroupMember.create(group=group.id, contact=book.get(ANNA).id)
    GroupMember.delete().execute()
    shop.run()
    assert shop.history(uid) == []
    GroupMember.insert(group=group.id, contact=book.get(ANNA).id).on_conflict_replace().execute()
    GroupMember.insert(group=group.id, contact=book.get(ANNA).id).on_conflict_replace().execute()
    shop.run()
    assert shop.history(uid) == [["begun", "sent", "done"]]


def test_whoever_comes_in_during_a_pause_is_not_greeted_after_it(shop: Shop) -> None:
    shop.person(ANNA, "Anna")
    group = groups.add("Clients", BY, shop.bench.now)
    uid = shop.automation(Terms("group", group=group.id), HELLO)
    verbs.pause(uid, BY, shop.bench.now)
    GroupMember.create(group=group.id, contact=book.get(ANNA).id)
    verbs.start(uid, BY, shop.bench.site, shop.bench.now)
    shop.run()
    assert shop.history(uid) == []


def test_nobody_goes_through_a_large_group_to_find_who_is_new(shop: Shop) -> None:
    group = groups.add("Clients", BY, shop.bench.now)
    known = verbs.find(shop.automation(Terms("group", group=group.id), HELLO))
    query, given = members.arrivals(known).sql()
    plan = [row[3] for row in database.db.execute_sql(f"EXPLAIN QUERY PLAN {query}", given)]
    assert plan == ["SEARCH t1 USING INDEX automation_members_new (automation_id=? AND is_new=?)"]


def test_a_program_that_answers_itself_is_not_a_loop(shop: Shop) -> None:
    uid = shop.automation(Terms("event", event="a"), HELLO)
    for place in range(20):
        shop.tell("a", f"r{place}")
    assert len(shop.texts()) == 1
    assert shop.history(uid)[0] == ["too_often"]
    assert len(shop.history(uid)) == 20, "each says why"


def test_of_all_automations_together_three_texts_a_day(shop: Shop) -> None:
    uids = [shop.automation(Terms("event", event="a"), HELLO, name=f"Nr {place}") for place in range(7)]
    shop.tell("a")
    assert len(shop.texts()) == 3
    assert shop.history(uids[3]) == [["begun", "too_many", "done"]]
    assert shop.history(uids[5]) == [["too_many_today"]]
    shop.at("2026-11-24 12:01")
    shop.tell("a")
    assert len(shop.texts()) == 6


def test_on_a_clock_that_nobody_vouches_for_nothing_begins(shop: Shop) -> None:
    shop.automation(Terms("event", event="a"), HELLO)
    shop.trusted = False
    shop.tell("a")
    assert shop.texts() == []
    shop.trusted = True
    shop.run()
    assert len(shop.texts()) == 1


def test_a_pause_holds_everybody_and_what_is_too_late_is_not_made_up_for(shop: Shop) -> None:
    uid = shop.automation(Terms("event", event="a"), Step("wait", wait_min=60), HELLO)
    shop.tell("a")
    shop.tell("a", to=BEN)
    verbs.pause(uid, BY, shop.bench.now)
    shop.tell("a", to=CLEO)
    shop.bench.clock.move(2 * HOUR)
    shop.run()
    assert shop.texts() == []
    verbs.start(uid, BY, shop.bench.site, shop.bench.now)
    shop.run()
    assert (len(shop.texts()), len(shop.texts(CLEO))) == (1, 0)
    shop.bench.clock.move(2 * DAY)
    shop.tell("a")
    verbs.pause(uid, BY, shop.bench.now)
    shop.bench.clock.move(4 * DAY)
    verbs.start(uid, BY, shop.bench.site, shop.bench.now)
    shop.run()
    assert shop.history(uid)[0] == ["begun", "waits", "too_late"]


def test_a_crash_between_two_steps_sends_nothing_twice(shop: Shop) -> None:
    shop.automation(Terms("event", event="a"), HELLO, Step("tag", "x"), Step("send", "Deux"))
    events.record(Told("a", ANNA, {}), "key:shop", shop.bench.site, shop.bench.now)
    for _ in range(20):
        shop.feature = Automations()
        shop.feature.step(shop.house, shop.bench.now)
    assert shop.texts() == ["Bonjour", "Deux"]


def test_steps_move_and_go_and_who_is_on_the_way_stays_in_place(shop: Shop) -> None:
    wait = Step("wait", wait_min=60)
    uid = shop.automation(Terms("event", event="a"), Step("tag", "x"), wait, HELLO, Step("send", "Deux"))
    shop.tell("a")
    with pytest.raises(Conflict, match="automation_state"):
        verbs.remove_step(uid, verbs.steps(verbs.find(uid))[0].id)
    verbs.pause(uid, BY, shop.bench.now)
    first, _, third, last = verbs.steps(verbs.find(uid))
    verbs.remove_step(uid, first.id)
    verbs.move_step(uid, last.id, -1)
    verbs.change_step(uid, third.id, Step("send", "Trois"), shop.bench.site)
    verbs.start(uid, BY, shop.bench.site, shop.bench.now)
    shop.bench.clock.move(HOUR)
    shop.run()
    assert shop.texts() == ["Deux", "Trois"]


def test_who_stands_between_two_steps_that_change_places_takes_both_and_hears_nothing_twice(
    shop: Shop,
) -> None:
    wait = Step("wait", wait_min=60)
    uid = shop.automation(Terms("event", event="a"), HELLO, wait, Step("tag", "x"), Step("send", "Deux"))
    shop.tell("a")
    verbs.pause(uid, BY, shop.bench.now)
    first, _, third, _ = verbs.steps(verbs.find(uid))
    assert verbs.between(verbs.find(uid)) == {3: 1}
    verbs.move_step(uid, third.id, -1)  # they wait, and the tag comes before the wait now
    verbs.move_step(uid, first.id, 1)  # the greeting comes after the tag: they had it
    assert verbs.between(verbs.find(uid)) == {1: 1}
    assert [step.text for step in verbs.steps(verbs.find(uid))] == ["x", "Bonjour {prénom}", "", "Deux"]
    verbs.start(uid, BY, shop.bench.site, shop.bench.now)
    shop.bench.clock.move(HOUR)
    shop.run()
    assert shop.texts() == ["Bonjour"]
    shop.bench.clock.move(HOUR)
    shop.run()
    assert shop.texts() == ["Bonjour", "Deux"]
    assert [turn.what for turn in AutomationTurn.select()].count("had_it") == 1


WRONG: tuple[tuple[Terms, tuple[Step, ...], str, str], ...] = (
    (Terms("never"), (), "automation_kind_unknown", "kind"),
    (Terms("after"), (HELLO,), "automation_field", "field"),
    (Terms("event"), (HELLO,), "automation_event_missing", "event"),
    (Terms("group"), (HELLO,), "automation_group_missing", "group"),
    (Terms("event", event="É"), (HELLO,), "event_name_bad", "event"),
    (Terms("event", event="a", exits=("a",)), (HELLO,), "automation_exit_same", "exits"),
    (Terms("event", event="a", gap_days=0), (HELLO,), "out_of_range", "gap_days"),
    (Terms("event", event="a"), (), "automation_empty", "steps"),
    (Terms("event", event="a"), (Step("dance"),), "automation_step_unknown", "kind"),
    (Terms("event", event="a"), (Step("wait"),), "out_of_range", "wait_min"),
    (Terms("event", event="a"), (Step("send", " "),), "text_empty", "text"),
    (Terms("event", event="a"), (Step("send", "{ville}"),), "variable_unknown", "text"),
    (Terms("birthday"), (Step("send", "{event.total}"),), "variable_unknown", "text"),
    (Terms("event", event="a"), (Step("tag", " "),), "tag_missing", "text"),
)


@pytest.mark.parametrize(("terms", "steps", "code", "field"), WRONG)
def test_what_is_wrong_is_named(
    shop: Shop, terms: Terms, steps: tuple[Step, ...], code: str, field: str
) -> None:
    with pytest.raises(GatewayError) as caught:
        shop.automation(terms, *steps)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert Automation.get().state == "draft"


def test_every_model_can_be_made_and_says_what_it_still_needs(shop: Shop) -> None:
    for place, preset in enumerate(presets.PRESETS):
        made = presets.draft(preset, f"M{place}", BY, shop.bench.site, shop.bench.now, shop.bench.ids)
        assert verbs.steps(made)
        if made.kind != "group":
            verbs.start(made.uid, BY, shop.bench.site, shop.bench.now)
    with pytest.raises(Invalid, match="automation_preset_unknown"):
        presets.draft("x", "X", BY, shop.bench.site, shop.bench.now, shop.bench.ids)


def test_a_try_goes_to_ones_own_number_and_counts_for_nothing(shop: Shop) -> None:
    uid = shop.automation(
        Terms("event", "marketing", event="a"), Step("send", "{prénom|Bonjour} {event.total}")
    )
    tryout.send(verbs.find(uid), "06 39 98 30 01", shop.bench.caller, shop.bench.now)
    assert shop.texts()[0].startswith("Bonjour event.total")
    assert AutomationRun.select().count() == 0
    with pytest.raises(Invalid):
        tryout.send(verbs.find(uid), "x", shop.bench.caller, shop.bench.now)


def test_what_is_kept_is_exported_erased_and_forgotten_in_time(shop: Shop) -> None:
    uid = shop.automation(Terms("event", event="a"), HELLO)
    shop.tell("a", "r1", total="4")
    shop.tell("a", to=BEN)
    given: Any = export.everything(ANNA, shop.bench.site, BY, shop.bench.now)
    (one,) = given["automations"]
    assert (one["automation"], [turn["what"] for turn in one["history"]]) == (
        "Essai",
        ["begun", "sent", "done"],
    )
    assert [told["name"] for told in given["events"]] == ["a"]
    shop.leave()
    erase.erase(ANNA, "FR", BY, shop.bench.now)
    assert [event.number for event in AutomationEvent.select()] == [BEN]
    assert shop.history(uid) == []
    shop.bench.clock.move(400 * DAY)
    for _ in retention.purge(shop.bench.site, shop.bench.now):
        pass
    assert AutomationEvent.select().count() == AutomationRun.select().count() == 0
