"""One modem, its port and the one thread that owns it, as the gateway sees them (`modem.api.Modem`).

The thread lives through the states of `modem.life`: each state has one method, which does what is to
be done there and returns the move that ends it.  Sends, deletions and sweeps wait in queues and are
done between the modem's own announcements; while there is nothing to do, the thread sleeps on the port.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from modem.api import Event, LinkChanged, LinkState, OutboundPart, PartRefused, Place, Tell
from modem.driver import DENIED, REGISTERED, Driver
from modem.error_table import own_error
from modem.errors import Advice, Hung, ModemError, PortLost, Silent
from modem.life import TRANSITIONS, Backoff, Move, SendDeadline
from modem.pin import ForgetfulPinMemory, PinMemory
from modem.port import Clock, Port
from modem.session import Session, Timings
from modem.traffic import Traffic
from modem.urc import Urc

log = logging.getLogger(__name__)

START_ANEW = {Advice.RECONFIGURE, Advice.RESET}  # what a refused part says of the modem's settings


@dataclass(frozen=True, slots=True)
class Options:
    """How patient a link is, in seconds."""

    sweep_every: float = 60.0  # storages and health, beside the URCs
    sweep_again: float = 0.5  # after a URC named an empty slot: some modems announce too early
    register_every: float = 2.0
    sim_every: float = 5.0  # after the SIM said no
    sim_patience: float = 20.0  # while it is starting
    reopen_first: float = 0.25
    reopen_most: float = 5.0
    send_first: float = 60.0  # for the network's answer to a part, while none was sent yet
    send_least: float = 30.0
    send_most: float = 120.0
    timings: Timings = field(default_factory=Timings)


class Link:
    """A modem on a port.  `pin` is "" for a SIM without one; `pin_memory` outlives the link.

    It is started once and stopped once.
    """

    def __init__(
        self,
        name: str,
        port_path: str,
        baudrate: int = 115200,
        pin: str = "",
        pin_memory: PinMemory | None = None,
        *,
        options: Options | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = name
        self._pin = pin
        self._pin_memory = pin_memory or ForgetfulPinMemory()
        self._options = options or Options()
        self._clock = clock
        self._port = Port(port_path, baudrate, clock=clock)
        self._session = Session(self._port, self._hear, self._options.timings, clock)
        self._driver = Driver(self._session, self._options.sim_patience, clock)
        deadline = SendDeadline(self._options.send_first, self._options.send_least, self._options.send_most)
        self._traffic = Traffic(name, self._driver, self._say, deadline, clock)
        self._backoff = Backoff(self._options.reopen_first, self._options.reopen_most)
        self._state = LinkState.CLOSED
        self._error: ModemError | None = None  # why the last move was no good one
        self._told = ""  # the code of the error told last
        self._sweep_at = self._look_at = 0.0
        self._door = threading.Lock()  # a part is queued only while the link is ready
        self._parts: deque[tuple[int, OutboundPart]] = deque()
        self._places: deque[Place] = deque()
        self._sweep_asked = threading.Event()
        self._stopping = threading.Event()
        self._tell: Tell = _nobody
        self._thread = threading.Thread(target=self._live, name=f"link-{name}", daemon=True)

    # ---- what the gateway asks, from any thread ----------------------------------------------------

    def start(self, tell: Tell) -> None:
        self._tell = tell
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        self._stopping.set()
        if self._thread.ident is None:
            return
        if self._state is LinkState.READY:
            self._port.wake()
            self._thread.join(timeout)
        self._port.abort()
        self._thread.join(timeout)

    def send(self, job: int, part: OutboundPart) -> None:
        with self._door:
            ready = self._state is LinkState.READY
            if ready:
                self._parts.append((job, part))
        if ready:
            self._port.wake()
        else:
            self._turn_away(job)

    def forget(self, place: Place) -> None:
        self._places.append(place)
        self._port.wake()

    def sweep(self) -> None:
        self._sweep_asked.set()
        self._port.wake()

    # ---- the thread --------------------------------------------------------------------------------

    def _live(self) -> None:
        while not self._stopping.is_set():
            self._go(self._step())
        self._error = None
        self._go(Move.STOPPED)
        self._port.dispose()

    def _step(self) -> Move:
        """Do what the state asks for; every failure is a move too."""
        try:
            move = self._STAGES[self._state](self)
            self._error = self._error if move in _WITH_A_REASON else None
            return move
        except ModemError as error:
            if self._stopping.is_set():
                return Move.STOPPED
            self._error = error
            return next((move for kind, move in _FAILURES if isinstance(error, kind)), Move.REFUSED)
        except Exception as error:
            log.exception("link %s", self.name)
            self._error = own_error("fault", repr(error))
            return Move.LOST

    def _go(self, move: Move) -> None:
        before = self._state
        with self._door:
            self._state = TRANSITIONS[before, move]
            parts = list(self._parts)
            self._parts.clear()
        for job, _ in parts:
            self._turn_away(job)
        if self._state is LinkState.CLOSED:
            self._port.close()
        self._say_state(before)

    def _say_state(self, before: LinkState) -> None:
        """A state that goes on for the same reason is told once."""
        code = self._error.code if self._error else ""
        if self._state is not before or code != self._told:
            self._say(LinkChanged(self.name, self._state, self._error))
        self._told = code

    def _turn_away(self, job: int) -> None:
        self._say(PartRefused(self.name, job, own_error("not_ready", f"the link is {self._state}")))

    def _say(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception:
            log.exception("link %s: whoever was told %s failed", self.name, type(event).__name__)

    def _hear(self, event: Urc) -> None:
        self._traffic.hear(event)

    # ---- the states: each method ends with the move out of its state --------------------------------

    def _open(self) -> Move:
        """CLOSED and RESETTING: the port is opened, at once the first time, then ever more slowly."""
        self._port.close()
        if self._error:
            self._port.pause(self._clock() + self._backoff.next())
        self._port.open()
        return Move.OPENED

    def _awaken(self) -> Move:
        """OPENING"""
        self._driver.awaken()
        self._traffic.awake()
        self._backoff.reset()
        return Move.AWAKE

    def _set_up(self) -> Move:
        """SIM: what it holds is handed over before anything is sent."""
        if self._error:
            self._session.pause(self._options.sim_every)
        self._traffic.opened(self._driver.initialise(self._pin, self._pin_memory))
        self._sweep()
        return Move.SET_UP

    def _register(self) -> Move:
        """REGISTERING: messages come in already."""
        while True:
            stat = self._driver.registration()
            if stat is None or stat in REGISTERED:
                self._look_at = self._clock()
                return Move.REGISTERED
            if stat == DENIED and self._told != "registration_denied":
                raise own_error("registration_denied")
            move = self._work(self._clock() + self._options.register_every)
            if move:
                return move

    def _serve(self) -> Move:
        """READY"""
        while True:
            move = self._work(self._look_at) or self._look()
            if move:
                return move

    def _find_again(self) -> Move:
        """SILENT"""
        self._session.resynchronise()
        return Move.ANSWERS

    _STAGES = {
        LinkState.CLOSED: _open,
        LinkState.OPENING: _awaken,
        LinkState.SIM: _set_up,
        LinkState.REGISTERING: _register,
        LinkState.READY: _serve,
        LinkState.SILENT: _find_again,
        LinkState.RESETTING: _open,
    }

    # ---- the work of an opened link ----------------------------------------------------------------

    def _work(self, until: float) -> Move | None:
        """Do what waits, then sleep on the port, until that instant or a change of registration."""
        while True:
            move = self._do_what_waits()
            if move:
                return move
            if self._traffic.registration_changed:
                self._traffic.registration_changed = False
                self._look_at = self._clock()
                return None
            if self._clock() >= until:
                return None
            if not self._waits():
                self._session.listen(min(until, self._sweep_at))

    def _waits(self) -> bool:
        asked = self._stopping.is_set() or self._sweep_asked.is_set()
        return bool(asked or self._parts or self._places or self._traffic.has_announced)

    def _do_what_waits(self) -> Move | None:
        """One turn of everything: nothing that waits long keeps the rest waiting."""
        if self._stopping.is_set():
            return Move.STOPPED
        if self._traffic.restarted:
            return self._because(Move.RESTARTED, own_error("restarted"))
        self._traffic.read_announced()
        while self._places:
            self._traffic.forget(self._places.popleft())
        if self._sweep_due():
            self._sweep()
        return self._send(*self._parts.popleft()) if self._parts else None

    def _send(self, job: int, part: OutboundPart) -> Move | None:
        error = self._traffic.send(job, part)
        if error and error.advice is Advice.FREE_STORAGE:
            self._sweep_asked.set()
        if error and error.advice in START_ANEW:
            return self._because(Move.RESTARTED, error)
        return None

    def _sweep_due(self) -> bool:
        if self._traffic.sweep_wanted:
            self._traffic.sweep_wanted = False
            self._sweep_at = min(self._sweep_at, self._clock() + self._options.sweep_again)
        return self._sweep_asked.is_set() or self._clock() >= self._sweep_at

    def _sweep(self) -> None:
        self._sweep_asked.clear()
        self._sweep_at = self._clock() + self._options.sweep_every
        self._traffic.sweep()

    def _look(self) -> Move | None:
        """Health, and with it the registration, each so often and after a URC about it."""
        self._look_at = self._clock() + self._options.sweep_every
        stat = self._traffic.look().registration
        if stat is None or stat in REGISTERED:
            return None
        return self._because(Move.UNREGISTERED, own_error("not_registered", f"<stat> {stat}"))

    def _because(self, move: Move, error: ModemError) -> Move:
        self._error = error
        return move


_FAILURES: tuple[tuple[type[ModemError], Move], ...] = (
    (PortLost, Move.LOST),
    (Hung, Move.HUNG),
    (Silent, Move.UNANSWERED),
)
_WITH_A_REASON = {Move.RESTARTED, Move.UNREGISTERED}


def _nobody(event: Event) -> None:
    """Before `start` there is nobody to tell."""
