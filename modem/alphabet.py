"""The GSM 7-bit alphabet, and what a text costs in it or in UCS-2 (23.038 section 6.2.1).

Costs are counted in septets (GSM-7) or in UTF-16 units of two octets (UCS-2): the units in which a
TPDU's 140 octets are shared out.  One character outside both tables turns a whole message into UCS-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from modem.api import Alphabet

ESCAPE = 0x1B

# Section 6.2.1: a character's code is its index.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

# Section 6.2.1.1: reached through an escape, so each of these costs two septets.
EXTENSION: Mapping[int, str] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

# The escape is no character of its own: a text that holds one cannot be said in GSM-7.
SEPTETS: Mapping[str, bytes] = {char: bytes((code,)) for code, char in enumerate(BASIC) if code != ESCAPE} | {
    char: bytes((ESCAPE, code)) for code, char in EXTENSION.items()
}

COST: Mapping[str, int] = {char: len(codes) for char, codes in SEPTETS.items()}


class Culprit(NamedTuple):
    """One character that forces UCS-2, and where in the text it stands."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a culprit
    char: str


def septets(text: str) -> int | None:
    """The text's length in septets; None when it holds a character outside both tables."""
    try:
        return sum(map(COST.__getitem__, text))
    except KeyError:
        return None


def units(text: str) -> int:
    """The text's length in UTF-16 units; a character above U+FFFF counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits(text: str) -> bool:
    """Whether every character of the text is in the GSM 7-bit tables."""
    return COST.keys() >= set(text)


def choose(text: str) -> Alphabet:
    """GSM-7 when the whole text fits it, else UCS-2."""
    return Alphabet.GSM7 if fits(text) else Alphabet.UCS2


def culprits(text: str) -> tuple[Culprit, ...]:
    """Every character that forces UCS-2, in the order of the text."""
    return tuple(Culprit(index, char) for index, char in enumerate(text) if char not in COST)


def to_septets(text: str) -> bytes:
    """The text's codes, one octet each, unpacked.  Raises KeyError for a culprit."""
    return b"".join(map(SEPTETS.__getitem__, text))


def from_septets(codes: bytes, basic: str = BASIC, extension: Mapping[int, str] = EXTENSION) -> str:
    """The text of unpacked codes (each below 0x80); every sequence of codes has one.

    An escape before a code without an extension is overlooked; two escapes, or one at the very end,
    are a space (notes 1 and 2 of the table in 6.2.1.1).
    """
    text = []
    rest = iter(codes)
    for code in rest:
        if code != ESCAPE:
            text.append(basic[code])
        elif (code := next(rest, ESCAPE)) == ESCAPE:
            text.append(" ")
        else:
            text.append(extension.get(code, basic[code]))
    return "".join(text)
