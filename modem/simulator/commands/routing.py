"""How messages come and go: service centre, storages, indications, acknowledgements (27.005 section 3)."""

from __future__ import annotations

from modem.simulator.answers import Answer
from modem.simulator.commands.general import whole_number
from modem.simulator.device import Device
from modem.simulator.errors import BAD_TEXT, NO_ACK_EXPECTED, CmsError

NOT_ALLOWED_HERE = 302


def set_smsc(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CSCA."""
    if not arguments[0].removeprefix("+").isdigit():
        raise CmsError(BAD_TEXT)
    device.smsc = arguments[0]
    return []


def show_smsc(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSCA?"""
    return [f'+CSCA: "{device.smsc}",{145 if device.smsc.startswith("+") else 129}']


def set_storages(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CPMS with up to three names, as many as the firmware wants; those left out stay."""
    if len(arguments) < device.options.storage_names:
        raise CmsError(NOT_ALLOWED_HERE)
    chosen = list(device.settings.storages)
    for position, name in enumerate(arguments[:3]):
        if name and name not in device.family.storages[position]:
            raise CmsError(NOT_ALLOWED_HERE)
        chosen[position] = name or chosen[position]
    device.settings.storages = chosen
    device.network.flush()
    return ["+CPMS: " + ",".join(_fill(device, name) for name in chosen)]


def show_storages(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CPMS?"""
    return ["+CPMS: " + ",".join(f'"{name}",{_fill(device, name)}' for name in device.settings.storages)]


def list_storages(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CPMS=?"""
    groups = ("(" + ",".join(f'"{name}"' for name in names) + ")" for names in device.family.storages)
    return ["+CPMS: " + ",".join(groups)]


def _fill(device: Device, name: str) -> str:
    storage = device.sim.storages[name]
    return f"{len(storage.slots)},{len(storage.indexes)}"


def set_indications(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CNMI; what was kept back is told (bfr 0) or dropped (bfr 1) on leaving mode 0."""
    values = list(device.settings.indications)
    for position, argument in enumerate(arguments[:5]):
        if argument:
            if argument not in device.family.indications[position]:
                raise CmsError(NOT_ALLOWED_HERE)
            values[position] = int(argument)
    device.settings.indications = tuple(values)
    if values[0]:
        kept_back, device.unlisted = device.unlisted, []
        for lines in kept_back if values[4] == 0 else []:
            device.timers.after(0, lambda lines=lines: device.urc(*lines))  # type: ignore[misc]
    return []


def show_indications(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CNMI?"""
    return ["+CNMI: " + ",".join(str(value) for value in device.settings.indications)]


def list_indications(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CNMI=?: some families list what they refuse."""
    return [f"+CNMI: {device.family.listed}"]


def acknowledge(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CNMA: until it is said under AT+CSMS=1, nothing more is handed over directly."""
    if not device.unacknowledged:
        raise CmsError(NO_ACK_EXPECTED)
    device.unacknowledged = False
    device.timers.after(0, device.network.flush)
    return []


def set_service(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CSMS."""
    device.settings.numbers["+CSMS"] = whole_number(arguments[0], 1)
    device.unacknowledged = False
    return ["+CSMS: 1,1,0"]


def show_service(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSMS?: messages in and out are supported, cell broadcast is not."""
    return [f"+CSMS: {device.settings.numbers['+CSMS']},1,1,0"]


def set_text_parameters(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CSMP; those left out stay."""
    old = device.settings.text_parameters
    given = [whole_number(a) if a else old[position] for position, a in enumerate(arguments[:4])]
    device.settings.text_parameters = (*given, *old[len(given) :])
    return []


def show_text_parameters(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CSMP?"""
    return ["+CSMP: " + ",".join(str(value) for value in device.settings.text_parameters)]
