"""Messages as text instead of hexadecimal digits, in the character set AT+CSCS chose (27.005 section 3).

A str that goes to or comes from the line holds one character per byte.
"""

from __future__ import annotations

from datetime import datetime

from modem.simulator import alphabet
from modem.simulator.fields import INTERNATIONAL, UNKNOWN, TpduError
from modem.simulator.settings import Settings
from modem.simulator.sim_card import Stored
from modem.simulator.tpdu import Deliver, StatusReport, Submit, is_report, strip_service_centre
from modem.simulator.user_data import GSM7, OCTETS, UserData, ucs2

STATUSES = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL")


def to_line(text: str, charset: str) -> str:
    """A text as the host wants to read it."""
    if charset == "UCS2":
        return ucs2(text).hex().upper()
    if charset == "IRA":
        return text.encode("ascii", "replace").decode()
    known = "".join(character if alphabet.fits(character) else "?" for character in text)
    septets = bytes(alphabet.to_septets(known))
    return septets.hex().upper() if charset == "HEX" else septets.decode("latin-1")


def from_line(typed: str, charset: str) -> str:
    """The text a host typed; ValueError when it is not in that character set."""
    if charset == "UCS2":
        return bytes.fromhex(typed).decode("utf-16-be", "surrogatepass")
    if charset == "IRA":
        return typed.encode("latin-1").decode("ascii")
    septets = bytes.fromhex(typed) if charset == "HEX" else typed.encode("latin-1")
    if any(septet > 127 for septet in septets):
        raise ValueError("a septet is below 128")
    return alphabet.from_septets(list(septets))


def clock_text(instant: datetime) -> str:
    """`yy/MM/dd,hh:mm:ss±zz`, zz in quarter hours (27.007 section 8.15)."""
    offset = instant.utcoffset()
    quarters = round(offset.total_seconds() / 900) if offset is not None else 0
    return f"{instant:%y/%m/%d,%H:%M:%S}{quarters:+03d}"


def row(stored: Stored, settings: Settings) -> tuple[str, str | None]:
    """The fields of a +CMGL or +CMGR line after the index, and the text below it (None: a report)."""
    status = f'"{STATUSES[stored.status]}"'
    try:
        return _row(status, stored, settings)
    except TpduError:
        return f'{status},"",', stored.octets.hex().upper()


def _row(status: str, stored: Stored, settings: Settings) -> tuple[str, str | None]:
    tpdu = strip_service_centre(stored.octets)
    if stored.status >= 2:
        submit = Submit.decode(tpdu)
        return f"{status},{quoted(submit.recipient, settings)},", body(submit.content, settings)
    if is_report(tpdu):
        return f"{status},{report_fields(StatusReport.decode(tpdu), settings)}", None
    message = Deliver.decode(tpdu)
    return f"{status},{deliver_fields(message, tpdu, settings)}", body(message.content, settings)


def direct(urc: str, octets: bytes, settings: Settings) -> list[str]:
    """The lines of +CMT or +CDS; a TPDU that is no message is shown as hexadecimal digits."""
    tpdu = strip_service_centre(octets)
    try:
        if urc == "+CDS":
            return [f"+CDS: {report_fields(StatusReport.decode(tpdu), settings)}"]
        message = Deliver.decode(tpdu)
    except TpduError:
        return [f"{urc}: ", octets.hex().upper()]
    return [f"+CMT: {deliver_fields(message, tpdu, settings)}", body(message.content, settings)]


def deliver_fields(message: Deliver, tpdu: bytes, settings: Settings) -> str:
    """<oa>,,<scts> and, under AT+CSDH=1, the details."""
    shown = f'{quoted(message.sender, settings)},,"{clock_text(message.sent_at)}"'
    if not settings.numbers["+CSDH"]:
        return shown
    content = message.content
    length = len(content.text) if content.alphabet == GSM7 else content.encode()[0]
    kind = _kind(message.sender)
    return f'{shown},{kind},{tpdu[0]},{message.protocol},{content.coding},"",{UNKNOWN},{length}'


def report_fields(report: StatusReport, settings: Settings) -> str:
    """<fo>,<mr>,<ra>,<tora>,<scts>,<dt>,<st>."""
    times = f'"{clock_text(report.sent_at)}","{clock_text(report.discharged_at)}"'
    recipient = quoted(report.recipient, settings)
    return f"6,{report.reference},{recipient},{_kind(report.recipient)},{times},{report.status}"


def quoted(address: str, settings: Settings) -> str:
    """A number or name between quotes; in UCS-2 digits when that is the character set."""
    return f'"{to_line(address, settings.charset) if settings.charset == "UCS2" else address}"'


def body(content: UserData, settings: Settings) -> str:
    """The text line: the user data as octets where it is no plain text."""
    if content.alphabet == OCTETS or content.concat:
        return content.encode()[1:].hex().upper()
    if content.alphabet != GSM7 and settings.charset != "UCS2":
        return ucs2(content.text).hex().upper()
    return to_line(content.text, settings.charset)


def _kind(address: str) -> int:
    return INTERNATIONAL if address.startswith("+") else UNKNOWN
