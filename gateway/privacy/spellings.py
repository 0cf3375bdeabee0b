"""The spellings under which the ledger may know one number: the network does not always give E.164."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import GatewayError, NotFound
from gateway.messages import numbers
from gateway.store.models import Conversation

LONGEST_COUNTRY_CODE = 3
TELLING = 9  # digits at the end of a number that tell it from others


def subject(typed: str, country: str) -> str:
    """Whom a typed number means: E.164, a short code, or a sender's name that has written here; raises
    Invalid for what is none of them."""
    try:
        return numbers.parse(typed, country)
    except GatewayError:
        if Conversation.get_or_none(Conversation.number == typed) is None:
            raise
        return typed


def of(number: str, country: str) -> tuple[str, ...]:
    """The number first, then every writing of it that means the same in this country."""
    digits = number.removeprefix("+")
    if digits == number:
        return (number,)
    found = [digits, f"00{digits}"]
    found += [zero + digits[length:] for length in range(1, LONGEST_COUNTRY_CODE + 1) for zero in ("0", "")]
    return tuple(dict.fromkeys([number, *(one for one in found if _means(one, number, country))]))


def tail(number: str) -> str:
    """The digits at its end that any spelling has; "" for what is too short to be told from others."""
    digits = "".join(char for char in number if char.isascii() and char.isdigit())
    return digits[-TELLING:] if len(digits) >= TELLING else ""


def in_tpdu(number: str, tpdu: str) -> bool:
    """Whether a TPDU, as hex, holds the number: in pairs, swapped (23.040 section 9.1.2.3)."""
    wanted = tail(number)
    return bool(wanted) and wanted in "".join(_swapped(tpdu))


def unknown(number: str) -> NotFound:
    return NotFound("person_unknown", number=number)


def _swapped(tpdu: str) -> Iterator[str]:
    for place in range(0, len(tpdu), 2):
        yield tpdu[place : place + 2][::-1]


def _means(one: str, number: str, country: str) -> bool:
    try:
        return numbers.parse(one, country) == number
    except GatewayError:
        return False
