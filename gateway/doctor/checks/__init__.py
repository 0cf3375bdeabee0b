"""The fields that are looked at, one small module each: from the wall plug to the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.doctor.checks import (
    addresses,
    clock,
    disk,
    ledger,
    line,
    modems,
    network,
    ports,
    power,
    secrets,
    sims,
    storages,
    traffic,
    usb,
)
from gateway.doctor.findings import Finding
from gateway.doctor.patient import Patient

CHECKS: dict[str, Callable[[Patient], Iterator[Finding]]] = {
    "power": power.check,
    "usb": usb.check,
    "ports": ports.check,
    "gateway": line.check,
    "modems": modems.check,
    "sims": sims.check,
    "network": network.check,
    "storages": storages.check,
    "clock": clock.check,
    "disk": disk.check,
    "database": ledger.check,
    "traffic": traffic.check,
    "secrets": secrets.check,
    "addresses": addresses.check,
}
