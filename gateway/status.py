"""What the gateway last said of itself and its modems: a small file beside the doorbell, not a row.

It is rewritten on every change and every few seconds, so that its age is the gateway's heartbeat.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T", "ModemStatus", "ClockStatus", "PanelStatus")

BEAT = timedelta(seconds=5)
SILENCE = timedelta(seconds=20)  # without a beat this long, the gateway is not well
BUDGET = "budget"  # the hold of a SIM that sends only what must not wait: it has used up what it may send


@dataclass(frozen=True, slots=True)
class ModemStatus:
    name: str
    state: str  # a link state
    error: str | None = None  # code of what went wrong
    detail: str = ""
    since: str = ""  # RFC 3339: in this state since
    imei: str = ""
    iccid: str = ""
    imsi: str = ""
    manufacturer: str = ""
    model: str = ""
    smsc: str = ""
    reports: bool = True
    signal_dbm: int | None = None
    registration: int | None = None
    operator: str = ""
    number: str = ""
    family: str = ""
    port: str = ""
    pin_tries: int | None = None
    storage_used: int | None = None
    storage_total: int | None = None
    hold: str | None = None  # why its SIM may not send: sim_changed, sim_paused; BUDGET
    hold_until: str | None = None  # RFC 3339; None: until a person was there
    clock_offset_s: float | None = None  # the network's time minus ours
    sent: int = 0  # parts, since the gateway started
    received: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """Who vouches for the wall clock: ntp, network, person; none, and then `doubt` says why."""

    trusted: bool = True
    source: str = "none"
    doubt: str = ""  # unvouched, contradicted, too_early, went_back
    stepped_at: str | None = None  # RFC 3339: when it was last set, since the gateway started
    offset_s: float | None = None  # the network's time minus ours


@dataclass(frozen=True, slots=True)
class PanelStatus:
    """The pattern of each lamp: off, steady, slow, fast; `ending`: the button asked for a shutdown."""

    well: str
    waiting: str
    trouble: str
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    alive: bool
    seen_at: datetime | None
    modems: tuple[ModemStatus, ...]
    clock: ClockStatus = ClockStatus()  # of a gateway that is silent, nobody knows better
    panel: PanelStatus | None = None  # None: there is none

    @property
    def trusted(self) -> bool:
        return self.clock.trusted


def path(runtime_dir: Path) -> Path:
    return runtime_dir / "status.json"


def write(
    runtime_dir: Path,
    modems: tuple[ModemStatus, ...],
    now: datetime,
    clock: ClockStatus = ClockStatus(),
    panel: PanelStatus | None = None,
) -> None:
    """Replace the file whole: a reader sees the old one or the new one."""
    content = {
        "at": now.isoformat(),
        "clock": asdict(clock),
        "modems": [asdict(modem) for modem in modems],
        "panel": asdict(panel) if panel is not None else None,
    }
    fresh = path(runtime_dir).with_suffix(".new")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    os.replace(fresh, path(runtime_dir))


def remove(runtime_dir: Path) -> None:
    """The gateway ends: nobody need wait for its silence to see that."""
    path(runtime_dir).unlink(missing_ok=True)


def read(runtime_dir: Path, now: datetime) -> Status:
    """The last status; `alive` is False when it is old, missing or unreadable."""
    try:
        content = json.loads(path(runtime_dir).read_bytes())
        seen_at = datetime.fromisoformat(content["at"])
        modems = tuple(_known(ModemStatus, modem) for modem in content["modems"])
        clock = _known(ClockStatus, content.get("clock", {}))
        panel = _known(PanelStatus, content["panel"]) if content.get("panel") else None
    except (OSError, ValueError, KeyError, TypeError):
        return Status(False, None, ())
    if now - seen_at > SILENCE:
        return Status(False, seen_at, modems)
    if seen_at - now > SILENCE:  # it was written later than now: the clock was set back since
        return Status(False, seen_at, modems, ClockStatus(trusted=False, doubt="unvouched"))
    return Status(True, seen_at, modems, clock, panel)


def _known(kind: type[T], content: dict[str, Any]) -> T:
    """What this version knows of what another one may have written."""
    return kind(**{name: content[name] for name in kind.__slots__ if name in content})
