"""A gateway whose year passes in seconds: the real loop, the real link, a simulated modem on a real pty.

The clock stands still while something is going on, and leaps to the next instant at which something is due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays as calendars

from fakes import FakeClock, counting_ids
from gateway.clock import SystemClock
from gateway.config import Appliance
from gateway.daemon.events import Rung
from gateway.daemon.loop import Loop
from gateway.messages import outbox, waiting
from gateway.messages.outbox import Caller, Draft
from gateway.store.models import Inbound, Message, Part
from modem.link import Link, Options
from modem.session import Timings
from modem.simulator.network import Submitted
from modem.simulator.run import Simulator

PATIENCE = 20.0
GLANCE = 0.004  # seconds between two looks at the rows: commits of another thread give no event
A_PART = timedelta(seconds=3)  # what a modem takes for one
BUSY = ("queued", "sending", "sent")
QUICK = Options(
    sweep_again=0.05,
    register_every=0.05,
    send_first=10,
    send_least=5,
    send_most=20,
    timings=Timings(factor=0.1, quiet=0.05, quiet_within=0.5, tries=2),
)
PARIS = ZoneInfo("Europe/Paris")
YEARS = range(2026, 2029)


# ---- people, and where they live by another reckoning than the gateway's ----------------------------------


@dataclass(frozen=True)
class Person:
    """`zones` and `regions` (of the `holidays` package) are where their phone may be, for all we know."""

    number: str
    zones: tuple[str, ...]
    regions: tuple[str | None, ...]
    postcode: str = ""
    timezone: str | None = None

    def may_be_rung(self, at: datetime) -> bool:
        """Monday to Saturday, from 8 to 20, on no public holiday."""
        return all(self._may(at.astimezone(ZoneInfo(zone))) for zone in self.zones)

    def _may(self, local: datetime) -> bool:
        shut = any(local.date() in HOLIDAYS[region] for region in self.regions)
        return local.weekday() < 6 and 8 <= local.hour < 20 and not shut

    def day(self, at: datetime) -> object:
        return at.astimezone(ZoneInfo(self.zones[0])).date()


REGIONS = (None, "57", "971", "972", "973", "974", "976", "PM", "BL", "MF", "NC", "PF", "WF")
HOLIDAYS = {region: calendars.France(subdiv=region, years=YEARS) for region in REGIONS}
ISLES = ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier")


def people() -> list[Person]:
    """Two of each kind."""
    return [each for number in ("0", "1") for each in _people(number)]


def _people(last: str) -> list[Person]:
    paris, guadeloupe = ("Europe/Paris",), ("America/Guadeloupe",)
    return [
        Person(f"+3363998020{last}", paris, (None,)),
        Person(f"+3363998024{last}", paris, (None,), postcode="13001"),
        Person(f"+3363998021{last}", paris, ("57",), postcode="67000"),
        Person(f"+3363998022{last}", ("America/Martinique",), (None, "972"), timezone="America/Martinique"),
        Person(f"+3363998023{last}", ("Indian/Reunion",), ("974",), postcode="97400"),
        Person(f"+59069000010{last}", guadeloupe, ("971", "BL", "MF")),
        Person(f"+59069000020{last}", ("America/St_Barthelemy",), ("BL",), postcode="97133"),
        Person(f"+59669600010{last}", ("America/Martinique",), ("972",)),
        Person(f"+59469400010{last}", ("America/Cayenne",), ("973",)),
        Person(f"+26269200010{last}", ("Indian/Reunion",), ("974",)),
        Person(f"+26263901210{last}", ("Indian/Mayotte",), ("976",)),
        Person(f"+50855110{last}", ("America/Miquelon",), ("PM",)),
        Person(f"+68775110{last}", ("Pacific/Noumea",), ("NC",)),
        Person(f"+6898700010{last}", ISLES, ("PF",)),
        Person(f"+68182110{last}", ("Pacific/Wallis",), ("WF",)),
        Person(f"+1212555010{last}", ("America/New_York", "America/Denver", "Pacific/Honolulu"), ()),
    ]


# ---- time --------------------------------------------------------------------------------------------------


class YearClock(FakeClock):
    """Shows the hour that it was told from the loop's next look on, on both its faces at once: nobody may see
    one of them moved and the other not."""

    def __init__(self) -> None:
        super().__init__()
        self.told = self.wall

    def now(self) -> datetime:
        """For the loop alone; everybody else reads `wall`."""
        if self.told > self.wall:
            self.move(self.told - self.wall)
        return self.wall


class Witness:
    """The clock of the simulated service centre, asked for each part as it is taken: it notes when."""

    def __init__(self, clock: YearClock) -> None:
        self.clock = clock
        self.taken: list[tuple[datetime, Submitted]] = []
        self.submitted: Callable[[], list[Submitted]] = list

    def __call__(self) -> datetime:
        now = self.clock.wall
        for part in self.submitted()[len(self.taken) :]:
            self.taken.append((now, part))
            self.clock.told = max(self.clock.told, now + A_PART)
        return now.astimezone(PARIS)


class Year:
    """`with Year(site, folder) as year`: a ready modem when the block begins, at MONDAY_NOON."""

    def __init__(self, site: Appliance, folder: Path) -> None:
        self.clock = YearClock()
        self.witness = Witness(self.clock)
        self.simulator = Simulator(folder, clock=self.witness, network_seconds=0.0, delivery_seconds=0.0)
        self.link = Link("sim1", str(self.simulator.port), options=QUICK)
        ids = counting_ids()
        self.loop = Loop(site, {"sim1": self.link}, self.clock, ids, by_server=lambda: True, features=())
        self.thread = threading.Thread(target=self.loop.run)
        self.caller = Caller("test:me", site, ("sim1",), ids)
        self.written = 0  # messages that phones wrote

    def __enter__(self) -> Year:
        self.simulator.__enter__()
        self.witness.submitted = lambda: self.simulator.submitted
        self.thread.start()
        _until(lambda: self.loop.dispatcher.sims, "a ready modem")
        return self

    def __exit__(self, *error: object) -> None:
        self.loop.stop()
        self.thread.join(PATIENCE)
        self.simulator.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return self.clock.wall

    def submit(self, *drafts: Draft) -> list[Message]:
        """Ask for messages as one caller does; they leave when they may."""
        made = outbox.submit_many(drafts, self.caller, self.now, sleep=lambda seconds: None)
        assert all(isinstance(message, Message) for message in made), made
        self.settle()
        return [message for message in made if isinstance(message, Message)]

    def hear(self, sender: str, text: str) -> None:
        """A phone's owner writes, and it is taken in."""
        self.simulator.inject(sender, text)
        self.written += 1
        self.settle()

    def pass_until(self, end: datetime) -> None:
        """Leap from due instant to due instant up to `end`."""
        while (due := waiting.next_instant()) is not None and due < end:
            self._leap(due)
        self._leap(end)

    def settle(self) -> None:
        """Nothing can happen any more before the clock moves."""
        self.loop.inbox.put(Rung())
        _until(self._is_settled, "a quiet moment")

    def _leap(self, to: datetime) -> None:
        self.clock.told = max(self.clock.told, to)
        self.settle()

    def _is_settled(self) -> bool:
        """Asked in the order in which things go on, so that nothing slips from one question to the next: a
        part that leaves meanwhile moves the clock."""
        wall = self.clock.wall
        if self.clock.told > wall or Inbound.select().count() < self.written:
            return False
        due = waiting.next_instant()
        if due is not None and due <= wall:
            return False
        busy = Part.select().where(Part.state.in_(BUSY)).exists()
        return not busy and self.clock.told <= wall == self.clock.wall


def _until(look: Callable[[], object], what: str) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE
    while not look():
        assert clock.monotonic() < deadline, f"{what} never came"
        clock.sleep(GLANCE)
