"""What is said of an alarm, in the words of config/texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway import letters
from gateway.config import Appliance
from gateway.features.notices.rules import Say


class _Facts(dict[str, Any]):
    """An alarm of before an upgrade may lack what its sentence now tells."""

    def __missing__(self, name: str) -> str:
        return "…"


def sentence(say: Say, kind: str, facts: Mapping[str, Any], site: Appliance, at: datetime, count: int) -> str:
    """One line; `at` is when it happened, or since when `count` more times did."""
    what = letters.table("notice_kinds", site.language).get(kind, kind).format_map(_Facts(facts))
    return _filled(say, site, at, what=what, count=count)


def test(site: Appliance, at: datetime) -> str:
    return _filled("test", site, at)


def letter(said: str, site: Appliance) -> str:
    """A mail has room for where this comes from."""
    return f"{said}\n\n-- \n{letters.table('notices', site.language)['footer'].format(name=site.name)}\n"


def _filled(name: str, site: Appliance, at: datetime, **facts: Any) -> str:
    hour = f"{at.astimezone(site.timezone):%H:%M}"
    return letters.table("notices", site.language)[name].format(name=site.name, hour=hour, **facts)
