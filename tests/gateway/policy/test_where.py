"""Where a person is: by the zone noted, else the address, else the number; and whose holidays count."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.policy import gate
from gateway.policy.rulebook import Rulebook
from gateway.policy.territories import POSTCODES, Place
from gateway.timezones import zones_of
from law import PHONES, after, hour, place, said

REUNION = ZoneInfo("Indian/Reunion")
GUSTAVIA, MARIGOT = place("Guadeloupe", postcode="97133"), place("Guadeloupe", postcode="97150")
STRASBOURG, METZ, NANCY = (place("France", postcode=code) for code in ("67000", "57000", "54000"))
FROM_ALSACE = place("France", alsace=True)  # no address, and the shop says that its people live there
TO_PARIS = place("France", postcode="75001", alsace=True)

# Whose day it is; where the person is; noon there; what becomes of it, by the clocks there.
HOLIDAYS = [
    ("Mayotte's own", place("Mayotte"), "2026-04-27", "Tue 28 Apr"),
    ("is none in Paris", place("France"), "2026-04-27", None),
    ("nor in La Réunion", place("La Réunion"), "2026-04-27", None),
    ("Martinique's", place("Martinique"), "2026-05-22", "Sat 23 May"),
    ("Guyane's", place("Guyane"), "2026-06-10", "Thu 11 Jun"),
    ("La Réunion's", place("La Réunion"), "2027-12-20", "Tue 21 Dec"),
    ("Nouvelle-Calédonie's", place("Calédonie"), "2026-09-24", "Fri 25 Sep"),
    ("Polynésie's", place("Polynésie"), "2026-11-20", "Sat 21 Nov"),
    ("Polynésie's until 2024", place("Polynésie"), "2024-06-29", "Mon 01 Jul"),
    ("which is none since", place("Polynésie"), "2026-06-29", None),
    ("Wallis's", place("Wallis"), "2026-04-28", "Wed 29 Apr"),
    ("Saint-Pierre has the nation's", place("Miquelon"), "2026-07-14", "Wed 15 Jul"),
    ("Guadeloupe's, and Saint-Martin's the day after", place("Guadeloupe"), "2026-05-27", "Fri 29 May"),
    ("+590 alone may be Saint-Barthélemy", place("Guadeloupe"), "2026-10-09", "Sat 10 Oct"),
    ("Gustavia is", GUSTAVIA, "2026-10-09", "Sat 10 Oct"),
    ("Gustavia does not keep Guadeloupe's", GUSTAVIA, "2026-05-27", None),
    ("Marigot keeps its own", MARIGOT, "2026-05-28", "Fri 29 May"),
    ("Pointe-à-Pitre keeps only Guadeloupe's", place("Guadeloupe", postcode="97110"), "2026-10-09", None),
    ("Strasbourg, Good Friday", STRASBOURG, "2026-04-03", "Sat 04 Apr"),
    ("Strasbourg, Saturday 26 December", STRASBOURG, "2026-12-26", "Mon 28 Dec"),
    ("Metz", METZ, "2026-04-03", "Sat 04 Apr"),
    ("Nancy is not Metz", NANCY, "2026-04-03", None),
    ("a shop in Alsace, a number without address", FROM_ALSACE, "2026-04-03", "Sat 04 Apr"),
    ("a shop in Alsace, an address in Paris", TO_PARIS, "2026-04-03", None),
    ("a shop in Alsace, a number of Mayotte", place("Mayotte", alsace=True), "2026-04-03", None),
    (
        "Paris to New York: the French 14 July stays",
        place("France", zone="America/New_York"),
        "2026-07-14",
        "Wed 15 Jul",
    ),
    (
        "Paris to Martinique: its day comes too",
        place("France", zone="America/Martinique"),
        "2026-05-22",
        "Sat 23 May",
    ),
    ("Paris to Gustavia", place("France", zone="America/St_Barthelemy"), "2026-10-09", "Sat 10 Oct"),
    (
        "America to Paris: the French 1 May comes",
        place("America", zone="Europe/Paris"),
        "2026-05-01",
        "Sat 02 May",
    ),
    (
        "Christmas in America is not France's to keep",
        place("America", zone="America/New_York"),
        "2026-12-25",
        None,
    ),
]


@pytest.mark.parametrize(
    ("where", "day", "held_until"), [pytest.param(*row[1:], id=row[0]) for row in HOLIDAYS]
)
def test_a_holiday_is_kept_where_the_person_lives(where: Place, day: str, held_until: str | None) -> None:
    noon = hour(f"{day} 12:00 there", where.zone)
    facts = gate.Facts("marketing", where, None, after(noon, days=9), consent=gate.AGREED)
    verdict = said(gate.judge(facts, Rulebook(), noon), where.zone)
    assert verdict == (f"held until {held_until} 08:00 (holiday)" if held_until else "leaves")


POLYNESIA = ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier")

# What is known; where the rules take the person to be; the zones that count; the calendars that count.
PLACES = [
    ("a number alone", place("La Réunion"), ("Indian/Reunion",), ("RE",)),
    ("a number with an address", place("La Réunion", postcode="97600"), ("Indian/Mayotte",), ("YT",)),
    ("a French number, an address overseas", place("France", postcode="97400"), ("Indian/Reunion",), ("RE",)),
    (
        "an overseas number, an address in Paris",
        place("Guadeloupe", postcode="75001"),
        ("Europe/Paris",),
        ("FR",),
    ),
    ("an address written with a space", place("Guadeloupe", postcode="75 001"), ("Europe/Paris",), ("FR",)),
    ("Corsica", place("Guadeloupe", postcode="20000"), ("Europe/Paris",), ("FR",)),
    ("an address of Polynésie leaves three open", place("France", postcode="98741"), POLYNESIA, ("PF",)),
    ("a Belgian address is no French one", place("Guyane", postcode="1000"), ("America/Cayenne",), ("GF",)),
    ("nor is Monaco's", place("France", postcode="98000"), ("Europe/Paris",), ("FR",)),
    (
        "the zone beats the address",
        place("France", "97400", "Indian/Mayotte"),
        ("Indian/Mayotte",),
        ("RE", "YT"),
    ),
    (
        "a zone that this machine does not know",
        place("La Réunion", zone="Mars/Utopia"),
        ("Indian/Reunion",),
        ("RE",),
    ),
    ("nor anybody", place("La Réunion", zone="../../etc/passwd"), ("Indian/Reunion",), ("RE",)),
    ("a number without a country: the shop's own zone", place("a short code"), ("Europe/Paris",), ()),
    ("of a shop in La Réunion", place("a short code", home=REUNION), ("Indian/Reunion",), ()),
]


@pytest.mark.parametrize(
    ("where", "zones", "calendars"), [pytest.param(*row[1:], id=row[0]) for row in PLACES]
)
def test_where_a_person_is(where: Place, zones: tuple[str, ...], calendars: tuple[str, ...]) -> None:
    assert (tuple(zone.key for zone in where.zones), where.calendars) == (zones, calendars)


def test_a_big_country_is_all_its_zones() -> None:
    zones = {zone.key for zone in place("America").zones}
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "America/Adak"} <= zones
    assert zones_of("XX") == ()


def test_every_postcode_and_every_phone_leads_somewhere() -> None:
    for start in POSTCODES:
        assert place("France", postcode=start.ljust(5, "0")).calendars == (POSTCODES[start][1],)
    for phone in PHONES:
        assert place(phone).zones
