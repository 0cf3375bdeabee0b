"""Where a recipient is: the time zones it may be in, and whose holidays are kept there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gateway.policy import holidays


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is not certain, all zones and all calendars that it may be: the strictest counts."""

    zones: tuple[ZoneInfo, ...]
    calendars: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return self.zones[0]

    def is_holiday(self, day: date) -> bool:
        return any(holidays.is_holiday(calendar, day) for calendar in self.calendars)


# region of a number → zones and calendars.  +590 is Guadeloupe, Saint-Barthélemy and Saint-Martin alike.
FRENCH: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "FR": (("Europe/Paris",), ("FR",)),
    "GP": (("America/Guadeloupe",), ("GP", "BL", "MF")),
    "MQ": (("America/Martinique",), ("MQ",)),
    "GF": (("America/Cayenne",), ("GF",)),
    "RE": (("Indian/Reunion",), ("RE",)),
    "YT": (("Indian/Mayotte",), ("YT",)),
    "PM": (("America/Miquelon",), ("PM",)),
    "NC": (("Pacific/Noumea",), ("NC",)),
    "PF": (("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier"), ("PF",)),
    "WF": (("Pacific/Wallis",), ("WF",)),
}
POLYNESIA = FRENCH["PF"][0]
# the beginning of a French postcode → zones and calendar; the longest that matches counts
POSTCODES: Mapping[str, tuple[tuple[str, ...], str]] = {
    **{f"{department:02}": (("Europe/Paris",), "FR") for department in range(1, 96)},
    **dict.fromkeys(("57", "67", "68"), (("Europe/Paris",), "FR-57")),
    "971": (("America/Guadeloupe",), "GP"),
    "97133": (("America/St_Barthelemy",), "BL"),
    "97150": (("America/Marigot",), "MF"),
    "972": (("America/Martinique",), "MQ"),
    "973": (("America/Cayenne",), "GF"),
    "974": (("Indian/Reunion",), "RE"),
    "975": (("America/Miquelon",), "PM"),
    "976": (("Indian/Mayotte",), "YT"),
    "97701": (("America/St_Barthelemy",), "BL"),
    "97801": (("America/Marigot",), "MF"),
    "986": (("Pacific/Wallis",), "WF"),
    "987": (POLYNESIA, "PF"),  # the postcode does not tell the three apart
    "988": (("Pacific/Noumea",), "NC"),
}
ISLANDS = (POSTCODES["97133"], POSTCODES["97150"])  # territories whose numbers are Guadeloupe's
FRENCH_POSTCODE = re.compile(r"[0-9]{5}")


def by_region(region: str, zones: Sequence[str], home: ZoneInfo, alsace: bool = False) -> Place:
    """Where the number says: a French territory by its `region`, else the country's zones, else home."""
    if region in FRENCH:
        names, calendars = FRENCH[region]
        extra = ("FR-57",) if alsace and region == "FR" else ()
        return Place(tuple(map(ZoneInfo, names)), (*calendars, *extra))
    return Place(tuple(map(ZoneInfo, zones)) or (home,))


def by_postcode(postcode: str, place: Place) -> Place:
    """Where the address says, if it is a French one; else `place`."""
    code = postcode.replace(" ", "")
    known = [start for start in POSTCODES if code.startswith(start)]
    if not known or not FRENCH_POSTCODE.fullmatch(code):
        return place
    zones, calendar = POSTCODES[max(known, key=len)]
    return Place(tuple(map(ZoneInfo, zones)), (calendar,))


def in_zone(name: str, place: Place) -> Place:
    """In the person's own time zone, with the holidays of `place` and those of the French territory whose
    zone it is: a number keeps its prefix when its owner moves.  `place` for a zone that this machine does not
    know (any more): one row must not stop the queue."""
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return place
    there = [calendar for zones, calendars in FRENCH.values() if name in zones for calendar in calendars]
    own = [calendar for zones, calendar in ISLANDS if name in zones]
    return Place((zone,), tuple(dict.fromkeys((*place.calendars, *there, *own))))
