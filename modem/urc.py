"""What a modem says unasked, as small events (URC: unsolicited result code).

A line that no row of the table knows is `Noise`: noted, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageStored:
    """+CMTI: a message, or on some modems a report, lies in `storage` at `index`."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True)
class ReportStored:
    """+CDSI: a report lies there; some modems name the wrong storage."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """+CMT: the message itself, in hex; the modem keeps no copy."""

    tpdu: str


@dataclass(frozen=True, slots=True)
class ReportArrived:
    """+CDS: the report itself, in hex; the modem keeps no copy."""

    tpdu: str


@dataclass(frozen=True, slots=True)
class BroadcastArrived:
    """+CBM: a cell broadcast page, in hex."""

    tpdu: str


@dataclass(frozen=True, slots=True)
class Registration:
    """+CREG, +CGREG or +CEREG: the registration became `stat` (27.007 section 7.2)."""

    network: str
    stat: int


@dataclass(frozen=True, slots=True)
class SimState:
    """+CPIN unasked: the SIM became ready, was locked or went away."""

    state: str


@dataclass(frozen=True, slots=True)
class MessagesReady:
    """The modem has read its SIM: stored messages can be listed from now on."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody calls; from RING without, from +CLIP with a `number`, where it is not withheld."""

    number: str = ""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The modem started anew, or is about to go: all its settings are gone."""

    line: str


@dataclass(frozen=True, slots=True)
class UssdArrived:
    """+CUSD: the network's answer or menu; `text` as the modem gave it, `scheme` its data coding."""

    mode: int
    text: str
    scheme: int | None


@dataclass(frozen=True, slots=True)
class LateReference:
    """+CMGS that no command waits for: a part thought uncertain did leave."""

    reference: int | None


@dataclass(frozen=True, slots=True)
class Noise:
    """Any other line."""

    line: str


Urc = (
    MessageStored
    | ReportStored
    | MessageArrived
    | ReportArrived
    | BroadcastArrived
    | Registration
    | SimState
    | MessagesReady
    | Ring
    | Restarted
    | UssdArrived
    | LateReference
    | Noise
)

_STORED = r'\s*"?(\w+)"?\s*,\s*(\d+)'
_Rule = tuple[str, Callable[[re.Match[str]], Urc]]
_RULES: tuple[_Rule, ...] = (
    (r"\+CMTI:" + _STORED, lambda m: MessageStored(m[1].upper(), int(m[2]))),
    (r"\+CDSI:" + _STORED, lambda m: ReportStored(m[1].upper(), int(m[2]))),
    # <n>,<stat> is an answer that came too late: it says nothing new
    (r"\+C[GE]?REG:\s*[0-5]\s*,\s*\d{1,2}\s*(?:,.*)?", lambda m: Noise(m[0])),
    (r"\+(C[GE]?REG):\s*(\d{1,2})\s*(?:,.*)?", lambda m: Registration(m[1].upper(), int(m[2]))),
    (r"\+CPIN:\s*(.+)", lambda m: SimState(m[1].strip().strip('"').upper())),
    # a SIM that was taken out, as sticks say it
    (r"\^SIMST:\s*(?:0|255)(?:\s*,.*)?|\+ZUSIMR:\s*0", lambda m: SimState("NOT INSERTED")),
    (r"SMS (?:READY|DONE)|PB DONE|\+QIND:\s*SMS DONE", lambda m: MessagesReady()),
    (r"RING|\+CRING:.*", lambda m: Ring()),
    (r'\+CLIP:\s*"?([+\d*#]*)"?\s*(?:,.*)?', lambda m: Ring(m[1])),
    (
        r"RDY|START|MODEM:\s*STARTUP|\*ATREADY.*|\^SYSSTART.*|NORMAL POWER DOWN|POWERED DOWN",
        lambda m: Restarted(m[0]),
    ),
    (r"(?:CALL READY|UNDER-VOLTAGE.*|OVER-VOLTAGE.*|NO CARRIER|BUSY|NO ANSWER)", lambda m: Noise(m[0])),
)
_TABLE = tuple((re.compile(pattern, re.IGNORECASE), build) for pattern, build in _RULES)


def known(line: str) -> bool:
    """The line is an unsolicited one for certain, whatever a command waits for."""
    return any(pattern.fullmatch(line) for pattern, _ in _TABLE) or header(line) is not None


def read(line: str) -> Urc:
    """The event behind one line."""
    for pattern, build in _TABLE:
        found = pattern.fullmatch(line)
        if found:
            return build(found)
    return Noise(line)


# ---- URCs of two lines and more -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a URC whose TPDU is the next; `length` as announced."""

    kind: type[MessageArrived] | type[ReportArrived] | type[BroadcastArrived]
    length: int


_KINDS: dict[str, type[MessageArrived] | type[ReportArrived] | type[BroadcastArrived]] = {
    "+CMT": MessageArrived,
    "+CDS": ReportArrived,
    "+CBM": BroadcastArrived,
}
_HEADER = re.compile(r"(\+CMT|\+CDS|\+CBM):\s*(?:.*,)?\s*(\d+)", re.IGNORECASE)
_USSD = re.compile(
    r'\+CUSD:\s*(\d)(?:\s*,\s*(?:"(.*)"|([^",]*))\s*(?:,\s*(\d+))?\s*)?', re.IGNORECASE | re.DOTALL
)
_USSD_OPEN = re.compile(r'\+CUSD:\s*\d\s*,\s*"[^"]*', re.IGNORECASE)


def header(line: str) -> Header | None:
    """The header in `line`; None when the line is whole by itself."""
    found = _HEADER.fullmatch(line)
    return Header(_KINDS[found[1].upper()], int(found[2])) if found else None


def opens_text(line: str) -> bool:
    """A +CUSD whose quoted text goes on in the next line."""
    return _USSD_OPEN.fullmatch(line) is not None


def ussd(line: str) -> UssdArrived | None:
    """The USSD answer in `line`, its lines joined by LF; None when it is none."""
    found = _USSD.fullmatch(line)
    if not found:
        return None
    return UssdArrived(int(found[1]), found[2] or found[3] or "", int(found[4]) if found[4] else None)
