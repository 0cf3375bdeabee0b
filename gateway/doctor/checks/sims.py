"""The SIM cards: there, unlocked, with tries left, with a service centre, and allowed to send."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, Level, bad, good, unsure, warn
from gateway.doctor.patient import Patient
from gateway.status import BUDGET, ModemStatus

# Troubles of a link that are the SIM's; each has its own sentence and its own cure.
SIM_TROUBLES = frozenset(
    {
        "sim_missing",
        "sim_pin_required",
        "sim_pin_refused",
        "sim_pin_last_try",
        "sim_puk",
        "sim_locked",
        "modem_locked",
        "sim_not_ready",
    }
)
HOLDS = frozenset({"sim_changed", "sim_paused"})  # why a SIM that is well may not send
FEW_TRIES = 2


def check(patient: Patient) -> Iterator[Finding]:
    if not patient.seen.alive:
        yield unsure("sims_unknown")
    for modem in patient.heard:
        found = list(_troubles(modem))
        yield from found
        if not found and modem.iccid:
            tries = "–" if modem.pin_tries is None else modem.pin_tries
            yield good("sim_good", modem=modem.name, ending=modem.iccid[-4:], tries=tries)


def _troubles(modem: ModemStatus) -> Iterator[Finding]:
    if modem.error in SIM_TROUBLES:
        yield Finding(str(modem.error), Level.BAD, {"modem": modem.name})
    elif modem.pin_tries is not None and modem.pin_tries <= FEW_TRIES:
        yield warn("sim_tries", modem=modem.name, tries=modem.pin_tries)
    if modem.state == "ready" and not modem.smsc:
        yield bad("smsc_empty", modem=modem.name)
    if modem.hold in HOLDS:
        yield Finding(str(modem.hold), Level.BAD, {"modem": modem.name})
    elif modem.hold == BUDGET:
        yield warn("sim_budget", modem=modem.name)
