"""Numbers that were typed for a campaign: it keeps them until it has gathered its people."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import Conflict
from gateway.store.models import Campaign

NAMED = ("typed", "without")  # whom it is for, and whom it leaves out: one on each line


def refuse_gathering(tail: str) -> None:
    """Raises Conflict `erase_later` while a campaign that names these last digits gathers its people."""
    if any(campaign.state == "gathering" for campaign in _naming(tail)):
        raise Conflict("erase_later")


def forget(tail: str) -> None:
    """The lines with these last digits go from every campaign; in the caller's transaction."""
    for campaign in _naming(tail):
        kept = {
            name: "\n".join(
                line for line in campaign.audience.get(name, "").splitlines() if not _is(line, tail)
            )
            for name in NAMED
        }
        audience = campaign.audience | kept
        Campaign.update(audience=audience).where(Campaign.id == campaign.id).execute()


def _naming(tail: str) -> Iterator[Campaign]:
    if not tail:
        return
    for campaign in Campaign.select():
        lines = [line for name in NAMED for line in str(campaign.audience.get(name, "")).splitlines()]
        if any(_is(line, tail) for line in lines):
            yield campaign


def _is(line: str, tail: str) -> bool:
    return tail in "".join(char for char in line if char.isascii() and char.isdigit())
