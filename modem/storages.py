"""Where a modem keeps messages and reports: all of its storages are read, none is preferred.

A storage is selected, then read or deleted from, with nothing in between: an index means nothing
without its storage.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from modem import commands
from modem.commands import Listed
from modem.errors import GONE, ModemError
from modem.profiles import Profile
from modem.session import Session

log = logging.getLogger(__name__)

REPORTS = "SR"
NOT_FOR_MESSAGES = {"BM", "TA"}  # broadcasts; a buffer of the modem's own
UNLISTED = ("SM", "ME")  # tried where the modem does not say what it has
EMPTY_SLOT = {"cms_321", "cme_21", "cme_22"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A received TPDU and where it lies."""

    storage: str
    index: int
    tpdu: str


class Storages:
    """The storages of the modem behind `session`; `names` are those that are read."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.names: tuple[str, ...] = UNLISTED
        self._home = ""
        self._wants_three = False
        self._current = ""
        self._list_all = commands.LIST_ALL

    def settle(self, listed: tuple[tuple[str, ...], ...], profile: Profile) -> None:
        """Receive into the best of the `listed` storages (+CPMS=?: to read, to write, to receive)."""
        self._list_all = commands.list_all(profile.list_seconds)
        readable = listed[0] if listed and listed[0] else UNLISTED
        self.names = _to_read(readable)
        self._current = self._home = ""
        receiving = listed[2] if len(listed) > 2 else readable
        for name in profile.storages:
            if name in receiving and name in readable and self._receive_into(name):
                self._current = self._home = name
                return

    def read_all(self) -> list[Stored]:
        """Every received TPDU of every storage; a storage that refuses is passed over."""
        found: list[Stored] = []
        for name in self.names:
            try:
                self._select(name)
                found += [Stored(name, item.index, item.tpdu) for item in self._list() if item.received]
            except GONE:
                raise
            except ModemError as error:
                log.info("storage %s is not read: %s", name, error)
        self._go_home()
        return [stored for stored in found if stored.tpdu]

    def fullest(self) -> tuple[int, int] | None:
        """How many places are taken, and of how many, in the storage with the least room; None where the
        modem does not tell."""
        rooms = [room for name in self.names if (room := self._room(name)) and room[1]]
        self._go_home()
        return max(rooms, key=lambda room: room[0] / room[1], default=None)

    def read(self, storage: str, index: int) -> Stored | None:
        """The received TPDU that lies there; None for an empty slot."""
        try:
            self._select(storage)
            item = self._read(index)
        except GONE:
            raise
        except ModemError as error:
            log.info("%s %d is not read: %s", storage, index, error)
            return None
        return Stored(storage, index, item.tpdu) if item and item.received and item.tpdu else None

    def delete(self, storage: str, index: int) -> None:
        """Nothing lies there any more."""
        self._select(storage)
        try:
            self._session.run(commands.delete(index))
        except ModemError as error:
            if error.code not in EMPTY_SLOT:
                raise

    # ---- one storage -------------------------------------------------------------------------------

    def _list(self) -> list[Listed]:
        """What lies in the selected storage; what came damaged is read a second time."""
        try:
            listed = self._session.run(self._list_all)
        except GONE:
            raise
        except ModemError:
            return self._read_each()
        return [item if item.whole or not item.received else self._again(item) for item in listed]

    def _again(self, item: Listed) -> Listed:
        return self._read(item.index) or item

    def _read_each(self) -> list[Listed]:
        """For modems that refuse to list; indexes count from 0 or from 1."""
        used, total = self._session.run(commands.STORAGE_SHOWN)
        found: list[Listed] = []
        for index in range(total + 1):
            if len(found) >= used:
                break
            item = self._read(index)
            found += [item] if item else []
        return found

    def _read(self, index: int) -> Listed | None:
        try:
            return self._session.run(commands.read(index))
        except ModemError as error:
            if error.code in EMPTY_SLOT:
                return None
            raise

    def _room(self, name: str) -> tuple[int, int] | None:
        """Selecting a storage answers how full it is."""
        self._current = ""
        try:
            room = self._session.run(commands.select(name))
        except GONE:
            raise
        except ModemError:
            return None
        self._current = name
        return room

    # ---- which storage -----------------------------------------------------------------------------

    def _select(self, name: str) -> None:
        if name == self._current:
            return
        self._current = ""
        self._use(name)
        self._current = name

    def _use(self, name: str) -> None:
        """By its name alone, which leaves the others as they are; some firmware takes only three."""
        if not self._wants_three:
            try:
                self._session.run(commands.select(name))
                return
            except GONE:
                raise
            except ModemError:
                if not self._home:
                    raise
        self._session.run(commands.select(name, self._home, self._home))
        self._wants_three = True

    def _go_home(self) -> None:
        """Back to where messages are received: some modems set all three storages at once."""
        if self._home and self._home != self._current:
            self._current = self._home if self._taken(self._home) else ""

    def _receive_into(self, name: str) -> bool:
        """Three names, or as many as the modem takes."""
        return any(self._taken(*[name] * count) for count in (3, 2, 1))

    def _taken(self, *names: str) -> bool:
        try:
            self._session.run(commands.select(*names))
        except GONE:
            raise
        except ModemError:
            return False
        return True


def _to_read(readable: tuple[str, ...]) -> tuple[str, ...]:
    """Each once; "MT" is the modem and the SIM together, and reading it as well would read twice."""
    names = [name for name in dict.fromkeys(readable) if name not in NOT_FOR_MESSAGES]
    if {"SM", "ME"} & set(names):
        names = [name for name in names if name != "MT"]
    return tuple(names)
