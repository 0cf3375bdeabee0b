"""People are reminded of their appointments: at the right hour, once, whatever the calendar does."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.api import House
from gateway.features.reminders import answers, appointments, calendars, hours, sending, sheet
from gateway.features.reminders.appointments import Wish
from gateway.features.reminders.calendar import Occurrence
from gateway.features.reminders.feature import Reminders
from gateway.features.reminders.following import steps
from gateway.features.reminders.hours import Night, When
from gateway.messages import inbox
from gateway.modems import alarms
from gateway.privacy import erase, export
from gateway.store.models import Appointment, Calendar, Contact, InboundTopic, Message, Reminder
from modem import api
from modem.alphabet import Alphabet
from receiver import Receiver, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
PARIS = ZoneInfo("Europe/Paris")
BY = "page:ana"
DAY_BEFORE, TWO_HOURS = When(1, 18 * 60), When(None, 0, 120)
UNTIL = timedelta(days=60)


def paris(text: str) -> datetime:
    """ "25 10:00" is in November 2026 in Paris; UTC."""
    day, clock = text.split()
    day = day if "-" in day else f"2026-11-{day}"
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=PARIS).astimezone(UTC)


@dataclass
class Shop:
    """The feature as the loop drives it."""

    bench: Bench
    trusted: bool = True
    inbox: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """As after any end of the process: nothing is in memory."""
        ids = self.bench.ids
        self.house = House(self.bench.site, ("sim1",), ids, self.inbox.put, lambda: self.trusted)
        self.feature = Reminders()

    def settle(self) -> None:
        while self.feature.step(self.house, self.bench.now) or self.feature.workers.busy:
            if self.feature.workers.busy and self.feature.seen is None:
                self.feature.told(self.inbox.get(timeout=30), self.house, self.bench.now)

    def at(self, when: str) -> None:
        """Go there from one due instant to the next."""
        end = paris(when)
        self.settle()
        while (due := self.feature.due(self.bench.now)) is not None and due <= end:
            self.bench.clock.move(max(timedelta(), due - self.bench.now))
            self.settle()
        self.bench.clock.move(end - self.bench.now)
        self.settle()

    def put(self, to: str = ANNA, at: str = "25 10:00", **rest: str) -> Appointment:
        wish = Wish(to, paris(at), **rest)
        return appointments.put(wish, BY, self.bench.site, self.bench.ids, self.bench.now).appointment

    def follow(self, calendar: Calendar, *found: Occurrence) -> None:
        """The calendar says this now."""
        now = self.bench.now
        for _ in steps(
            calendar,
            sorted(found, key=lambda one: one.key),
            now + UNTIL,
            self.bench.site,
            self.bench.ids,
            now,
        ):
            pass
        self.settle()

    def hears(self, text: str, sender: str = ANNA) -> None:
        part = api.InboundPart(sender, text, Alphabet.GSM7, self.bench.now)
        tpdu = (text + self.bench.now.isoformat()).encode().hex()
        item = api.Heard("sim1", "8933010000000000998", tpdu, part, None)
        inbox.take(item, self.bench.caller, self.bench.now, lambda *told: self._ear(*told))
        self.settle()

    def _ear(self, message: Any, number: str, now: datetime) -> None:
        self.heard = self.feature.hear(message, number, self.house, now)


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    made = Shop(bench)
    yield made
    made.feature.end()


@pytest.fixture
def salon(bench: Bench) -> Calendar:
    """A calendar that is fetched; the tests say themselves what is in it."""
    made = calendars.add(calendars.Wish("Salon", "https://example.com/s.ics"), BY, bench.now, bench.ids)
    made.next_at = None
    made.save()
    return made


def event(key: str, at: str, number: str = ANNA, **rest: Any) -> Occurrence:
    starts = paris(at)
    told = {"all_day": False, "title": "", "place": "", "people": (), "canceled": False, **rest}
    return Occurrence(key, starts, starts + timedelta(minutes=30), number=number, **told)


def sent() -> list[str]:
    """When and to whom: "24 18:00 …78"."""
    rows = Message.select().order_by(Message.id)
    return [f"{row.created_at.astimezone(PARIS):%d %H:%M} …{row.recipient[-2:]}" for row in rows]


def texts() -> list[str]:
    return [row.text for row in Message.select().order_by(Message.id)]


# ---- when (pure) ---------------------------------------------------------------------------------------

DUES = [
    ("the day before at six", DAY_BEFORE, "25 10:00", "24 18:00"),
    ("two hours before", TWO_HOURS, "25 14:00", "25 12:00"),
    ("two hours before, in the night: the evening before", TWO_HOURS, "25 09:00", "24 20:00"),
    ("two hours before, after nine in the evening", TWO_HOURS, "25 23:30", "25 20:00"),
    ("two hours before midnight's end", TWO_HOURS, "26 01:00", "25 20:00"),
    ("the morning itself", When(0, 8 * 60), "25 10:00", "25 08:00"),
    ("over the end of summer time", When(1, 18 * 60), "2026-10-25 10:00", "2026-10-24 18:00"),
    ("over the beginning of summer time", When(1, 18 * 60), "2027-03-28 10:00", "2027-03-27 18:00"),
    ("at an hour that the clocks skip", When(0, 150), "2027-03-28 10:00", "2027-03-27 20:00"),
]


@pytest.mark.parametrize(
    ("when", "starts", "due"), [case[1:] for case in DUES], ids=[case[0] for case in DUES]
)
def test_the_hour_of_a_reminder(when: When, starts: str, due: str) -> None:
    assert hours.due(when, paris(starts), False, PARIS, Night()) == paris(due)


def test_a_whole_day_has_no_hours_before_it() -> None:
    assert hours.due(TWO_HOURS, paris("25 00:00"), True, PARIS, Night()) is None
    assert hours.due(DAY_BEFORE, paris("25 00:00"), True, PARIS, Night()) == paris("24 18:00")


# ---- reminders -----------------------------------------------------------------------------------------


def test_somebody_is_reminded_at_the_hour_and_once(bench: Bench, shop: Shop) -> None:
    Contact.create(
        number=ANNA, name="Anna Durand", folded="anna durand", created_at=bench.now, updated_at=bench.now
    )
    of = shop.put(id="A-1")
    shop.at("24 17:59")
    assert sent() == []
    shop.at("25 12:00")
    assert sent() == ["24 18:00 …78"]
    assert texts()[0].startswith(
        "shop : rappel de votre rendez-vous, mercredi 25 novembre à 10h00. Répondez 1"
    )
    message = Message.get()
    assert (message.category, message.client_ref) == ("notification", f"{of.uid}:1:20261125T0900Z:0")
    assert message.expires_at == paris("25 10:00")


def test_the_same_appointment_written_down_again_changes_nothing(shop: Shop) -> None:
    first, again = shop.put(id="A-1"), shop.put(id="A-1")
    assert (first.uid, Reminder.select().count()) == (again.uid, 1)
    shop.at("24 19:00")
    shop.put(id="A-1")
    shop.at("25 09:00")
    assert len(sent()) == 1


def test_an_appointment_after_the_hour_is_reminded_of_at_once_by_the_last_rule_alone(
    bench: Bench, shop: Shop
) -> None:
    own = calendars.own(bench.site, BY, bench.now, bench.ids)
    calendars.save_rule(own.uid, When(2, 18 * 60), "", bench.site, bench.now)
    shop.put(at="23 16:00")
    shop.at("23 15:00")
    assert sent() == ["23 12:00 …78"]
    assert sorted(row.reason or "" for row in Reminder.select()) == ["", "reminder_too_late"]


def test_at_once_waits_for_the_morning_where_that_is_in_time(bench: Bench, shop: Shop) -> None:
    bench.clock.move(paris("23 23:00") - bench.now)
    shop.put(at="24 10:00")
    shop.put(BEN, at="24 08:15", id="early")
    shop.at("24 09:00")
    assert sent() == ["23 23:00 …32", "24 08:00 …78"]


def test_half_an_hour_before_nobody_is_reminded_any_more(shop: Shop) -> None:
    shop.put(at="23 12:29")
    shop.at("23 13:00")
    assert sent() == []
    assert (Reminder.get().state, Reminder.get().reason) == ("skipped", "reminder_too_late")


def test_a_rule_that_is_newer_than_its_hour_reminds_of_what_is_to_come_alone(
    bench: Bench, shop: Shop
) -> None:
    shop.put(at="25 10:00")
    shop.at("24 19:00")
    own = Calendar.get()
    calendars.save_rule(own.uid, When(1, 9 * 60), "", bench.site, bench.now)
    calendars.save_rule(own.uid, TWO_HOURS, "A bientot {prénom} : {heure}", bench.site, bench.now)
    shop.at("25 12:00")
    assert sent() == ["24 18:00 …78", "25 08:00 …78"]
    assert texts()[1] == "A bientot : 10h00"


def test_after_a_night_without_power_what_is_late_leaves_while_it_helps(bench: Bench, shop: Shop) -> None:
    shop.put(at="25 10:00")
    shop.put(BEN, at="25 08:20", id="B")
    bench.clock.move(paris("25 08:00") - bench.now)
    shop.begin()
    shop.settle()
    assert sent() == ["25 08:00 …78"]
    assert sorted(row.state for row in Reminder.select()) == ["sent", "skipped"]


def test_nothing_leaves_by_a_clock_that_nobody_vouches_for(shop: Shop) -> None:
    shop.put(at="25 10:00")
    shop.trusted = False
    shop.at("24 19:00")
    assert sent() == []
    shop.trusted = True
    shop.settle()
    assert len(sent()) == 1


def test_who_said_no_to_reminders_gets_none(bench: Bench, shop: Shop) -> None:
    shop.hears("STOP RAPPELS")
    Message.delete().execute()
    shop.put()
    shop.at("24 19:00")
    assert (Reminder.get().state, Reminder.get().reason) == ("refused", "opposed_notification")


def test_a_kill_between_two_transactions_reminds_nobody_twice(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    found = [event(f"k{place:02}", "25 10:00", f"+336399801{place:02}") for place in range(30)]
    coming = steps(salon, found, bench.now + UNTIL, bench.site, bench.ids, bench.now)
    next(coming)  # twenty are written down; then the process ends
    shop.begin()
    shop.follow(salon, *found)
    bench.clock.move(paris("24 18:00") - bench.now)
    for _ in range(7):
        sending.step(shop.house.caller("gateway:reminders"), bench.now)
    shop.begin()
    shop.settle()
    shop.follow(salon, *found)
    assert (len(sent()), len({*sent()})) == (30, 30)


# ---- what calendars do -----------------------------------------------------------------------------------


def test_a_moved_appointment_moves_what_waits(shop: Shop, salon: Calendar) -> None:
    shop.follow(salon, event("a", "25 10:00"))
    shop.follow(salon, event("a", "27 10:00"))
    shop.at("28 10:00")
    assert sent() == ["26 18:00 …78"]
    assert [(row.state, row.reason) for row in Reminder.select().order_by(Reminder.id)] == [
        ("canceled", "reminder_moved"),
        ("sent", None),
    ]


def test_who_was_reminded_is_told_that_it_moved_and_is_reminded_of_the_new_hour(
    shop: Shop, salon: Calendar
) -> None:
    shop.follow(salon, event("a", "25 10:00"))
    shop.at("24 22:30")
    told(shop.bench)
    shop.follow(salon, event("a", "27 11:00"))
    shop.at("28 10:00")
    assert sent() == ["24 18:00 …78", "25 08:00 …78", "26 18:00 …78"]  # the word by day
    assert "Il est maintenant vendredi 27 novembre à 11h00" in texts()[1]


def test_moved_there_and_back_the_last_word_is_the_right_one(shop: Shop, salon: Calendar) -> None:
    shop.follow(salon, event("a", "25 10:00"))
    shop.at("24 18:30")
    for clock in ("11:00", "10:00", "11:00", "10:00"):
        shop.follow(salon, event("a", f"25 {clock}"))
    assert [row.state for row in Message.select().order_by(Message.id)] == ["canceled"] * 4 + ["queued"]
    assert "à 10h00" in texts()[-1]
    assert Appointment.get().told_for == paris("25 10:00")


def test_a_cancellation_takes_the_reminder_back_and_is_told_where_that_is_chosen(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    shop.follow(salon, event("a", "25 10:00"), event("b", "25 11:00", BEN))
    shop.follow(salon, event("a", "25 10:00", canceled=True), event("b", "25 11:00", BEN))
    shop.at("24 19:00")
    assert sent() == ["24 18:00 …32"]
    wish = calendars.Wish("Salon", say_canceled=True)
    calendars.change(salon.uid, wish, BY, bench.site, bench.now)
    told(bench)
    shop.follow(calendars.get(salon.uid), event("a", "25 10:00", canceled=True))
    assert [row.state for row in Appointment.select().order_by(Appointment.key)] == ["canceled", "canceled"]
    assert "mercredi 25 novembre à 11h00, est annulé" in texts()[-1]
    shop.follow(calendars.get(salon.uid), event("b", "25 11:00", BEN))
    assert "Il est maintenant" in texts()[-1] or len(texts()) == 2  # taken back before it left
    assert Appointment.get(Appointment.key == "b").state == "planned"


def told(bench: Bench) -> None:
    """What was written has left: it can be taken back no more."""
    bench.ready()
    while bench.modem.jobs:
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
        bench.modem.jobs.clear()
        bench.fill()


def test_another_persons_appointment_is_reminded_of_anew(shop: Shop, salon: Calendar) -> None:
    shop.follow(salon, event("a", "25 10:00"))
    shop.at("24 18:30")
    shop.follow(salon, event("a", "25 10:00", BEN))
    assert sent() == ["24 18:00 …78", "24 18:30 …32"]


def test_a_series_that_is_shifted_is_moved_not_canceled(shop: Shop, salon: Calendar) -> None:
    shop.follow(salon, *(event(f"s\n2026112{day}T0900Z", f"2{day} 10:00") for day in (5, 6)))
    before = {of.uid for of in Appointment.select()}
    shop.follow(salon, *(event(f"s\n2026112{day}T1000Z", f"2{day} 11:00") for day in (5, 6)))
    assert {of.uid for of in Appointment.select()} == before
    shop.at("27 10:00")
    assert sent() == ["24 18:00 …78", "25 18:00 …78"]


def test_when_most_of_a_calendar_vanishes_a_person_is_asked(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    found = [event(f"k{place}", "25 10:00", f"+3363998010{place}") for place in range(5)]
    shop.follow(salon, *found)
    shop.follow(salon, *found[1:])  # one of five: it is canceled
    assert [of.state for of in Appointment.select()].count("canceled") == 1
    shop.follow(salon)
    shop.follow(salon)
    assert [(alarm.kind, alarm.facts["count"]) for alarm in alarms.standing()] == [("calendar_emptied", 4)]
    assert [of.state for of in Appointment.select()].count("planned") == 4
    shop.follow(salon, *found[1:3])
    assert calendars.get(salon.uid).doubtful == 2
    assert calendars.decide(salon.uid, True, BY, bench.site, bench.now) == 2
    assert alarms.standing() == []
    shop.at("25 09:00")
    assert sent() == ["24 18:00 …01", "24 18:00 …02"]


def test_what_is_still_to_come_by_a_persons_word_is_reminded_of(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    shop.follow(salon, event("a", "25 10:00"), event("b", "25 10:00", BEN))
    shop.follow(salon)
    assert calendars.decide(salon.uid, False, BY, bench.site, bench.now) == 2
    shop.follow(salon)
    shop.at("25 09:00")
    assert (len(sent()), alarms.standing()) == (2, [])


def test_an_event_without_a_number_belongs_to_the_one_contact_who_is_called_so(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    for number, name in ((ANNA, "Anna Durand"), (BEN, "Ben Roux"), ("+33639980100", "Ben Roux")):
        Contact.create(
            number=number, name=name, folded=name.lower(), created_at=bench.now, updated_at=bench.now
        )
    shop.follow(
        salon,
        event("a", "25 10:00", "", title="Anna Durand", people=("Anna Durand",)),
        event("b", "25 11:00", "", title="Ben Roux", people=("Ben Roux",)),
    )
    assert [(of.number, of.problem) for of in Appointment.select().order_by(Appointment.key)] == [
        (ANNA, None),
        ("", "appointment_no_number"),
    ]


# ---- fetching ----------------------------------------------------------------------------------------------

FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T000000Z\r\n"
    b"DTSTART:20261125T090000Z\r\nSUMMARY:Anna 0612345678\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def net() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_a_calendar_is_fetched_again_and_again_and_kept_while_it_cannot_be(
    bench: Bench, shop: Shop, net: Receiver
) -> None:
    answers_with(net, Reply(200, FILE, "text/calendar", {"ETag": '"v1"'}))
    salon = calendars.add(calendars.Wish("Salon", net.url + "secret.ics"), BY, bench.now, bench.ids)
    shop.settle()
    assert [(of.key, of.number) for of in Appointment.select()] == [("a", ANNA)]
    answers_with(net, Reply(304))
    bench.clock.move(timedelta(minutes=15))
    shop.settle()
    assert net.requests[-1].headers["if-none-match"] == '"v1"'
    assert calendars.get(salon.uid).fetched_at == bench.now
    for reply in (Reply(500), Reply(200, b"<html>Sign in</html>")):
        answers_with(net, reply)
        bench.clock.move(timedelta(minutes=15))
        shop.settle()
    assert (calendars.get(salon.uid).error, Appointment.get().state) == ("calendar_garbled", "planned")
    bench.clock.move(timedelta(hours=24))
    shop.feature.minute(shop.house, bench.now)
    assert [(alarm.kind, alarm.facts) for alarm in alarms.standing()] == [
        ("calendar_unreachable", {"name": "Salon", "error": "calendar_garbled"})
    ]
    answers_with(net, Reply(200, FILE))
    shop.settle()
    assert (alarms.standing(), calendars.get(salon.uid).error) == ([], None)


def answers_with(net: Receiver, reply: Reply) -> None:
    net.answer = lambda request: reply


def test_the_address_stands_nowhere_but_in_its_row(
    bench: Bench, shop: Shop, net: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    answers_with(net, Reply(302, headers={"Location": "http://127.0.0.1/elsewhere"}))
    made = calendars.add(calendars.Wish("Salon", net.url + "s3cr3t.ics"), BY, bench.now, bench.ids)
    shop.settle()
    assert calendars.get(made.uid).error == "calendar_led_astray"
    assert "s3cr3t" not in caplog.text
    assert calendars.masked(made.url) == "http://127.0.0.1/…"
    with pytest.raises(Invalid) as caught:
        calendars.address("ftp://example.com/s3cr3t")
    assert (caught.value.code, "s3cr3t" in str(caught.value)) == ("calendar_bad_address", False)
    assert calendars.address("webcal://example.com/a.ics") == "https://example.com/a.ics"


# ---- answers -----------------------------------------------------------------------------------------------

MEANT = {
    "confirmed": "1| 1. |Oui|OUI merci|ok|je confirme|d'accord|Yes, thank you|1️⃣|👍|ouiii|Oui je viens"
    "|c'est bon|Je serai là, merci|je confirme mon rdv|I confirm|Oui merci à demain|Yes, I'll be there"
    "|Bien sûr !|ok pas de souci",
    "declined": "2|non|2 merci|annuler|J'annule le rdv|cancel|2 désolé|non désolée|Je ne peux pas venir|👎"
    "|merci d'annuler|Je dois annuler|I can't come|I have to cancel|No, sorry|pas possible",
    None: "12|1 ou 2 ?|oui mais à 11h|je ne sais pas||merci|non oui|bonjour|oui ?|oui, annulez|ok annulez"
    "|1 non|non c'est bon|je n'annule pas|n'annulez pas|je dois annuler ?|je ne confirme pas"
    "|je confirme l'annulation|pas d'accord|oui en fait non|I did|👍👎|ok, je ne peux pas venir"
    "|don't cancel|j'annule pas|oui 14h|je viens à 11h",
}


@pytest.mark.parametrize(
    ("said", "text"), [(said, text) for said, every in MEANT.items() for text in every.split("|")]
)
def test_what_an_answer_means(text: str, said: str | None) -> None:
    assert answers.meant(text) == said


def test_one_confirms_two_declines_and_anything_else_is_a_conversation(bench: Bench, shop: Shop) -> None:
    own = calendars.own(bench.site, BY, bench.now, bench.ids)
    calendars.save_rule(own.uid, TWO_HOURS, "", bench.site, bench.now)
    shop.put(at="25 14:00")
    shop.hears("1")
    assert (shop.heard, len(sent())) == (False, 0)  # nobody asked yet
    shop.at("24 18:01")
    shop.hears("Je serai en retard")
    assert (shop.heard, Appointment.get().state) == (False, "planned")
    shop.hears("1 merci")
    assert (shop.heard, Appointment.get().state) == (True, "confirmed")
    assert [(row.kind, row.subject) for row in InboundTopic.select()] == [
        ("appointment", Appointment.get().uid)
    ]
    assert texts()[-1] == "shop : merci, c'est noté. Nous vous attendons mercredi 25 novembre à 14h00."
    shop.hears("2")
    assert Appointment.get().state == "declined"
    shop.at("25 13:00")
    assert sent()[3:] == []  # who cannot come is not reminded
    shop.at("25 15:00")
    shop.hears("1", ANNA)
    assert not shop.heard  # it is over


def test_what_comes_back_is_said_in_the_calendars_own_words(bench: Bench, shop: Shop) -> None:
    own = calendars.own(bench.site, BY, bench.now, bench.ids)
    words = {"confirmed_text": "Rendez-vous à {heure}, {prénom} !", "declined_text": "Dommage. Appelez-nous."}
    wish = calendars.Wish(own.name, **words)
    calendars.change(own.uid, wish, BY, bench.site, bench.now)
    shop.put(at="25 14:00", name="Anna Durand")
    shop.at("24 18:01")
    shop.hears("1")
    shop.hears("2")
    assert texts()[-2:] == ["Rendez-vous à 14h00, Anna !", "Dommage. Appelez-nous."]
    for name in words:
        with pytest.raises(Invalid) as caught:
            calendars.change(own.uid, replace(wish, **{name: "{nope}"}), BY, bench.site, bench.now)
        assert caught.value.field == name
    calendars.change(own.uid, calendars.Wish(own.name), BY, bench.site, bench.now)
    shop.hears("oui")
    assert "Nous vous attendons" in texts()[-1]


def test_of_two_appointments_the_next_one_is_meant_and_the_reply_says_which(shop: Shop) -> None:
    shop.put(at="24 17:00", id="first")
    shop.put(at="24 19:00", id="second")
    shop.at("23 18:05")
    shop.hears("1")
    assert "17h00" in texts()[-1]
    shop.hears("2")
    assert "19h00" in texts()[-1]
    assert [appointments.by_id(key).state for key in ("first", "second")] == ["confirmed", "declined"]


def test_two_machines_do_not_answer_each_other_for_ever(bench: Bench, shop: Shop) -> None:
    shop.put()
    shop.at("24 18:01")
    for turn in range(20):
        bench.clock.move(timedelta(seconds=1))
        shop.hears("2" if turn % 2 else "1")
    assert len(sent()) == 1 + answers.MOST_REPLIES


# ---- people and programs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        (Wish("abc", paris("25 10:00")), "number_has_letter", "to"),
        (Wish("061234", paris("25 10:00")), "bad_number", "to"),
        (Wish(ANNA, paris("22 10:00")), "appointment_hour", "starts_at"),
        (Wish(ANNA, paris("2030-01-01 10:00")), "appointment_hour", "starts_at"),
        (Wish(ANNA, paris("25 10:00"), ends_at=paris("25 09:00")), "appointment_end", "ends_at"),
        (Wish(ANNA, paris("25 10:00"), id="x" * 101), "text_long", "id"),
    ],
)
def test_a_wrong_appointment_is_refused(bench: Bench, wish: Wish, code: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        appointments.put(wish, BY, bench.site, bench.ids, bench.now)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert (Appointment.select().count(), Calendar.select().count()) == (0, 0)


def test_people_cancel_their_own_and_others_in_their_calendar(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    mine = shop.put()
    shop.follow(salon, event("a", "25 10:00"))
    theirs = Appointment.get(Appointment.key == "a")
    appointments.cancel(mine.uid, BY, bench.site, bench.now)
    with pytest.raises(Conflict, match="appointment_elsewhere"):
        appointments.cancel(theirs.uid, BY, bench.site, bench.now)
    with pytest.raises(NotFound):
        appointments.cancel("f" * 32, BY, bench.site, bench.now)
    appointments.mark(theirs.uid, "declined", BY, bench.site, bench.now)
    shop.at("25 09:00")
    assert sent() == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": ""}, "name_missing", "name"),
        ({"every_min": 1}, "out_of_range", "every_min"),
        ({"evening_at": 22 * 60}, "evening_in_night", "evening_at"),
        ({"moved_text": "{nope}"}, "variable_unknown", "moved_text"),
        ({"url": "gopher://x"}, "calendar_bad_address", "url"),
    ],
)
def test_a_wrong_calendar_is_refused(bench: Bench, change: dict[str, Any], code: str, field: str) -> None:
    wish = calendars.Wish(**{"name": "Salon", "url": "https://example.com/x", **change})
    with pytest.raises(Invalid) as caught:
        calendars.add(wish, BY, bench.now, bench.ids)
    assert (caught.value.code, caught.value.field, Calendar.select().count()) == (code, field, 0)


def test_a_list_is_taken_in_line_by_line_and_again_changes_nothing(
    bench: Bench, shop: Shop, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Date;Heure;Téléphone;Nom;Lieu\n25/11/2026;10h00;06 12 34 56 78;Anna Durand;Salon\n"
        "2026-11-26;14:30;+33698765432;Ben;\n31/02/2026;10:00;0612345678;X;\n25/11/2026;25h;0612345678;X;\n"
        "25/11/2026;11:00;;X;\n",
        encoding="utf-8",
    )
    for expected in ((2, 0, 3), (0, 2, 3)):
        report = sheet.take(path, BY, bench.site, bench.ids, bench.now)
        assert (report.new, report.known, report.refused) == expected
    assert [(one.line, one.why) for one in report.faults] == [
        (4, "appointment_day"),
        (5, "appointment_time"),
        (6, "number_missing"),
    ]
    shop.at("26 12:00")
    assert sent() == ["24 18:00 …78", "25 18:00 …32"]


def test_a_list_without_a_column_of_numbers_is_refused(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Nom;Lieu\nAnna;Salon\n", encoding="utf-8")
    with pytest.raises(Invalid, match="appointment_columns"):
        sheet.take(path, BY, bench.site, bench.ids, bench.now)


# ---- privacy -----------------------------------------------------------------------------------------------


def test_who_is_erased_is_forgotten_and_not_reminded_though_the_calendar_still_names_them(
    bench: Bench, shop: Shop, salon: Calendar
) -> None:
    anna = event("a", "25 10:00", title="Anna 0612345678", people=("Anna",))
    shop.follow(salon, anna, event("b", "25 10:00", BEN))
    shop.put(name="Anna")
    found = export.everything(ANNA, bench.site, BY, bench.now)
    assert [row["state"] for row in found["appointments"]] == ["planned", "planned"]
    erase.erase(ANNA, "FR", BY, bench.now, lambda _: None)
    assert [(of.number, of.title, of.state) for of in Appointment.select().where(Appointment.key == "a")] == [
        ("", "", "erased")
    ]
    shop.follow(salon, anna, event("b", "25 10:00", BEN))
    shop.at("25 09:00")
    assert sent() == ["24 18:00 …32"]


def test_a_removed_calendar_takes_what_waits_along(bench: Bench, shop: Shop, salon: Calendar) -> None:
    shop.follow(salon, event("a", "25 10:00"))
    calendars.remove(salon.uid, BY, bench.now)
    shop.at("25 09:00")
    assert (sent(), Reminder.select().count(), Appointment.select().count()) == ([], 0, 0)
