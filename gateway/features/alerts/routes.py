"""Where alerts go: a name that stands in the program's address, who is told, in what words, how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import book, groups, recipients
from gateway.contacts.recipients import Recipients
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.alerts import wording
from gateway.store import database
from gateway.store.models import AlertGroup, AlertRoute, Contact, GroupMember

NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")
MOST = 100  # people on one route
REPEAT = (60, 7 * 86_400)  # seconds
PER_HOUR = (1, 500)


@dataclass(frozen=True, slots=True)
class Wish:
    """A route as somebody wants it; `to` as it was typed: numbers, contacts, @groups.  The template "" is the
    appliance's own."""

    name: str
    to: str
    template: str = ""
    repeat_s: int = 4 * 3600
    resolved: bool = True
    per_hour: int = 10


def everything() -> list[AlertRoute]:
    """All routes, by name."""
    return list(AlertRoute.select().order_by(AlertRoute.name))


def get(name: str) -> AlertRoute:
    """Raises NotFound `alert_route_unknown`."""
    found: AlertRoute | None = AlertRoute.get_or_none(AlertRoute.name == name)
    if found is None:
        raise NotFound("alert_route_unknown", name=name)
    return found


def add(wish: Wish, site: Appliance, by: str, now: datetime) -> AlertRoute:
    """Raises Invalid with the field at fault, or Conflict `name_taken`."""
    return _keep(None, wish, site, by, now)


def change(name: str, wish: Wish, site: Appliance, by: str, now: datetime) -> AlertRoute:
    """The same for a route that there is; raises NotFound too."""
    return _keep(get(name), wish, site, by, now)


def remove(name: str, by: str, now: datetime) -> None:
    """The route goes, and what is remembered of its alerts; what was sent stays.  Raises NotFound."""
    with database.transaction():
        route = get(name)
        AlertRoute.delete().where(AlertRoute.id == route.id).execute()
        audit.write(by, "alert_route_removed", now, shown=route.name)


def pause(name: str, by: str, now: datetime) -> None:
    """Nobody is told anything through it until `resume`; raises NotFound."""
    with database.transaction():
        route = get(name)
        changes = AlertRoute.update(disabled_at=now, unsaid=0)
        if changes.where(AlertRoute.id == route.id, AlertRoute.disabled_at.is_null()).execute():
            audit.write(by, "alert_route_paused", now, shown=route.name)


def resume(name: str, by: str, now: datetime) -> None:
    """Raises NotFound."""
    with database.transaction():
        route = get(name)
        changes = AlertRoute.update(disabled_at=None)
        if changes.where(AlertRoute.id == route.id, AlertRoute.disabled_at.is_null(False)).execute():
            audit.write(by, "alert_route_resumed", now, shown=route.name)


def numbers(route: AlertRoute) -> list[str]:
    """Whom it reaches now, each once, and no more than MOST."""
    return list(dict.fromkeys(_numbers(route)))[:MOST]


def typed(route: AlertRoute) -> str:
    """Its recipients as they may be typed again."""
    named = book.names(route.recipients["to"])
    people = [
        f"{named[number]} <{number}>" if named.get(number) else number for number in route.recipients["to"]
    ]
    return ", ".join([*people, *(recipients.listed("group", name) for name in group_names(route))])


def group_names(route: AlertRoute) -> list[str]:
    """Its groups that are still there."""
    return [group.name for group in groups.everything() if group.id in route.recipients["groups"]]


def lately(route: AlertRoute, limit: int = 10) -> list[AlertGroup]:
    """Its groups of alerts that were heard of last, the newest first."""
    theirs = AlertGroup.select().where(AlertGroup.route == route.id)
    return list(theirs.order_by(AlertGroup.seen_at.desc()).limit(limit))


def _numbers(route: AlertRoute) -> Iterator[str]:
    yield from route.recipients["to"]
    for group in route.recipients["groups"]:
        members = Contact.select(Contact.number).join(GroupMember).where(GroupMember.group == group)
        yield from (contact.number for contact in members.order_by(Contact.id).limit(MOST))


def _keep(route: AlertRoute | None, wish: Wish, site: Appliance, by: str, now: datetime) -> AlertRoute:
    columns = _checked(wish, site, now)
    with database.transaction():
        other = AlertRoute.get_or_none(AlertRoute.name == wish.name)
        if other is not None and (route is None or other.id != route.id):
            raise Conflict("name_taken", field="name", name=wish.name)
        kept: AlertRoute = route or AlertRoute(created_at=now)
        for name, value in columns.items():
            setattr(kept, name, value)
        kept.save()
        audit.write(by, "alert_route_kept", now, shown=wish.name)
    return kept


def _checked(wish: Wish, site: Appliance, now: datetime) -> dict[str, Any]:
    if not NAME.fullmatch(wish.name):
        raise Invalid("name_bad", field="name")
    for name, (least, most) in (("repeat_s", REPEAT), ("per_hour", PER_HOUR)):
        if not least <= getattr(wish, name) <= most:
            raise Invalid("out_of_range", field=name, least=least, most=most)
    template = wish.template.strip()
    wording.check(template)
    own = wording.told("template", site.language)
    return {
        "name": wish.name,
        "recipients": _recipients(recipients.read(wish.to, site.country, now)),
        "template": "" if template == own else template,
        "repeat_s": wish.repeat_s,
        "resolved": wish.resolved,
        "per_hour": wish.per_hour,
    }


def _recipients(found: Recipients) -> dict[str, list[Any]]:
    if found.wrong:
        first = found.wrong[0]
        raise Invalid(first.code, field="to", **first.facts)
    for many in found.many:
        if many.kind != "group":
            raise Invalid("alert_groups_only", field="to", value=many.typed)
    if not found.people and not found.many:
        raise Invalid("alert_nobody", field="to")
    if found.most > MOST:
        raise Invalid("alert_too_many", field="to", most=MOST)
    to = [person.number for person in found.people]
    return {"to": to, "groups": [many.choice.group for many in found.many]}
