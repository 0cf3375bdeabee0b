"""Keeps the figures behind the hot path: a sample of the signals each minute that lacks one, and the rows
that were written since, counted in moments of quiet.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.daemon.gauges import Gauges
from gateway.figures import signals, tallies
from modem import api


class Bookkeeper:
    """Asked only while the clock is believed: what a wrong one wrote is put right first, then counted."""

    def __init__(self, zone: ZoneInfo, gauges: Gauges) -> None:
        self.zone, self.gauges = zone, gauges
        self.more = True  # rows may wait to be counted

    def minute(self, now: datetime) -> None:
        self.more = True
        signals.note(self._heard(), now)

    def count(self) -> None:
        """One short transaction; where it fails, the next try is the next minute's: nothing waits for it."""
        self.more = False
        self.more = tallies.advance(self.zone)

    def _heard(self) -> dict[str, int]:
        """A modem that is not ready hears nothing, whatever it said before."""
        ready = [modem for modem in self.gauges.modems.values() if modem.state == api.LinkState.READY]
        return {modem.name: modem.signal_dbm for modem in ready if modem.signal_dbm is not None}
