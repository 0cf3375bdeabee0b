"""What is done with a modem, in terms of its commands: wake it, set it up, send, look at its health.

A refused optional command never ends the whole; PDU mode and a ready SIM are not optional.
"""

from __future__ import annotations

import time
from typing import TypeVar

from modem import commands
from modem.api import Health, Identity
from modem.codec import Tpdu
from modem.commands import Command
from modem.error_table import own_error
from modem.errors import GONE, Hung, ModemError, PortLost, Silent, certain, uncertain
from modem.pin import Lock, PinMemory
from modem.port import Clock
from modem.session import Session
from modem.storages import Storages

T = TypeVar("T")

REGISTERED = (1, 5, 6, 7, 9, 10)  # <stat> with which messages pass (27.007 section 7.2)
DENIED = 3
BEST_FIRST = (*REGISTERED, 2, 3, 8, 11, 0, 4)
STARTING = {"cms_302", "cms_314", "cms_500", "cms_515", "cme_14", "cme_515"}  # said while a SIM is read


class Driver:
    """The modem behind `session`; `patience` is how many seconds its SIM may take to start."""

    def __init__(self, session: Session, patience: float = 20.0, clock: Clock = time.monotonic) -> None:
        self._session = session
        self._patience = patience
        self._clock = clock
        self.storages = Storages(session)

    # ---- setting up --------------------------------------------------------------------------------

    def awaken(self) -> None:
        """It answers, does not echo, and gives its errors as numbers."""
        self._session.resynchronise()
        self._session.attempt(commands.ECHO_OFF, None)
        self._session.attempt(commands.NUMERIC_ERRORS, None)

    def initialise(self, pin: str, memory: PinMemory) -> Identity:
        """The SIM is unlocked and everything set; who the modem and the SIM are."""
        imei = self._session.attempt(commands.IMEI, "")
        iccid = self._iccid()
        Lock(self._session, iccid or f"imei:{imei}", pin, memory).open(self._patience, self._clock)
        reports = self._set_up_messages()
        ask = self._session.attempt
        return Identity(
            imei=imei,
            iccid=iccid or self._iccid(),
            imsi=ask(commands.IMSI, ""),
            manufacturer=ask(commands.MANUFACTURER, ""),
            model=ask(commands.MODEL, ""),
            revision=ask(commands.REVISION, ""),
            smsc=ask(commands.SERVICE_CENTRE, ""),
            reports=reports,
        )

    def _iccid(self) -> str:
        """Each family has its own command for it."""
        for command in commands.ICCIDS:
            iccid = self._session.attempt(command, "")
            if iccid:
                return iccid
        return ""

    def _set_up_messages(self) -> bool:
        """PDU mode, storages, announcements; True when reports are announced."""
        try:
            self._patiently(commands.PDU_MODE)
        except GONE:
            raise
        except ModemError as error:
            raise own_error("no_pdu_mode", f"AT+CMGF=0: {error}") from error
        self._session.attempt(commands.SELF_ACKNOWLEDGED, None)
        self.storages.settle(self._listed_storages())
        for command in (*commands.ANNOUNCE_REGISTRATION, commands.KEEP_LINK):
            self._session.attempt(command, None)
        return self._announce_messages()

    def _listed_storages(self) -> tuple[tuple[str, ...], ...]:
        try:
            return self._patiently(commands.STORAGES)
        except (Hung, PortLost):
            raise
        except ModemError:
            return ()

    def _announce_messages(self) -> bool:
        """The first setting the modem takes; where it takes none, the sweep finds the messages."""
        for command, reports in commands.ANNOUNCE_MESSAGES:
            try:
                self._session.run(command)
                return reports
            except (Hung, PortLost):
                raise
            except ModemError:
                continue
        return False

    def _patiently(self, command: Command[T]) -> T:
        """Again each second while the SIM is still being read."""
        until = self._clock() + self._patience / 2
        while True:
            try:
                return self._session.run(command)
            except ModemError as error:
                if error.code not in STARTING or self._clock() >= until:
                    raise
            self._session.pause(min(1.0, self._patience / 20))

    # ---- sending -----------------------------------------------------------------------------------

    def send(self, tpdu: Tpdu, deadline: float) -> int | None:
        """The reference the network gave it, None where the modem leaves it out.

        `deadline` is seconds from Ctrl-Z to the answer.  An error whose advice is UNCERTAIN means
        that the part may have left; with any other it certainly has not.
        """
        try:
            self._session.run(commands.announce(tpdu.length))
        except Silent as error:
            raise own_error("no_prompt") from error
        except ModemError as error:
            raise certain(error) from error
        try:
            return self._session.run(commands.submit(tpdu.hex, deadline))
        except GONE as error:
            raise uncertain(error) from error

    # ---- looking -----------------------------------------------------------------------------------

    def registration(self) -> int | None:
        """The better <stat> of the circuit-switched and the LTE one; None when neither is told."""
        stats = [self._session.attempt(_maybe(command), None) for command in commands.REGISTRATIONS]
        return min((stat for stat in stats if stat in BEST_FIRST), key=BEST_FIRST.index, default=None)

    def health(self) -> Health:
        """Signal, registration, operator and the room in the selected storage."""
        room = self._session.attempt(_maybe(commands.STORAGE_SHOWN), None)
        return Health(
            signal_dbm=self._session.attempt(commands.SIGNAL, None),
            registration=self.registration(),
            operator=self._session.attempt(commands.OPERATOR, ""),
            storage_used=room[0] if room else None,
            storage_total=room[1] if room else None,
        )


def _maybe(command: Command[T]) -> Command[T | None]:
    """The same, for who can do without an answer."""
    return command
