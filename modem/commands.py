"""The AT vocabulary: for each command its text, what its data lines look like, how long it may take,
and what its answer is worth.

Deadlines are seconds for the whole answer.  Clauses: 27.005 for messages, 27.007 for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Generic, TypeVar

from modem import urc

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SHORT, SETTING, UNLOCK, DELETE, LIST, PROMPT = 3.0, 10.0, 15.0, 25.0, 30.0, 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One data line of a command's answer, and the TPDU line that belongs to it."""

    line: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Command(Generic[T_co]):
    """What is typed, and how its answer is told from everything else the modem says."""

    text: str
    read: Callable[[Sequence[Answer]], T_co]
    data: re.Pattern[str] | None = None  # a whole data line; None: the command has none
    needed: bool = False  # an OK without data is somebody else's
    body: bool = False  # each data line is followed by one of hex
    free: bool = False  # `data` fits nearly any line: known URCs go first
    prompt: bool = False  # the answer is the prompt
    ussd: bool = False  # the answer is the +CUSD that follows the OK, or comes before it
    end: str = "\r"
    deadline: float = SHORT


@dataclass(frozen=True, slots=True)
class Listed:
    """A stored TPDU as +CMGL or +CMGR shows it; `length` counts octets without the SMSC field."""

    index: int
    status: int  # 0 unread, 1 read, 2 unsent, 3 sent
    length: int
    tpdu: str

    @property
    def received(self) -> bool:
        return self.status in (0, 1)

    @property
    def whole(self) -> bool:
        return fits(self.tpdu, self.length)


def is_hex(line: str) -> bool:
    """Whole octets of hex, and at least one."""
    return len(line) >= 2 and len(line) % 2 == 0 and not _NOT_HEX.search(line)


def fits(tpdu: str, length: int) -> bool:
    """The hex has the SMSC field it announces and exactly `length` octets after it."""
    return is_hex(tpdu) and len(tpdu) == 2 * (1 + int(tpdu[:2], 16) + length)


_NOT_HEX = re.compile(r"[^0-9A-Fa-f]")


# ---- how to write a command ---------------------------------------------------------------------


def _nothing(answers: Sequence[Answer]) -> None:
    return None


def order(text: str, deadline: float = SHORT) -> Command[None]:
    """A command without data."""
    return Command(text, _nothing, deadline=deadline)


def _question(
    text: str, data: str, read: Callable[[re.Match[str]], T], *, free: bool = False, deadline: float = SHORT
) -> Command[T]:
    """A command whose last data line is its answer."""
    pattern = re.compile(data, re.IGNORECASE)

    def last(answers: Sequence[Answer]) -> T:
        found = pattern.fullmatch(answers[-1].line)
        assert found is not None  # the dialogue let no other line through
        return read(found)

    return Command(text, last, pattern, needed=True, free=free, deadline=deadline)


def _word(found: re.Match[str]) -> str:
    return found[1].strip().strip('"')


def _number(found: re.Match[str]) -> int:
    return int(found[1])


# ---- waking and asking who is there -------------------------------------------------------------

AT = order("AT", 2.0)
ECHO_OFF = order("ATE0")
NUMERIC_ERRORS = order("AT+CMEE=1")
PDU_MODE_SHOWN = _question("AT+CMGF?", r"\+CMGF:\s*(\d).*", _number, deadline=2.0)

_TEXT = r"(?!AT(?:[+^&E]|$)|[*^$%&>]|\+(?!CGM[IMR]:))(?:\+CGM[IMR]:\s*)?(.+)"
MANUFACTURER = _question("AT+CGMI", _TEXT, _word, free=True)
MODEL = _question("AT+CGMM", _TEXT, _word, free=True)
REVISION = _question("AT+CGMR", _TEXT.replace("(.+)", "(?:Revision:\\s*)?(.+)"), _word, free=True)
IMEI = _question("AT+CGSN", r'(?:\+CGSN:\s*|IMEI:\s*)?"?(\d{14,17})"?', _word)
IMSI = _question("AT+CIMI", r'(?:\+CIMI:\s*)?"?(\d{14,15})"?', _word)
_ICCID = r'(?:[+^]?\w*CCID:\s*)?"?(\d{18,20})F*"?'
ICCIDS = ("AT+CCID", "AT+ICCID", "AT+QCCID", "AT^ICCID?", "AT+CICCID", "AT+ZGETICCID")


def iccid(text: str) -> Command[str]:
    """The SIM's number; each family has its own command for it."""
    return _question(text, _ICCID, _word)


_NUMBER = re.compile(r'\+CNUM:\s*(?:"[^"]*")?[^,"]*,\s*"?(\+?\d*)"?\s*,.*')


def _first_number(answers: Sequence[Answer]) -> str:
    found = (_NUMBER.fullmatch(answer.line) for answer in answers)
    return next((each[1] for each in found if each and each[1]), "")


OWN_NUMBER: Command[str] = Command("AT+CNUM", _first_number, _NUMBER)

# ---- the SIM and the network --------------------------------------------------------------------

SIM_STATE = _question("AT+CPIN?", r"\+CPIN:\s*(.+)", _word, deadline=UNLOCK)


def unlock(pin: str) -> Command[None]:
    return order(f'AT+CPIN="{pin}"', UNLOCK)


# How many tries each family's own command leaves: of the PIN, unless it names another code.
_TRIES = (
    r'\+CPINR:\s*"?SIM PIN"?\s*,\s*(\d+).*',
    r'\+QPINC:\s*"?SC"?\s*,\s*(\d+).*',
    r"\+(?:SPIC|ZPINPUK):\s*(\d+).*",
    r"\^CPIN:\s*[^,]*,[^,]*,\s*\d+\s*,\s*(\d+)\s*,.*",  # state, its tries, PUK, PIN, PUK2, PIN2
)
_TRIES_LINE = re.compile("|".join(_TRIES))


def _tries(answers: Sequence[Answer]) -> int | None:
    found = _TRIES_LINE.fullmatch(answers[0].line) if answers else None
    return next(int(each) for each in found.groups() if each) if found else None


def pin_tries(text: str) -> Command[int | None]:
    """How many wrong PINs the SIM still takes before it locks itself; None where it does not tell."""
    return Command(text, _tries, _TRIES_LINE)


CS_REGISTRATION, EPS_REGISTRATION = "CREG", "CEREG"
# The answer is <n>,<stat>; the URC starts with <stat>, and what follows it there is never 1 or 2 digits.
REGISTRATIONS = tuple(
    _question(f"AT+{name}?", rf"\+{name}:\s*[0-5]\s*,\s*(\d{{1,2}})\s*(?:,.*)?", _number)
    for name in (CS_REGISTRATION, EPS_REGISTRATION)
)
ANNOUNCE_REGISTRATION = (order("AT+CREG=1"), order("AT+CEREG=1"))
ANNOUNCE_CALLERS = order("AT+CLIP=1")
RESTART = order("AT+CFUN=1,1")


def _dbm(found: re.Match[str]) -> int | None:
    """27.007 section 8.5: 0-31 in steps of 2 dB from -113 dBm, 99 unknown."""
    return 2 * int(found[1]) - 113 if int(found[1]) <= 31 else None


SIGNAL = _question("AT+CSQ", r"\+CSQ:\s*(\d+)\s*,\s*\d+", _dbm)
OPERATOR = _question(
    "AT+COPS?",
    r'\+COPS:\s*\d+(?:\s*,\s*\d*\s*,\s*("[^"]*"|[^,]*).*)?',
    lambda found: (found[1] or "").strip().strip('"'),
    deadline=5.0,
)
SERVICE_CENTRE = _question("AT+CSCA?", r'\+CSCA:\s*("[^"]*"|[^,]*).*', _word, deadline=SETTING)

# ---- settings for messages ----------------------------------------------------------------------

PDU_MODE = order("AT+CMGF=0", SETTING)
SELF_ACKNOWLEDGED = order("AT+CSMS=0", SETTING)  # the modem itself answers the network: no +CNMA
KEEP_LINK = order("AT+CMMS=2", SETTING)  # the signalling link stays up between parts

# Stored and announced first; reports directly, else stored, else not at all.  Some families take
# only mode 1, many list a value they then refuse, so the ladder is climbed and not computed.
ANNOUNCEMENTS = ("2,1,0,1,0", "2,1,0,2,0", "1,1,0,1,0", "1,1,0,2,0", "2,1,0,0,0")


def announce_messages(value: str) -> Command[None]:
    return order(f"AT+CNMI={value}", SETTING)


def with_reports(value: str) -> bool:
    """<ds>, the fourth, says whether reports are announced."""
    return value.split(",")[3] != "0"


# ---- storages -----------------------------------------------------------------------------------


def _storages(found: re.Match[str]) -> tuple[tuple[str, ...], ...]:
    groups = re.findall(r"\(([^()]*)\)", found[1]) or [found[1]]
    return tuple(tuple(re.findall(r'"(\w+)"', group)) for group in groups)


STORAGES = _question("AT+CPMS=?", r"\+CPMS:\s*(\(.*)", _storages, deadline=SETTING)
STORAGE_SHOWN = _question(
    "AT+CPMS?",
    r'\+CPMS:\s*"?\w*"?\s*,\s*(\d+)\s*,\s*(\d+).*',
    lambda found: (int(found[1]), int(found[2])),
    deadline=SETTING,
)
_USE = re.compile(r"\+CPMS:\s*(\d+)\s*,\s*(\d+).*")


def _use(answers: Sequence[Answer]) -> tuple[int, int] | None:
    found = _USE.fullmatch(answers[-1].line) if answers else None
    return (int(found[1]), int(found[2])) if found else None


def select(*names: str) -> Command[tuple[int, int] | None]:
    """Storages to read, to write, to receive into; answers used and total of the first."""
    quoted = ",".join(f'"{name}"' for name in names)
    return Command(f"AT+CPMS={quoted}", _use, _USE, deadline=SETTING)


_LISTED = re.compile(r'\+CMGL:\s*(\d+)\s*,\s*"?(\d*)"?\s*,(?:.*,)?\s*(\d+)')
_READ = re.compile(r'\+CMGR:\s*"?(\d*)"?\s*,(?:.*,)?\s*(\d+)')


def _listed(answer: Answer) -> Listed:
    found = _LISTED.fullmatch(answer.line)
    assert found is not None
    return Listed(int(found[1]), int(found[2] or 0), int(found[3]), answer.body)


def list_all(deadline: float = LIST) -> Command[list[Listed]]:
    """Everything in the selected storage."""
    return Command(
        "AT+CMGL=4", lambda answers: [*map(_listed, answers)], _LISTED, body=True, deadline=deadline
    )


LIST_ALL = list_all()


def read(index: int) -> Command[Listed | None]:
    """None: the slot is empty, which most modems say by an OK alone."""

    def last(answers: Sequence[Answer]) -> Listed | None:
        found = _READ.fullmatch(answers[-1].line) if answers else None
        return Listed(index, int(found[1] or 0), int(found[2]), answers[-1].body) if found else None

    return Command(f"AT+CMGR={index}", last, _READ, body=True, deadline=SETTING)


def delete(index: int) -> Command[None]:
    """One index, never the flags: they would delete what nobody has read yet."""
    return order(f"AT+CMGD={index}", DELETE)


# ---- sending ------------------------------------------------------------------------------------

_ACCEPTED = re.compile(r"\+CMGS:\s*(-?\d+)(?:\s*,.*)?")


def reference_in(line: str) -> int | None:
    """TP-MR of a +CMGS line; None where the modem gave a number that is none."""
    found = _ACCEPTED.fullmatch(line)
    number = int(found[1]) if found else -1
    return number if 0 <= number <= 255 else None


def announce(length: int, deadline: float = PROMPT) -> Command[None]:
    """Ask for the prompt; `length` counts the TPDU's octets without the SMSC field."""
    return Command(f"AT+CMGS={length}", _nothing, prompt=True, deadline=deadline)


def submit(tpdu: str, deadline: float) -> Command[int | None]:
    """Type the TPDU and Ctrl-Z into the prompt; answers the reference, None when the modem leaves it out."""

    def reference(answers: Sequence[Answer]) -> int | None:
        return reference_in(answers[-1].line) if answers else None

    return Command(tpdu, reference, _ACCEPTED, end="\x1a", deadline=deadline)


# ---- the network's clock and its codes ----------------------------------------------------------

CENTURY = 70  # a clock that was never set counts from 1970 or 1980


def _instant(found: re.Match[str]) -> datetime | None:
    """27.007 section 8.15: local time, and quarters of an hour from UTC; no date is None."""
    year, month, day, hour, minute, second = (int(each) for each in found.groups()[:6])
    year += 0 if year > 99 else 1900 if year >= CENTURY else 2000
    try:
        zone = timezone(timedelta(minutes=15 * int(found[7])))
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


CLOCK = _question(
    "AT+CCLK?", r'\+CCLK:\s*"?(\d+)/(\d+)/(\d+)\s*,\s*(\d+):(\d+):(\d+)\s*([+-]\d{1,2})"?', _instant
)
USSD_DEADLINE = 60.0
GSM_SCHEME = 15  # GSM-7, no language named (23.038 section 5)
CANCEL_USSD = order("AT+CUSD=2", SETTING)


def _ussd(answers: Sequence[Answer]) -> urc.UssdArrived:
    said = urc.ussd(answers[-1].line)
    assert said is not None  # the dialogue took it for one
    return said


def dial(text: str) -> Command[urc.UssdArrived]:
    """Dial a USSD code, or reply to what the network asked; `text` as the family wants it."""
    return Command(f'AT+CUSD=1,"{text}",{GSM_SCHEME}', _ussd, ussd=True, deadline=USSD_DEADLINE)
