"""The line, the modem's identity and state (V.250, 27.007 sections 5 and 8)."""

from __future__ import annotations

from modem.simulator import power
from modem.simulator.answers import Answer
from modem.simulator.commands.entry import Entry
from modem.simulator.device import Device
from modem.simulator.errors import WRONG_PARAMETERS, CmeError
from modem.simulator.settings import CHARSETS, NUMBERS
from modem.simulator.text_mode import clock_text


def whole_number(text: str, highest: int = 255, lowest: int = 0) -> int:
    """The number an argument says; CmeError when it is none or out of range."""
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise CmeError(WRONG_PARAMETERS)
    return int(text)


def number(name: str) -> Entry:
    """The forms of a command that is nothing but one setting; without an argument it is 0."""
    _default, highest = NUMBERS[name]

    def write(device: Device, arguments: tuple[str, ...]) -> Answer:
        device.settings.numbers[name] = whole_number(arguments[0] or "0", highest) if arguments else 0
        return []

    def show(device: Device, _arguments: tuple[str, ...]) -> Answer:
        return [f"{name}: {device.settings.numbers[name]}"]

    def allowed(_device: Device, _arguments: tuple[str, ...]) -> Answer:
        return [f"{name}: ({','.join(str(value) for value in range(highest + 1))})"]

    return Entry(read=show, test=allowed, set=write)


def reset(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """ATZ and AT&F: the defaults."""
    device.settings = device.fresh_settings()
    return []


def describe(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """ATI."""
    family = device.family
    return [family.manufacturer, family.model, f"Revision: {family.revision}", f"IMEI: {device.options.imei}"]


def manufacturer(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CGMI."""
    return [device.family.manufacturer]


def model(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CGMM."""
    return [device.family.model]


def revision(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CGMR."""
    return [device.family.revision]


def imei(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CGSN."""
    return [device.options.imei]


def set_register(device: Device, arguments: tuple[str, ...]) -> Answer:
    """ATSn=m: kept and shown, without effect."""
    device.settings.registers[whole_number(arguments[0])] = whole_number(arguments[1])
    return []


def show_register(device: Device, arguments: tuple[str, ...]) -> Answer:
    """ATSn?"""
    return [f"{device.settings.registers.get(whole_number(arguments[0]), 0):03d}"]


def set_function(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CFUN: the radio on (1) or off (0, 4); a second argument of 1 starts the modem anew."""
    function = whole_number(arguments[0], 4)
    if function not in (0, 1, 4):
        raise CmeError(WRONG_PARAMETERS)
    if arguments[1:] == ("1",):
        # The result goes out first: the restart forgets the line and all settings.
        device.timers.after(0, lambda: power.cycle(device))
        return []
    device.functional = function
    device.find_network()
    return []


def show_function(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CFUN?"""
    return [f"+CFUN: {device.functional}"]


def clock(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CCLK?: the network's time, unless it has told none."""
    return [f'+CCLK: "{device.clock_text or clock_text(device.clock())}"']


def set_charset(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CSCS."""
    if arguments[0] not in CHARSETS:
        raise CmeError(WRONG_PARAMETERS)
    device.settings.charset = arguments[0]
    return []


def show_charset(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSCS?"""
    return [f'+CSCS: "{device.settings.charset}"']


def list_charsets(_device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSCS=?"""
    return ["+CSCS: (" + ",".join(f'"{name}"' for name in CHARSETS) + ")"]
