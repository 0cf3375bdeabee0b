"""A text and the parts it leaves in: spans of the text, each of which fits one TPDU.

Concatenated parts carry an 8-bit reference: their header takes 6 of the 140 octets (23.040 section
9.2.3.24.1).  A part never ends inside an escape pair or a surrogate pair, since both are one character
here; nor, where one part can hold it, inside what a reader sees as one: a letter and its combining
marks, an emoji and what is joined to it, a flag, CR LF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import category

from modem.alphabet import choose, septets, units
from modem.api import Alphabet

Span = tuple[int, int]

MAX_PARTS = 255  # the header counts parts in one octet


class Limits(NamedTuple):
    """What one part holds, in units of its alphabet: alone, and as one of several."""

    alone: int
    joined: int


LIMITS: Mapping[Alphabet, Limits] = {
    Alphabet.GSM7: Limits(160, 153),
    Alphabet.UCS2: Limits(70, 67),
}

_JOINER = "\u200d"


class TooLong(ValueError):
    """The text needs more parts than a concatenation can count; `parts` says how many."""

    def __init__(self, parts: int) -> None:
        super().__init__(f"{parts} parts, at most {MAX_PARTS}")
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Split:
    """How a text leaves.  Units are septets in GSM-7, UTF-16 units in UCS-2; headers not counted."""

    alphabet: Alphabet
    spans: tuple[Span, ...]  # text[start:stop] of each part, in order; never empty
    units_used: int  # by the whole text
    units_left: int  # in the last part
    per_part: int  # units one of these parts can hold


def split(text: str, alphabet: Alphabet | None = None) -> Split:
    """The fewest parts that carry the text, in the cheapest alphabet or in the one asked for.

    The caller has normalised the text to NFC: what leaves is exactly what is given.
    Raises TooLong above 255 parts, ValueError for an alphabet that cannot say the text.
    """
    alphabet = alphabet or choose(text)
    measure = _measure(alphabet, text)
    used, limits = measure(text), LIMITS[alphabet]
    if used <= limits.alone:
        return Split(alphabet, ((0, len(text)),), used, limits.alone - used, limits.alone)
    spans = _fill(text, measure, limits.joined)
    if len(spans) > MAX_PARTS:
        raise TooLong(len(spans))
    last = measure(text[slice(*spans[-1])])
    return Split(alphabet, spans, used, limits.joined - last, limits.joined)


def _measure(alphabet: Alphabet, text: str) -> Callable[[str], int]:
    if alphabet is Alphabet.UCS2:
        return units
    if alphabet is Alphabet.GSM7 and septets(text) is not None:
        return lambda piece: septets(piece) or 0
    raise ValueError(f"{alphabet} cannot say this text")


def _fill(text: str, measure: Callable[[str], int], limit: int) -> tuple[Span, ...]:
    spans = []
    start = used = 0
    for begin, cost in _pieces(text, measure, limit):
        if used + cost > limit:
            spans.append((start, begin))
            start, used = begin, 0
        used += cost
    return (*spans, (start, len(text)))


def _pieces(text: str, measure: Callable[[str], int], limit: int) -> Iterator[tuple[int, int]]:
    """What stays together: where each piece begins and what it costs, never more than a part holds."""
    for start, stop in _sequences(text):
        cost = measure(text[start:stop])
        if cost <= limit:
            yield start, cost
        else:
            yield from ((at, measure(text[at])) for at in range(start, stop))


def _sequences(text: str) -> Iterator[Span]:
    """The text's spans that a reader sees as one character (a plain reading of UAX #29)."""
    start = flags = 0
    for at in range(1, len(text)):
        before, char = text[at - 1], text[at]
        flags = flags + 1 if _is_flag_letter(before) else 0
        second = flags % 2 == 1 and _is_flag_letter(char)
        if not (second or before == _JOINER or before + char == "\r\n" or _extends(char)):
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"  # two of them name a country


def _extends(char: str) -> bool:
    """Combining marks, variation selectors, joiners, skin tones and the tags of regional flags."""
    return char > "\u02ff" and (
        category(char)[0] == "M"
        or char in "\u200c\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )
