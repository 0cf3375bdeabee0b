"""One cell of somebody's spreadsheet: what the spreadsheet did to it is mended where that is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.errors import GatewayError, Invalid, on_field
from gateway.messages import numbers

TRUNK = {"FR": 9}  # country → digits of a number whose leading zero a spreadsheet dropped
POSTCODES = {"FR": 5}
ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
FRACTION = re.compile(r"(?P<whole>\d{4,})[.,]0+")
UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
YES = {"oui", "o", "yes", "y", "1", "x", "true", "vrai", "ok", "si", "ja", "✓", "☑", "on", "opt-in", "optin"}
SHORTEST = 7  # digits of a number that is no short code


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the book keeps it; `mended`: the spreadsheet had dropped its zero."""

    number: str
    mended: bool = False


def number(typed: str, country: str) -> Number:
    """The number of a cell.  Raises Invalid: `number_rounded` where the spreadsheet kept only some digits,
    `number_missing`, and what `numbers.parse` raises."""
    text = UNSEEN.sub("", typed).strip().removeprefix("'").removeprefix("tel:").strip()
    if ROUNDED.fullmatch(text):
        raise Invalid("number_rounded", field="number", value=text)
    whole = _whole(text)
    digits = re.sub(r"[\s.\-/\u00a0\u202f]", "", whole)
    dropped = digits.isdigit() and digits[0] != "0" and len(digits) == TRUNK.get(country)
    with on_field("number"):
        found = numbers.parse(f"0{digits}" if dropped else whole, country)
    if len(found.removeprefix("+")) < SHORTEST:
        raise Invalid("bad_number", field="number", value=typed)
    return Number(found, dropped)


def is_number(typed: str, country: str) -> bool:
    """Whether a cell holds a number, or what was one before a spreadsheet rounded it."""
    try:
        number(typed, country)
    except GatewayError as error:
        return error.code == "number_rounded"
    return True


def postcode(typed: str, country: str) -> str:
    """A postcode with the zero that a spreadsheet dropped: "1000" is 01000 in France."""
    text = _whole(typed.strip())
    length = POSTCODES.get(country, 0)
    return text.zfill(length) if text.isdigit() and len(text) == length - 1 else text


def says_yes(typed: str) -> bool:
    """Whether a cell says that this person agreed; anything else than a plain yes does not."""
    return typed.strip().casefold() in YES


def _whole(text: str) -> str:
    """Without the fraction that a spreadsheet gave a whole number: "612345678.0"."""
    match = FRACTION.fullmatch(text)
    return match["whole"] if match else text
