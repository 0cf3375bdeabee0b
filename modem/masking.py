"""A line of the wire without what is nobody's business: numbers, names, texts, PINs (sans-I/O).

Structure and lengths stay, and what is hidden becomes zeros, or "x" for a letter: so a masked line is
still one that the modem might have said, and a masked trace can be played again.
"""

from __future__ import annotations

import re

from modem import urc
from modem.commands import is_hex

# The first octet of a TPDU (23.040 sections 9.2.2.1 to .3).
TYPE, SUBMIT, STATUS_REPORT, HEADER, VALIDITY = 0x03, 0x01, 0x02, 0x40, 0x18
VALIDITY_OCTETS = {0x00: 0, 0x10: 1, 0x08: 7, 0x18: 7}
ALPHANUMERIC = 5
DATE = 7  # octets

_SECRET = re.compile(r'(AT\+(?:CPIN|CPWD|CLCK)=)"?[^\r]*', re.IGNORECASE)
_NAMED = re.compile(r"(?:\+|\^)(?:CMT|CMGL|CMGR|CLIP|CNUM|CPBR|CLCC):.*", re.IGNORECASE | re.DOTALL)
_USSD = re.compile(r"(?:\+CUSD:|AT\+CUSD=).*", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"?')
_NUMBER = re.compile(r"\d{5,}")
_HEX = re.compile(r"\b(?!\d+F*\b)[0-9A-Fa-f]{16,}\b")


class Masks:
    """Masks line after line: a USSD text may go on in the next."""

    def __init__(self) -> None:
        self._in_text = False

    def line(self, line: str) -> str:
        """The line, harmless; without its end."""
        if self._in_text:
            self._in_text = '"' not in line
            return words(line)
        if is_hex(line) and len(line) >= 16:
            return tpdu(line)
        self._in_text = urc.opens_text(line)
        return plain(line)


def plain(line: str) -> str:
    """A command, an answer or a URC that stands by itself."""
    line = _SECRET.sub(r'\1"0000"', line)
    if _USSD.fullmatch(line):
        return _QUOTED.sub(lambda found: words(found[0]), line)
    if _NAMED.fullmatch(line):
        line = _QUOTED.sub(lambda found: re.sub(r"[^\W\d_]", "x", found[0]), line)
    line = _HEX.sub(lambda found: "0" * len(found[0]), line)
    return _NUMBER.sub(lambda found: number(found[0]), line)


def words(text: str) -> str:
    """What a person or a network says: only its shape."""
    if is_hex(text.strip('"')):
        return re.sub(r"[0-9A-Fa-f]", "0", text)
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text))


def number(digits: str) -> str:
    """An IMEI, ICCID, IMSI or telephone number: its country or kind, its length, its last two digits."""
    if len(digits) < 7:
        return "0" * len(digits)
    return digits[:2] + "0" * (len(digits) - 4) + digits[-2:]


def tpdu(line: str) -> str:
    """A TPDU of the same form, with dates, references and headers, and neither number nor text."""
    octets = bytearray.fromhex(line)
    try:
        _fields(octets)
    except IndexError:
        octets[1:] = bytes(len(octets) - 1)
    return octets.hex().upper()


def _fields(octets: bytearray) -> None:
    """Walk the fields, and hide two of them."""
    at = 1 + octets[0]
    _hide(octets, 4, at)
    first = octets[at]
    kind = first & TYPE
    at += 2 if kind in (SUBMIT, STATUS_REPORT) else 1
    at = _address(octets, at)
    if kind == STATUS_REPORT:
        return
    at += 2  # protocol and data coding
    at += VALIDITY_OCTETS[first & VALIDITY] if kind == SUBMIT else DATE
    at += 1  # length
    kept = 1 + octets[at] if first & HEADER else 0
    _hide(octets, at + kept, len(octets))


def _address(octets: bytearray, at: int) -> int:
    """The country's digits stay; answers where the next field begins."""
    length, kind = octets[at], octets[at + 1] >> 4 & 0x07
    end = at + 2 + (length + 1) // 2
    _hide(octets, at + (2 if kind == ALPHANUMERIC else 3), end)
    if length % 2 and kind != ALPHANUMERIC:
        octets[end - 1] |= 0xF0  # the filling of an odd last digit
    return end


def _hide(octets: bytearray, start: int, end: int) -> None:
    if end > len(octets):
        raise IndexError("the TPDU ends too early")
    octets[start:end] = bytes(max(0, end - start))
