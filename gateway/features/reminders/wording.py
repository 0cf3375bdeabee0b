"""What people read of an appointment, in the words of config/texts or in the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway import letters
from gateway.config import Appliance
from gateway.errors import Invalid, on_field
from gateway.messages import templating, texts
from gateway.store.models import Appointment, Contact
from modem import transliteration

LONGEST = 600
GAPS: Mapping[str, tuple[str, ...]] = {
    "shop": ("boutique", "shop"),
    "when": ("quand", "when"),
    "date": ("date",),
    "hour": ("heure", "hour", "time"),
    "place": ("lieu", "place"),
    "title": ("motif", "subject"),
}
NAMES = tuple(name for names in GAPS.values() for name in names)


def usual(key: str, language: str) -> str:
    """The text of config/texts: reminder, moved, canceled, confirmed, declined."""
    return letters.table("reminders", language)[key]


def own_name(language: str) -> str:
    """What the calendar is called in which people and programs write down appointments."""
    return letters.table("reminder_words", language)["own"]


def check(typed: str, field: str = "text") -> str:
    """The text as it is kept; raises Invalid on the field.  "" stays: the usual one."""
    with on_field(field):
        text = texts.clean(typed).strip()
        if len(text) > LONGEST:
            raise Invalid("text_long", field=field, most=LONGEST)
        templating.check(text, NAMES)
    return text


def written(text: str, of: Appointment, site: Appliance) -> str:
    """As this person reads it, spelled for the GSM alphabet where that can be done; raises Invalid."""
    known = Contact.get_or_none(Contact.number == of.number)
    name, postcode = (known.name, known.postcode) if known else (of.name, "")
    own = {name: value for gap, value in _said(of, site).items() for name in GAPS[gap]}
    filled = templating.fill(text, templating.values(name, of.number, postcode, own)).text
    return transliteration.cheaper(filled).text


def day(at: datetime, site: Appliance) -> str:
    """ "lundi 23 novembre"."""
    words, local = letters.table("reminder_words", site.language), at.astimezone(site.timezone)
    return words["date"].format(
        weekday=words["weekdays"].split()[local.weekday()],
        day=words["first"] if local.day == 1 else local.day,
        month=words["months"].split()[local.month - 1],
    )


def hour(at: datetime, site: Appliance) -> str:
    """ "9h05"."""
    local = at.astimezone(site.timezone)
    told = letters.table("reminder_words", site.language)["hour"]
    return told.format(hour=local.hour, minute=f"{local.minute:02}")


def _said(of: Appointment, site: Appliance) -> dict[str, str]:
    date, time = day(of.starts_at, site), "" if of.all_day else hour(of.starts_at, site)
    both = letters.table("reminder_words", site.language)["when"]
    when = both.format(date=date, hour=time) if time else date
    shop = letters.business(site).name
    return {"shop": shop, "when": when, "date": date, "hour": time, "place": of.place, "title": of.title}
