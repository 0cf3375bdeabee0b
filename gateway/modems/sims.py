"""Which SIM may send: the one that was there before or that a person confirmed, unless it is paused.

Repeated refusals by the operator, on different numbers, pause a SIM instead of burning it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.modems import alarms
from gateway.store.models import Sim
from modem.errors import ModemError, OnSim

REFUSALS = 3  # in a row, on different numbers
PAUSE = timedelta(hours=1)
FOR_EVER = timedelta(days=3650)  # until a person was there


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a SIM may not send: `reason` is sim_changed or sim_paused; `until` None waits for a person."""

    reason: str
    until: datetime | None


def bar(modem: str, sim: str, now: datetime) -> Bar | None:
    """What keeps this SIM in this modem from sending; None: it may.  The first SIM ever seen may."""
    known = Sim.get_or_none(Sim.modem == modem)
    if known is None:
        Sim.create(modem=modem, sim=sim, trusted_at=now)
        return None
    if known.sim != sim:
        alarms.raise_("sim_changed", modem, now, modem=modem, sim=masked(sim), before=masked(known.sim))
        return Bar("sim_changed", None)
    alarms.clear("sim_changed", modem, now)
    if known.paused_until is not None and now < known.paused_until:
        waits = known.paused_until - now < FOR_EVER / 2
        return Bar("sim_paused", known.paused_until if waits else None)
    return None


def confirm(modem: str, sim: str, now: datetime) -> None:
    """A person says that this SIM belongs here."""
    row = {"sim": sim, "trusted_at": now, "paused_until": None, "refusals": 0}
    if not Sim.update(row).where(Sim.modem == modem).execute():
        Sim.create(modem=modem, **row)
    alarms.clear("sim_changed", modem, now)
    alarms.clear("sim_paused", modem, now)


def resume(modem: str, now: datetime) -> None:
    """A person says that the pause is over."""
    Sim.update(paused_until=None, refusals=0).where(Sim.modem == modem).execute()
    alarms.clear("sim_paused", modem, now)


class Refusals:
    """Counts, per modem, the numbers for which the operator refused since the last part it took."""

    def __init__(self) -> None:
        self.numbers: dict[str, set[str]] = {}
        self.well: set[str] = set()  # modems whose SIM is known to be accepted: nothing to clear

    def accepted(self, modem: str, now: datetime) -> None:
        if modem not in self.well:
            self.well.add(modem)
            self.numbers.pop(modem, None)
            alarms.clear("sim_paused", modem, now)

    def refused(self, modem: str, number: str, error: ModemError, now: datetime) -> bool:
        """True when the SIM is paused for it, with an alarm: at once, or after one number too many."""
        if error.effect.sim is OnSim.KEEP:
            return False
        self.well.discard(modem)
        numbers = self.numbers.setdefault(modem, set())
        numbers.add(number)
        if error.effect.sim is OnSim.COUNT and len(numbers) < REFUSALS:
            return False
        until = now + (PAUSE if error.effect.sim is OnSim.COUNT else FOR_EVER)
        Sim.update(paused_until=until, refusals=len(numbers)).where(Sim.modem == modem).execute()
        alarms.raise_("sim_paused", modem, now, modem=modem, error=error.code, refusals=len(numbers))
        numbers.clear()
        return True


def masked(sim: str) -> str:
    """Enough of a SIM's number to tell two apart."""
    return f"{sim[:4]}…{sim[-4:]}" if len(sim) > 8 else sim
