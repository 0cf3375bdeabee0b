"""A group of alerts came: who is told what, in one transaction with what is remembered of it.

A program that posts the same again – because no answer reached it, or because it is its habit – finds that
it was told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.errors import Conflict, GatewayError
from gateway.features.alerts import routes, rules, wording
from gateway.features.alerts.payloads import Alert, Notification
from gateway.features.alerts.rules import HOUR, Belief
from gateway.messages import outbox
from gateway.messages.drafts import Caller, Draft
from gateway.messages.lifecycle import State
from gateway.store import database
from gateway.store.models import AlertGroup, AlertRoute

LONGEST_TITLE = 200
MOST_KNOWN = 5000  # fingerprints that are remembered of a group
FORGOTTEN = timedelta(days=90)  # a group that nobody heard of for so long
QUIET = (rules.REPEATED, rules.UNKNOWN, rules.UNWANTED, rules.LIMITED, rules.PAUSED)

log = logging.getLogger(__name__)

Spend = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """How many messages were written, how many alerts were not told, and a word of `rules` for why."""

    sent: int
    muted: int
    reason: str


def take(
    name: str, notification: Notification, caller: Caller, now: datetime, spend: Spend = lambda count: None
) -> Told:
    """Tell the people of a route, or remember why not; `spend` is asked before so many messages are written,
    and may raise.  Raises NotFound, or Conflict `alert_nobody_left`; then nothing was changed."""
    with database.transaction():
        route = routes.get(name)
        group = _group(route, notification, now)
        reason = rules.PAUSED if route.disabled_at else _decided(route, group, notification, now)
        sent = 0
        if reason not in QUIET:
            reason, sent = _told(route, group, notification, reason, caller, now, spend)
        count = len(notification.shown) + notification.more
        muted = count if reason in QUIET else 0
        group.muted = group.muted + muted if muted else 0
        group.save()
    return Told(sent, muted, reason)


def test(name: str, caller: Caller, now: datetime) -> int:
    """Send a test to everybody on a route, whatever was told before; gives how many messages were written.

    Raises NotFound, or Conflict `alert_nobody_left`.
    """
    language = caller.site.language
    labels = {"alertname": wording.told("test_title", language)}
    alert = Alert(True, "test", labels, {"summary": wording.told("test_summary", language)})
    with database.transaction():
        route = routes.get(name)
        text = wording.write(route.template, Notification("", (alert,)), language)
        return _send(route, text, "test", caller, now)


def tell_the_rest(caller: Caller, now: datetime) -> int:
    """One text for what came while a route had used up its hour; gives how many messages were written."""
    sent = 0
    for route in AlertRoute.select().where(AlertRoute.unsaid > 0):
        if not rules.is_within(route.hour_began_at, HOUR, now):
            sent += _tell_rest(route, caller, now)
    return sent


def forget(now: datetime) -> None:
    """What nobody has heard of for long goes: its title names machines, and perhaps people."""
    AlertGroup.delete().where(AlertGroup.seen_at < now - FORGOTTEN).execute()


def _group(route: AlertRoute, notification: Notification, now: datetime) -> AlertGroup:
    found: AlertGroup | None = AlertGroup.get_or_none(
        AlertGroup.route == route.id, AlertGroup.group_key == notification.group
    )
    group = found or AlertGroup(route=route, group_key=notification.group)
    group.title = wording.title(notification)[:LONGEST_TITLE]
    group.state = "firing" if notification.is_firing else "resolved"
    group.seen_at = now
    return group


def _decided(route: AlertRoute, group: AlertGroup, notification: Notification, now: datetime) -> str:
    belief = Belief(frozenset(group.firing.get("known", ())), group.told_at)
    repeat = timedelta(seconds=route.repeat_s)
    return rules.decide(belief, notification.firing, repeat, route.resolved, now)


def _told(
    route: AlertRoute,
    group: AlertGroup,
    notification: Notification,
    reason: str,
    caller: Caller,
    now: datetime,
    spend: Spend,
) -> tuple[str, int]:
    """(reason, messages written): what has no room left in the hour is only counted."""
    if not rules.is_within(route.hour_began_at, HOUR, now):
        route.hour_began_at, route.told = now, 0
    has_room = route.told < route.per_hour
    if has_room or reason == rules.OVER:
        group.firing = {"known": sorted(notification.firing)[:MOST_KNOWN]}
    if has_room:
        group.told_at = now
        text = wording.write(route.template, notification, caller.site.language)
    elif route.told == route.per_hour:
        reason, text = rules.LIMITED, _more(route, notification, caller)
    else:
        reason, text = rules.LIMITED, ""
        route.unsaid += 1
    sent = 0
    if text:
        spend(len(routes.numbers(route)))
        sent = _send(route, text, f"{group.group_key[:16]} {reason}", caller, now)
        route.told += 1
    _remember(route)
    return reason, sent


def _more(route: AlertRoute, notification: Notification, caller: Caller) -> str:
    """The last text of this hour."""
    hour = _hour(route.hour_began_at + HOUR, caller)
    count = len(notification.shown) + notification.more
    return wording.told("more", caller.site.language).format(route=route.name, count=count, hour=hour)


def _tell_rest(route: AlertRoute, caller: Caller, now: datetime) -> int:
    since = _hour(route.hour_began_at, caller) if route.hour_began_at else ""
    count, language = route.unsaid, caller.site.language
    text = wording.told("later", language).format(route=route.name, count=count, hour=since)
    with database.transaction():
        route.hour_began_at, route.told, route.unsaid = now, 1, 0
        _remember(route)
        try:
            return _send(route, text, "rest", caller, now)
        except Conflict:
            log.warning("nobody is left on the route %s: %s alerts were not told", route.name, count)
            return 0


def _send(route: AlertRoute, text: str, about: str, caller: Caller, now: datetime) -> int:
    """One message to each; who cannot be written to does not spoil the others."""
    people, sent = routes.numbers(route), 0
    if not people:
        raise Conflict("alert_nobody_left", name=route.name)
    for place, number in enumerate(people):
        reference = f"alert {route.id} {about} {now.isoformat()} {place}"
        draft = Draft(
            number, text, "alert", smart_encoding=True, metadata={"route": route.name}, client_ref=reference
        )
        try:
            sent += outbox.submit(draft, caller, now).state != State.REJECTED
        except GatewayError as error:
            log.warning("somebody on the route %s cannot be told: %s", route.name, error.code)
    return sent


def _remember(route: AlertRoute) -> None:
    columns = {"hour_began_at": route.hour_began_at, "told": route.told, "unsaid": route.unsaid}
    AlertRoute.update(columns).where(AlertRoute.id == route.id).execute()


def _hour(at: datetime, caller: Caller) -> str:
    return f"{at.astimezone(caller.site.timezone):%H:%M}"
