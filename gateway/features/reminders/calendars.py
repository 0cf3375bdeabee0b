"""The calendars and their rules, as people choose them.  An address is a secret of whoever has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from gateway import audit
from gateway.config import Appliance
from gateway.contacts.fields import named
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.reminders import planning, wording
from gateway.features.reminders.hours import DAY, MOST_DAYS, When
from gateway.features.reminders.states import STANDS
from gateway.features.webhooks import targets
from gateway.features.webhooks.targets import Allowed
from gateway.ids import Ids
from gateway.modems import alarms
from gateway.store import database
from gateway.store.models import Appointment, Calendar, ReminderRule

EVERY = (5, DAY)  # minutes between two looks
BEFORE = (30, 2 * DAY)  # minutes before an appointment
MOST, MOST_RULES, LONGEST_NAME = 30, 6, 60
USUAL = When(1, 18 * 60)  # the day before at 18:00
ALLOWED = Allowed()
UNREACHABLE, EMPTIED = "calendar_unreachable", "calendar_emptied"


@dataclass(frozen=True, slots=True)
class Wish:
    """A calendar as somebody wants it; `url` None: as it is."""

    name: str
    url: str | None = None
    every_min: int = 15
    say_moved: bool = True
    moved_text: str = ""
    say_canceled: bool = False
    canceled_text: str = ""
    confirmed_text: str = ""
    declined_text: str = ""
    night_from: int = 21 * 60
    night_to: int = 8 * 60
    evening_at: int = 20 * 60


def everything() -> Sequence[Calendar]:
    """By name."""
    return list(Calendar.select().order_by(Calendar.name))


def get(uid: str) -> Calendar:
    """Raises NotFound `calendar_unknown`."""
    found: Calendar | None = Calendar.get_or_none(Calendar.uid == uid)
    if found is None:
        raise NotFound("calendar_unknown", value=uid)
    return found


def own(site: Appliance, by: str, now: datetime, ids: Ids) -> Calendar:
    """The one of what the page, programs and lists write down; made at the first need, with the usual rule.

    In the caller's transaction.
    """
    found: Calendar | None = Calendar.get_or_none(Calendar.url == "")
    return found or _make(wording.own_name(site.language), "", by, now, ids)


def add(wish: Wish, by: str, now: datetime, ids: Ids) -> Calendar:
    """A calendar that is fetched at once, with the usual rule; raises Invalid or Conflict on the field."""
    with database.transaction():
        if Calendar.select().count() >= MOST:
            raise Invalid("too_many_calendars", field="name", most=MOST)
        url = address(wish.url or "")
        made = _make(_free(wish.name, None), url, by, now, ids)
        _fill(made, wish)
        audit.write(by, "calendar_saved", now, shown=made.name)
    return made


def change(uid: str, wish: Wish, by: str, site: Appliance, now: datetime) -> Calendar:
    """Raises NotFound, Invalid or Conflict; what waits follows the new hours."""
    with database.transaction():
        known = get(uid)
        known.name = _free(wish.name, known)
        if wish.url and known.url:
            known.url = address(wish.url)
            known.etag = known.modified = known.digest = ""
            known.next_at = now
        _fill(known, wish)
        planning.plan_all(known, site.timezone, now)
        audit.write(by, "calendar_saved", now, shown=known.name)
    return known


def remove(uid: str, by: str, now: datetime) -> Calendar:
    """With its appointments and what waits for them; messages stay.  Raises NotFound."""
    with database.transaction():
        known = get(uid)
        for kind in (UNREACHABLE, EMPTIED):
            alarms.clear(kind, known.uid, now)
        known.delete_instance()
        audit.write(by, "calendar_removed", now, shown=known.name)
    return known


def fetch_now(uid: str, now: datetime) -> Calendar:
    """Let it be looked at as soon as the gateway can, all of it; raises NotFound."""
    with database.transaction():
        known = get(uid)
        if known.url:
            known.next_at, known.digest, known.etag, known.modified = now, "", "", ""
            known.save()
    return known


def decide(uid: str, are_canceled: bool, by: str, site: Appliance, now: datetime) -> int:
    """What many that vanished at once are: canceled, or still to come.  How many were concerned."""
    with database.transaction():
        known = get(uid)
        found = [of for of in missing(known, now) if of.state in (*STANDS, "declined")]
        for of in found if are_canceled else ():
            planning.call_off(of, site.timezone, now)
        known.doubtful = 0
        known.save()
        alarms.clear(EMPTIED, known.uid, now)
        audit.write(by, "calendar_decided", now, shown=known.name, count=len(found), canceled=are_canceled)
    return len(found)


def missing(calendar: Calendar, now: datetime) -> list[Appointment]:
    """Those to come that the calendar has no more, and nobody has canceled."""
    coming = calendar.appointments.where(Appointment.missing_at.is_null(False), Appointment.starts_at > now)
    return list(coming.order_by(Appointment.starts_at))


# ---- rules -----------------------------------------------------------------------------------------


def save_rule(
    uid: str, when: When, text: str, site: Appliance, now: datetime, rule: int | None = None
) -> None:
    """A rule more, or that one changed, and what waits follows; raises Invalid or NotFound."""
    with database.transaction():
        calendar = get(uid)
        known = _rule(calendar, rule) if rule is not None else ReminderRule(calendar=calendar)
        if rule is None and calendar.rules.count() >= MOST_RULES:
            raise Invalid("too_many_rules", field="kind", most=MOST_RULES)
        _check(when)
        is_days = when.days is not None
        known.days, known.at_min = (when.days, when.at_min) if is_days else (None, None)
        known.minutes = None if is_days else when.minutes
        known.text = wording.check(text)
        known.save()
        planning.plan_all(calendar, site.timezone, now)


def remove_rule(uid: str, rule: int, site: Appliance, now: datetime) -> None:
    """What waits by it does not leave; raises NotFound."""
    with database.transaction():
        calendar = get(uid)
        _rule(calendar, rule).delete_instance()
        planning.plan_all(calendar, site.timezone, now)


# ---- addresses -------------------------------------------------------------------------------------


def address(typed: str, field: str = "url") -> str:
    """The address as it is fetched; raises Invalid on the field.  webcal is https."""
    url = typed.strip()
    if url.lower().startswith(("webcal://", "webcals://")):
        url = f"https://{url.partition('://')[2]}"
    if not url:
        raise Invalid("calendar_no_address", field=field)
    try:
        targets.check(url, ALLOWED, field)
    except Invalid as error:  # without the address: it is a secret, and errors are written down
        raise Invalid("calendar_bad_address", field=field) from error
    return url


def masked(url: str) -> str:
    """Enough to know whose it is: "https://calendar.google.com/…"."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…" if url else ""


# ---- machinery -------------------------------------------------------------------------------------


def _make(name: str, url: str, by: str, now: datetime, ids: Ids) -> Calendar:
    made = Calendar.create(
        uid=ids.uid(now), name=name, url=url, next_at=now if url else None, written_by=by, created_at=now
    )
    ReminderRule.create(calendar=made, days=USUAL.days, at_min=USUAL.at_min)
    return made


def _fill(known: Calendar, wish: Wish) -> None:
    for name, (least, most) in {"every_min": EVERY, **dict.fromkeys(NIGHTLY, (0, DAY - 1))}.items():
        if not least <= getattr(wish, name) <= most:
            raise Invalid("out_of_range", field=name, least=least, most=most)
        setattr(known, name, getattr(wish, name))
    if planning.night(known).holds(known.evening_at):
        raise Invalid("evening_in_night", field="evening_at")
    known.say_moved, known.say_canceled = wish.say_moved, wish.say_canceled
    for name in TEXTS:
        setattr(known, name, wording.check(getattr(wish, name), name))
    known.save()


TEXTS = ("moved_text", "canceled_text", "confirmed_text", "declined_text")  # "": the usual one
NIGHTLY = ("night_from", "night_to", "evening_at")


def _free(typed: str, known: Calendar | None) -> str:
    name = named(typed, LONGEST_NAME)
    other = Calendar.get_or_none(Calendar.name == name)
    if other is not None and (known is None or other.id != known.id):
        raise Conflict("name_taken", field="name", name=name)
    return name


def _rule(calendar: Calendar, rule: int) -> ReminderRule:
    found: ReminderRule | None = ReminderRule.get_or_none(
        ReminderRule.id == rule, ReminderRule.calendar == calendar.id
    )
    if found is None:
        raise NotFound("rule_unknown", value=rule)
    return found


def _check(when: When) -> None:
    bounds = (
        (("days", when.days, 0, MOST_DAYS), ("at_min", when.at_min, 0, DAY - 1))
        if when.days is not None
        else (("minutes", when.minutes, *BEFORE),)
    )
    for field, value, least, most in bounds:
        if not least <= (value or 0) <= most:
            raise Invalid("out_of_range", field=field, least=least, most=most)
