"""What a text becomes on the air: its alphabet, its parts, and what makes it dear."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gateway.errors import Invalid
from modem import alphabet, segments, transliteration
from modem.alphabet import Culprit
from modem.segments import Split

MOST_PARTS = 10
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Written:
    """A text ready to leave; `typed` is what was asked for where a cheaper spelling leaves instead."""

    text: str
    typed: str | None
    split: Split


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text would cost, and how it could cost less."""

    text: str
    alphabet: str
    parts: int
    units_used: int
    units_left: int
    per_part: int
    culprits: tuple[Culprit, ...]
    suggestion: str | None
    suggestion_parts: int | None
    changes: tuple[tuple[str, str, int], ...]


def write(typed: str, smart: bool) -> Written:
    """The text as it will leave; raises Invalid on the field `text`."""
    text = clean(typed)
    if not text.strip():
        raise Invalid("text_empty", field="text")
    spelled, split = _cheaper(text) if smart else (text, _split(text))
    if not spelled.strip():
        raise Invalid("text_empty", field="text")
    if len(split.spans) > MOST_PARTS:
        raise Invalid("too_many_parts", field="text", parts=len(split.spans), most=MOST_PARTS)
    return Written(spelled, text if spelled != text else None, split)


def clean(typed: str) -> str:
    """Composed (NFC), with plain line ends; refuses what no phone can show."""
    if found := CONTROL.search(typed):
        raise Invalid("text_unprintable", field="text", char=f"U+{ord(found[0]):04X}", index=found.start())
    return unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))


def preview(typed: str, smart: bool = False) -> Preview:
    """All about one text, whatever its length up to the format's limit; "" has no part yet."""
    text = clean(typed)
    spelling = transliteration.cheaper(text)
    shown = _cheaper(text)[0] if smart else text
    split, other = _split(shown), _split(spelling.text)
    gains = _costs_less(other, split)
    return Preview(
        text=shown,
        alphabet=str(split.alphabet),
        parts=len(split.spans),
        units_used=split.units_used,
        units_left=split.units_left,
        per_part=split.per_part,
        culprits=alphabet.culprits(shown),
        suggestion=spelling.text if gains else None,
        suggestion_parts=len(other.spans) if gains else None,
        changes=spelling.changes,
    )


def _cheaper(text: str) -> tuple[str, Split]:
    """The cheaper spelling where it really costs less, else the text as it is."""
    spelled, as_it_is = transliteration.cheaper(text).text, _split(text)
    split = _split(spelled)
    return (spelled, split) if _costs_less(split, as_it_is) else (text, as_it_is)


def _costs_less(one: Split, other: Split) -> bool:
    """Fewer parts; or as many in the alphabet that leaves more room."""
    if len(one.spans) != len(other.spans):
        return len(one.spans) < len(other.spans)
    return one.alphabet != other.alphabet


def _split(text: str) -> Split:
    try:
        return segments.split(text)
    except segments.TooLong as error:
        raise Invalid("too_many_parts", field="text", parts=error.parts, most=MOST_PARTS) from error
