"""The USB bus: sticks that cannot be a modem as they are, and a program that takes modems away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.doctor import processes
from gateway.doctor.findings import Finding, bad, good, remark, warn
from gateway.doctor.patient import Patient, read

# Sticks that are a network card with a web page, and have no AT port.
NETWORK_CARDS = frozenset({"12d1:14dc", "3566:2001"})
# Sticks that still show the CD with their driver: usb_modeswitch makes them modems.
CDS = frozenset(
    f"12d1:{product}" for product in ("1446", "1449", "14fe", "1505", "1520", "1c0b", "1f01", "1f1e")
)
RIVAL = "ModemManager"


def check(patient: Patient) -> Iterator[Finding]:
    faults = [*_sticks(patient), *_rivals(patient)]
    yield from faults
    if not faults:
        folders = patient.machine.system.glob("bus/usb/devices/*/idVendor")
        there = sum(1 for _ in folders)
        yield good("usb_good", devices=there) if there else remark("usb_none")


def _sticks(patient: Patient) -> Iterator[Finding]:
    for file in sorted(patient.machine.system.glob("bus/usb/devices/*/idVendor")):
        ids = f"{read(file)}:{read(file.parent / 'idProduct')}"
        name = read(file.parent / "product") or ids
        if ids in NETWORK_CARDS:
            yield bad("usb_network_card", device=name, ids=ids)
        elif ids in CDS:
            yield bad("usb_cd", device=name, ids=ids)
        elif _is_off(file.parent):
            yield warn("usb_off", device=name, place=file.parent.name)


def _is_off(folder: Path) -> bool:
    return read(folder / "authorized") == "0"


def _rivals(patient: Patient) -> Iterator[Finding]:
    if any(process.name == RIVAL for process in processes.running(patient.machine.processes)):
        yield warn("modem_manager")
