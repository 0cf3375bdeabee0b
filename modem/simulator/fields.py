"""The small fields of a TPDU: addresses, time stamps, validity periods (23.040 sections 9.1.2 and 9.2.3).

Every `read_…` takes a Reader and moves it past the field; every `…_octets` gives the field's octets.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from modem.simulator import alphabet

DIGITS = "0123456789*#abc"
INTERNATIONAL = 0x91
UNKNOWN = 0x81
NAME = 0xD0


class TpduError(ValueError):
    """The octets are no TPDU of the expected kind."""


class Reader:
    """Octets taken from the front, never past the end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next `count` octets; TpduError when they are not there."""
        if self._at + count > len(self._octets):
            raise TpduError(f"{self._at + count - len(self._octets)} octets are missing")
        self._at += count
        return self._octets[self._at - count : self._at]

    def octet(self) -> int:
        """The next octet."""
        return self.take(1)[0]

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._octets) - self._at)


# ---- addresses (section 9.1.2.5) -----------------------------------------------------------------


def digits_octets(digits: str) -> bytes:
    """Digits two to an octet, the first in the low half, filled up with F."""
    codes = [DIGITS.index(digit) for digit in digits] + [0xF] * (len(digits) % 2)
    return bytes(low | high << 4 for low, high in zip(codes[::2], codes[1::2], strict=True))


def digits_of(octets: bytes) -> str:
    """The digits in some octets, up to the first filler."""
    codes = [half for octet in octets for half in (octet & 0xF, octet >> 4)]
    return "".join(DIGITS[code] for code in codes[: codes.index(0xF) if 0xF in codes else None])


def is_number(address: str) -> bool:
    """True for "+" and digits, or what can be dialled; anything else is a name."""
    digits = address.removeprefix("+")
    return bool(digits) and all(digit in DIGITS[:12] for digit in digits)


def address_octets(address: str) -> bytes:
    """TP-OA, TP-DA or TP-RA: length in digits (for a name: in used half octets), type, value."""
    if is_number(address):
        digits = address.removeprefix("+")
        kind = INTERNATIONAL if address.startswith("+") else UNKNOWN
        return bytes([len(digits), kind]) + digits_octets(digits)
    septets = alphabet.to_septets(address)
    if not 0 < len(septets) <= 11:
        raise TpduError(f"a name has 1 to 11 characters: {address!r}")
    return bytes([(7 * len(septets) + 3) // 4, NAME]) + alphabet.pack(septets)


def read_address(reader: Reader) -> str:
    """A number ("+" where international) or a name."""
    length, kind = reader.octet(), reader.octet()
    octets = reader.take((length + 1) // 2)
    if kind & 0x70 == 0x50:
        return alphabet.from_septets(alphabet.unpack(octets, length * 4 // 7))
    return ("+" if kind & 0x70 == 0x10 else "") + digits_of(octets)[:length]


def service_centre_octets(number: str) -> bytes:
    """The field before the TPDU: length in octets, type, digits; one zero octet for no number."""
    if not number:
        return b"\x00"
    value = digits_octets(number.removeprefix("+"))
    kind = INTERNATIONAL if number.startswith("+") else UNKNOWN
    return bytes([len(value) + 1, kind]) + value


# ---- times (sections 9.2.3.11 and 9.2.3.12) ------------------------------------------------------


def timestamp_octets(instant: datetime) -> bytes:
    """Seven octets: year, month, day, hour, minute, second of local time, and its zone in quarter hours."""
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError("a time stamp needs an aware datetime")
    quarters = round(offset / timedelta(minutes=15))
    fields = (instant.year % 100, instant.month, instant.day, instant.hour, instant.minute, instant.second)
    zone = _swapped(abs(quarters)) | (0x08 if quarters < 0 else 0)
    return bytes(_swapped(field) for field in fields) + bytes([zone])


def read_timestamp(reader: Reader) -> datetime:
    """An aware datetime; TpduError when the octets are no date."""
    octets = reader.take(7)
    year, month, day, hour, minute, second = (_unswapped(octet) for octet in octets[:6])
    quarters = _unswapped(octets[6] & 0xF7) * (-1 if octets[6] & 0x08 else 1)
    try:
        zone = timezone(timedelta(minutes=15 * quarters))
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise TpduError(f"no date: {octets.hex()}") from error


def _swapped(number: int) -> int:
    return number // 10 | (number % 10) << 4


def _unswapped(octet: int) -> int:
    return (octet & 0xF) * 10 + (octet >> 4)


def relative_validity(value: int) -> timedelta:
    """What one octet of relative TP-VP means (section 9.2.3.12.1)."""
    if value <= 143:
        return timedelta(minutes=5 * (value + 1))
    if value <= 167:
        return timedelta(hours=12, minutes=30 * (value - 143))
    if value <= 196:
        return timedelta(days=value - 166)
    return timedelta(weeks=value - 192)


def validity_octets(validity: timedelta | datetime | None) -> bytes:
    """TP-VP: none, one octet for a period (rounded up to what can be said), seven for an instant."""
    if validity is None:
        return b""
    if isinstance(validity, datetime):
        return timestamp_octets(validity)
    return bytes([next((v for v in range(256) if relative_validity(v) >= validity), 255)])


def enhanced_validity(octets: bytes) -> timedelta | None:
    """What seven octets of enhanced TP-VP mean (section 9.2.3.12.3); None: no period given."""
    kind = octets[0] & 0x07
    if octets[0] & 0x80:
        octets = octets[1:]
    if kind == 1:
        return relative_validity(octets[1])
    if kind == 2:
        return timedelta(seconds=octets[1])
    if kind == 3:
        hours, minutes, seconds = (_unswapped(octet) for octet in octets[1:4])
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return None


def read_validity(reader: Reader, form: int) -> timedelta | datetime | None:
    """TP-VP in the form the first octet's TP-VPF (0-3) announced."""
    if form == 2:
        return relative_validity(reader.octet())
    if form == 3:
        return read_timestamp(reader)
    return enhanced_validity(reader.take(7)) if form == 1 else None
