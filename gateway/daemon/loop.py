"""One thread thinks: every source drops a small event into one inbox, and this takes them out."""

from __future__ import annotations

import logging
import queue
from collections.abc import Mapping
from datetime import datetime

from gateway import status
from gateway.clock import Clock
from gateway.config import Appliance
from gateway.daemon import housekeeping
from gateway.daemon.events import Minute, Night, Rung, Stop
from gateway.daemon.gauges import Gauges
from gateway.daemon.heartbeat import Heartbeat
from gateway.daemon.modem_desk import ModemDesk
from gateway.ids import Ids
from gateway.messages import inbox, recovery, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.modems import incidents, sims
from gateway.store import database
from modem import api

log = logging.getLogger(__name__)

SCAN = status.BEAT.total_seconds()  # the safety net under the doorbell, and the beat of the status file
SHOW = 0.2  # a change of the gauges is shown within so long, however many come
RETRY = 1.0  # seconds until the next try when the database would not
FAILURES = 3  # tries of an event that something unforeseen breaks

LoopEvent = api.Event | Rung | Minute | Night | Stop


# Events after which the next due instant may be another one.
MOVERS = (Rung, Minute, api.PartRefused, api.PartUncertain)


class Loop:
    """Runs in the thread that calls `run`, until `Stop` comes."""

    def __init__(self, site: Appliance, modems: Mapping[str, api.Modem], clock: Clock, ids: Ids) -> None:
        self.site, self.modems, self.clock, self.ids = site, modems, clock, ids
        self.inbox: queue.SimpleQueue[LoopEvent] = queue.SimpleQueue()
        self.dispatcher = Dispatcher(modems, site.timezone, sims.Refusals())
        self.gauges = Gauges(site.runtime_dir, modems)
        self.desk = ModemDesk(modems, site, self.dispatcher, self.gauges, ids)
        self.heartbeat = Heartbeat(
            site.timezone, lambda: self.inbox.put(Minute()), lambda: self.inbox.put(Night())
        )
        self.due: datetime | None = None  # the next row that may move; looked up again when it may change
        self.beaten = float("-inf")
        self.changed = True  # the gauges show something new

    def run(self) -> None:
        """Recover, start the modems, then take events until told to stop."""
        with database.connection():
            interrupted = recovery.recover(self.clock.now())
            incidents.forget_open(self.clock.now())
            if interrupted:
                log.warning("%d parts were in a modem's hands when the gateway stopped", interrupted)
            self._beat()
            self.heartbeat.start()
            for modem in self.modems.values():
                modem.start(self.inbox.put)
            try:
                self._take_events()
            finally:
                self._end()

    def stop(self) -> None:
        """End `run`; may be called from any thread or signal handler."""
        self.inbox.put(Stop())

    # ---- the loop ------------------------------------------------------------------------------

    def _take_events(self) -> None:
        while True:
            try:
                event: LoopEvent | None = self.inbox.get(timeout=self._patience())
            except queue.Empty:
                event = None
            if isinstance(event, Stop):
                return
            self._insist(event)
            self._beat()

    def _insist(self, event: LoopEvent | None) -> None:
        """Handle one event whatever the database says: nothing that a modem told may be lost."""
        failures = 0
        while True:
            try:
                return self._one_round(event)
            except database.Trouble as trouble:
                log.error("the database would not (it will be tried again): %s", trouble)
            except Exception:
                failures += 1
                log.exception("while handling %s", type(event).__name__)
                if failures == FAILURES:
                    return None
            self._beat()
            self.clock.sleep(RETRY)

    def _one_round(self, event: LoopEvent | None) -> None:
        """Take one event in, then see to what is due."""
        if event is not None:
            self._take(event)
        if event is None or isinstance(event, Rung):
            self.desk.look_at_requests(self.clock.now())
        self.dispatcher.fill(self.clock.now())
        if event is None or isinstance(event, MOVERS):
            self.due = waiting.next_instant()
        if self.due is not None and self.due <= self.clock.now():
            waiting.release(self.site.timezone, self.clock.now())
            self.due = waiting.next_instant()
            self.dispatcher.fill(self.clock.now())

    def _take(self, event: LoopEvent) -> None:
        if isinstance(event, Night):
            housekeeping.tidy(self.clock.now())
        elif isinstance(event, Minute):
            self.desk.minute(self.clock.now())
        elif not isinstance(event, Rung | Stop):
            self._from_modem(event)
            self.gauges.take(event, self.clock.now())
            self.changed = True

    def _from_modem(self, event: api.Event) -> None:
        now = self.clock.now()
        match event:
            case api.Identified():
                self.desk.identified(event)
            case api.LinkChanged():
                self.desk.changed(event, now)
                log.info(
                    "modem %s: %s%s", event.modem, event.state, f" ({event.error})" if event.error else ""
                )
            case api.Heard():
                self._store(event)
            case api.PartAccepted():
                self.dispatcher.accepted(event, now)
            case api.PartRefused():
                self.dispatcher.refused(event, now)
                self.desk.refused(event, now)
            case api.PartUncertain():
                self.dispatcher.uncertain(event, now)
                self.desk.told(event, now)
            case api.LateAnswer():
                self.dispatcher.late(event, now)
            case _:
                self.desk.told(event, now)

    def _store(self, heard: api.Heard) -> None:
        """Store, then delete."""
        inbox.take(heard, self.clock.now(), self.ids)
        if heard.place is not None:
            self.modems[heard.modem].forget(heard.place)

    def _patience(self) -> float:
        """Seconds until the next row falls due, at most until the next scan."""
        most = SHOW if self.changed else SCAN
        if self.due is None:
            return most
        return min(most, max(0.0, (self.due - self.clock.now()).total_seconds()))

    def _beat(self) -> None:
        """Show the gauges when they changed, and every few seconds as a sign of life."""
        monotonic = self.clock.monotonic()
        if monotonic - self.beaten >= (SHOW if self.changed else SCAN):
            self.beaten, self.changed = monotonic, False
            if self.heartbeat.watch(self.clock.now(), monotonic):
                log.warning("the clock was set to %s", self.clock.now().isoformat())
            self.gauges.write(self.clock.now())

    def _end(self) -> None:
        """Stop the modems, and write down what they still had to say."""
        self.heartbeat.stop()
        self.dispatcher.not_ready_any()
        for modem in self.modems.values():
            modem.stop()
        while not self.inbox.empty():
            event = self.inbox.get()
            if not isinstance(event, Stop | Rung | Minute | Night):
                self._from_modem(event)
        status.remove(self.site.runtime_dir)
