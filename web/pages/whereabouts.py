"""Where the rules take a person to be: the territory, its hour, its holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from babel import Locale

from gateway import rulebook, timezones
from gateway.messages import numbers
from gateway.messages.gathering import Judge
from gateway.policy import territories
from web.language import current
from web.office import office

ALSACE = {"FR-57": "Alsace-Moselle"}  # no territory of its own in anybody's list


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Several zones or calendars where the number leaves it open: the strictest counts."""

    territories: list[str]  # as people call them
    clocks: list[tuple[str, str]]  # (zone, the hour there now)
    calendars: list[str]  # whose holidays are kept
    holiday: bool  # today, in one of them


def of(number: str, now: datetime) -> Whereabouts:
    """Where this number's person is, as the gate takes it."""
    place = Judge(office().config.appliance).place(number, rulebook.read())
    calendars = [_called(calendar) for calendar in place.calendars]
    region = numbers.region(number)
    return Whereabouts(
        territories=calendars or ([_called(region)] if region else []),
        clocks=[(zone.key, f"{now.astimezone(zone):%H:%M}") for zone in place.zones],
        calendars=calendars,
        holiday=any(place.is_holiday(now.astimezone(zone).date()) for zone in place.zones),
    )


def zones(chosen: str | None) -> dict[str, list[tuple[str, str]]]:
    """What one may choose from, France first: group → (zone, what it is called)."""
    french = [(zone, _called(region)) for region, (own, _) in territories.FRENCH.items() for zone in own[:1]]
    known = {zone for zone, _ in french}
    rest = [zone for zone in timezones.everywhere() if zone not in known]
    extra = [chosen] if chosen and chosen not in chain(known, rest) else []
    return {"france": french, "world": [(zone, zone.replace("_", " ")) for zone in (*extra, *rest)]}


def _called(region: str) -> str:
    return ALSACE.get(region) or Locale(current()).territories.get(region, region)
