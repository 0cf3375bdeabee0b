"""Where an address stands in a text, and where it ends.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

ADDRESS = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
PAGE = re.compile(r"\{\s*page\s*:\s*(?P<page>[^{}\n]*?)\s*\}")
EITHER = re.compile(f"{PAGE.pattern}|{ADDRESS.pattern}", re.IGNORECASE)
AFTER = ".,;:!?…’'"  # ends a sentence, not an address
PAIRS = {")": "(", "]": "["}
OURS = "page:"  # before the name of a landing page, where an address is kept


def found(text: str) -> Iterator[str]:
    """Every address in order, `page:NAME` for a landing page; one that has a gap in it is none: it is
    different for each person, and stays as it is typed."""
    for match in EITHER.finditer(text):
        if wanted := _wanted(match):
            yield wanted


def replaced(text: str, short: Callable[[str], str]) -> str:
    """The text with `short(address)` in the place of each."""

    def put(match: re.Match[str]) -> str:
        wanted = _wanted(match)
        if not wanted:
            return match[0]
        behind = "" if match["page"] is not None else match[0][len(wanted) :]
        return short(wanted) + behind

    return EITHER.sub(put, text)


def is_followable(url: str) -> bool:
    """An address that a phone may be sent on to: of the web, and of one line."""
    return bool(ADDRESS.fullmatch(url)) and url.isprintable()


def _wanted(match: re.Match[str]) -> str:
    if match["page"] is not None:
        return OURS + match["page"].lower()
    address = match[0]
    return "" if "{" in address or "}" in address else _trimmed(address)


def _trimmed(address: str) -> str:
    """Without what belongs to the sentence around it."""
    while address:
        last = address[-1]
        opens = PAIRS.get(last)
        is_lonely = opens is not None and address.count(last) > address.count(opens)
        if last not in AFTER and not is_lonely:
            break
        address = address[:-1]
    return address if len(address) > len("https://") else ""
