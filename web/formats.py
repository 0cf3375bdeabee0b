"""Instants and numbers as people read them, in the appliance's zone and the page's language."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from web import tones
from web.language import current
from web.office import office

SOON = timedelta(minutes=60)
FIELD = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> reads and gives


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        moment=moment,
        clock_time=clock_time,
        minute_of_day=minute_of_day,
        day=day,
        number=number,
        visible=visible,
        bars=tones.bars,
    )
    app.jinja_env.globals.update(
        states=tones.STATES, links=tones.LINKS, plain=tones.PLAIN, signal_words=signal_words, now=_now
    )


def moment(instant: datetime) -> Markup:
    """A <time> that reads kindly ("3 min ago", "tomorrow 08:00") and tells all when asked."""
    here = local(instant)
    kind = _near(instant) or _far(here)
    mark = Markup('<time datetime="{}" title="{}">{}</time>')
    return mark.format(here.isoformat(timespec="seconds"), in_full(instant), kind)


def in_full(instant: datetime) -> str:
    """The day and the hour to the second, as one compares it with a watch."""
    return format_datetime(local(instant), _("EEEE d MMMM y, HH:mm:ss"), locale=current())


def clock_time(instant: datetime) -> Markup:
    """A <time> of hours and minutes only, for where the day is written above."""
    here = local(instant)
    mark = Markup('<time datetime="{}">{}</time>')
    return mark.format(here.isoformat(timespec="seconds"), f"{here:%H:%M:%S}")


def minute_of_day(minute: int) -> str:
    """18:05."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day(instant: datetime) -> str:
    """ "Today", "Yesterday", or the date in full."""
    here = local(instant)
    apart = (here.date() - local(_now()).date()).days
    known = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    return known.get(apart) or str(format_date(here, _("EEEE d MMMM y"), locale=current()))


def number(value: str) -> str:
    """A number in the groups in which it is said; what is no known form stays as it is."""
    if french := re.fullmatch(r"(\+33)(\d)(\d\d)(\d\d)(\d\d)(\d\d)", value):
        return "\u00a0".join(french.groups())
    return value


def visible(char: str) -> str:
    """A character, or its code where nothing could be seen of it."""
    unseen = unicodedata.category(char)[0] in "ZCM"
    return f"U+{ord(char):04X}" if unseen else char


def signal_words(dbm: int | None) -> str:
    """What the signal is worth, in a word."""
    known = (_("no signal"), _("weak signal"), _("fair signal"), _("good signal"), _("excellent signal"))
    return _("signal unknown") if dbm is None else known[tones.bars(dbm)]


def local(instant: datetime) -> datetime:
    """The instant in the appliance's zone."""
    return instant.astimezone(office().config.appliance.timezone)


def read_local(typed: str) -> datetime:
    """The instant of a datetime-local field, in the appliance's zone; raises ValueError."""
    naive = datetime.fromisoformat(typed)
    if naive.tzinfo is not None:
        raise ValueError("an offset is not expected")
    return naive.replace(tzinfo=office().config.appliance.timezone)


def _now() -> datetime:
    return office().clock.now()


def _near(instant: datetime) -> str:
    """Minutes before or after now; "" when farther than an hour."""
    apart = instant - _now()
    minutes = round(abs(apart) / timedelta(minutes=1))
    if abs(apart) >= SOON:
        return ""
    if minutes == 0:
        return _("just now") if apart <= timedelta() else _("in a moment")
    if apart < timedelta():
        return ngettext("%(num)s min ago", "%(num)s min ago", minutes)
    return ngettext("in %(num)s min", "in %(num)s min", minutes)


def _far(here: datetime) -> str:
    today = local(_now()).date()
    apart = (here.date() - today).days
    hour = f"{here:%H:%M}"
    if apart in (-1, 0, 1):
        named = {-1: _("yesterday %(hour)s", hour=hour), 0: _("today %(hour)s", hour=hour)}
        return named.get(apart) or _("tomorrow %(hour)s", hour=hour)
    pattern = "EEE d MMM, HH:mm" if here.year == today.year else "d MMM y, HH:mm"
    return str(format_datetime(here, pattern, locale=current()))
