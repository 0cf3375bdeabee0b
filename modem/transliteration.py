"""The cheaper spelling of a text: the same words within the GSM 7-bit alphabet.

One typographic apostrophe makes a text of 160 characters cost three parts instead of one.  Letters the
alphabet has keep their accents (é è à ù ì ò Ç É ä ö ü ñ å ø æ ß); the others lose theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from unicodedata import normalize

from modem.alphabet import COST, fits

# Groups of characters that are spelled alike; the last rule of `_spell` knows the degree sign.
_ALIKE: tuple[tuple[str, str], ...] = (
    ('"', "«»“”„‟″"),
    ("'", "‘’‚‛´`‹›′"),
    ("-", "–—−‐‑‒―•·"),
    (" ", "\t\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
    ("\n", "\u2028\u2029"),
    ("", "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"),
)

_ONE_BY_ONE: dict[str, str] = {
    "œ": "oe",
    "Œ": "OE",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
    "…": "...",
    "²": "2",
    "³": "3",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "×": "x",
    "÷": "/",
    "±": "+/-",
    "µ": "u",
    "ª": "a",
    "º": "o",
    "№": "No",
    "®": "(R)",
    "©": "(C)",
    "™": "TM",
    "→": "->",
}

# The Latin letters of Unicode that are one of the alphabet's letters under accents.
_LATIN = (chr(code) for block in ((0xC0, 0x250), (0x1E00, 0x1F00)) for code in range(*block))
_UNACCENTED = {char: bare for char in _LATIN if (bare := normalize("NFD", char)[0]) != char and bare in COST}
# What NFC could not join to its letter.
_MARKS = dict.fromkeys(map(chr, range(0x300, 0x370)), "")

SPELLINGS: Mapping[str, str] = {
    char: to
    for char, to in (
        _UNACCENTED | _MARKS | {char: to for to, chars in _ALIKE for char in chars} | _ONE_BY_ONE
    ).items()
    if char not in COST
}


class Change(NamedTuple):
    """One character spelled otherwise; `index` is its place in the NFC form of the text given."""

    old: str
    new: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a change


class Spelling(NamedTuple):
    """A text as it could leave, and what was changed in it, in order."""

    text: str
    changes: tuple[Change, ...]


def cheaper(text: str) -> Spelling:
    """A spelling within GSM-7; the NFC form of the text and no change where there is none.

    One emoji or foreign letter keeps the whole text in UCS-2: then every accent stays too, since
    losing it would save nothing.  The spelling of a spelling is itself.
    """
    text = normalize("NFC", text)
    if fits(text):
        return Spelling(text, ())
    changes = tuple(
        Change(char, new, index)
        for index, char in enumerate(text)
        if char not in COST and (new := _spell(text, index)) is not None
    )
    spelled = _apply(text, changes)
    return Spelling(spelled, changes) if fits(spelled) else Spelling(text, ())


def _spell(text: str, index: int) -> str | None:
    char, before = text[index], text[index - 1 : index]
    if char != "°":
        return SPELLINGS.get(char)
    if before in ("n", "N"):
        return "o"  # n° 5
    return "deg" if before.isspace() else " deg"


def _apply(text: str, changes: tuple[Change, ...]) -> str:
    pieces: list[str] = []
    done = 0
    for old, new, index in changes:
        pieces += text[done:index], new
        done = index + len(old)
    return "".join(pieces) + text[done:]
