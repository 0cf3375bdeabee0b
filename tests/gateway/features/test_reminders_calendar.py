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
        ("FR7630006000011234567890189", ""),
        ("facture 2026-11-23", ""),
        ("rdv 14h30", ""),
    ],
)
def test_numbers_are_found_in_texts(text: str, number: str) -> None:
    assert next(calendar.numbers_in(text, "FR"), "") == number
