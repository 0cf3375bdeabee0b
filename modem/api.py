"""THE SEAM: what the gateway may ask of a modem, and the frozen values that cross.

Everything on the gateway's side of this file is written against it; `modem.link.Link` is one
implementation, the in-memory modem of the tests is another.  Instants are timezone-aware.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from modem.errors import ModemError


class Alphabet(StrEnum):
    """How a part's text is coded on the air (23.038 section 4)."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"
    DATA = "8-bit"  # inbound only: the text is empty and the octets are in `data`


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which concatenated message this is (23.040 section 9.2.3.24.1 and .8)."""

    reference: int
    total: int
    seq: int  # counts from 1
    wide: bool = False  # True: a 16-bit reference


@dataclass(frozen=True, slots=True)
class OutboundPart:
    """One TPDU's worth of what somebody wants to say to one recipient."""

    recipient: str  # E.164 with "+", or a short code: digits only
    text: str
    alphabet: Alphabet
    concat: Concat | None = None
    validity: timedelta | None = None  # TP-VP; None: the service centre's own
    report: bool = True  # TP-SRR


@dataclass(frozen=True, slots=True)
class InboundPart:
    """One SMS-DELIVER, decoded."""

    sender: str  # E.164 with "+", a short code, or a name
    text: str
    alphabet: Alphabet
    sent_at: datetime | None  # TP-SCTS; None when the modem gave no real date
    concat: Concat | None = None
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Report:
    """One SMS-STATUS-REPORT, decoded."""

    reference: int  # TP-MR, 0-255
    recipient: str  # TP-RA; "" when the modem left it out
    status: int  # TP-ST, the raw octet
    sent_at: datetime | None  # TP-SCTS of the submission
    discharged_at: datetime | None  # TP-DT


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A TPDU that no rule understands; its hex is kept."""

    why: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored TPDU lies.  `opening` counts the link's openings: a place of an earlier
    opening names nothing any more (the SIM or the indexes may have changed)."""

    storage: str  # "SM", "ME", "SR" ...
    index: int
    opening: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is on the port: the modem by IMEI, its SIM by ICCID (else IMSI)."""

    imei: str = ""
    iccid: str = ""
    imsi: str = ""
    manufacturer: str = ""
    model: str = ""
    revision: str = ""
    smsc: str = ""
    number: str = ""  # the SIM's own number, where it knows it (+CNUM)
    reports: bool = True  # False: the modem refused every way of announcing status reports
    family: str = "generic"  # the profile it is treated by
    port: str = ""  # the device it was found on
    pin_tries: int | None = None  # attempts left, where the modem tells

    @property
    def sim(self) -> str:
        """What all per-SIM data is keyed on."""
        return self.iccid or self.imsi or "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """What the modem last said of itself and of the network."""

    signal_dbm: int | None = None
    registration: int | None = None  # <stat> of +CREG/+CEREG, the better of the two
    operator: str = ""
    storage_used: int | None = None  # of the fullest storage
    storage_total: int | None = None


class Rung(StrEnum):
    """What is tried to get a silent modem back, the gentlest first."""

    RESYNC = "resync"  # ESC, AT, quiet
    REOPEN = "reopen"  # close the port, find it again, open it
    RESTART = "restart"  # AT+CFUN=1,1
    USB = "usb"  # the device's `authorized`: off and on
    POWER = "power"  # its relay or power key


class LinkState(StrEnum):
    """The link's life.  READY is said only after the SIM's stored messages were handed over."""

    CLOSED = "closed"
    OPENING = "opening"
    SIM = "sim"
    REGISTERING = "registering"
    READY = "ready"
    SILENT = "silent"
    RESETTING = "resetting"


# ---- what a modem tells (events); every one names its modem -------------------------------------


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link went into `state`; `error` says why where something went wrong."""

    modem: str
    state: LinkState
    error: ModemError | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    modem: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class HealthRead:
    modem: str
    health: Health


@dataclass(frozen=True, slots=True)
class Heard:
    """A TPDU came in.  With a `place` it still lies in the modem until `forget(place)`:
    store it first, then forget it.  Without, this event is the only copy."""

    modem: str
    sim: str
    tpdu: str  # hex, SMSC field included, as the modem gave it
    item: InboundPart | Report | Undecodable
    place: Place | None


@dataclass(frozen=True, slots=True)
class PartAccepted:
    """The network took the part of `job`; `reference` is its TP-MR (None: the modem gave none)."""

    modem: str
    sim: str
    job: int
    reference: int | None


@dataclass(frozen=True, slots=True)
class PartRefused:
    """The part of `job` certainly did not leave; `error.advice` says what to do."""

    modem: str
    job: int
    error: ModemError


@dataclass(frozen=True, slots=True)
class PartUncertain:
    """The part of `job` was handed over (Ctrl-Z was typed) and no answer came."""

    modem: str
    sim: str
    job: int
    error: ModemError


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A +CMGS came after its time: the part last reported uncertain did leave."""

    modem: str
    sim: str
    job: int
    reference: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One rung of the ladder was tried, because of `error`; what follows shows whether it helped."""

    modem: str
    rung: Rung
    error: ModemError


@dataclass(frozen=True, slots=True)
class UssdAnswered:
    """The network answered the USSD code of `job`; `more`: it expects a reply."""

    modem: str
    job: int
    text: str
    more: bool


@dataclass(frozen=True, slots=True)
class UssdFailed:
    modem: str
    job: int
    error: ModemError


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody rings; nobody answers.  `number` is "" when it is withheld or not told."""

    modem: str
    number: str


@dataclass(frozen=True, slots=True)
class NetworkTime:
    """The modem's clock, which it has from the network, at this moment (+CCLK)."""

    modem: str
    at: datetime


Event = (
    LinkChanged
    | Identified
    | HealthRead
    | Heard
    | PartAccepted
    | PartRefused
    | PartUncertain
    | LateAnswer
    | Tried
    | UssdAnswered
    | UssdFailed
    | Called
    | NetworkTime
)
Tell = Callable[[Event], None]


class Modem(Protocol):
    """One modem and its SIM.  Every method returns at once and may be called from any thread;
    answers come as events through the `tell` given to `start`, in the order in which they happened."""

    name: str

    def start(self, tell: Tell) -> None:
        """Open, initialise, hand over what the SIM holds, register, be ready; for ever."""

    def stop(self, timeout: float = 5.0) -> None:
        """Finish the part on the wire if `timeout` seconds allow it, close the port."""

    def send(self, job: int, part: OutboundPart) -> None:
        """Send one part; answered by exactly one PartAccepted, PartRefused or PartUncertain."""

    def forget(self, place: Place) -> None:
        """Delete one stored TPDU, after its content was committed."""

    def sweep(self) -> None:
        """Read every storage once more; what lies there comes as Heard."""

    def ussd(self, job: int, code: str) -> None:
        """Dial a USSD code; answered by exactly one UssdAnswered or UssdFailed."""

    def reset(self) -> None:
        """A person asks for a restart of the modem, whatever the ladder's budget says."""
