"""Places on alert routes, and among those who are told of alarms, that people have by their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway import settings
from gateway.store.models import AlertRoute


def routes(names: Sequence[str]) -> list[AlertRoute]:
    """Those that name somebody whose number has these spellings."""
    return [route for route in AlertRoute.select() if is_named(route, names)]


def is_named(route: AlertRoute, names: Sequence[str]) -> bool:
    """Whether the route itself, not a group of its, names one of the spellings."""
    return not {*names}.isdisjoint(route.recipients["to"])


def told_of_alarms(names: Sequence[str]) -> list[str]:
    """Which of the spellings are told when something is wrong with the appliance."""
    return [number for number in settings.notices().numbers if number in names]


def forget(names: Sequence[str]) -> None:
    """They are told of nothing any more.  In the caller's transaction."""
    for route in routes(names):
        route.recipients["to"] = [number for number in route.recipients["to"] if number not in names]
        AlertRoute.update(recipients=route.recipients).where(AlertRoute.id == route.id).execute()
    if told_of_alarms(names):
        chosen = settings.notices()
        left = tuple(number for number in chosen.numbers if number not in names)
        settings.choose_notices(replace(chosen, numbers=left))
