"""What can be read on a colour, and beside what it can be told.  Pure.

Source: WCAG 2.2, relative luminance and contrast ratio; 1.4.3 (text: 4.5), 1.4.11 (a button: 3).
"""

from __future__ import annotations

import re

from gateway.errors import Invalid

COLOUR = re.compile(r"#[0-9a-f]{6}")
WHITE, BLACK = "#ffffff", "#000000"
USUAL = "#0b5c4d"
LEAST = 3.0  # of a button beside white paper


def check(typed: str) -> str:
    """The colour in small letters; raises Invalid on `colour` where it is none, or too pale for a button."""
    colour = typed.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise Invalid("colour_bad", field="colour", value=typed)
    if contrast(colour, WHITE) < LEAST:
        raise Invalid("colour_pale", field="colour", value=colour, instead=darker(colour))
    return colour


def on(colour: str) -> str:
    """Black or white: whichever is read more easily on it, and always well enough."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    lighter, darkest = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darkest + 0.05)


def darker(colour: str) -> str:
    """The same hue, as little darker as a button needs."""
    parts = _parts(colour)
    for percent in range(99, -1, -1):
        found = "#" + "".join(f"{part * percent // 100:02x}" for part in parts)
        if contrast(found, WHITE) >= LEAST:
            return found
    return BLACK


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
