"""The fields of a received TPDU: octets in, values out (23.040 section 9, 23.038 section 4).

Networks and modems send dates that do not exist, headers that lie and names with padding; what can be
read is read, what is merely absent is None, and only what cannot be read at all raises Malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from modem import halves, national
from modem.alphabet import from_septets
from modem.api import Alphabet, Concat

MAX_USER_DATA = 140  # octets
MAX_ADDRESS = 20  # semi-octets

# Information elements (section 9.2.3.24) and how long each of them must be.
CONCAT, CONCAT_WIDE, SINGLE_SHIFT, LOCKING_SHIFT = 0x00, 0x08, 0x24, 0x25
_LENGTHS = {CONCAT: 3, CONCAT_WIDE: 4, SINGLE_SHIFT: 1, LOCKING_SHIFT: 1}

_DIGITS = "0123456789*#abc"  # section 9.1.2.3; 0xF fills an odd last octet
_INTERNATIONAL, _ALPHANUMERIC = 1, 5  # type of number, section 9.1.2.5


class Malformed(Exception):
    """The octets are no TPDU; the message says at what."""


class Octets:
    """A cursor over a TPDU."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int, what: str) -> bytes:
        """The next `count` octets; Malformed when there are fewer."""
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise Malformed(f"ends within the {what}")
        self._at += count
        return taken

    def octet(self, what: str) -> int:
        """The next octet."""
        return self.take(1, what)[0]


@dataclass(frozen=True, slots=True)
class UserData:
    """What a part says: a text, or octets for a program."""

    alphabet: Alphabet
    text: str = ""
    data: bytes = b""
    concat: Concat | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The user data header; `length` counts its octets, the length octet included."""

    length: int = 0
    elements: Mapping[int, bytes] = field(default_factory=dict)

    def element(self, identifier: int) -> bytes | None:
        """The element's octets; one of a wrong length is ignored, as the standard asks."""
        octets = self.elements.get(identifier)
        return octets if octets is not None and len(octets) == _LENGTHS[identifier] else None


def skip_smsc(octets: Octets) -> None:
    """Pass over the service centre's number that the modem puts before the TPDU (27.005 section 3.1)."""
    octets.take(octets.octet("SMSC"), "SMSC")


def address(octets: Octets) -> str:
    """A number as dialled, international with "+", or an alphanumeric name (section 9.1.2.5)."""
    length = octets.octet("address")
    kind = octets.octet("address") >> 4 & 0x07
    if length > MAX_ADDRESS:
        raise Malformed(f"an address of {length} digits")
    value = octets.take((length + 1) // 2, "address")
    if kind == _ALPHANUMERIC:
        return _name(value, length)
    number = "".join(_DIGITS[int(digit, 16)] for digit in _semi_octets(value)[:length] if digit != "f")
    return f"+{number}" if kind == _INTERNATIONAL and number else number


def _name(value: bytes, length: int) -> str:
    """A name of 7 letters leaves 7 spare bits: some networks count them as an eighth letter."""
    codes = unpack(value, length * 4 // 7)
    if len(codes) == 8 and codes[-1:] in (b"\x00", b"\r"):
        codes = codes[:7]
    return from_septets(codes).strip()


def instant(octets: bytes) -> datetime | None:
    """A service centre's date with its offset; None where the seven octets are no date (9.2.3.11)."""
    digits = _semi_octets(octets)
    tens = int(digits[12], 16)  # of quarter hours; its highest bit is the sign
    try:
        quarters = int(f"{'-' if tens & 0x8 else '+'}{tens & 0x7}{digits[13]}")
        year, month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(0, 12, 2))
        zone = timezone(timedelta(minutes=15 * quarters))
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def alphabet(scheme: int) -> Alphabet:
    """The alphabet of a data coding scheme; reserved ones are GSM-7 (23.038 section 4)."""
    group = scheme >> 4
    if group < 0x8:  # general, with or without a class or automatic deletion
        if scheme & 0x20:
            raise Malformed("compressed text")
        return {1: Alphabet.DATA, 2: Alphabet.UCS2}.get(scheme >> 2 & 0x3, Alphabet.GSM7)
    if group == 0xE:  # message waiting, in UCS-2
        return Alphabet.UCS2
    return Alphabet.DATA if group == 0xF and scheme & 0x4 else Alphabet.GSM7


def user_data(octets: Octets, scheme: int, headed: bool) -> UserData:
    """The header and what follows it; `headed` is TP-UDHI.  Octets beyond TP-UDL are not read."""
    coded = alphabet(scheme)
    length = octets.octet("user data length")
    size = (length * 7 + 7) // 8 if coded is Alphabet.GSM7 else length
    if size > MAX_USER_DATA:
        raise Malformed(f"user data of {size} octets")
    data = octets.take(size, "user data")
    head = _header(data) if headed else Header()
    concat = _concat(head)
    if coded is Alphabet.GSM7:
        return UserData(coded, text=_gsm7(data, length, head), concat=concat)
    body = data[head.length :]
    if coded is Alphabet.UCS2:
        return UserData(coded, text=_ucs2(body, joined=concat is not None), concat=concat)
    return UserData(coded, data=body, concat=concat)


def _gsm7(data: bytes, length: int, head: Header) -> str:
    """The text begins at the first septet boundary after the header (section 9.2.3.24)."""
    start = (head.length * 8 + 6) // 7
    if start > length:
        raise Malformed("a header longer than the user data")
    single, locking = head.element(SINGLE_SHIFT), head.element(LOCKING_SHIFT)
    return from_septets(
        unpack(data, length)[start:],
        national.basic(locking[0] if locking else None),
        national.extension(single[0] if single else None),
    )


def _ucs2(body: bytes, *, joined: bool) -> str:
    """UTF-16, as every network carries it; half a unit is nothing, and half a surrogate pair U+FFFD, but at
    the edge of a part of several, where its other half may come with the next (`modem.halves`)."""
    units = body[: len(body) // 2 * 2]
    if not joined:
        return units.decode("utf-16-be", "replace")
    return halves.stand_in(units.decode("utf-16-be", "surrogatepass"))


def _header(data: bytes) -> Header:
    """The elements by identifier, the last of a kind counting; none when their lengths do not add up."""
    if not data or (end := 1 + data[0]) > len(data):
        raise Malformed("a header longer than the user data")
    elements: dict[int, bytes] = {}
    at = 1
    while at + 2 <= end:
        identifier, begin = data[at], at + 2
        at = begin + data[at + 1]
        elements.pop(identifier, None)  # so that the order is that of the last of each kind
        elements[identifier] = data[begin:at]
    return Header(end, elements if at == end else {})


def _concat(head: Header) -> Concat | None:
    """The last concatenation element; one that counts wrongly is ignored (section 9.2.3.24.1)."""
    found = None
    for identifier in head.elements:
        if identifier in (CONCAT, CONCAT_WIDE) and (element := head.element(identifier)):
            *reference, total, seq = element
            if 1 <= seq <= total:
                found = Concat(int.from_bytes(reference), total, seq, wide=identifier == CONCAT_WIDE)
    return found


def unpack(octets: bytes, count: int) -> bytes:
    """The first `count` septets, one octet each (23.038 section 6.1.2.1.1)."""
    bits = int.from_bytes(octets, "little")
    return bytes(bits >> 7 * index & 0x7F for index in range(count))


def _semi_octets(octets: bytes) -> str:
    """The hex digits with each pair swapped."""
    digits = octets.hex()
    return "".join(map("".join, zip(digits[1::2], digits[::2], strict=True)))
