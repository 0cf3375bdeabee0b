"""What a value of gateway.toml may be: each takes (value, folder of the file) and raises `Unfit`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


class Unfit(ValueError):
    """A value that cannot be: a code of `words.config_problem`, and what fills its sentence in."""

    def __init__(self, problem: str, **facts: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.facts = facts


def text(value: Any, _: Path) -> str:
    if not isinstance(value, str):
        raise Unfit("text_expected")
    return value


def some_text(value: Any, folder: Path) -> str:
    if not text(value, folder).strip():
        raise Unfit("empty")
    return str(value)


def whole(low: int, high: int) -> Callable[[Any, Path], int]:
    def check(value: Any, _: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("number_expected")
        if not low <= value <= high:
            raise Unfit("out_of_range", least=low, most=high)
        return value

    return check


def yes_or_no(value: Any, _: Path) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true_or_false")
    return value


def one_of(*words: str) -> Callable[[Any, Path], str]:
    def check(value: Any, _: Path) -> str:
        if value not in words:
            raise Unfit("one_of", known=", ".join(word or '""' for word in words))
        return str(value)

    return check


def imei(value: Any, folder: Path) -> str:
    if not re.fullmatch(r"(\d{15})?", text(value, folder)):
        raise Unfit("imei_expected")
    return str(value)


def country(value: Any, folder: Path) -> str:
    if not re.fullmatch("[A-Z]{2}", text(value, folder)):
        raise Unfit("two_capitals")
    return str(value)


def zone(value: Any, folder: Path) -> ZoneInfo:
    try:
        return ZoneInfo(some_text(value, folder))
    except (KeyError, OSError) as error:
        raise Unfit("unknown_zone") from error


def path(value: Any, folder: Path) -> Path:
    return folder / Path(some_text(value, folder)).expanduser()


def maybe_path(value: Any, folder: Path) -> Path | None:
    return path(value, folder) if value != "" else None


def sqlite_only(value: Any, folder: Path) -> str:
    if text(value, folder):
        raise Unfit("sqlite_only")
    return ""


def sender(value: Any, folder: Path) -> str:
    if value and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", text(value, folder)):
        raise Unfit("address_expected")
    return text(value, folder)


def url(value: Any, folder: Path) -> str:
    if value and not re.match("https?://[^/]+", text(value, folder)):
        raise Unfit("url_expected")
    return text(value, folder).rstrip("/")
