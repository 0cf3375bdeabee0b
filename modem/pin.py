"""A SIM is unlocked with its PIN, typed at most once per SIM and PIN: three wrong ones lock it for good."""

from __future__ import annotations

import hashlib
import re
import time
from typing import Protocol

from modem.commands import SIM_STATE, Command, unlock
from modem.error_table import own_error
from modem.errors import ModemError
from modem.port import Clock
from modem.session import Session

_PIN = re.compile(r"[0-9]{4,8}")  # 51.011 section 9.3, CHV1
STATES = {  # what +CPIN: says -> our code; READY and SIM PIN are handled, all else is `sim_locked`
    "NOT INSERTED": "sim_missing",
    "NOT READY": "sim_not_ready",
    "SIM PUK": "sim_puk",
    **{
        f"PH-{lock} {code}": "modem_locked"
        for lock in ("SIM", "FSIM", "NET", "NETSUB", "SP", "CORP")
        for code in ("PIN", "PUK")
    },
}
ANSWERS = {  # the same, from modems that say it with an error
    "cms_310": "sim_missing",
    "cme_10": "sim_missing",
    "cms_316": "sim_puk",
    "cme_12": "sim_puk",
    "cms_314": "sim_not_ready",
    "cme_14": "sim_not_ready",
    "cms_515": "sim_not_ready",
    "cme_515": "sim_not_ready",
    "cms_312": "modem_locked",
    **{f"cme_{number}": "modem_locked" for number in (*range(5, 8), *range(40, 48))},
}
LAST = 1  # so many tries left are kept for a person


class PinMemory(Protocol):
    """Which PINs were typed and not yet taken; `digest` says neither the PIN nor the SIM."""

    def refused(self, sim: str, digest: str) -> bool: ...
    def remember(self, sim: str, digest: str) -> None: ...
    def forget(self, sim: str, digest: str) -> None: ...


class ForgetfulPinMemory:
    """A PinMemory that lasts as long as the process."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def refused(self, sim: str, digest: str) -> bool:
        return (sim, digest) in self._refused

    def remember(self, sim: str, digest: str) -> None:
        self._refused.add((sim, digest))

    def forget(self, sim: str, digest: str) -> None:
        self._refused.discard((sim, digest))


class Lock:
    """The lock of one SIM and the PIN configured for it ("" when there is none); `tries` asks how many
    wrong ones it still takes."""

    def __init__(
        self, session: Session, sim: str, pin: str, memory: PinMemory, tries: Command[int | None]
    ) -> None:
        self._session = session
        self._sim = sim
        self._pin = pin
        self._digest = hashlib.sha256(f"{sim}:{pin}".encode()).hexdigest()
        self._memory = memory
        self._tries = tries
        self._typed = False

    def open(self, patience: float, clock: Clock = time.monotonic) -> None:
        """The SIM is ready.  Raises sim_missing, sim_puk, sim_locked, modem_locked, sim_pin_required,
        sim_pin_refused, sim_pin_last_try, and sim_not_ready when it is still starting after `patience`
        seconds."""
        until = clock() + patience
        while True:
            code = self._try()
            if code == "ready":
                self._memory.forget(self._sim, self._digest)
                return
            if code not in ("typed", "sim_not_ready"):
                raise own_error(code)
            if clock() >= until:
                raise own_error("sim_pin_refused" if code == "typed" else code)
            self._session.pause(min(1.0, patience / 10))

    def _try(self) -> str:
        """One look at the lock: "ready", "typed", or the code of what is in the way."""
        try:
            state = self._session.run(SIM_STATE).upper()
        except ModemError as error:
            if error.code not in ANSWERS:
                raise
            return ANSWERS[error.code]
        if state == "READY":
            return "ready"
        if state == "SIM PIN":
            return "typed" if self._typed else self._type()
        return STATES.get(state, "sim_locked")

    def _type(self) -> str:
        """Written down before it is typed, so that no crash in between makes a second try."""
        if not self._pin:
            return "sim_pin_required"
        if not _PIN.fullmatch(self._pin) or self._memory.refused(self._sim, self._digest):
            return "sim_pin_refused"
        left = self._session.attempt(self._tries, None)
        if left is not None and left <= LAST:
            return "sim_pin_last_try"
        self._memory.remember(self._sim, self._digest)
        try:
            self._session.run(unlock(self._pin))
        except ModemError as error:
            return self._not_taken(error)
        self._typed = True
        return "typed"

    def _not_taken(self, error: ModemError) -> str:
        if ANSWERS.get(error.code) == "sim_not_ready":
            self._memory.forget(self._sim, self._digest)  # the SIM has not looked at it
            return "sim_not_ready"
        if error.code.startswith(("cme_", "cms_", "error")):
            return ANSWERS.get(error.code, "sim_pin_refused")
        raise error
