"""Links that are followed: written into a text for one person, and counted when somebody comes.

An `owner` is whoever wrote the texts ("campaign:<uid>"); a `person` is a name of its own for one of its
people, never a number.  Of a click nothing is kept but how many there were, the first and the last instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import Invalid
from gateway.features.links import addresses
from gateway.ids import Ids
from gateway.store import following
from gateway.store.models import Landing, Link, LinkSlug
from gateway.store.terms import fn

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else, all of it GSM-7
LENGTH = 7  # 31⁷: a guess finds nothing
TRIES = 20
PLACE = "l"  # the path of short links, below the public address


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of one link of an owner; `people` have it, `clickers` of them came, `clicks` times."""

    url: str
    people: int
    clickers: int
    clicks: int
    robots: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a short link leads; `sent_at`: when the network took its message, where that is known."""

    url: str
    sent_at: datetime | None


# ---- in a text ------------------------------------------------------------------------------------


def has_link(text: str) -> bool:
    """There is an address in it, or a landing page, that can be followed."""
    return any(True for _ in addresses.found(text))


def check(text: str) -> None:
    """Raises Invalid on the field `text` for a landing page that is not there."""
    named = [each.removeprefix(addresses.OURS) for each in addresses.found(text) if _is_page(each)]
    known = _pages(named)
    for name in named:
        if name not in known:
            raise Invalid("landing_unknown", field="text", value=name)


def personal(text: str, owner: str, person: str, base: str, ids: Ids, now: datetime) -> str:
    """The text with each address made this person's own; once more gives the same.

    Before its gaps are filled, in the caller's transaction; raises Invalid `landing_unknown`.
    """
    wanted = list(dict.fromkeys(addresses.found(text)))
    if not wanted:
        return text
    slugs = _slugs(wanted, owner, person, ids, now)
    return addresses.replaced(text, lambda url: _short(base, slugs[url]))


def sample(text: str, base: str) -> str:
    """As long as it would be, with nothing written down: to count its parts."""
    return addresses.replaced(text, lambda _: _short(base, "x" * LENGTH))


# ---- what became of them --------------------------------------------------------------------------


def clicked(owner: str) -> Mapping[str, datetime]:
    """Person → when they followed one of the owner's links first; robots are nobody."""
    rows = LinkSlug.select(LinkSlug.person, fn.MIN(LinkSlug.first_at).alias("first_at")).join(Link)
    rows = rows.where(Link.owner == owner, LinkSlug.first_at.is_null(False)).group_by(LinkSlug.person)
    return {row.person: row.first_at for row in rows}


def figures(owner: str) -> list[Followed]:
    """Each link of an owner, in the order in which they were first written."""
    rows: Any = LinkSlug.select(
        Link.url,
        fn.COUNT(LinkSlug.slug),
        fn.COUNT(LinkSlug.first_at),
        fn.SUM(LinkSlug.clicks),
        fn.SUM(LinkSlug.robots),
    ).join(Link)
    theirs = rows.where(Link.owner == owner).group_by(Link.id).order_by(Link.id)
    return [Followed(*row) for row in theirs.tuples()]


# ---- somebody comes -------------------------------------------------------------------------------


def look(slug: str) -> Destination | None:
    """Where it leads: an address as the shop typed it, or "/p/NAME" on this appliance; None for no link
    of ours."""
    found = following.destination(slug) if is_slug(slug) else None
    if found is None:
        return None
    url, landing, sent_at = found
    return Destination(f"/p/{landing}" if landing else url, sent_at)


def count_click(slug: str, robot: bool, now: datetime) -> str | None:
    """Count one that came, and say where it leads; None for no link of ours.

    While others write for longer than a quarter of a second the count is lost (and logged), the way is not.
    """
    found = look(slug)
    if found is not None:
        count(slug, robot, now)
    return found.url if found else None


def count(slug: str, robot: bool, now: datetime) -> bool:
    """The count alone, for who looked before; False where it was lost."""
    return following.count(slug, robot, now)


def is_slug(typed: str) -> bool:
    return len(typed) == LENGTH and all(char in ALPHABET for char in typed)


# ---- what the verbs are made of -------------------------------------------------------------------


def _short(base: str, slug: str) -> str:
    return f"{base.rstrip('/')}/{PLACE}/{slug}"


def _slugs(wanted: list[str], owner: str, person: str, ids: Ids, now: datetime) -> dict[str, str]:
    """Address → slug; two statements where the owner's links are known, one where the person's are too."""
    known = following.known(owner, person, wanted)
    if len(known) < len(wanted):
        _add([url for url in wanted if url not in known], owner, now)
        known = following.known(owner, person, wanted)
    for _ in range(TRIES):
        missing = {_made(ids): link for link, slug in known.values() if slug is None}
        if not missing or following.give(missing, person):
            given = {link: slug for slug, link in missing.items()}
            return {url: slug or given[link] for url, (link, slug) in known.items()}
        known = following.known(owner, person, wanted)  # a slug was taken: those that were not stay
    raise Invalid("link_slugs_taken", field="text")


def _add(urls: Iterable[str], owner: str, now: datetime) -> None:
    named = [url.removeprefix(addresses.OURS) for url in urls if _is_page(url)]
    pages = _pages(named)
    for url in urls:
        landing = pages.get(url.removeprefix(addresses.OURS)) if _is_page(url) else None
        if landing is None and _is_page(url):
            raise Invalid("landing_unknown", field="text", value=url.removeprefix(addresses.OURS))
        Link.insert(owner=owner, url=url, landing_id=landing, created_at=now).on_conflict_ignore().execute()


def _pages(names: Iterable[str]) -> dict[str, int]:
    """Name → id of the landing pages that are there."""
    found = list(names)
    if not found:
        return {}
    return {
        row.slug: row.id for row in Landing.select(Landing.id, Landing.slug).where(Landing.slug.in_(found))
    }


def _is_page(url: str) -> bool:
    return url.startswith(addresses.OURS)


def _made(ids: Ids) -> str:
    drawn = int.from_bytes(ids.random(8))
    return "".join(ALPHABET[drawn // 31**place % 31] for place in range(LENGTH))
