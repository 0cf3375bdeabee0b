"""The mobile network: does it take the SIM, and how strong is it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, remark, unsure, warn
from gateway.doctor.patient import Patient
from gateway.status import ModemStatus

# Values of <stat> (27.007 section 7.2).
REGISTERED, DENIED, ROAMING = (1, 5, 6, 7, 9, 10), 3, (5, 7, 10)
WEAK = -99  # dBm: one bar of four, and less


def check(patient: Patient) -> Iterator[Finding]:
    if not patient.seen.alive:
        yield unsure("network_unknown")
    for modem in patient.heard:
        if modem.state in ("registering", "ready"):
            yield from _one(modem)


def _one(modem: ModemStatus) -> Iterator[Finding]:
    if modem.registration == DENIED or modem.error == "registration_denied":
        yield bad("registration_denied", modem=modem.name)
    elif modem.registration is not None and modem.registration not in REGISTERED:
        yield bad("not_registered", modem=modem.name)
    elif modem.registration is None:
        yield unsure("registration_unknown", modem=modem.name)
    else:
        yield good("registration_good", modem=modem.name, operator=modem.operator or "–")
    if modem.registration in ROAMING:
        yield remark("roaming", modem=modem.name)
    if modem.signal_dbm is None:
        yield unsure("signal_unknown", modem=modem.name)
    elif modem.signal_dbm < WEAK:
        yield warn("signal_weak", modem=modem.name, dbm=modem.signal_dbm)
    else:
        yield good("signal_good", modem=modem.name, dbm=modem.signal_dbm)
