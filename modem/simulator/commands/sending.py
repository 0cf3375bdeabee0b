"""Sending and writing messages, as hexadecimal digits or as text (27.005 sections 3.5 and 4.3)."""

from __future__ import annotations

from dataclasses import replace

from modem.simulator import fields
from modem.simulator.answers import Answer, Later, Prompt
from modem.simulator.device import Device
from modem.simulator.errors import BAD_INDEX, BAD_PDU, BAD_TEXT, FULL, CmsError
from modem.simulator.handsets import manner_of
from modem.simulator.sim_card import SENT, UNSENT, Stored
from modem.simulator.text_mode import STATUSES, from_line
from modem.simulator.tpdu import Submit, strip_service_centre
from modem.simulator.user_data import OCTETS, UCS2, UserData, alphabet_of

LONGEST_TPDU = 164
REPORT_BIT, VALIDITY_BITS, RELATIVE = 0x20, 0x18, 0x10  # of the first octet


def send(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMGS=<length> asks for a PDU; in text mode AT+CMGS=<number> for a text."""
    if device.settings.text_mode:
        number = _number(device, arguments[0])
        return Prompt(lambda typed: _transmit(device, _from_text(device, number, typed)))
    length = _length(arguments[0])
    return Prompt(lambda typed: _transmit(device, strip_service_centre(_from_digits(typed, length))))


def write(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMGW: the same, but the message only goes into the writing storage."""
    if device.settings.text_mode:
        number = _number(device, arguments[0])
        kept = arguments[2] if arguments[2:] else STATUSES[UNSENT]
        if kept not in STATUSES[:4]:
            raise CmsError(BAD_TEXT)
        return Prompt(
            lambda typed: _keep(device, b"\x00" + _from_text(device, number, typed), STATUSES.index(kept))
        )
    length = _length(arguments[0])
    status = arguments[1] if arguments[1:] else str(UNSENT)
    if status not in ("0", "1", "2", "3"):
        raise CmsError(BAD_PDU)
    return Prompt(lambda typed: _keep(device, _from_digits(typed, length), int(status)))


def send_stored(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMSS=<index>[,<number>] sends what AT+CMGW has written."""
    index = arguments[0]
    slots = device.sim.storages[device.settings.storages[1]].slots
    stored = slots.get(int(index)) if index.isdigit() else None
    if stored is None:
        raise CmsError(BAD_INDEX)
    tpdu = strip_service_centre(stored.octets)
    if arguments[1:]:
        tpdu = replace(_submit(tpdu), recipient=_number(device, arguments[1])).encode()
    return _transmit(device, tpdu, "+CMSS", stored)


# ---- what was typed ------------------------------------------------------------------------------


def _length(argument: str) -> int:
    if not argument.isdigit() or not 1 <= int(argument) <= LONGEST_TPDU:
        raise CmsError(BAD_PDU)
    return int(argument)


def _from_digits(typed: str, length: int) -> bytes:
    """Service centre's field and TPDU; their length must be what was announced."""
    try:
        octets = bytes.fromhex(typed.strip())
        if len(strip_service_centre(octets)) == length:
            return octets
    except ValueError:
        pass
    raise CmsError(BAD_PDU)


def _number(device: Device, argument: str) -> str:
    number = argument
    if device.settings.charset == "UCS2" and len(argument) % 4 == 0 and argument[:2] == "00":
        number = from_line(argument, "UCS2")
    if not fields.is_number(number):
        raise CmsError(BAD_TEXT)
    return number


def _from_text(device: Device, number: str, typed: str) -> bytes:
    """The TPDU the modem makes of a text, under AT+CSMP and AT+CSCS."""
    first, validity, protocol, coding = device.settings.text_parameters
    kind = alphabet_of(coding)
    try:
        if kind == OCTETS:
            content = UserData("", OCTETS, octets=bytes.fromhex(typed))
        elif kind == UCS2 and device.settings.charset != "UCS2":
            content = UserData(bytes.fromhex(typed).decode("utf-16-be"), UCS2)
        else:
            content = UserData(from_line(typed, device.settings.charset), kind)
        period = fields.relative_validity(validity) if first & VALIDITY_BITS == RELATIVE else None
        report = bool(first & REPORT_BIT)
        return Submit(number, content, report, period, protocol=protocol, coding=coding).encode()
    except ValueError:
        raise CmsError(BAD_TEXT) from None


# ---- where it goes -------------------------------------------------------------------------------


def _submit(tpdu: bytes) -> Submit:
    try:
        return Submit.decode(tpdu)
    except ValueError:
        raise CmsError(BAD_PDU) from None


def _transmit(device: Device, tpdu: bytes, name: str = "+CMGS", stored: Stored | None = None) -> Answer:
    submit = _submit(tpdu)
    seconds = device.network.seconds
    if manner_of(submit.recipient).silences:
        device.fall_silent(seconds + device.options.silence_seconds)

    def accepted() -> Answer:
        reference = device.network.submit(submit, tpdu, device.sim.next_reference)
        if stored:
            stored.status = SENT
        return [f"{name}: {reference}"]

    return Later(seconds, accepted)


def _keep(device: Device, octets: bytes, status: int) -> Answer:
    index = device.sim.storages[device.settings.storages[1]].add(Stored(status, octets))
    if index is None:
        raise CmsError(FULL)
    return [f"+CMGW: {index}"]
