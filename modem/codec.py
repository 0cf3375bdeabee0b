"""A part becomes a TPDU, and a TPDU what it says: the one door to the gsmmodem library.

From gsmmodem come the septet packing, the semi-octets, the concatenation element and the PDU with its
length.  Its way of splitting, of choosing an alphabet and of reading is not used: it has no characters
above U+FFFF, takes a mistyped number for a name, shortens a validity, and reads 16-bit references,
national tables and impossible dates wrongly.  Reading is in `modem.fields`.  Clauses are of 23.040.
"""

from __future__ import annotations

import re
import warnings
from datetime import timedelta
from typing import NamedTuple

from modem import fields
from modem.alphabet import to_septets
from modem.api import Alphabet, Concat, InboundPart, OutboundPart, Report, Undecodable
from modem.errors import Advice, ModemError
from modem.fields import Malformed, Octets
from modem.segments import LIMITS

with warnings.catch_warnings():  # of spellings in its sources that today's Python frowns upon
    warnings.simplefilter("ignore")
    from gsmmodem.pdu import Concatenation, Pdu, encodeSemiOctets, packSeptets

# The first octet (sections 9.2.2.1 to .3).
SUBMIT, STATUS_REPORT, TYPE = 0x01, 0x02, 0x03
RELATIVE_VALIDITY, REPORT_WANTED, HEADER = 0x10, 0x20, 0x40

INTERNATIONAL, UNKNOWN = 0x91, 0x81  # type of address, with the telephone numbering plan
SCHEMES = {Alphabet.GSM7: 0x00, Alphabet.UCS2: 0x08}  # data coding scheme, no class

_RECIPIENT = re.compile(r"\+[1-9][0-9]{1,14}|[0-9]{1,20}")


class CodecError(ModemError):
    """No TPDU can say this part; it never will."""

    advice = Advice.GIVE_UP

    def __init__(self, detail: str) -> None:
        super().__init__("unencodable", detail)


class Tpdu(NamedTuple):
    """What is typed at the modem: `hex` after the prompt, `length` in AT+CMGS (27.005 section 4.3)."""

    hex: str  # the SMSC octet 00 (the SIM's own service centre), then the TPDU
    length: int  # octets of the TPDU alone


def encode(part: OutboundPart) -> Tpdu:
    """One SMS-SUBMIT.  Raises CodecError where the part breaks a rule of the format.

    The message reference is left to the modem; duplicates are never rejected by the service centre.
    """
    if part.alphabet not in SCHEMES:
        raise CodecError(f"no text leaves in {part.alphabet}")
    first = SUBMIT
    first |= RELATIVE_VALIDITY if part.validity is not None else 0
    first |= REPORT_WANTED if part.report else 0
    first |= HEADER if part.concat else 0
    tpdu = bytearray((first, 0))
    tpdu += _recipient(part.recipient)
    tpdu += bytes((0, SCHEMES[part.alphabet]))
    if part.validity is not None:
        tpdu.append(relative_validity(part.validity))
    tpdu += _user_data(part)
    pdu = Pdu(b"\x00" + tpdu, len(tpdu))
    return Tpdu(str(pdu), pdu.tpduLength)


def decode(hex_digits: str) -> InboundPart | Report | Undecodable:
    """What a TPDU with its SMSC field says.  Never raises: what no rule reads is Undecodable."""
    try:
        octets = Octets(bytes.fromhex(hex_digits))
    except ValueError:
        return Undecodable("not hexadecimal")
    try:
        fields.skip_smsc(octets)
        return _received(octets)
    except Malformed as error:
        return Undecodable(str(error))


def relative_validity(wanted: timedelta) -> int:
    """The smallest TP-VP that lasts at least as long as wanted, from 5 minutes to 63 weeks (9.2.3.12.1)."""
    wanted = min(wanted, timedelta(weeks=63))
    if wanted <= timedelta(hours=12):
        return max(_ceil(wanted, timedelta(minutes=5)), 1) - 1
    if wanted <= timedelta(hours=24):
        return 143 + _ceil(wanted - timedelta(hours=12), timedelta(minutes=30))
    if wanted <= timedelta(days=30):
        return 166 + _ceil(wanted, timedelta(days=1))
    return 192 + _ceil(wanted, timedelta(weeks=1))


def _ceil(span: timedelta, step: timedelta) -> int:
    return -(-span // step)


def _recipient(number: str) -> bytes:
    """TP-DA: "+" and E.164, or digits whose meaning the network knows (section 9.1.2.5)."""
    if not _RECIPIENT.fullmatch(number):
        raise CodecError("the recipient is no number")
    digits = number.removeprefix("+")
    kind = UNKNOWN if digits == number else INTERNATIONAL
    return bytes((len(digits), kind, *encodeSemiOctets(digits)))


def _user_data(part: OutboundPart) -> bytes:
    """TP-UDL and TP-UD; in GSM-7 one fill bit brings the text after a header to a septet boundary."""
    header = _header(part.concat) if part.concat else b""
    room = LIMITS[part.alphabet].joined if header else LIMITS[part.alphabet].alone
    if part.alphabet is Alphabet.GSM7:
        codes = _gsm7(part.text, room)
        begun = len(header) * 8 % 7  # bits of the header's last septet; packSeptets fills the rest
        length = (len(header) * 8 + 6) // 7 + len(codes)
        return bytes((length, *header, *packSeptets(bytearray(codes), begun)))
    body = _ucs2(part.text, room)
    return bytes((len(header) + len(body), *header, *body))


def _header(concat: Concat) -> bytes:
    """The user data header with the one element of a part with an 8-bit reference."""
    if concat.wide or not (0 <= concat.reference <= 0xFF and 1 <= concat.seq <= concat.total <= 0xFF):
        raise CodecError(f"part {concat.seq} of {concat.total} with reference {concat.reference}")
    element = Concatenation()
    element.reference, element.parts, element.number = concat.reference, concat.total, concat.seq
    octets = bytes(element.encode())
    return bytes((len(octets),)) + octets


def _gsm7(text: str, room: int) -> bytes:
    try:
        codes = to_septets(text)
    except KeyError as error:
        raise CodecError(f"{error} is not in GSM-7") from None
    if len(codes) > room:
        raise CodecError(f"{len(codes)} septets, at most {room}")
    return codes


def _ucs2(text: str, room: int) -> bytes:
    try:
        octets = text.encode("utf-16-be")
    except UnicodeEncodeError:
        raise CodecError("half a surrogate pair") from None
    if len(octets) > 2 * room:
        raise CodecError(f"{len(octets) // 2} UTF-16 units, at most {room}")
    return octets


def _received(octets: Octets) -> InboundPart | Report | Undecodable:
    """By message type, service centre to mobile; the reserved type is read as a DELIVER (9.2.3.1)."""
    first = octets.octet("first octet")
    if first & TYPE == STATUS_REPORT:
        return _status_report(octets)
    if first & TYPE == SUBMIT:
        return Undecodable("an outbound message stored in the modem")
    return _deliver(octets, headed=bool(first & HEADER))


def _deliver(octets: Octets, headed: bool) -> InboundPart:
    sender = fields.address(octets)
    octets.octet("protocol identifier")
    scheme = octets.octet("data coding scheme")
    sent_at = fields.instant(octets.take(7, "date"))
    data = fields.user_data(octets, scheme, headed)
    return InboundPart(sender, data.text, data.alphabet, sent_at, data.concat, data.data)


def _status_report(octets: Octets) -> Report:
    reference = octets.octet("reference")
    recipient = fields.address(octets)
    sent_at = fields.instant(octets.take(7, "date"))
    discharged_at = fields.instant(octets.take(7, "discharge date"))
    return Report(reference, recipient, octets.octet("status"), sent_at, discharged_at)
