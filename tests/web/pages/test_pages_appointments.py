"""The pages of appointments: a week, one of them, calendars and reminders; each mistake at its field."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.access import people
from gateway.access.roles import WRITES
from gateway.features.reminders import calendars, planning
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Appointment, Calendar, Reminder
from journeys.visitor import PASSWORD, Visitor

if TYPE_CHECKING:
    from fakes import FakeClock
    from gateway.config import Config

ANNA = "+33639980001"
FILLED = {
    "to": ANNA,
    "name": "Anna Durand",
    "day": "2026-11-25",
    "time": "10:30",
    "place": "Salon",
    "title": "",
}
SECRET = "https://calendar.example.com/private-s3cr3t/basic.ics"
THANKS = "Thank you, {first name}!"
KEPT = {
    "name": "Salon",
    "every_min": "15",
    "say_moved": "on",
    "night_from": "21:00",
    "night_to": "08:00",
    "evening_at": "20:00",
}


def connect(ana: Visitor, **more: str) -> Calendar:
    ana.send("/appointments/calendars", **{"name": "Salon", "url": SECRET, **more})
    with database.connection():
        return Calendar.get(Calendar.url != "")


def test_an_empty_week_says_what_to_do_first(ana: Visitor) -> None:
    page = ana.read("/appointments")
    assert "Connect a calendar" in page
    assert 'href="/appointments"' in ana.read("/")


def test_an_appointment_is_written_down_shown_in_its_week_answered_and_canceled(ana: Visitor) -> None:
    page = ana.send("/appointments", **FILLED)
    assert "Anna Durand" in page
    assert "tomorrow" in page.lower()  # its reminder
    week = ana.read("/appointments?on=2026-11-25")
    assert "Anna Durand" in week
    assert "10:30" in week
    with database.connection():
        uid = Appointment.get().uid
    assert "Cannot come" in ana.send(f"/appointments/{uid}/declined", form_at=f"/appointments/{uid}")
    assert "1 person cannot come this week" in ana.read("/appointments")
    assert "Canceled" in ana.send(f"/appointments/{uid}/cancel", form_at=f"/appointments/{uid}")
    with database.connection():
        assert [row.state for row in Reminder.select()] == ["canceled"]


def test_an_empty_week_leads_to_the_next_appointment(ana: Visitor) -> None:
    ana.send("/appointments", **FILLED)
    before = ana.read("/appointments?on=2026-11-10")
    assert "The next one: " in before
    assert 'href="/appointments?on=2026-11-25"' in before
    assert "The next one" not in ana.read("/appointments?on=2026-12-10")


def test_a_mistake_stands_at_its_field_with_what_was_typed(ana: Visitor) -> None:
    for change, field in (({"to": "abc"}, "to"), ({"day": "2026-11-01"}, "day"), ({"time": "25h"}, "time")):
        page = ana.send("/appointments", 422, **{**FILLED, **change})
        assert f'id="{field}-fault"' in page
        assert "Anna Durand" in page
    with database.connection():
        assert Appointment.select().count() == 0


def test_a_list_is_taken_and_each_line_at_fault_named(ana: Visitor) -> None:
    octets = b"date;time;number\n2026-11-25;10:00;0639980001\n2026-11-25;;0639980001\n"
    page = ana.send("/appointments/list", form_at="/appointments", file=(io.BytesIO(octets), "list.csv"))  # type: ignore[arg-type]
    assert "1 new appointment" in page
    assert "Line 3" in page


def test_a_calendar_is_connected_and_its_address_shown_no_more(ana: Visitor) -> None:
    made = connect(ana)
    for path in ("/appointments/calendars", f"/appointments/calendars/{made.uid}"):
        page = ana.read(path)
        assert "https://calendar.example.com/…" in page
        assert "s3cr3t" not in page
        assert "1 day before, at 18:00" in page
    assert 'id="url-fault"' in ana.send("/appointments/calendars", 422, name="B", url="ftp://nowhere")


def test_reminders_are_added_changed_and_removed(ana: Visitor) -> None:
    place = f"/appointments/calendars/{connect(ana).uid}"
    assert "2 hours before" in ana.send(
        f"{place}/rules", 200, place, kind="hours", hours="2", text="À {heure}"
    )
    assert "3 days before, at 09:15" in ana.send(
        f"{place}/rules", 200, place, rule="1", kind="days", days="3", at_min="09:15"
    )
    assert "Nothing is known as “nope”" in ana.send(
        f"{place}/rules", 422, place, kind="hours", hours="2", text="{nope}"
    )
    assert "2 hours before" not in ana.send(f"{place}/rules/2/remove", 200, place)


def test_a_reminder_that_is_refused_stays_as_it_was_typed_in_its_own_form(ana: Visitor) -> None:
    place = f"/appointments/calendars/{connect(ana).uid}"
    page = ana.send(
        f"{place}/rules", 422, place, rule="1", kind="hours", hours="99", text="Bientôt : {heure}"
    )
    assert 'href="#hours-1"' in page
    assert re.search(r'id="hours-1" name="hours"[^>]* value="99"[^>]* aria-invalid="true"', page)
    assert re.search(r'id="text-1"[^>]*>Bientôt : {heure}<', page)
    assert re.search(r'<details class="act" open><summary>1 day before, at 18:00', page)
    assert re.search(r'id="hours-new" name="hours"[^>]* value="2"', page), "the other form is as ever"


def test_the_calendar_itself_is_changed_and_removed(ana: Visitor) -> None:
    place = f"/appointments/calendars/{connect(ana).uid}"
    ana.send(place, **KEPT | {"name": "Cabinet", "evening_at": "19:00", "moved_text": "Moved: {when}"})
    assert THANKS in ana.send(place, 200, place, **KEPT | {"confirmed_text": THANKS})
    with database.connection():
        assert (Calendar.get().confirmed_text, Calendar.get().declined_text) == (THANKS, "")
    ana.send(place, **KEPT | {"name": "Cabinet", "evening_at": "19:00", "moved_text": "Moved: {when}"})
    with database.connection():
        kept = Calendar.get()
    assert (kept.name, kept.evening_at, kept.moved_text, kept.url) == (
        "Cabinet",
        19 * 60,
        "Moved: {when}",
        SECRET,
    )
    assert "lies in the night" in ana.send(place, 422, **KEPT | {"evening_at": "22:00"})
    ana.send(f"{place}/remove", 200, place)
    with database.connection():
        assert Calendar.select().count() == 0


def test_when_a_calendar_emptied_itself_a_person_is_asked(ana: Visitor, site: Config) -> None:
    made = connect(ana)
    with database.connection():
        now = made.created_at
        for place in range(2):
            of = Appointment.create(
                uid=f"{place}" * 32,
                calendar=made,
                key=f"k{place}",
                number=ANNA,
                name="Anna",
                starts_at=now + timedelta(days=2),
                ends_at=now + timedelta(days=2),
                known_at=now,
                missing_at=now,
            )
            planning.plan(of, site.appliance.timezone, now)
        Calendar.update(doubtful=2).execute()
    assert "2 appointments" in ana.read("/appointments")
    page = ana.read(f"/appointments/calendars/{made.uid}")
    assert "Are these appointments canceled?" in page
    assert "2 appointments stand" in ana.send(
        f"/appointments/calendars/{made.uid}/standing", form_at=f"/appointments/calendars/{made.uid}"
    )
    with database.connection():
        assert {of.state for of in Appointment.select()} == {"planned"}
        assert calendars.get(made.uid).doubtful == 0


def test_who_writes_notes_appointments_and_leaves_the_calendars_alone(
    ana: Visitor, stranger: Visitor, clock: FakeClock
) -> None:
    with database.connection():
        token = people.add("bob", "en", clock.now(), Ids(), WRITES)
    stranger.send(f"/welcome/{token}", password=PASSWORD, again=PASSWORD)
    assert "Calendars and reminders" not in stranger.read("/appointments")
    stranger.send("/appointments", **FILLED)
    stranger.read("/appointments/calendars", expect=403)
