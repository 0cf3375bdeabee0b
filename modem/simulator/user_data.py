"""What a TPDU says: text or octets, with the header that joins parts (23.040 section 9.2.3.24, 23.038).

`split` makes as many parts of a text as it needs: 160 septets or 70 UCS-2 units alone, 153 or 67 with an
8-bit reference, 152 or 66 with a 16-bit one.
"""

from __future__ import annotations

from dataclasses import dataclass

from modem.simulator import alphabet
from modem.simulator.fields import TpduError

GSM7, UCS2, OCTETS = "GSM-7", "UCS-2", "8-bit"
ROOM = 140  # octets of TP-UD


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which concatenated message; `seq` counts from 1, `wide` means a 16-bit reference."""

    reference: int
    total: int
    seq: int
    wide: bool = False

    def header(self) -> bytes:
        """The user data header with this one element, its length octet first."""
        if self.wide:
            return bytes([6, 8, 4, self.reference >> 8, self.reference & 0xFF, self.total, self.seq])
        return bytes([5, 0, 3, self.reference, self.total, self.seq])


@dataclass(frozen=True, slots=True)
class UserData:
    """One part's content; `octets` only where the alphabet is 8-bit."""

    text: str
    alphabet: str = GSM7
    concat: Concat | None = None
    octets: bytes = b""

    @property
    def coding(self) -> int:
        """The TP-DCS that announces the alphabet, no class."""
        return {GSM7: 0x00, OCTETS: 0x04, UCS2: 0x08}[self.alphabet]

    def encode(self) -> bytes:
        """TP-UDL and TP-UD."""
        header = self.concat.header() if self.concat else b""
        if self.alphabet == GSM7:
            septets = alphabet.to_septets(self.text)
            skipped = (8 * len(header) + 6) // 7
            packed = alphabet.pack(septets, 7 * skipped - 8 * len(header))
            return self._sized(skipped + len(septets), header + packed)
        body = self.octets if self.alphabet == OCTETS else ucs2(self.text)
        return self._sized(len(header) + len(body), header + body)

    def _sized(self, length: int, octets: bytes) -> bytes:
        if len(octets) > ROOM:
            raise TpduError(f"{len(octets)} octets of user data, {ROOM} fit")
        return bytes([length]) + octets


def decode(octets: bytes, coding: int, headed: bool) -> UserData:
    """The content of TP-UDL and TP-UD; TpduError when the length does not agree with the octets."""
    if not octets:
        return UserData("", alphabet_of(coding))
    length, body, kind = octets[0], octets[1:], alphabet_of(coding)
    if len(body) != ((7 * length + 7) // 8 if kind == GSM7 else length) or len(body) > ROOM:
        raise TpduError(f"TP-UDL {length} does not agree with {len(body)} octets of {kind}")
    header = body[: body[0] + 1] if headed and body else b""
    concat = concat_of(header) if header else None
    if kind == GSM7:
        skipped = (8 * len(header) + 6) // 7
        if skipped > length:
            raise TpduError("the header is longer than the user data")
        fill = 7 * skipped - 8 * len(header)
        septets = alphabet.unpack(body[len(header) :], length - skipped, fill) if length > skipped else []
        return UserData(alphabet.from_septets(septets), kind, concat)
    if kind == UCS2:
        return UserData(body[len(header) :].decode("utf-16-be", "replace"), kind, concat)
    return UserData("", kind, concat, body[len(header) :])


def concat_of(header: bytes) -> Concat | None:
    """The concatenation element of a header, if it has a sound one; other elements are passed over."""
    if len(header) != header[0] + 1:
        raise TpduError("the header is cut off")
    found, at = None, 1
    while at + 2 <= len(header):
        element, value = header[at], header[at + 2 : at + 2 + header[at + 1]]
        at += 2 + header[at + 1]
        if element == 0x00 and len(value) == 3:
            found = Concat(value[0], value[1], value[2])
        elif element == 0x08 and len(value) == 4:
            found = Concat(value[0] << 8 | value[1], value[2], value[3], wide=True)
    if at != len(header):
        raise TpduError("the header's last element is cut off")
    return found if found and 1 <= found.seq <= found.total else None


def alphabet_of(coding: int) -> str:
    """Which alphabet a TP-DCS announces (23.038 section 4)."""
    if coding < 0x80:
        if coding & 0x20:  # compressed
            return OCTETS
        return (GSM7, OCTETS, UCS2, GSM7)[coding >> 2 & 3]
    if coding >= 0xF0:
        return OCTETS if coding & 0x04 else GSM7
    return UCS2 if coding & 0xF0 == 0xE0 else GSM7


def ucs2(text: str) -> bytes:
    """Big-endian 16-bit units, characters beyond the first plane as surrogate pairs."""
    return text.encode("utf-16-be", "surrogatepass")


def split(text: str, *, reference: int = 0, wide: bool = False) -> list[UserData]:
    """The parts of a text, in its cheapest alphabet; no character is ever cut in two."""
    kind = GSM7 if alphabet.fits(text) else UCS2
    size = alphabet.cost if kind == GSM7 else _units
    if sum(size(character) for character in text) <= (160 if kind == GSM7 else 70):
        return [UserData(text, kind)]
    room = (152 if wide else 153) if kind == GSM7 else (66 if wide else 67)
    pieces, used = [""], 0
    for character in text:
        if used + size(character) > room:
            pieces.append("")
            used = 0
        pieces[-1] += character
        used += size(character)
    if len(pieces) > 255:
        raise TpduError(f"{len(pieces)} parts, 255 are possible")
    return [
        UserData(piece, kind, Concat(reference, len(pieces), seq, wide))
        for seq, piece in enumerate(pieces, 1)
    ]


def _units(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1
