"""The three TPDUs of a modem's life, octets in both directions (23.040 section 9.2.2).

| class | direction | first octet's TP-MTI |
|---|---|---|
| `Submit` | modem to network | 01 |
| `Deliver` | network to modem | 00 |
| `StatusReport` | network to modem | 10 |

Octets here never include the service centre's field; `strip_service_centre` takes it off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from modem.simulator import fields, user_data
from modem.simulator.fields import Reader, TpduError
from modem.simulator.user_data import UserData

DELIVER, SUBMIT, REPORT = 0, 1, 2
HEADED = 0x40  # TP-UDHI


@dataclass(frozen=True, slots=True)
class Submit:
    """SMS-SUBMIT: what the modem asks the network to carry."""

    recipient: str
    content: UserData
    report: bool = False  # TP-SRR
    validity: timedelta | datetime | None = None
    reference: int = 0  # TP-MR as typed; the SIM's counter overrides it
    protocol: int = 0  # TP-PID
    coding: int | None = None  # TP-DCS; None: what the alphabet asks for

    def encode(self) -> bytes:
        """The octets; a validity that is a period leaves in relative form, an instant in absolute form."""
        first = SUBMIT | (0x20 if self.report else 0) | (HEADED if self.content.concat else 0)
        coding = self.content.coding if self.coding is None else self.coding
        validity = fields.validity_octets(self.validity)
        first |= {0: 0x00, 1: 0x10, 7: 0x18}[len(validity)]
        address = fields.address_octets(self.recipient)
        head = bytes([first, self.reference]) + address + bytes([self.protocol, coding])
        return head + validity + self.content.encode()

    @classmethod
    def decode(cls, octets: bytes) -> Submit:
        """The value; TpduError says what is wrong."""
        reader = Reader(octets)
        first = _first(reader, SUBMIT)
        reference, recipient = reader.octet(), fields.read_address(reader)
        protocol, coding = reader.octet(), reader.octet()
        validity = fields.read_validity(reader, first >> 3 & 3)
        content = user_data.decode(reader.rest(), coding, bool(first & HEADED))
        return cls(recipient, content, bool(first & 0x20), validity, reference, protocol, coding)


@dataclass(frozen=True, slots=True)
class Deliver:
    """SMS-DELIVER: what the network brings."""

    sender: str
    content: UserData
    sent_at: datetime
    protocol: int = 0

    def encode(self) -> bytes:
        """The octets; "no more messages to send" is set, as it is on most networks."""
        first = DELIVER | 0x04 | (HEADED if self.content.concat else 0)
        head = bytes([first]) + fields.address_octets(self.sender)
        head += bytes([self.protocol, self.content.coding])
        return head + fields.timestamp_octets(self.sent_at) + self.content.encode()

    @classmethod
    def decode(cls, octets: bytes) -> Deliver:
        """The value; TpduError says what is wrong."""
        reader = Reader(octets)
        first = _first(reader, DELIVER)
        sender, protocol, coding = fields.read_address(reader), reader.octet(), reader.octet()
        sent_at = fields.read_timestamp(reader)
        content = user_data.decode(reader.rest(), coding, bool(first & HEADED))
        return cls(sender, content, sent_at, protocol)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """SMS-STATUS-REPORT: what became of a submitted part."""

    reference: int
    recipient: str
    sent_at: datetime  # TP-SCTS: when the network took the part
    discharged_at: datetime
    status: int  # TP-ST

    def encode(self) -> bytes:
        """The octets, with none of the optional fields."""
        head = bytes([REPORT | 0x04, self.reference]) + fields.address_octets(self.recipient)
        times = fields.timestamp_octets(self.sent_at) + fields.timestamp_octets(self.discharged_at)
        return head + times + bytes([self.status])

    @classmethod
    def decode(cls, octets: bytes) -> StatusReport:
        """The value; TpduError says what is wrong."""
        reader = Reader(octets)
        _first(reader, REPORT)
        reference, recipient = reader.octet(), fields.read_address(reader)
        sent_at, discharged_at = fields.read_timestamp(reader), fields.read_timestamp(reader)
        return cls(reference, recipient, sent_at, discharged_at, reader.octet())


def strip_service_centre(octets: bytes) -> bytes:
    """The TPDU behind the service centre's field; TpduError when the field is cut off."""
    if not octets or len(octets) < 1 + octets[0]:
        raise TpduError("the service centre's field is cut off")
    return octets[1 + octets[0] :]


def is_report(octets: bytes) -> bool:
    """True when the first octet says SMS-STATUS-REPORT; for what comes from the network."""
    return bool(octets) and octets[0] & 3 == REPORT


def _first(reader: Reader, kind: int) -> int:
    first = reader.octet()
    if first & 3 != kind:
        raise TpduError(f"TP-MTI is {first & 3}, not {kind}")
    return first
