"""What is done with a modem, in terms of its commands: wake it, set it up, send, look at its health.

A refused optional command never ends the whole; PDU mode and a ready SIM are not optional.  What is
peculiar to its family comes from its profile.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TypeVar

from modem import commands, profiles, ussd
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
EARLIEST = 2024  # the year of this program: a clock that tells an earlier one was never set
STARTING = {"cms_302", "cms_314", "cms_500", "cms_515", "cme_14", "cme_515"}  # said while a SIM is read


class Driver:
    """The modem behind `session`; `patience` is how many seconds its SIM may take to start.

    `profile` names its family's; with "auto" it is the one of what the modem says of itself.
    """

    def __init__(
        self,
        session: Session,
        patience: float = 20.0,
        clock: Clock = time.monotonic,
        profile: str = profiles.AUTO,
    ) -> None:
        self._session = session
        self._patience = patience
        self._clock = clock
        self._recognise = profile == profiles.AUTO
        self._announcement = ""  # the +CNMI value it took last
        self.profile = profiles.named(profile)
        self.storages = Storages(session)

    # ---- setting up --------------------------------------------------------------------------------

    def awaken(self) -> None:
        """It answers, does not echo, and gives its errors as numbers."""
        self._session.resynchronise()
        self._session.attempt(commands.ECHO_OFF, None)
        self._session.attempt(commands.NUMERIC_ERRORS, None)

    def initialise(self, pin: str, memory: PinMemory) -> Identity:
        """The SIM is unlocked and everything set; who the modem and the SIM are."""
        ask = self._session.attempt
        manufacturer, model = ask(commands.MANUFACTURER, ""), ask(commands.MODEL, "")
        self._treat_as(manufacturer, model)
        imei = ask(commands.IMEI, "")
        iccid = self._iccid()
        tries = commands.pin_tries(self.profile.pin_tries)
        Lock(self._session, iccid or f"imei:{imei}", pin, memory, tries).open(self._patience, self._clock)
        reports = self._set_up_messages()
        return Identity(
            imei=imei,
            iccid=iccid or self._iccid(),
            imsi=ask(commands.IMSI, ""),
            manufacturer=manufacturer,
            model=model,
            revision=ask(commands.REVISION, ""),
            smsc=ask(commands.SERVICE_CENTRE, ""),
            number=ask(commands.OWN_NUMBER, ""),
            reports=reports,
            family=self.profile.name,
            pin_tries=ask(tries, None),
        )

    def _treat_as(self, manufacturer: str, model: str) -> None:
        """By its profile from now on."""
        if self._recognise:
            self.profile = profiles.recognise(manufacturer, model)
        self._session.learn(self.profile.noise, self.profile.ready)

    def _iccid(self) -> str:
        for text in dict.fromkeys((self.profile.iccid, *commands.ICCIDS)):
            iccid = self._session.attempt(commands.iccid(text), "") if text else ""
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
        self.storages.settle(self._listed_storages(), self.profile)
        for command in self._optional():
            self._session.attempt(command, None)
        return self._announce_messages()

    def _optional(self) -> list[Command[None]]:
        """What is asked of it and may be refused; its family's own lines last."""
        wanted = [*commands.ANNOUNCE_REGISTRATION, commands.ANNOUNCE_CALLERS]
        wanted += [commands.KEEP_LINK] if self.profile.keep_link else []
        own = [line for line in (self.profile.clock, *self.profile.init) if line]
        return [*wanted, *(commands.order(line, commands.SETTING) for line in own)]

    def _listed_storages(self) -> tuple[tuple[str, ...], ...]:
        try:
            return self._patiently(commands.STORAGES)
        except (Hung, PortLost):
            raise
        except ModemError:
            return ()

    def _announce_messages(self) -> bool:
        """The first setting the modem takes; where it takes none, the sweep finds the messages."""
        ladder = (self._announcement, *self.profile.cnmi, *commands.ANNOUNCEMENTS)
        for value in dict.fromkeys(filter(None, ladder)):
            try:
                self._session.run(commands.announce_messages(value))
            except (Hung, PortLost):
                raise
            except ModemError:
                continue
            self._announcement = value
            return commands.with_reports(value)
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
        """Signal, registration, operator and the room in the fullest storage."""
        room = self.storages.fullest() or self._session.attempt(_maybe(commands.STORAGE_SHOWN), None)
        return Health(
            signal_dbm=self._session.attempt(commands.SIGNAL, None),
            registration=self.registration(),
            operator=self._session.attempt(commands.OPERATOR, ""),
            storage_used=room[0] if room else None,
            storage_total=room[1] if room else None,
        )

    def network_time(self) -> datetime | None:
        """What the modem's clock says, which follows the network's; None while it was never set."""
        at = self._session.attempt(commands.CLOCK, None)
        return at if at and at.year >= EARLIEST else None

    # ---- asking and switching ----------------------------------------------------------------------

    def ussd(self, code: str) -> tuple[str, bool]:
        """What the network answers to a code, or to a reply, and whether it expects a further one.

        Raises ussd_invalid, ussd_unsupported, ussd_ended, ussd_timeout, or the modem's own refusal.
        """
        style = self.profile.ussd
        command = commands.dial(ussd.typed(code, style))
        try:
            return ussd.answer(self._session.run(command), style)
        except Silent as error:
            self._session.attempt(commands.CANCEL_USSD, None)
            raise own_error("ussd_timeout") from error

    def hang_up(self) -> None:
        """An incoming call is ended, in families where it would keep messages waiting."""
        if self.profile.hang_up:
            self._session.attempt(commands.order(self.profile.hang_up), None)

    def restart(self) -> bool:
        """Tell it to start anew, in whatever state it is; whether it answered."""
        return self._session.insist(commands.RESTART)

    def power_off(self) -> bool:
        """Tell it to switch itself off; False in families that cannot, or when it did not answer."""
        line = self.profile.power_off
        return bool(line) and self._session.insist(commands.order(line, commands.SETTING))


def _maybe(command: Command[T]) -> Command[T | None]:
    """The same, for who can do without an answer."""
    return command
