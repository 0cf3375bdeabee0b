"""What makes people distrust an offer, where a program can be sure of it: advice, never a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.policy.marketing_text import LINK, links, plain, split_link

MOST = 2  # pieces of advice at a time
LETTERS, SHOUTED = 20, 60  # of fewer letters nothing is said; per cent of them in capitals
SEEN_FIRST = 40  # characters that a telephone shows before anybody opens the message
# Whose short addresses tell nobody where they lead; one's own are made by `features/links`.
SHORTENERS = frozenset(
    {
        *("bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lc.cx", "ow.ly", "rb.gy", "rebrand.ly"),
        *("shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "urlz.fr", "v.gd"),
    }
)


def hints(text: str, name: str) -> list[str]:
    """Codes, the gravest first and two at the most; "" for `name` where the shop has none."""
    return list(_hints(text, name))[:MOST]


def _hints(text: str, name: str) -> Iterator[str]:
    found = links(text)
    if any(_host(link) in SHORTENERS for link in found):
        yield "link_shortened"
    if _shouts(text, name):
        yield "text_shouts"
    if name and plain(text).find(plain(name)) > SEEN_FIRST:
        yield "name_late"
    if len(found) > 1:
        yield "links_many"


def _host(link: str) -> str:
    """The host without "www.", "" where there is none."""
    parts = split_link(link)
    return parts.netloc.lower().removeprefix("www.") if parts else ""


def _shouts(text: str, name: str) -> bool:
    """Most of it is in capitals; links, gaps, STOP and the shop's own name do not count."""
    said = re.sub(r"\{[^{}]{0,60}\}|\bSTOP\b", " ", LINK.sub(" ", text))
    if name:
        said = re.sub(re.escape(name), " ", said, flags=re.IGNORECASE)
    letters = [char for char in said if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return len(letters) >= LETTERS and capitals * 100 >= SHOUTED * len(letters)
