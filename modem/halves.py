"""A character above U+FFFF whose two UTF-16 halves came in two parts of one message.

A part alone has only a half, which is no character and cannot be stored as UTF-8.  It travels as a
stand-in from the private plane 16; where the parts are joined, two stand-ins become the character again,
and one that stays alone becomes U+FFFD.
"""

from __future__ import annotations

import re

PLANE = 0x100000  # U+D83D stands as U+10D83D
LOST = "\ufffd"
_HALF = re.compile(r"[\ud800-\udfff]")
_PAIR = re.compile(r"([\U0010d800-\U0010dbff])([\U0010dc00-\U0010dfff])")
_ALONE = re.compile(r"[\U0010d800-\U0010dfff]")


def stand_in(text: str) -> str:
    """The text of one part: a half at its very end or beginning stands in, any other is lost."""
    if _HALF.search(text) is None:
        return text
    inner = _HALF.sub(LOST, text[1:-1])
    first, last = _outer(text[0], "\udc00", "\udfff"), _outer(text[-1], "\ud800", "\udbff")
    return first + inner + last if len(text) > 1 else first if first != LOST else last


def mend(text: str) -> str:
    """The text of all parts, in order, put together."""
    whole = _PAIR.sub(lambda pair: _character(pair[1], pair[2]), text)
    return _ALONE.sub(LOST, whole)


def _outer(char: str, least: str, most: str) -> str:
    """A half that the neighbouring part may complete, else none."""
    if least <= char <= most:
        return chr(PLANE + ord(char))
    return _HALF.sub(LOST, char)


def _character(high: str, low: str) -> str:
    return (
        (chr(ord(high) - PLANE) + chr(ord(low) - PLANE))
        .encode("utf-16-be", "surrogatepass")
        .decode("utf-16-be")
    )
