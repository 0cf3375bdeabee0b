"""THE SEAM between the loop and the features: when a feature is called, and what it may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.config import Appliance
from gateway.ids import Ids
from gateway.messages.outbox import Caller
from gateway.store.models import Inbound


@dataclass(frozen=True, slots=True)
class House:
    """What a feature may use of the gateway's process."""

    site: Appliance
    modems: tuple[str, ...]  # their names
    ids: Ids
    tell: Callable[[object], None]  # from any thread: comes back to this feature as `told`, in the loop
    trusted: Callable[[], bool]  # whether somebody vouches for the clock

    def caller(self, source: str) -> Caller:
        """Who writes the messages of a feature."""
        return Caller(source, self.site, self.modems, self.ids, self.trusted())


class Feature:
    """Every call comes from the loop's one thread and is short; what it keeps in memory may vanish.

    A feature that does nothing at some moment leaves that call as it is here.  What raises anything but
    the database's trouble is logged, and the loop goes on.
    """

    name = ""
    asks = ""  # how the source of the messages begins by which it asks something of people

    def begin(self, house: House, now: datetime) -> None:
        """The gateway starts; the rows of before it are there."""

    def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
        """A complete message came from a number that can be answered; True where it is this feature's.

        Called inside the transaction that stores it, after STOP and the other words of the law, which it
        was none of; the features are asked in order until one says True.  Of those that ask people
        something, the one that wrote to this number last is asked first.
        """
        return False

    def step(self, house: House, now: datetime) -> bool:
        """One short transaction of the work that waits; True where there is more.

        Called when nothing else comes, and at least every 0.2 s while something does.
        """
        return False

    def minute(self, house: House, now: datetime) -> None:
        """A minute has passed."""

    def night(self, house: House, now: datetime) -> Iterator[None]:
        """The nightly work, in short steps; not called while nobody vouches for the clock."""
        return iter(())

    def told(self, value: object, house: House, now: datetime) -> None:
        """What the feature's own worker had to say."""

    def due(self, now: datetime) -> datetime | None:
        """When `step` should be called though nothing happens before."""
        return None

    def end(self) -> None:
        """The gateway ends: workers are told so, and not waited for longer than a second."""
