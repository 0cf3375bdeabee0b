"""Which people a page or a form is about: what its address, or its fields, say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import digits
from gateway.contacts import choosing, groups, segments
from gateway.contacts.choosing import Choice
from gateway.contacts.segments import Counted


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice, and how it stands in an address; `title` is the name of its group, segment or tag."""

    choice: Choice
    address: dict[str, Any]
    title: str = ""


def of(given: Mapping[str, str]) -> Asked:
    """The choice of an address or a form: q, tag, group, segment.  Raises NotFound for what is gone."""
    sought, tag = given.get("q", "").strip(), given.get("tag", "").strip()
    group, segment = (digits.number(given.get(name, "")) for name in ("group", "segment"))
    title = tag
    if group is not None:
        title = groups.get(group).name
    if segment is not None:
        title = segments.get(segment).name
    address = {"q": sought or None, "tag": tag or None, "group": group, "segment": segment}
    return Asked(Choice(sought, tag, group, segment), address, title)


def count(choice: Choice, now: datetime) -> Counted:
    """How many they are, as far as a page may look: `next` where they may be more."""
    return choosing.count(choice, now)
