"""Which modem a message is meant for, before anybody is ready to carry it.

A preference and no bar: what a SIM is meant for leaves through another one while that SIM is away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from zlib import crc32

Routes = Mapping[str, Sequence[str]]  # modem → the beginnings of the numbers it is for; none: every number
NO_FIT = -1


def choose(
    recipient: str,
    conversation: str | None,
    routes: Routes,
    healthy: Collection[str],
    load: Callable[[str], int],
) -> str:
    """The modem for a message that no modem was wanted for; "" means whoever is free first.

    The modem to whose SIM this person last wrote, so that the answer comes from the number they know; else
    the one with the longest beginning that fits, of several the one with the least `load`.  A modem that is
    not `healthy` is passed over; where none is, nothing is known and all count.
    """
    able = [modem for modem in routes if modem in healthy] or list(routes)
    if len(routes) > 1 and conversation in able:
        return conversation
    fits = {modem: fit(recipient, prefixes) for modem, prefixes in routes.items()}
    if len(set(fits.values())) < 2:
        return ""
    best = max(fits[modem] for modem in able)
    return least([modem for modem in able if fits[modem] == best], recipient, load)


def fit(recipient: str, prefixes: Iterable[str]) -> int:
    """How long the longest beginning that fits is; 0 without any prefixes, NO_FIT where none of them fits."""
    return max(
        (len(prefix) for prefix in prefixes if recipient.startswith(prefix)),
        default=NO_FIT if tuple(prefixes) else 0,
    )


def heirs(routes: Routes, able: Collection[str]) -> list[tuple[str, list[str]]]:
    """Who takes over from a modem that went away: beginnings, the longest first, and the able modems for
    each; "" names those for any number.  Nothing where all modems are alike: then it is anybody's."""
    if not any(routes.values()):
        return []
    prefixes = {prefix for modem in able for prefix in routes.get(modem, ()) or ("",)}
    return [
        (prefix, [modem for modem in able if prefix in (routes.get(modem, ()) or ("",))])
        for prefix in sorted(prefixes, key=lambda prefix: (-len(prefix), prefix))
    ]


def least(modems: Sequence[str], recipient: str, load: Callable[[str], int]) -> str:
    """The one with the least load; of equals the number decides, so that one person sees one SIM."""
    if len(modems) == 1:
        return modems[0]
    turn = crc32(recipient.encode()) % len(modems)
    return min([*modems[turn:], *modems[:turn]], key=load)
