"""Where a modem is: at its port, or wherever the modem with its IMEI answers.

Names of ttys move: a stick that was pulled comes back under another number, two equal sticks share one
name under /dev/serial/by-id.  The IMEI stays.  So the port is taken at its word only until a modem
was met there; from then on the modem is followed.
"""

from __future__ import annotations

import glob
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from modem import commands, usb
from modem.error_table import port_lost
from modem.errors import ModemError, PortLost
from modem.port import Clock, Port
from modem.session import Session, Timings

ROOTS = ("/dev/serial/by-id/*", "/dev/serial/by-path/*", "/dev/ttyUSB*", "/dev/ttyACM*")
PROBE = Timings(factor=0.3, quiet=0.1, quiet_within=0.5, tries=1)
ANNOUNCEMENTS = commands.order("AT+CNMI?")
RETRY_FIRST, RETRY_MOST = 2.0, 60.0  # seconds until a tty that was of no use is asked again


@dataclass(frozen=True, slots=True)
class Where:
    """What is configured: a port, an IMEI, both (the IMEI decides) or neither (any free modem)."""

    port: str = ""
    imei: str = ""


class Claims:
    """Which ttys and modems the links of one process have; nobody probes or takes another's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has: WeakKeyDictionary[Finder, set[str]] = WeakKeyDictionary()

    def take(self, owner: Finder, *names: str) -> bool:
        """From now on these ports or IMEIs, and no others, are `owner`'s; False where one is taken."""
        with self._lock:
            if any(self._is_taken(owner, name) for name in names):
                return False
            self._has[owner] = set(names)
            return True

    def taken(self, owner: Finder, name: str) -> bool:
        """Another link has that port or IMEI."""
        with self._lock:
            return self._is_taken(owner, name)

    def leave(self, owner: Finder) -> None:
        with self._lock:
            self._has.pop(owner, None)

    def _is_taken(self, owner: Finder, name: str) -> bool:
        others = (names for other, names in self._has.items() if other is not owner)
        device = os.path.realpath(name)
        return any(name in names or device in map(os.path.realpath, names) for names in others)


CLAIMS = Claims()


@dataclass(frozen=True, slots=True)
class Answered:
    """A tty behind which a modem is; `rank` says how well messages can be had there."""

    path: str
    imei: str
    rank: int


FULL = 3  # it tells its storages, announces messages, and is the interface its family does so on


class Finder:
    """The whereabouts of one link's modem.  `interfaces`: the USB ids of the families whose
    announcements come on one interface only, and its number."""

    def __init__(
        self,
        where: Where,
        port: Port,
        *,
        interfaces: Mapping[str, int] | None = None,
        roots: Iterable[str] = ROOTS,
        claims: Claims = CLAIMS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._where = where
        self._port = port
        self._session = Session(port, lambda urc: None, PROBE, clock)
        self._interfaces = interfaces or {}
        self._roots = tuple(roots)
        self._claims = claims
        self._clock = clock
        self._imei = where.imei  # of the modem that is looked for
        self._useless: dict[str, tuple[float, float]] = {}  # tty → when to ask again, and the wait after
        self._other = ""  # a modem that is not ours and stands at our port
        self._reserve()

    def find(self) -> str:
        """The path to open.  Raises PortLost: port_missing, or other_modem where the configured port
        has another modem and ours is nowhere."""
        if self._where.port and not self._is_useless(self._where.port) and _exists(self._where.port):
            self._reserve()
            return self._where.port
        found = self._look_around() if self._imei or not self._where.port else None
        if found:
            self._claims.take(self, *filter(None, (self._where.port, found.path, found.imei)))
            return found.path
        raise self._nowhere()

    def met(self, path: str, imei: str) -> None:
        """The modem at `path` said who it is.  Raises other_modem where it is not the one wanted."""
        if not imei:
            return
        followed = self._where.port and path != self._where.port
        wanted = self._where.imei or (self._imei if followed else "")
        if wanted and imei != wanted:
            self._other = imei
            self._note_useless(path)
            raise self._nowhere()
        self._imei, self._other = imei, ""
        self._useless.pop(path, None)
        self._claims.take(self, *filter(None, (self._where.port, path, imei)))

    def leave(self) -> None:
        """Others may have what this link had."""
        self._claims.leave(self)

    def _reserve(self) -> None:
        """What is configured for this link is not another's, even while it is not there."""
        self._claims.take(self, *filter(None, (self._where.port, self._where.imei)))

    def _nowhere(self) -> PortLost:
        if self._other:
            return port_lost("other_modem", f"IMEI {self._other}")
        return port_lost("port_missing", self._where.port or self._imei)

    # ---- looking around ----------------------------------------------------------------------------

    def _look_around(self) -> Answered | None:
        """Every free tty that is worth asking, until one is all that can be wished for."""
        found: list[Answered] = []
        for path in self._candidates():
            answered = self._probe(path)
            if answered is None or not self._may_have(answered):
                self._note_useless(path)
                continue
            found.append(answered)
            if answered.rank == FULL and self._imei in ("", answered.imei):
                break
        return max(found, key=lambda each: (each.imei == self._imei, each.rank), default=None)

    def _candidates(self) -> list[str]:
        """One path for each tty, the lasting names first."""
        found = [path for root in self._roots for path in sorted(glob.glob(root)) if os.path.exists(path)]
        there = {os.path.realpath(path): path for path in reversed(found)}
        self._useless = {path: when for path, when in self._useless.items() if os.path.exists(path)}
        paths = [there[device] for device in dict.fromkeys(map(os.path.realpath, found))]
        return [path for path in paths if not self._is_useless(path) and not self._claims.taken(self, path)]

    def _may_have(self, answered: Answered) -> bool:
        if self._imei and answered.imei == self._imei:
            return True
        anyone = not self._where.imei and not self._where.port
        return anyone and not self._claims.taken(self, answered.imei)

    def _probe(self, path: str) -> Answered | None:
        """Who answers there; None for nobody, or a tty that another program has."""
        self._port.path = path
        try:
            self._port.open()
            return self._ask(path)
        except PortLost as error:
            if self._port.is_aborted:
                raise error
            return None
        except ModemError:
            return None
        finally:
            self._port.close()

    def _ask(self, path: str) -> Answered | None:
        self._session.resynchronise()
        imei = self._session.attempt(commands.IMEI, "")
        if not imei:
            return None
        device = usb.device_of(path)
        wanted = self._interfaces.get(device.ids) if device else None
        takes = (
            self._session.attempt(commands.STORAGE_SHOWN, None) is not None,
            self._takes_announcements(),
            wanted is None or device is None or device.interface == wanted,
        )
        return Answered(path, imei, sum(takes))

    def _takes_announcements(self) -> bool:
        try:
            self._session.run(ANNOUNCEMENTS)
        except PortLost:
            raise
        except ModemError:
            return False
        return True

    # ---- what was of no use ------------------------------------------------------------------------

    def _is_useless(self, path: str) -> bool:
        return self._clock() < self._useless.get(path, (0.0, 0.0))[0]

    def _note_useless(self, path: str) -> None:
        """A modem that starts answers soon, a tty that is no modem's never: the wait doubles."""
        wait = self._useless.get(path, (0.0, RETRY_FIRST))[1]
        self._useless[path] = (self._clock() + wait, min(RETRY_MOST, wait * 2))


def _exists(path: str) -> bool:
    return "://" in path or os.path.exists(path)
