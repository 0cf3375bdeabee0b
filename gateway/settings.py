"""Choices of the people of the page: rows, with what each means when nobody has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from gateway.errors import Invalid
from gateway.store import choices
from gateway.store.models import Setting


@dataclass(frozen=True, slots=True)
class SelfTestSetting:
    """The daily message of a SIM to itself: `hour` None means never; `number` "" means the SIM's own."""

    hour: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class RouteSetting:
    """The numbers that a SIM is for, by how they begin ("+33", "+590690"); none: every number."""

    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeSetting:
    """Who is told of alarms: numbers (E.164), addresses of mail; and the kinds of which nobody is."""

    numbers: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()

    @property
    def anybody(self) -> bool:
        return bool(self.numbers or self.mails)


def self_test(modem: str) -> SelfTestSetting:
    return SelfTestSetting(**(choices.find(f"self_test.{modem}") or {}))


def choose_self_test(modem: str, choice: SelfTestSetting) -> None:
    if choice.hour is not None and not 0 <= choice.hour <= 23:
        raise Invalid("out_of_range", field="hour", least=0, most=23)
    choices.keep(f"self_test.{modem}", asdict(choice))


def routes(modems: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each modem's SIM is for, in the order of `modems`, by one question."""
    names = {f"route.{modem}": modem for modem in modems}
    found = {row.name: row.value for row in Setting.select().where(Setting.name.in_([*names]))}
    return {modem: tuple(found.get(name, {}).get("prefixes", ())) for name, modem in names.items()}


def route(modem: str) -> RouteSetting:
    return RouteSetting(routes([modem])[modem])


def choose_route(modem: str, choice: RouteSetting) -> None:
    choices.keep(f"route.{modem}", asdict(choice))


def notices() -> NoticeSetting:
    return NoticeSetting(**{name: tuple(value) for name, value in (choices.find("notices") or {}).items()})


def choose_notices(choice: NoticeSetting) -> None:
    choices.keep("notices", asdict(choice))
