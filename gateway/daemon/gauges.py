"""What the daemon knows of its modems at this moment, and the file in which others read it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway import status
from gateway.status import ClockStatus, ModemStatus, PanelStatus
from modem import api

log = logging.getLogger(__name__)


class Gauges:
    """One ModemStatus a modem, changed by events, written as a whole."""

    def __init__(self, runtime_dir: Path, modems: Iterable[str]) -> None:
        self.runtime_dir = runtime_dir
        self.modems = {name: ModemStatus(name, api.LinkState.CLOSED) for name in modems}
        self.clock = ClockStatus(trusted=False, doubt="unvouched")
        self.panel: PanelStatus | None = None

    def take(self, event: api.Event, now: datetime) -> None:
        """Let an event change what is shown of its modem."""
        modem = self.modems[event.modem]
        changes = _changes(event, modem, now)
        if changes:
            self.modems[event.modem] = replace(modem, **changes)

    def hold(self, modem: str, reason: str | None, until: datetime | None) -> None:
        """The SIM in this modem may, or may not, send."""
        ends = until.isoformat() if until else None
        self.modems[modem] = replace(self.modems[modem], hold=reason, hold_until=ends)

    def network_time(self, modem: str, offset: float) -> None:
        """The network's time minus ours, in seconds."""
        self.modems[modem] = replace(self.modems[modem], clock_offset_s=round(offset, 1))

    def clock_was_set(self, step: float) -> None:
        """Ours went on by so many seconds, the networks' did not."""
        for name, modem in self.modems.items():
            if modem.clock_offset_s is not None:
                self.network_time(name, modem.clock_offset_s - step)

    def write(self, now: datetime) -> None:
        """Show it; a full or read-only disk costs the picture, never the messages."""
        try:
            status.write(self.runtime_dir, tuple(self.modems.values()), now, self.clock, self.panel)
        except OSError as error:
            log.warning("cannot write the status file: %s", error)


def _changes(event: api.Event, modem: ModemStatus, now: datetime) -> dict[str, Any]:
    match event:
        case api.LinkChanged(state=state, error=error):
            code, detail = (error.code, error.detail) if error else (None, "")
            if state == api.LinkState.OPENING:  # keep showing what went wrong until it goes right
                code, detail = modem.error, modem.detail
            return {"state": str(state), "error": code, "detail": detail, "since": now.isoformat()}
        case api.Identified(identity=who):
            return {
                "imei": who.imei,
                "iccid": who.iccid,
                "imsi": who.imsi,
                "manufacturer": who.manufacturer,
                "model": who.model,
                "smsc": who.smsc,
                "reports": who.reports,
                "number": who.number,
                "family": who.family,
                "port": who.port,
                "pin_tries": who.pin_tries,
            }
        case api.HealthRead(health=health):
            return {
                "signal_dbm": health.signal_dbm,
                "registration": health.registration,
                "operator": health.operator,
                "storage_used": health.storage_used,
                "storage_total": health.storage_total,
            }
        case api.PartAccepted():
            return {"sent": modem.sent + 1}
        case api.PartRefused():
            return {"failed": modem.failed + 1}
        case api.Heard(item=api.InboundPart()):
            return {"received": modem.received + 1}
    return {}
