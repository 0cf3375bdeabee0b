"""What is done to get a modem back: the rungs of the ladder, climbed over its port.

It runs in the link's thread; every rung is told as `Tried` before it is climbed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from modem import usb
from modem.api import Rung, Tell, Tried
from modem.driver import Driver
from modem.errors import GONE, ModemError, PortLost
from modem.finder import Finder
from modem.ladder import RESETS, Ladder, ResetsOver
from modem.life import Backoff, Options
from modem.port import Clock, Port
from modem.power import Power
from modem.session import Session

log = logging.getLogger(__name__)

AWAY = ("port_missing", "port_lost")  # the tty went; other troubles with a port are no modem's fault


class Recovery:
    """The way back to the modem behind `port`.  `power`: the pin of its relay or key, if it has one."""

    def __init__(
        self,
        modem: str,
        port: Port,
        session: Session,
        driver: Driver,
        finder: Finder,
        say: Tell,
        *,
        power: Power | None,
        options: Options,
        clock: Clock,
    ) -> None:
        self._modem = modem
        self._port = port
        self._session = session
        self._driver = driver
        self._finder = finder
        self._say = say
        self._power = power
        self._options = options
        self._clock = clock
        self._ladder = Ladder(options.budget)
        self._backoff = Backoff(options.reopen_first, options.reopen_most)
        self._device: usb.UsbDevice | None = None  # where the modem was seen last
        self._tried_in_vain = False

    # ---- how it goes -------------------------------------------------------------------------------

    def trouble(self) -> None:
        """The modem is lost or silent."""
        self._ladder.trouble(self._clock())

    def well(self) -> None:
        """The modem works: the next trouble begins with the gentlest rung."""
        self._ladder.well()

    def awake(self) -> None:
        """The modem answers: the next look for it is a quick one."""
        self._backoff.reset()
        self._tried_in_vain = False

    def starting(self) -> None:
        """The modem starts: it is given time."""
        boot = self._options.boot
        seconds = self._driver.profile.boot_seconds if boot is None else boot
        self._ladder.starting(self._clock() + seconds)

    # ---- an open port ------------------------------------------------------------------------------

    def find_again(self, error: ModemError) -> bool:
        """Bring a silent modem back in step; False when this trouble has seen that already."""
        if self._ladder.next({Rung.RESYNC}, self._clock()).rung is not Rung.RESYNC:
            return False
        self._note(Rung.RESYNC, error)
        self._session.resynchronise()
        return True

    def climb(self, error: ModemError, *, by_hand: bool = False) -> None:
        """One more rung, then the modem answers.  Raises Hung, or ResetsOver where only a reset that
        may not be made now could help, and PortLost."""
        possible = self._possible() | {Rung.REOPEN, Rung.RESTART}
        choice = self._ladder.next(possible, self._clock())
        rung, over = (self._ladder.by_hand(possible), False) if by_hand else (choice.rung, choice.over)
        self._note(rung, error, by_hand=by_hand)
        self._DO[rung](self)
        try:
            self._session.resynchronise()
        except PortLost:
            raise
        except GONE as gone:
            self._tried_in_vain = True
            raise (ResetsOver("resets_over", str(gone)) if over else gone) from gone

    # ---- a port that is closed ---------------------------------------------------------------------

    def open(self) -> None:
        """Find the modem's port and open it.  Raises PortLost."""
        self._port.close()
        self._port.path = self._finder.find()
        self._port.open()
        self._device = usb.device_of(self._port.path, self._options.system) or self._device

    def open_again(self, error: ModemError) -> None:
        """The same, after a while, or after a reset where the port has been away for long."""
        self._port.close()
        self._note(Rung.REOPEN, error)
        away = error.code in AWAY
        self._port.pause(self._clock() + (self._options.look_for_port if away else self._backoff.next()))
        rung = self._ladder.next(self._possible() | {Rung.REOPEN}, self._clock()).rung
        if away and rung in RESETS:
            self._note(rung, error)
            self._DO[rung](self)
        else:
            self.open()
        if away:
            self.starting()

    # ---- the rungs ---------------------------------------------------------------------------------

    def _possible(self) -> set[Rung]:
        """The rungs that this computer can climb."""
        usb_too = self._device is not None and self._device.can_be_reset
        return ({Rung.USB} if usb_too else set()) | ({Rung.POWER} if self._power else set())

    def _note(self, rung: Rung, error: ModemError, *, by_hand: bool = False) -> None:
        if self._ladder.tried(rung, self._clock(), by_hand=by_hand):
            self._say(Tried(self._modem, rung, error))

    def _reopen(self) -> None:
        self._port.close()
        if self._tried_in_vain:
            self._port.pause(self._clock() + self._backoff.next())
        self.open()

    def _restart(self) -> None:
        if not self._port.is_open:
            self.open()
        self.starting()
        self._driver.restart()
        self._session.pause(self._options.restart_rest)

    def _reset_usb(self) -> None:
        self._port.close()
        self.starting()
        assert self._device is not None
        try:
            self._device.reset(self._wait)
        except OSError as error:
            log.warning("%s: USB device %s is not reset: %s", self._modem, self._device.ids, error)
        self.open()

    def _cycle_power(self) -> None:
        assert self._power is not None
        on = self._port.is_open
        if on:
            self._driver.power_off()  # a module whose power is cut while it writes may not start again
        self._port.close()
        try:
            self._power.cycle(self._wait, on=on)
        except PortLost:
            raise  # the link ends meanwhile
        except ModemError as error:
            log.warning("%s: its power is not switched: %s", self._modem, error)
        self.starting()
        self.open()

    _DO: ClassVar[dict[Rung, Callable[[Recovery], None]]] = {
        Rung.REOPEN: _reopen,
        Rung.RESTART: _restart,
        Rung.USB: _reset_usb,
        Rung.POWER: _cycle_power,
    }

    def _wait(self, seconds: float) -> None:
        """So long, whoever rings; only the end of the link ends it before."""
        until = self._clock() + seconds
        while self._clock() < until:
            self._port.pause(until)
