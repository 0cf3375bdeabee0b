"""The modems, as the gateway knows them: who answers, and what is wrong with whom does not."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.checks.sims import SIM_TROUBLES
from gateway.doctor.findings import Finding, bad, good, unsure, warn
from gateway.doctor.patient import Patient
from gateway.status import ModemStatus

READY = "ready"
# Said elsewhere: by the port, by the network.
ELSEWHERE = frozenset({"port_missing", "port_denied", "registration_denied", "not_registered"})


def check(patient: Patient) -> Iterator[Finding]:
    if not patient.seen.alive:
        yield unsure("modems_unknown")
    for modem in patient.heard:
        yield from _one(modem)


def _one(modem: ModemStatus) -> Iterator[Finding]:
    if modem.error == "port_busy":
        yield bad("modem_busy", modem=modem.name)
    elif modem.error == "other_modem":
        yield bad("modem_other", modem=modem.name)
    elif modem.error and modem.error not in SIM_TROUBLES | ELSEWHERE:
        yield bad("modem_trouble", modem=modem.name, error=modem.error)
    elif modem.state in ("silent", "resetting"):
        yield bad("modem_trouble", modem=modem.name, error="silent")
    elif not modem.model:
        yield unsure("modem_unmet", modem=modem.name)
    else:
        yield good("modem_good", modem=modem.name, model=_name(modem), imei=_ending(modem.imei))
    if modem.model and modem.state == READY and not modem.reports:
        yield warn("modem_reports", modem=modem.name)


def _name(modem: ModemStatus) -> str:
    return " ".join(filter(None, (modem.manufacturer, modem.model)))


def _ending(imei: str) -> str:
    """Enough to tell two apart."""
    return f"…{imei[-4:]}" if imei else "–"
