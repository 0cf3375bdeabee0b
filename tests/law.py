"""The tables of the law in people's words: an hour, a place with its people, a verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.messages import numbers
from gateway.policy import territories
from gateway.policy.territories import Place
from gateway.policy.verdict import Answer, Verdict
from gateway.timezones import zones_of

PARIS = ZoneInfo("Europe/Paris")

# A phone in each French territory, and two elsewhere.
PHONES = {
    "France": "+33639980100",
    "Guadeloupe": "+590690000100",
    "Martinique": "+596696000100",
    "Guyane": "+594694000100",
    "La Réunion": "+262692000100",
    "Mayotte": "+262639012100",
    "Miquelon": "+508551100",
    "Calédonie": "+687751100",
    "Polynésie": "+68987000100",
    "Wallis": "+681821100",
    "America": "+12125550100",
    "a short code": "36180",
}


def hour(text: str, zone: ZoneInfo = PARIS) -> datetime:
    """ "2026-11-23 09:00" in Paris; "2026-11-23 09:00 there" in `zone`; UTC."""
    day, clock, *there = text.split()
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=zone if there else PARIS).astimezone(UTC)


def place(
    phone: str, postcode: str = "", zone: str = "", alsace: bool = False, home: ZoneInfo = PARIS
) -> Place:
    """Where the rules take that person to be: by the contact's zone, else its postcode, else the number."""
    region = numbers.region(PHONES[phone])
    found = territories.by_region(region, zones_of(region), home, alsace)
    found = territories.by_postcode(postcode, found) if postcode else found
    return territories.in_zone(zone, found) if zone else found


def said(verdict: Verdict, zone: ZoneInfo = PARIS) -> str:
    """ "leaves", "held until Mon 23 Nov 08:00 (quiet_hours)" by `zone`'s clocks, "refused (no_consent)"."""
    if verdict.answer is Answer.ALLOW:
        return "leaves"
    if verdict.answer is Answer.REFUSE:
        return f"refused ({verdict.reason})"
    until = f" until {verdict.until.astimezone(zone):%a %d %b %H:%M}" if verdict.until else ""
    return f"held{until} ({verdict.reason})"


def after(now: datetime, **span: float) -> datetime:
    """So many hours or days later."""
    return now + timedelta(**span)
