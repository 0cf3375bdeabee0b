"""The network as the modem shows it (27.007 sections 7 and 8.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.simulator.answers import Answer, Entry, Later
from modem.simulator.commands.general import whole_number
from modem.simulator.errors import NO_SERVICE, WRONG_PARAMETERS, CmeError
from modem.simulator.settings import NUMBERS
from modem.simulator.text_mode import from_line, to_line

if TYPE_CHECKING:
    from modem.simulator.device import Device

REGISTRATIONS = {"+CREG": 2, "+CGREG": 2, "+CEREG": 7}  # with <AcT>: UTRAN, UTRAN, E-UTRAN
AREA, CELL = "1A2B", "0C3D4E5F"
LTE = 7

USSD_CODES = {
    "*100#": "Solde: 12,34 EUR. Valable jusqu'au 31/12.",
    "#123#": "Solde: 12,34 EUR. Valable jusqu'au 31/12.",
    "*#100#": "Votre numero: {number}",
}
UNKNOWN_CODE = "Code inconnu."


def registration(name: str) -> Entry:
    """The forms of +CREG and its sisters."""
    _default, highest = NUMBERS[name]

    def write(device: Device, arguments: tuple[str, ...]) -> Answer:
        device.settings.numbers[name] = whole_number(arguments[0], highest)
        return []

    def show(device: Device, _arguments: tuple[str, ...]) -> Answer:
        return [f"{name}: {device.settings.numbers[name]},{place(device, name)}"]

    return Entry(read=show, test=lambda _d, _a: [f"{name}: (0-{highest})"], set=write)


def place(device: Device, name: str) -> str:
    """<stat>, and where the modem is when level 2 asks for it."""
    stat = str(device.network.registration)
    if device.network.registered and device.settings.numbers[name] == 2:
        return f'{stat},"{AREA}","{CELL}",{REGISTRATIONS[name]}'
    return stat


def attached(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CGATT?: packet service is there where registration is."""
    return [f"+CGATT: {int(device.network.registered)}"]


def signal(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSQ."""
    return [f"+CSQ: {device.options.rssi if device.network.registered else 99},99"]


def operator(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+COPS?"""
    if not device.network.registered:
        return ["+COPS: 0"]
    style = device.settings.operator_format
    name = device.options.operator_code if style == 2 else device.options.operator
    return [f'+COPS: 0,{style},"{name}",{LTE}']


def choose(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+COPS=0 registers, =2 leaves the network, =3,<format> chooses how names are shown."""
    mode = whole_number(arguments[0], 3)
    if mode == 1:
        raise CmeError(WRONG_PARAMETERS)
    if mode == 3:
        device.settings.operator_format = whole_number(arguments[1] if arguments[1:] else "0", 2)
    else:
        device.network.radio(mode == 0 and device.functional == 1 and device.sim.state == "READY")
    return []


def search(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+COPS=?: takes as long as the network does."""
    name, code = device.options.operator, device.options.operator_code
    return Later(
        device.options.network_seconds,
        lambda: [f'+COPS: (2,"{name}","{name[:8]}","{code}",{LTE}),,(0,2,3),(0,1,2)'],
    )


def ussd(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CUSD=1,"code",15: OK, and the answer by URC when the network has one; =0 hides it, =2 ends it."""
    mode = whole_number(arguments[0], 2)
    if mode != 2:
        device.settings.ussd_shown = mode
    if mode == 2 or not arguments[1:]:
        return []
    if not device.network.registered:
        raise CmeError(NO_SERVICE)
    charset = device.settings.charset
    try:
        code = from_line(arguments[1], charset)
    except ValueError:
        raise CmeError(WRONG_PARAMETERS) from None
    said = USSD_CODES.get(code, UNKNOWN_CODE).format(number=device.options.number)
    device.timers.after(device.options.network_seconds, lambda: _tell(device, to_line(said, charset)))
    return []


def _tell(device: Device, said: str) -> None:
    if device.settings.ussd_shown:
        device.urc(f'+CUSD: 0,"{said}",15')


def show_ussd(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CUSD?"""
    return [f"+CUSD: {device.settings.ussd_shown}"]
