"""Amounts and days as people and tills write them.  Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.errors import Invalid

BLANKS = re.compile(r"[\s\u00a0\u202f'’]|€|EUR", re.IGNORECASE)
AMOUNT = re.compile(r"(?P<whole>\d{1,9})(?:[.,](?P<cents>\d{1,2}))?")
GROUPED = re.compile(
    r"(?P<whole>\d{1,3}(?:(?P<mark>[.,])\d{3})+)(?!(?P=mark))[.,](?P<cents>\d{1,2})"  # 1.234,50
    r"|(?P<millions>\d{1,3}(?P<same>[.,])\d{3}(?:(?P=same)\d{3})+)"  # "1.234" alone may be either
)
DATES = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%Y/%m/%d")
HOURS = ("", " %H:%M", " %H:%M:%S", " %Hh%M")
FORMS = tuple(day + hour for day in DATES for hour in HOURS)


def cents(typed: str) -> int | None:
    """ "12,50", "1 234,50 €", "1.234,50", "30" in cents; None for nothing; raises Invalid on `amount`."""
    text = BLANKS.sub("", typed)
    if not text:
        return None
    match = AMOUNT.fullmatch(text) or GROUPED.fullmatch(text)
    if match is None:
        raise Invalid("amount_bad", field="amount", value=typed.strip())
    told = match.groupdict()
    whole = re.sub(r"\D", "", told["whole"] or told["millions"])
    return int(whole) * 100 + int((told["cents"] or "0").ljust(2, "0"))


def instant(typed: str, zone: ZoneInfo) -> datetime | None:
    """A day, with or without its hour, in the shop's zone; None for nothing; raises Invalid on `at`."""
    text = " ".join(typed.split())
    if not text:
        return None
    found = _iso(text, zone) or next(filter(None, (_read(text, form, zone) for form in FORMS)), None)
    if found is None:
        raise Invalid("conversion_day_bad", field="at", value=text)
    return found


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=zone)
    return None


def _read(text: str, form: str, zone: ZoneInfo) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(text, form).replace(tzinfo=zone)
    return None
