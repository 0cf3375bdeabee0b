"""The panel as the loop knows it: what the lamps are to say now, and what a press of the button means."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway import panel
from gateway.config import Appliance, PanelConfig
from gateway.daemon.finger import Finger
from gateway.daemon.gauges import Gauges
from gateway.daemon.panel import HELD, Panel, Unusable
from gateway.features.notices import telling
from gateway.messages.drafts import Caller
from gateway.modems import alarms
from gateway.panel import Lamps, Pattern, Press, Sight
from gateway.status import PanelStatus
from gateway.store.models import Alarm, Part
from gateway.store.terms import state_in

log = logging.getLogger(__name__)

ALARM, SUBJECT = "panel_unusable", "panel"
SOURCE = "button"
ONCE_IN = timedelta(seconds=10)  # a test message, however often the button is pressed
SENT, NOT_SENT, NEW_TROUBLE, ENDING = 1, 3, 2, 5  # beeps


class PanelDesk:
    """Does nothing until `begin` was called with a panel that is configured."""

    def __init__(self, site: Appliance, gauges: Gauges, caller: Callable[[str], Caller]) -> None:
        self.site, self.gauges, self.caller = site, gauges, caller
        self.panel: Panel | None = None
        self.finger: Finger | None = None
        self.problem: str | None = None  # why there is none, to be told once
        self.sight = Sight()
        self.tested_at: datetime | None = None

    def begin(self, config: PanelConfig, heard: Callable[[Press], None], held: float = HELD) -> None:
        """Take the pins; where they cannot be had the gateway does without, and says so."""
        panel.forget_shutdown(self.site.runtime_dir)
        self.problem = ""
        if not config.is_there:
            return
        try:
            self.panel = Panel(config, heard, held)
        except Unusable as error:
            self.problem = str(error)
            log.error("the panel cannot be used: %s", error)
            return
        if config.mock:
            self.finger = Finger(self.site.runtime_dir, self.panel.put_finger, held)
        self._show(self.sight)

    def refresh(self, now: datetime) -> bool:
        """In a quiet moment: let the lamps say how things are; whether they changed."""
        self._tell_problem(now)
        if self.panel is None:
            return False
        states = [modem.state for modem in self.gauges.modems.values()]
        return self._show(
            Sight(
                ready=states.count("ready"),
                modems=len(states),
                waiting=Part.select().where(state_in("t1", "queued", "sending")).exists(),
                alarm=Alarm.select().where(Alarm.cleared_at.is_null()).exists(),
                ending=self.sight.ending,
            )
        )

    def stuck(self) -> None:
        """The ledger cannot be written; asks it nothing."""
        if self.panel is not None:
            self._show(Sight(stuck=True, ending=self.sight.ending))

    def pressed(self, how: Press, now: datetime) -> None:
        """Short: a test message to those who are told of alarms.  Long: the machine is to be shut down."""
        if how is Press.LONG:
            self._shut_down()
        elif self.sight.ending:  # nobody obeys: a demonstration, or no unit that watches for the wish
            panel.forget_shutdown(self.site.runtime_dir)
            self._show(replace(self.sight, ending=False))
        elif self.tested_at is None or not timedelta(0) <= now - self.tested_at < ONCE_IN:
            self.tested_at = now
            self._test(now)

    def end(self) -> None:
        if self.finger is not None:
            self.finger.stop()
        if self.panel is not None:
            self.panel.close()
        self.panel = self.finger = self.gauges.panel = None

    def _test(self, now: datetime) -> None:
        sent = telling.test(self.caller(SOURCE), now)
        if not sent:
            log.warning(
                "the button was pressed, but no number is told of alarms: see the page Settings, Alarms"
            )
        self._beep(SENT if sent else NOT_SENT)

    def _shut_down(self) -> None:
        try:
            panel.ask_shutdown(self.site.runtime_dir)
        except OSError as error:
            log.error("the wish to be shut down cannot be written: %s", error)
            self._beep(NOT_SENT)
            return
        log.warning("the button was held: the machine is to be shut down")
        self._show(Sight(ending=True))
        self._beep(ENDING)

    def _show(self, sight: Sight) -> bool:
        self.sight, wanted = sight, panel.lamps(sight)
        if self.panel is None or (self.gauges.panel is not None and self.panel.shown == wanted):
            return False
        before = self.panel.shown
        self.panel.show(wanted)
        self.gauges.panel = PanelStatus(
            str(wanted.well), str(wanted.waiting), str(wanted.trouble), sight.ending
        )
        if _is_worse(before, wanted) and not sight.ending:
            self._beep(NEW_TROUBLE)
        return True

    def _beep(self, times: int) -> None:
        if self.panel is not None:
            self.panel.beep(times)

    def _tell_problem(self, now: datetime) -> None:
        if self.problem:
            alarms.raise_(ALARM, SUBJECT, now, problem=self.problem)
        elif self.problem is not None:
            alarms.clear(ALARM, SUBJECT, now)
        self.problem = None


def _is_worse(before: Lamps, after: Lamps) -> bool:
    order = (Pattern.OFF, Pattern.SLOW, Pattern.FAST)
    return order.index(after.trouble) > order.index(before.trouble)
