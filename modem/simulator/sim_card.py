"""The SIM and the storages: slots with messages, PIN and PUK, and the counter of references."""

from __future__ import annotations

from dataclasses import dataclass

from modem.simulator.errors import WRONG_PASSWORD, CmeError
from modem.simulator.families import Family
from modem.simulator.options import Options

UNREAD, READ, UNSENT, SENT = 0, 1, 2, 3
ATTEMPTS, PUK_ATTEMPTS = 3, 10


@dataclass(slots=True)
class Stored:
    """One occupied slot: its <stat> and the octets, service centre's field first."""

    status: int
    octets: bytes


class Storage:
    """A numbered row of slots, some occupied."""

    def __init__(self, name: str, size: int, first: int) -> None:
        self.name = name
        self.indexes = range(first, first + size)
        self.slots: dict[int, Stored] = {}

    def add(self, stored: Stored) -> int | None:
        """The index it went to, the lowest free one; None when every slot is taken."""
        index = next((index for index in self.indexes if index not in self.slots), None)
        if index is not None:
            self.slots[index] = stored
        return index

    def listed(self, status: int = 4) -> list[tuple[int, Stored]]:
        """The occupied slots with that <stat> (4: all), by index."""
        return [(i, s) for i, s in sorted(self.slots.items()) if status in (4, s.status)]

    def delete(self, flag: int) -> None:
        """What AT+CMGD's <delflag> 1 to 4 names: read, and sent, and unsent, and unread."""
        doomed = {1: (READ,), 2: (READ, SENT), 3: (READ, SENT, UNSENT), 4: (READ, SENT, UNSENT, UNREAD)}[flag]
        self.slots = {index: s for index, s in self.slots.items() if s.status not in doomed}

    @property
    def full(self) -> bool:
        return len(self.slots) >= len(self.indexes)


class SimCard:
    """What stays when the modem is reset: identity, storages, attempts left, last reference."""

    def __init__(self, options: Options, family: Family) -> None:
        self._puk = options.puk
        self._inserted = options.sim_inserted
        self._stuck = ""  # what AT+CPIN? says whatever was entered
        self._reference = 255
        first = family.first_index if options.first_index is None else options.first_index
        sizes = {"SM": options.sim_slots, "ME": options.modem_slots, "SR": options.report_slots}
        self.storages = {name: Storage(name, size, first) for name, size in sizes.items()}
        self._name(options.iccid, options.imsi, options.number, options.pin)

    def _name(self, iccid: str, imsi: str, number: str, pin: str) -> None:
        self.iccid, self.imsi, self.number, self.pin = iccid, imsi, number, pin
        self.locked = bool(pin)
        self.attempts = {"SIM PIN": ATTEMPTS, "SIM PUK": PUK_ATTEMPTS}

    def remove(self) -> None:
        """The SIM is out of its slot."""
        self._inserted = False

    def insert(self, iccid: str = "", pin: str = "") -> None:
        """It is in again, locked if it has a PIN; with an `iccid` it is another one, empty."""
        if iccid:
            self._name(iccid, self.imsi[:6] + iccid[-10:-1], "", pin)
            self._reference = 255
            for name in ("SM", "SR"):
                self.storages[name].slots.clear()
        self._inserted, self._stuck = True, ""
        self.power_cycle()

    def stick(self, state: str) -> None:
        """AT+CPIN? says this from now on; "": the truth again."""
        self._stuck = state

    @property
    def state(self) -> str:
        """What AT+CPIN? says: READY, SIM PIN or SIM PUK; "" without a SIM."""
        if not self._inserted:
            return ""
        if self._stuck:
            return self._stuck
        if self.attempts["SIM PIN"] == 0:
            return "SIM PUK"
        return "SIM PIN" if self.locked else "READY"

    def unlock(self, pin: str) -> None:
        """Enter the PIN; a wrong one costs an attempt and is refused."""
        if pin != self.pin:
            self._fail("SIM PIN")
        self.attempts["SIM PIN"] = ATTEMPTS
        self.locked = False

    def unblock(self, puk: str, pin: str) -> None:
        """Enter the PUK and a new PIN; a wrong PUK costs an attempt and is refused."""
        if puk != self._puk or not self.attempts["SIM PUK"]:
            self._fail("SIM PUK")
        self.pin = pin
        self.attempts["SIM PUK"] = PUK_ATTEMPTS
        self.unlock(pin)

    def _fail(self, kind: str) -> None:
        self.attempts[kind] = max(0, self.attempts[kind] - 1)
        raise CmeError(WRONG_PASSWORD)

    def power_cycle(self) -> None:
        """Ask for the PIN again, if there is one."""
        self.locked = bool(self.pin)

    def next_reference(self) -> int:
        """The TP-MR of the next part: counts up, wraps at 256, survives resets."""
        self._reference = (self._reference + 1) % 256
        return self._reference
