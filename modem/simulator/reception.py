"""Where a TPDU from the network goes, as AT+CNMI says (27.005 section 3.4.1).

| for a message, <mt> | for a report, <ds> | it goes |
|---|---|---|
| 0 | | into the receiving storage, silently |
| 1 | | into the receiving storage, told by +CMTI |
| 2 | | to the host, by +CMT |
| | 0 | nowhere |
| | 1 | to the host, by +CDS |
| | 2 | into storage SR, told by +CDSI |
"""

from __future__ import annotations

from modem.simulator import text_mode
from modem.simulator.device import Device
from modem.simulator.sim_card import UNREAD, Stored
from modem.simulator.tpdu import is_report


def take(device: Device, octets: bytes) -> bool:
    """True when the modem has the TPDU (or was told to drop it); False: not now, the network keeps it."""
    if device.sim.state != "READY" or device.sim_busy:
        return False
    _mode, message_way, _cells, report_way, _clear = device.settings.indications
    if is_report(octets[1 + octets[0] :]):
        if report_way == 0:
            return True
        return _direct(device, "+CDS", octets) if report_way == 1 else _store(device, "+CDSI", "SR", octets)
    if message_way == 2:
        return _direct(device, "+CMT", octets)
    told = "+CMTI" if message_way == 1 else ""
    return _store(device, told, device.settings.storages[2], octets, device.copies)


def _store(device: Device, urc: str, storage: str, octets: bytes, copies: int = 1) -> bool:
    """As often as the family does; a copy that finds no room is none."""
    told = device.family.report_told if urc == "+CDSI" else ""
    for copy in range(copies):
        index = device.sim.storages[storage].add(Stored(UNREAD, octets))
        if index is None:
            return copy > 0
        _note(device, urc, octets, storage=storage, index=index)
        if urc:
            indicate(device, f"{urc}: " + (told or f'"{storage}",{index}'))
    return True


def _direct(device: Device, urc: str, octets: bytes) -> bool:
    if device.unacknowledged:
        return False
    device.unacknowledged = device.settings.acknowledged
    _note(device, urc, octets)
    if device.settings.text_mode:
        indicate(device, *text_mode.direct(urc, octets, device.settings))
    else:
        length = len(octets) - 1 - octets[0]
        comma = "," if device.family.report_comma or (urc == "+CMT" and device.family.alphas) else ""
        indicate(device, f"{urc}: {comma}{length}", octets.hex().upper())
    return True


def _note(device: Device, urc: str, octets: bytes, **place: str | int) -> None:
    event = "report" if is_report(octets[1 + octets[0] :]) else "inbound"
    device.journal.note(event, device.timers.now, urc=urc, tpdu=octets.hex().upper(), **place)


def indicate(device: Device, *lines: str) -> None:
    """Tell the host, or keep it back while +CNMI's mode is 0."""
    if device.settings.indications[0] == 0:
        device.unlisted.append(lines)
    else:
        device.urc(*lines)
