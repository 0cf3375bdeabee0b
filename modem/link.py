"""One modem, its port and the one thread that owns it, as the gateway sees them (`modem.api.Modem`).

The thread lives through the states of `modem.life`: each state has one method, which does what is to
be done there and returns the move that ends it.  Sends, deletions and sweeps wait in queues and are
done between the modem's own announcements; while there is nothing to do, the thread sleeps on the port.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from modem import profiles
from modem.api import (
    Event,
    LinkChanged,
    LinkState,
    OutboundPart,
    Place,
    Tell,
)
from modem.commands import IMEI, Command
from modem.driver import DENIED, REGISTERED, Driver
from modem.error_table import own_error, silent
from modem.errors import GONE, Advice, Hung, ModemError, PortLost, Silent
from modem.finder import Finder, Where
from modem.life import TRANSITIONS, Move, Options, SendDeadline
from modem.pin import ForgetfulPinMemory, PinMemory
from modem.port import Clock, Port
from modem.power import Power
from modem.recovery import Recovery
from modem.requests import Job, Requests, turned_away
from modem.session import Session
from modem.traffic import Traffic
from modem.urc import Urc

log = logging.getLogger(__name__)

START_ANEW = {Advice.RECONFIGURE, Advice.RESET}  # what a refused part says of the modem's settings
T = TypeVar("T")


class Watched(Session):
    """A session that knows when it last heard something useful: an answer that could be read."""

    answered_at = float("-inf")

    def run(self, command: Command[T]) -> T:
        value = super().run(command)
        self.answered_at = self._clock()
        return value


class Link:
    """A modem on a port, or wherever the modem with that IMEI is.  `pin` is "" for a SIM without one, or
    is asked for each time that the SIM is read; `pin_memory` outlives the link.  It is started once and
    stopped once.
    """

    def __init__(
        self,
        name: str,
        where: Where | str,
        baudrate: int = 115200,
        pin: str | Callable[[], str] = "",
        pin_memory: PinMemory | None = None,
        *,
        profile: str = profiles.AUTO,
        power: Power | None = None,
        trace: Callable[[str, bytes], None] | None = None,
        options: Options | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = name
        self._pin: Callable[[], str] = (lambda: pin) if isinstance(pin, str) else pin
        self._pin_memory = pin_memory or ForgetfulPinMemory()
        self._options = options = options or Options()
        self._clock = clock
        where = Where(where) if isinstance(where, str) else where
        self._port = port = Port(where.port, baudrate, clock=clock)
        self._session = Watched(port, self._hear, options.timings, clock, trace)
        self._driver = Driver(self._session, options.sim_patience, clock, profile)
        self._finder = Finder(where, port, interfaces=_interfaces(), roots=options.roots, clock=clock)
        rooms = (self._session, self._driver, self._finder)
        self._recovery = Recovery(name, port, *rooms, self._say, power=power, options=options, clock=clock)
        deadline = SendDeadline(options.send_first, options.send_least, options.send_most)
        self._traffic = Traffic(name, self._driver, self._say, deadline, clock)
        self._state = LinkState.CLOSED
        self._error: ModemError | None = None  # why the last move was no good one
        self._told = ""  # the code of the error told last
        self._sweep_at = self._look_at = self._clock_at = self._calm_at = 0.0
        self._asked = Requests()
        self._tell: Tell = _nobody
        self._thread = threading.Thread(target=self._live, name=f"link-{name}", daemon=True)

    # ---- what the gateway asks, from any thread ----------------------------------------------------

    def start(self, tell: Tell) -> None:
        self._tell = tell
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        self._asked.stop.set()
        if self._thread.ident is None:
            return
        if self._state is LinkState.READY:
            self._port.wake()
            self._thread.join(timeout)
        self._port.abort()
        self._thread.join(timeout)

    def send(self, job: int, part: OutboundPart) -> None:
        self._ask((job, part))

    def ussd(self, job: int, code: str) -> None:
        self._ask((job, code))

    def forget(self, place: Place) -> None:
        self._asked.places.append(place)
        self._port.wake()

    def sweep(self) -> None:
        self._asked.sweep.set()
        self._port.wake()

    def reset(self) -> None:
        self._asked.reset.set()
        self._port.wake()

    def _ask(self, job: Job) -> None:
        if self._asked.put(job):
            self._port.wake()
        else:
            self._turn_away(job)

    # ---- the thread --------------------------------------------------------------------------------

    def _live(self) -> None:
        while not self._asked.stop.is_set():
            self._go(self._step())
        self._error = None
        self._go(Move.STOPPED)
        self._finder.leave()
        self._port.dispose()

    def _step(self) -> Move:
        """Do what the state asks for; every failure is a move too."""
        try:
            move = self._STAGES[self._state](self)
            self._error = self._error if move in _WITH_A_REASON else None
            return move
        except ModemError as error:
            if self._asked.stop.is_set():
                return Move.STOPPED
            self._error = error
            if isinstance(error, GONE):
                self._recovery.trouble()
            return next((move for kind, move in _FAILURES if isinstance(error, kind)), Move.REFUSED)
        except Exception as error:
            log.exception("link %s", self.name)
            self._error = own_error("fault", repr(error))
            return Move.LOST

    def _go(self, move: Move) -> None:
        before = self._state
        self._state = TRANSITIONS[before, move]
        if self._state is LinkState.READY:
            self._asked.open()
        else:
            for job in self._asked.shut():
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

    def _turn_away(self, job: Job) -> None:
        self._say(turned_away(self.name, job, f"the link is {self._state}"))

    def _say(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception:
            log.exception("link %s: whoever was told %s failed", self.name, type(event).__name__)

    def _hear(self, event: Urc) -> None:
        self._traffic.hear(event)

    # ---- the states: each method ends with the move out of its state --------------------------------

    def _open(self) -> Move:
        """CLOSED: at once the first time, then again and again."""
        if self._asked.reset.is_set():
            return Move.RESET_ASKED
        if self._error:
            self._recovery.open_again(self._error)
        else:
            self._recovery.open()
        return Move.OPENED

    def _awaken(self) -> Move:
        """OPENING"""
        self._driver.awaken()
        self._finder.met(self._port.path, self._session.attempt(IMEI, ""))
        self._traffic.awake()
        self._recovery.awake()
        return Move.AWAKE

    def _set_up(self) -> Move:
        """SIM: what it holds is handed over before anything is sent."""
        if self._error:
            self._session.pause(self._options.sim_every)
        if self._asked.reset.is_set():
            return Move.RESET_ASKED
        identity = self._driver.initialise(self._pin(), self._pin_memory)
        self._traffic.opened(replace(identity, port=self._port.path))
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
        self._calm_at = self._clock() + self._options.calm
        self._clock_at = self._clock()
        while True:
            move = self._work(self._look_at) or self._look()
            if move:
                return move

    def _find_again(self) -> Move:
        """SILENT"""
        assert self._error is not None
        return Move.ANSWERS if self._recovery.find_again(self._error) else Move.HUNG

    def _recover(self) -> Move:
        """RESETTING"""
        by_hand = self._asked.reset.is_set()
        self._asked.reset.clear()
        error = own_error("restart_asked") if by_hand else self._error
        self._recovery.climb(error or own_error("restarted"), by_hand=by_hand)
        return Move.OPENED

    _STAGES = {
        LinkState.CLOSED: _open,
        LinkState.OPENING: _awaken,
        LinkState.SIM: _set_up,
        LinkState.REGISTERING: _register,
        LinkState.READY: _serve,
        LinkState.SILENT: _find_again,
        LinkState.RESETTING: _recover,
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
            if not (self._asked.waiting or self._traffic.has_announced):
                self._session.listen(min(until, self._sweep_at, self._traffic.call_until))

    def _do_what_waits(self) -> Move | None:
        """One turn of everything: nothing that waits long keeps the rest waiting."""
        if self._asked.stop.is_set():
            return Move.STOPPED
        if self._asked.reset.is_set():
            return Move.RESET_ASKED
        if self._traffic.restarted:
            self._recovery.starting()
            return self._because(Move.RESTARTED, own_error("restarted"))
        self._traffic.see_call()
        self._traffic.read_announced()
        while self._asked.places:
            self._traffic.forget(self._asked.places.popleft())
        if self._sweep_due():
            self._sweep()
        job = self._asked.next_job()
        return self._do(*job) if job else None

    def _do(self, job: int, what: OutboundPart | str) -> Move | None:
        if isinstance(what, str):
            self._traffic.ussd(job, what)
            return None
        error = self._traffic.send(job, what)
        if error is None:
            self._recovery.well()
        elif error.advice is Advice.FREE_STORAGE:
            self._asked.sweep.set()
        if error and error.advice in START_ANEW:
            return self._because(Move.RESTARTED, error)
        return None

    def _sweep_due(self) -> bool:
        if self._traffic.sweep_wanted:
            self._traffic.sweep_wanted = False
            self._sweep_at = min(self._sweep_at, self._clock() + self._options.sweep_again)
        return self._asked.sweep.is_set() or self._clock() >= self._sweep_at

    def _sweep(self) -> None:
        self._asked.sweep.clear()
        self._sweep_at = self._clock() + self._options.sweep_every
        self._traffic.sweep()

    def _look(self) -> Move | None:
        """Health, and with it the registration, each so often and after a URC about it."""
        self._look_at = self._clock() + self._options.sweep_every
        if self._clock() >= self._clock_at:
            self._clock_at = self._clock() + self._options.clock_every
            self._traffic.tell_time()
        stat = self._traffic.look().registration
        self._watch()
        if stat is None or stat in REGISTERED:
            return None
        return self._because(Move.UNREGISTERED, own_error("not_registered", f"<stat> {stat}"))

    def _watch(self) -> None:
        """A modem that says much and answers nothing is silent, however lively its line is."""
        if self._clock() - self._session.answered_at > self._options.useful_within:
            raise silent(f"anything for {self._options.useful_within:.0f} s")
        if self._clock() >= self._calm_at:
            self._recovery.well()

    def _because(self, move: Move, error: ModemError) -> Move:
        self._error = error
        return move


_FAILURES: tuple[tuple[type[ModemError], Move], ...] = (
    (PortLost, Move.LOST),
    (Hung, Move.HUNG),
    (Silent, Move.UNANSWERED),
)
_WITH_A_REASON = {Move.RESTARTED, Move.UNREGISTERED, Move.HUNG}


def _interfaces() -> dict[str, int]:
    """By USB ids, the interface to talk to, where the family has one."""
    families = profiles.shipped().values()
    return {ids: each.interface for each in families if each.interface is not None for ids in each.usb}


def _nobody(event: Event) -> None:
    """Before `start` there is nobody to tell."""
