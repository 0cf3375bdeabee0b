"""One thread thinks: every source drops a small event into one inbox, and this takes them out."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, count

from gateway import status
from gateway.clock import Clock, boot_id, synchronised
from gateway.config import Appliance
from gateway.daemon import housekeeping
from gateway.daemon.bookkeeper import Bookkeeper
from gateway.daemon.clock_desk import ClockDesk
from gateway.daemon.events import Minute, Night, Pressed, Rung, Stop, TimeTold, Told
from gateway.daemon.feature_desk import FeatureDesk
from gateway.daemon.gauges import Gauges
from gateway.daemon.heartbeat import Heartbeat
from gateway.daemon.modem_desk import ModemDesk
from gateway.daemon.panel_desk import PanelDesk
from gateway.daemon.timekeeper import Timekeeper
from gateway.features import FEATURES
from gateway.features.api import Feature
from gateway.ids import Ids
from gateway.messages import inbox, keywords, recovery, search, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.outbox import Caller
from gateway.modems import incidents, sims
from gateway.modems.meters import Meters
from gateway.notify import Supervisor
from gateway.store import database
from modem import api

log = logging.getLogger(__name__)

SCAN = status.BEAT.total_seconds()  # the safety net under the doorbell, and the beat of the status file
SHOW = 0.2  # a change of the gauges is shown within so long, however many come
QUIET = 0.02  # seconds without an event after which there is time for what is not urgent
FOLD = 100  # events: some fifty messages, a thousand pages of the database's log
RETRY = 1.0  # seconds until the next try when the database would not
FAILURES = 3  # tries of an event that something unforeseen breaks
TOLD_EVERY = 60  # tries: a disk may stay full for days

OURS = Rung | Minute | Night | Stop | TimeTold | Told | Pressed
LoopEvent = api.Event | OURS


class Loop:
    """Runs in the thread that calls `run`, until `Stop` comes.

    `by_server` says whether a time server keeps the clock; `boot` tells this start of the machine apart.
    """

    def __init__(
        self,
        site: Appliance,
        modems: Mapping[str, api.Modem],
        clock: Clock,
        ids: Ids,
        by_server: Callable[[], bool] = synchronised,
        boot: str | None = None,
        supervisor: Supervisor | None = None,
        features: Sequence[Callable[[], Feature]] = FEATURES,
    ) -> None:
        self.site, self.modems, self.clock, self.ids = site, modems, clock, ids
        self.inbox: queue.SimpleQueue[LoopEvent] = queue.SimpleQueue()
        self.stopping = threading.Event()  # also while the database would not, and the inbox waits
        self.judge = Judge(site)
        self.meters = Meters(site.timezone)
        self.dispatcher = Dispatcher(modems, self.judge, sims.Refusals(), self.meters)
        self.gauges = Gauges(site.runtime_dir, modems)
        self.desk = ModemDesk(modems, site, self.dispatcher, self.gauges, self.meters, ids)
        self.books = Bookkeeper(site.timezone, self.gauges)
        self.features = FeatureDesk(features, site, [*modems], ids, self.inbox.put, self._trusts)
        self.panel = PanelDesk(site, self.gauges, self._caller)
        self.heartbeat = Heartbeat(
            site.timezone, lambda: self.inbox.put(Minute()), lambda: self.inbox.put(Night())
        )
        self.hour = ClockDesk(
            clock,
            self.judge,
            self.gauges,
            Timekeeper(by_server),
            boot or boot_id(),
            (self.heartbeat.begin_anew, self.meters.clock_was_set),
        )
        self.due: datetime | None = None  # the next row that may move, when it was last looked up
        self.behind: float | None = None  # since when (monotonic) something not urgent waits
        self.night: Iterator[None] | None = None  # what is left of the nightly work
        self.index: Iterator[None] | None = search.catch_up()  # what is left to do for the search
        self.unfolded = 0  # events since the database's log was folded back
        self.supervisor = supervisor or Supervisor({})
        self.beaten, self.changed = float("-inf"), True  # when they were shown; the gauges show something new

    def _trusts(self) -> bool:
        """Somebody vouches for the clock."""
        return self.judge.trusted

    def run(self) -> None:
        """Recover, start the modems, then take events until told to stop."""
        with database.connection():
            self._beat()
            self._patiently(self._recover)
            self.heartbeat.start()
            for modem in self.modems.values():
                modem.start(self._hear)
            self.supervisor.ready(f"{len(self.modems)} modems configured")
            try:
                self._take_events()
            finally:
                self._end()

    def stop(self) -> None:
        """End `run`; may be called from any thread or signal handler."""
        self.stopping.set()
        self.inbox.put(Stop())

    def _hear(self, event: api.Event) -> None:
        """A modem's word, in its own thread: the hour is worth what our clocks show at that moment."""
        if isinstance(event, api.NetworkTime):
            self.inbox.put(TimeTold(event.modem, event.at, self.clock.now(), self.clock.monotonic()))
        else:
            self.inbox.put(event)

    def _recover(self) -> None:
        self.hour.begin()
        interrupted = recovery.recover(self.hour.now())
        incidents.forget_open(self.hour.now())
        self.features.begin(self.hour.now())
        if interrupted:
            log.warning("%d parts were in a modem's hands when the gateway stopped", interrupted)

    # ---- the loop ------------------------------------------------------------------------------

    def _take_events(self) -> None:
        while True:
            try:
                event: LoopEvent | None = self.inbox.get(timeout=self._patience())
            except queue.Empty:
                event = None
            if isinstance(event, Stop):
                return
            if event is not None:
                self._insist(partial(self._take, event), type(event).__name__)
            if self._insist(partial(self._see_to_what_is_due, event), "what is due"):
                self.supervisor.alive(self.clock.monotonic())
            if self.behind is None:
                self._beat()

    def _insist(self, work: Callable[[], None], on: str) -> bool:
        """Do it; what something unforeseen breaks again and again is left, so that the rest goes on.

        False where it was left: whoever supervises is not told that a loop lives which only fails.
        """
        for _ in range(FAILURES):
            try:
                self._patiently(work)
                return True
            except Exception:
                log.exception("while handling %s", on)
            self._beat()
            self.stopping.wait(RETRY)
        return False

    def _patiently(self, work: Callable[[], None]) -> None:
        """Do it whatever the database says: nothing that a modem told may be lost.

        Whoever ends the gateway need not wait for the database: what is then left undone is still on the
        SIM, or a row in `sending`.
        """
        for tries in count():
            try:
                work()
                break
            except database.Trouble as trouble:
                if tries % TOLD_EVERY == 0:
                    log.error("the database would not (it will be tried again): %s", trouble)
            self.supervisor.alive(self.clock.monotonic())  # another start would change nothing
            self.panel.stuck()
            self._beat()
            if self.stopping.wait(RETRY):
                break

    def _see_to_what_is_due(self, event: LoopEvent | None) -> None:
        """Give the modems their next parts; an event that was taken in is not taken in again for this."""
        if event is None or self._waited_long():
            self._catch_up()
        elif self.behind is None:
            self.behind = self.clock.monotonic()
        self.dispatcher.fill(self.hour.now())
        self.changed |= self.desk.news
        self.desk.news = False
        self._fold(event)
        if event is None and self.night is not None:
            self._work_on_at_night()
        elif event is None and self._is_counting():
            self.books.count()
        elif event is None and self.index is not None:
            self._work_on_index(self.index)

    def _waited_long(self) -> bool:
        """Events have come one upon the other for so long that the rest must wait no longer."""
        due = self.due is not None and self.due <= self.hour.look()
        return due or (self.behind is not None and self.clock.monotonic() - self.behind >= SHOW)

    def _catch_up(self) -> None:
        """What may wait for a moment of quiet: between a ring and the wire it would cost a millisecond,
        and hold the interpreter while the modem's thread is to write."""
        self.behind = None
        self.hour.refresh()
        self.desk.look_at_requests(self.hour.now())
        now = self.hour.now()
        self.due = waiting.next_instant(self.judge.trusted)
        if self.due is not None and self.due <= now:
            waiting.release(self.judge, now)
            self.due = waiting.next_instant(self.judge.trusted)
        self.features.step(now)
        self._await(self.features.due(now))
        self.changed |= self.panel.refresh(now)

    def _await(self, instant: datetime | None) -> None:
        """Something is due then, besides the rows that may move."""
        if instant is not None:
            self.due = instant if self.due is None else min(self.due, instant)

    def _is_at_work(self) -> bool:
        """Something is left for moments of quiet."""
        return self.night is not None or self._is_counting() or self.index is not None or self.features.more

    def _is_counting(self) -> bool:
        return self.books.more and self.judge.trusted

    def _work_on_at_night(self) -> None:
        """One short step, in a moment of quiet; a clock that is doubted meanwhile ends it."""
        if self.night is None or not self.judge.trusted or next(self.night, self) is self:
            self.night = None

    def _work_on_index(self, left: Iterator[None]) -> None:
        """One short step for the search, in a moment of quiet; where it fails, the next try is the next
        minute's."""
        self.index = None
        self.index = left if next(left, self) is not self else None

    def _fold(self, event: LoopEvent | None) -> None:
        """Now and then, when nothing comes, the database's log goes back into its file."""
        self.unfolded += event is not None
        if event is None and self.unfolded >= FOLD:
            self.unfolded = 0
            database.fold()

    def _take(self, event: LoopEvent) -> None:
        now = self.hour.now()
        if isinstance(event, Night):
            self.night = chain(
                housekeeping.night(self.site, now, self.judge.trusted),
                self.features.night(now) if self.judge.trusted else (),
            )
        elif isinstance(event, Minute):
            self.desk.minute(now)
            self.features.minute(now)
            if self.judge.trusted:
                self.books.minute(now)
            self.index = self.index or search.catch_up()
            self.hour.watch()
        elif isinstance(event, TimeTold):
            self.hour.told(event)
            self.changed = True
        elif isinstance(event, Told):
            self.features.told(event, now)
        elif isinstance(event, Pressed):
            self.panel.pressed(event.how, now)
            self.changed = True
        elif not isinstance(event, Rung | Stop):
            self._from_modem(event)
            self.gauges.take(event, now)
            self.changed = True

    def _from_modem(self, event: api.Event) -> None:
        now = self.hour.now()
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
        inbox.take(heard, self._caller(keywords.SOURCE), self.hour.now(), self.features.hear)
        if heard.place is not None:
            self.modems[heard.modem].forget(heard.place)

    def _caller(self, source: str) -> Caller:
        return Caller(source, self.site, tuple(self.modems), self.ids, self.judge.trusted)

    def _patience(self) -> float:
        """Seconds until the next row falls due, at most until the next scan."""
        if self.behind is not None or self.dispatcher.more or self._is_at_work():
            return QUIET
        most = SHOW if self.changed else min(SCAN, (self.supervisor.watchdog or SCAN) / 4)
        if self.due is None:
            return most
        return min(most, max(0.0, (self.due - self.hour.look()).total_seconds()))

    def _beat(self) -> None:
        """Show the gauges when they changed, and every few seconds as a sign of life."""
        monotonic = self.clock.monotonic()
        if monotonic - self.beaten >= (SHOW if self.changed else SCAN):
            self.beaten, self.changed = monotonic, False
            self.gauges.write(self.hour.look())

    def _end(self) -> None:
        """Stop the modems, and write down what they still had to say."""
        self.supervisor.stopping()
        self.heartbeat.stop()
        self.features.end()
        self.panel.end()
        self.dispatcher.not_ready_any()
        for modem in self.modems.values():
            modem.stop()
        try:
            self._take_last_words()
        except database.Trouble as trouble:
            log.error("the database would not: %s", trouble)
        status.remove(self.site.runtime_dir)

    def _take_last_words(self) -> None:
        while not self.inbox.empty():
            event = self.inbox.get()
            if not isinstance(event, OURS):
                self._from_modem(event)
