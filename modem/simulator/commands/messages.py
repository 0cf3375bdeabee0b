"""Stored messages: listing, reading, deleting (27.005 sections 3.4 and 3.5.4)."""

from __future__ import annotations

from modem.simulator import text_mode
from modem.simulator.answers import Answer
from modem.simulator.device import Device
from modem.simulator.errors import BAD_INDEX, BAD_PDU, BAD_TEXT, CmsError
from modem.simulator.sim_card import READ, UNREAD, Stored

ALL = 4


def list_stored(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMGL; what was unread is read from now on."""
    status = _status(device, arguments[0]) if arguments else UNREAD
    lines: list[str] = []
    for index, stored in device.sim.storages[device.settings.storages[0]].listed(status):
        lines += _shown(device, f"+CMGL: {index},", stored)
    return lines


def _status(device: Device, argument: str) -> int:
    if device.settings.text_mode:
        if argument not in text_mode.STATUSES:
            raise CmsError(BAD_TEXT)
        return text_mode.STATUSES.index(argument)
    if argument not in ("0", "1", "2", "3", "4"):
        raise CmsError(BAD_PDU)
    return int(argument)


def list_statuses(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CMGL=?"""
    if device.settings.text_mode:
        return ["+CMGL: (" + ",".join(f'"{status}"' for status in text_mode.STATUSES) + ")"]
    return ["+CMGL: (0-4)"]


def read(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMGR; an empty slot is a wrong index."""
    stored = device.sim.storages[device.settings.storages[0]].slots.get(_index(device, arguments[0], 0))
    if stored is None:
        raise CmsError(BAD_INDEX)
    return _shown(device, "+CMGR: ", stored)


def _shown(device: Device, start: str, stored: Stored) -> list[str]:
    if device.settings.text_mode:
        fields, text = text_mode.row(stored, device.settings)
        lines = [start + fields] + ([] if text is None else [text])
    else:
        length = len(stored.octets) - 1 - stored.octets[0]
        name = "," if device.family.alphas else ""
        lines = [f"{start}{stored.status},{name}{length}", stored.octets.hex().upper()]
    if stored.status == UNREAD:
        stored.status = READ
    return lines


def delete(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CMGD; with a flag above 0 the index counts for nothing.  Room made lets the network bring more."""
    storage = device.sim.storages[device.settings.storages[0]]
    flag = arguments[1] if arguments[1:] else "0"
    if flag not in ("0", "1", "2", "3", "4"):
        raise CmsError(BAD_TEXT)
    if flag == "0":
        storage.slots.pop(_index(device, arguments[0], 0), None)
    else:
        storage.delete(int(flag))
    # The result goes out before the announcement of what takes the free place.
    device.timers.after(0, device.network.flush)
    return []


def list_indexes(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CMGD=?"""
    slots = device.sim.storages[device.settings.storages[0]].slots
    return [f"+CMGD: ({','.join(str(index) for index in sorted(slots))}),(0-{ALL})"]


def _index(device: Device, argument: str, position: int) -> int:
    storage = device.sim.storages[device.settings.storages[position]]
    if not argument.isdigit() or int(argument) not in storage.indexes:
        raise CmsError(BAD_INDEX)
    return int(argument)
