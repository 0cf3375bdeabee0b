"""The network as the modem shows it (27.007 sections 7 and 8.5)."""

from __future__ import annotations

from modem.simulator import calls
from modem.simulator.answers import Answer, Later
from modem.simulator.commands.entry import Entry
from modem.simulator.commands.general import whole_number
from modem.simulator.device import Device
from modem.simulator.errors import WRONG_PARAMETERS, CmeError
from modem.simulator.settings import NUMBERS

REGISTRATIONS = {"+CREG": 2, "+CGREG": 2, "+CEREG": 7}  # with <AcT>: UTRAN, UTRAN, E-UTRAN
AREA, CELL = "1A2B", "0C3D4E5F"
LTE = 7


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
        device.network.seconds,
        lambda: [f'+COPS: (2,"{name}","{name[:8]}","{code}",{LTE}),,(0,2,3),(0,1,2)'],
    )


def end_call(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """ATH and AT+CHUP: whoever rings is sent away."""
    calls.end(device)
    return []
