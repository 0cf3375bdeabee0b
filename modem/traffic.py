"""Messages in and out of an opened modem, told as events.

It runs in the link's thread and decides nothing about the link's life: what a silent or lost modem
means is its caller's, so Silent, Hung and PortLost pass through after the part's fate was told.
"""

from __future__ import annotations

import logging
import time
from collections import deque

from modem import codec, urc
from modem.api import (
    Called,
    Health,
    HealthRead,
    Heard,
    Identified,
    Identity,
    LateAnswer,
    NetworkTime,
    OutboundPart,
    PartAccepted,
    PartRefused,
    PartUncertain,
    Place,
    Tell,
    UssdAnswered,
    UssdFailed,
)
from modem.calls import Calls
from modem.driver import Driver
from modem.errors import GONE, Advice, ModemError, Silent
from modem.life import SendDeadline
from modem.port import Clock
from modem.storages import REPORTS, Stored

log = logging.getLogger(__name__)

REMEMBERED = 100  # handings over of one place, when nobody answers them


class Traffic:
    """What passes through `driver`, told through `say` in the order in which it happened."""

    def __init__(
        self,
        modem: str,
        driver: Driver,
        say: Tell,
        deadline: SendDeadline | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._modem = modem
        self._driver = driver
        self._say = say
        self._clock = clock
        self._deadline = deadline or SendDeadline()
        self._identity = Identity()
        self._known = False  # the SIM that is in the modem now has been read
        self._opening = 0
        self._uncertain: tuple[int, float] | None = None  # whose answer may still come, and since when
        self._early: list[str] = []  # TPDUs that came before the SIM was known
        self._announced: deque[urc.MessageStored | urc.ReportStored] = deque()
        self._lying: dict[Place, str] = {}  # what was handed over and not deleted since
        self._calls = Calls()
        self._handed: dict[Place, deque[str]] = {}  # every handing over that was not answered by `forget`
        self.restarted = False
        self.registration_changed = False
        self.sweep_wanted = False
        self.rings = False  # a call was told, and may have to be ended

    # ---- the modem's openings ----------------------------------------------------------------------

    def awake(self) -> None:
        """The modem answers; who it is and what it holds is not known yet."""
        self._known = self.restarted = False
        self._announced.clear()

    def opened(self, identity: Identity) -> None:
        """Modem and SIM are ready: places given from now on belong to this opening."""
        if identity.sim != self._identity.sim:
            self._uncertain = None
        self._identity, self._known = identity, True
        self._opening += 1
        self._lying.clear()
        self._handed.clear()
        self._say(Identified(self._modem, identity))
        early, self._early = self._early, []
        for tpdu in early:
            self._heard(tpdu, None)

    # ---- in ----------------------------------------------------------------------------------------

    def hear(self, event: urc.Urc) -> None:
        """Take note of a URC; what needs commands waits for `read_announced`."""
        match event:
            case urc.MessageArrived(tpdu) | urc.ReportArrived(tpdu):
                if self._known:
                    self._heard(tpdu, None)
                else:
                    self._early.append(tpdu)
            case urc.MessageStored() | urc.ReportStored():
                self._announced.append(event)
            case urc.LateReference(reference):
                self._late(reference)
            case urc.Registration():
                self.registration_changed = True
            case urc.SimState():
                self.restarted = self.restarted or self._known
            case urc.Restarted():
                self.restarted = True
            case urc.MessagesReady():
                self.sweep_wanted = True
            case urc.Ring(number):
                self._called(self._calls.ring(number, self._clock()))
            case _:
                log.debug("%s says %s", self._modem, type(event).__name__)

    @property
    def has_announced(self) -> bool:
        return bool(self._announced)

    def read_announced(self) -> None:
        """Hand over what URCs named; a slot found empty is looked for by the next sweep."""
        while self._announced:
            event = self._announced.popleft()
            found = [self._driver.storages.read(name, event.index) for name in self._places(event)]
            for stored in found:
                if stored:
                    self._hand_over(stored)
            self.sweep_wanted = self.sweep_wanted or not any(found)

    def _places(self, event: urc.MessageStored | urc.ReportStored) -> list[str]:
        """Some modems announce a report in "SM" while it lies in "SR": both are read."""
        also = isinstance(event, urc.ReportStored) and REPORTS in self._driver.storages.names
        return list(dict.fromkeys([event.storage, REPORTS] if also else [event.storage]))

    def sweep(self) -> None:
        """Hand over everything that lies in the modem."""
        self.sweep_wanted = False
        for stored in self._driver.storages.read_all():
            self._hand_over(stored)

    def forget(self, place: Place) -> None:
        """Delete what was handed over from there, and nothing else.

        What lies in a modem is handed over by every sweep until it is deleted, so a place may be
        forgotten twice, and by the second time hold a newer message.  Each `forget` therefore answers
        the oldest handing over of its place.  A place of an earlier opening answers none.
        """
        handed = self._handed.get(place)
        if not handed or handed.popleft() != self._lying.get(place):
            return
        del self._lying[place]
        try:
            self._driver.storages.delete(place.storage, place.index)
        except GONE:
            raise
        except ModemError as error:
            log.warning("%s: %s %d is not deleted: %s", self._modem, place.storage, place.index, error)

    def _hand_over(self, stored: Stored) -> None:
        place = Place(stored.storage, stored.index, self._opening)
        self._lying[place] = stored.tpdu
        self._handed.setdefault(place, deque(maxlen=REMEMBERED)).append(stored.tpdu)
        self._heard(stored.tpdu, place)

    def _heard(self, tpdu: str, place: Place | None) -> None:
        self._say(Heard(self._modem, self._identity.sim, tpdu, codec.decode(tpdu), place))

    # ---- out ---------------------------------------------------------------------------------------

    def send(self, job: int, part: OutboundPart) -> ModemError | None:
        """Tell the fate of one part; the error it met, if any.

        Raises the Silent, Hung or PortLost that ended it, after telling.
        """
        started = self._clock()
        try:
            reference = self._driver.send(codec.encode(part), self._deadline.seconds)
        except ModemError as error:
            self._failed(job, error, started)
            return error
        self._deadline.took(self._clock() - started)
        self._say(PartAccepted(self._modem, self._identity.sim, job, reference))
        return None

    def _failed(self, job: int, error: ModemError, started: float) -> None:
        cause = error.__cause__
        if error.advice is Advice.UNCERTAIN:
            if isinstance(cause, GONE):
                self._uncertain = job, started
            if isinstance(cause, Silent):
                self._deadline.ran_out()
            self._say(PartUncertain(self._modem, self._identity.sim, job, error))
        else:
            self._say(PartRefused(self._modem, job, error))
        if isinstance(cause, GONE):
            raise cause

    def _late(self, reference: int | None) -> None:
        if self._uncertain is None:
            return
        job, started = self._uncertain
        self._uncertain = None
        self._deadline.took(self._clock() - started)
        self._say(LateAnswer(self._modem, self._identity.sim, job, reference))

    def ussd(self, job: int, code: str) -> None:
        """Tell what the network answers to a USSD code.

        Raises the Silent, Hung or PortLost that ended it, after telling.
        """
        try:
            text, more = self._driver.ussd(code)
        except ModemError as error:
            self._say(UssdFailed(self._modem, job, error))
            if isinstance(error, GONE):
                raise
        else:
            self._say(UssdAnswered(self._modem, job, text, more))

    # ---- calls -------------------------------------------------------------------------------------

    @property
    def call_until(self) -> float:
        """The instant at which `see_call` has something to tell."""
        return self._calls.waits_until

    def see_call(self) -> None:
        """Tell a call whose number is not told; end a call where the modem cannot work while it rings."""
        self._called(self._calls.nameless(self._clock()))
        if self.rings:
            self.rings = False
            self._driver.hang_up()

    def _called(self, number: str | None) -> None:
        if number is not None:
            self.rings = True
            self._say(Called(self._modem, number))

    # ---- looking -----------------------------------------------------------------------------------

    def look(self) -> Health:
        """Tell the modem's health, and give it."""
        health = self._driver.health()
        self._say(HealthRead(self._modem, health))
        return health

    def tell_time(self) -> None:
        """Tell the network's time, where the modem has it."""
        at = self._driver.network_time()
        if at is not None:
            self._say(NetworkTime(self._modem, at))
