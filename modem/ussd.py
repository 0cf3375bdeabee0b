"""USSD codes and answers, as the family of the modem writes them (27.007 section 7.15).

What the modem labels is not always what it gives, so an answer's form counts before its label.
"""

from __future__ import annotations

import re

from modem.alphabet import from_septets, to_septets
from modem.commands import is_hex
from modem.error_table import own_error
from modem.fields import unpack
from modem.profiles import PACKED
from modem.urc import UssdArrived

CR = 0x0D
LONGEST = 182  # characters of one code or answer (23.038 section 6.1.2.3)
_CODE = re.compile(rf"[0-9*#+]{{1,{LONGEST}}}")

# <m> of +CUSD.  Without a text, the others are why there is none.
MORE = 1  # the network expects a reply
REASONS = {4: "ussd_unsupported", 5: "ussd_timeout"}


def typed(code: str, style: str) -> str:
    """The code or reply as it stands in AT+CUSD=1.  Raises ussd_invalid."""
    if not _CODE.fullmatch(code):
        raise own_error("ussd_invalid")
    return pack(to_septets(code)).hex().upper() if style == PACKED else code


def answer(said: UssdArrived, style: str) -> tuple[str, bool]:
    """The text, and whether the network expects a reply.  Raises ussd_unsupported, ussd_timeout, and
    ussd_ended where it said nothing."""
    text = read(said.text, said.scheme, style)
    if said.mode in REASONS or not (text or said.mode == MORE):
        raise own_error(REASONS.get(said.mode, "ussd_ended"))
    return text, said.mode == MORE


def read(text: str, scheme: int | None, style: str) -> str:
    """The text of a +CUSD: letters, UCS-2 in hex, or on some families packed septets in hex."""
    if not is_hex(text) or (style != PACKED and not _two_octets(text, scheme)):
        return text
    octets = bytes.fromhex(text)
    if _two_octets(text, scheme):
        return octets.decode("utf-16-be", "replace")
    return unpacked(octets)


def _two_octets(text: str, scheme: int | None) -> bool:
    """UCS-2 by its label, or by its look: at least half of the first octets are 00, as in all of Europe's
    Latin alphabets, and the others are those of the scripts near by."""
    highs = [text[at : at + 2] for at in range(0, len(text), 4)]
    if len(text) % 4 or _is_ucs2(scheme):
        return not len(text) % 4
    return len(highs) > 1 and 2 * highs.count("00") >= len(highs) and set(highs) <= NEAR


NEAR = {"00", "01", "02", "03", "04", "20"}  # Latin, Greek, Cyrillic, punctuation


def _is_ucs2(scheme: int | None) -> bool:
    """23.038 section 5: 0x11 is UCS-2 after a language, 01xx and 1001 name an alphabet in bits 2 and 3."""
    if scheme is None:
        return False
    named = scheme >> 4 in (4, 5, 6, 7, 9)
    return scheme == 0x11 or (named and scheme >> 2 & 0x3 == 2)


def pack(codes: bytes) -> bytes:
    """Septets in octets; seven spare bits would read as "@", so they are a CR (23.038 section 6.1.2.3.1)."""
    if len(codes) % 8 == 7:
        codes += bytes((CR,))
    bits = sum(code << 7 * index for index, code in enumerate(codes))
    return bits.to_bytes((len(codes) * 7 + 7) // 8, "little")


def unpacked(octets: bytes) -> str:
    """The text of packed septets, without the CR, or the zeros, that fill the last octet."""
    codes = unpack(octets, len(octets) * 8 // 7)
    filled = len(codes) % 8 == 0 and codes[-1:] in (b"\r", b"\0")
    return from_septets(codes[:-1] if filled else codes)
