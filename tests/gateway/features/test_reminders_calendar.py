"""Calendar files become appointments: by their zones, with what was moved and canceled, whose they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Invalid
from gateway.features.reminders import calendar
from gateway.features.reminders.calendar import Occurrence

PARIS = ZoneInfo("Europe/Paris")
VECTORS = Path(__file__).parents[2] / "vectors/calendars"
MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
ANNA, BEN = "+33612345678", "+33766554433"


def read(name: str, begin: datetime = MONDAY) -> list[Occurrence]:
    octets = (VECTORS / name).read_bytes().replace(b"\n", b"\r\n")
    return calendar.read(octets, begin, begin + timedelta(days=60), PARIS, "FR")


def made(*events: str) -> bytes:
    """A file of events, each its lines."""
    body = "".join(
        f"BEGIN:VEVENT\r\nDTSTAMP:20261101T000000Z\r\n{event}\r\nEND:VEVENT\r\n" for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def test_a_calendar_of_google_gives_exactly_its_appointments() -> None:
    found = [
        (f"{one.starts_at.astimezone(PARIS):%d.%m. %H:%M}", one.number, one.canceled)
        for one in read("google.ics")
    ]
    assert found == [
        ("24.11. 17:00", BEN, False),
        ("25.11. 10:00", ANNA, False),
        ("26.11. 14:00", "+33639980124", False),  # floating: the place's own time
        ("26.11. 16:00", "", False),  # a number of an invoice, and a postcode
        ("27.11. 14:00", "+12125550100", False),  # 8 in the morning in New York
        ("28.11. 00:00", "+33639980123", False),  # a whole day; of the 1st of December there is nothing
        ("09.12. 11:00", BEN, False),  # was moved from the 8th
        ("15.12. 17:00", BEN, True),
    ]


def test_each_occurrence_has_a_name_that_a_move_does_not_change() -> None:
    keys = [one.key for one in read("google.ics") if one.series == "weekly@google.com"]
    assert keys == [
        "weekly@google.com\n20261124T1600Z",
        "weekly@google.com\n20261208T1600Z",
        "weekly@google.com\n20261215T1600Z",
    ]
    assert len({one.key for one in read("google.ics")}) == 8


def test_places_names_and_whole_days_are_told() -> None:
    by_key = {one.series: one for one in read("google.ics")}
    assert by_key["single@google.com"].place == "12 rue de la Gare, 75011 Paris"
    assert by_key["single@google.com"].people == ("Anna Durand",)
    assert by_key["abroad@google.com"].people == ("Dan Miller", "Call")
    assert by_key["day@google.com"].all_day
    assert by_key["day@google.com"].ends_at - by_key["day@google.com"].starts_at == timedelta(days=1)


def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_one_that_never_ends_is_left_out() -> None:
    found = read("outlook.ics", datetime(2027, 3, 20, tzinfo=UTC))
    assert [f"{one.starts_at:%d %H:%M}" for one in found] == ["26 08:00", "27 08:00", "28 07:00", "29 07:00"]
    assert {one.number for one in found} == {ANNA}


def test_a_single_event_far_away_is_still_there() -> None:
    far = made("UID:far\r\nDTSTART:20270601T080000Z\r\nSUMMARY:x")
    (one,) = calendar.read(far, MONDAY, MONDAY + timedelta(days=60), PARIS, "FR")
    assert (one.key, one.starts_at) == ("far", datetime(2027, 6, 1, 8, tzinfo=UTC))


# file, from when on → what is in it: where the shop stands, and whose; X: canceled.
LISTED = {
    ("microsoft.ics", MONDAY): [
        "24.11.26 09:00–09:30 anna",
        "25.11.26 15:00–15:30 +12125550100",  # 9 in a zone that the file itself describes: New York's
        "26.11.26 10:00–10:30 ben",  # "W. Europe Standard Time", described nowhere
        "27.11.26 11:00–11:30 ben",
        "28.11.26 11:00–11:30 ben",  # 10 in UTC, by Outlook's own name for it
        "30.11.26 10:00–10:30 ben X",
        "09.12.26 14:30–15:00 anna",  # moved from the 8th; the 1st is left out; an alarm is nobody
        "15.12.26 09:00–09:30 anna",
        "22.12.26 09:00–09:30 anna",
    ],
    ("moved.ics", MONDAY): [
        "24.11.26 14:00–14:30 ben",  # in the HTML of a booking page
        "24.11.26 15:00–15:30 anna",  # not the shop's own line
        "24.11.26 16:00–16:30 ben",  # not the line into a conference
        "25.11.26 18:30–19:30 anna",  # was moved from the 23rd, named in UTC
        "30.11.26 18:30–19:30 anna",
        "07.12.26 19:00–20:00 anna",  # "this and all that follow" made a second series
        "14.12.26 19:00–20:00 anna",
        "15.03.27 19:00–20:00 anna",  # the 21st of December, put off beyond what is read
    ],
    ("nextcloud.ics", MONDAY): [
        "24.11.26 09:15–09:45 anna",
        "25.11.26 18:00–19:00 ben",  # of CONTACT; the 26th is left out
        "26.11.26 08:00–08:30 +33639980123",  # of URL
        "27.11.26 20:00–21:00 ben",
        "28.11.26 00:00–00:00 +33639980124",  # two whole days
        "28.11.26 18:00–19:00 ben",
        "30.11.26 08:00–08:30 +33639980125",  # with the guest
        "01.12.26 08:00–08:30 +33639980126",  # of COMMENT; tasks and notes are no appointments
    ],
    ("duration.ics", MONDAY): [
        "24.11.26 09:00–09:45 anna",
        "25.11.26 00:00–00:00 anna",
        "26.11.26 10:00–10:00 anna",
        "26.11.26 11:00–11:00 anna",
        "27.11.26 23:00–02:00 ben",
        "28.11.26 23:00–02:00 ben",
        "02.12.26 09:00–09:30 ben",  # RDATE; its first day is left out
        "04.12.26 10:00–10:30 ben",
        "07.12.26 09:00–09:30 ben",
        "08.12.26 09:00–10:00 ben",  # a period; then one nobody can read, and one without a name
    ],
    ("yearly.ics", datetime(2027, 3, 20, tzinfo=UTC)): [
        "27.03.27 00:00–00:00 ben",
        "27.03.27 23:30–04:30 anna",  # four hours, for one is skipped
        "28.03.27 03:30–03:30 anna",  # at half past two there is nothing
        "31.03.27 09:00–09:30 ben",
        "30.04.27 09:00–09:30 ben",  # the last day of a month; the 29th of February is in 2028
    ],
    ("yearly.ics", datetime(2026, 10, 20, tzinfo=UTC)): [
        "25.10.26 02:30–03:30 anna",  # the first of two
        "31.10.26 09:00–09:30 ben",
        "30.11.26 09:00–09:30 ben",
    ],
}


@pytest.mark.parametrize(("name", "begin"), LISTED, ids=lambda value: str(value)[:14])
def test_files_as_other_programs_write_them(name: str, begin: datetime) -> None:
    called = {ANNA: "anna", BEN: "ben"}
    found = []
    for one in read(name, begin):
        starts, ends = one.starts_at.astimezone(PARIS), one.ends_at.astimezone(PARIS)
        who = called.get(one.number, one.number)
        found.append(f"{starts:%d.%m.%y %H:%M}–{ends:%H:%M} {who}{' X' if one.canceled else ''}")
    assert found == LISTED[name, begin]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<html>Sign in</html>",
        b"\x00\xff" * 50,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
    ],
)
def test_what_is_no_calendar_is_said_to_be_none(octets: bytes) -> None:
    with pytest.raises(Invalid, match="calendar_garbled"):
        calendar.read(octets, MONDAY, MONDAY + timedelta(days=60), PARIS, "FR")


def test_too_many_appointments_are_refused() -> None:
    many = made("UID:many\r\nDTSTART:20261101T080000Z\r\nRDATE:" + ",".join(
        f"{MONDAY + timedelta(minutes=10 * step):%Y%m%dT%H%M%SZ}" for step in range(calendar.MOST + 5)
    ))  # fmt: skip
    with pytest.raises(Invalid, match="calendar_too_large"):
        calendar.read(many, MONDAY, MONDAY + timedelta(days=60), PARIS, "FR")


def test_another_process_reads_the_same() -> None:
    octets = (VECTORS / "google.ics").read_bytes()
    span = (MONDAY, MONDAY + timedelta(days=60), PARIS, "FR")
    assert calendar.unfold(octets, *span) == calendar.read(octets, *span)
    with pytest.raises(Invalid, match="calendar_garbled"):
        calendar.unfold(b"nothing", *span)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tél 06.12.34.56.78", ANNA),
        ("+33 6 12 34 56 78", ANNA),
        ("0033612345678 (Anna)", ANNA),
        ("06-12-34-56-78", ANNA),
        ("75011 Paris, 3 place", ""),
        ("<b>Téléphone</b><br>+33&nbsp;6&nbsp;12&nbsp;34&nbsp;56&nbsp;78<br>", ANNA),
        ("01 42 68 53 00 (accueil), 06 12 34 56 78", ANNA),
        ("FR7630006000011234567890189", ""),
        ("facture 2026-11-23", ""),
        ("rdv 14h30", ""),
    ],
)
def test_numbers_are_found_in_texts(text: str, number: str) -> None:
    assert next(calendar.numbers_in(text, "FR"), "") == number
