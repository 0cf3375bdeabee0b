"""What each step of a message's life adds to the figures: pure, and the same however the steps are dealt out.

A message is `sent` when the network takes its first part, `delivered` when the last of its parts is,
`failed` once, with the first part that fails for good; sent again by a person, it may fail again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.messages.lifecycle import Event

TAKEN = (Event.ACCEPT, Event.LEFT)
REPORTED = (Event.DELIVER, Event.UNDELIVER)  # of an uncertain part it tells that it had left, too
LOST = (Event.FAIL, Event.GIVE_UP, Event.UNDELIVER, Event.EXPIRE, Event.REJECT)
ANEW = (Event.REPEAT, Event.AGAIN)
COUNTED = (*TAKEN, *REPORTED, *LOST, *ANEW)

NAMES = ("sent", "delivered", "failed", "received", "parts")


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the history, with what its message knows: `modem` carries it, "" before it was claimed."""

    id: int
    message: int
    seq: int | None
    at: datetime
    event: str
    part_count: int
    modem: str


@dataclass(slots=True)
class _Life:
    """How far one message has come."""

    taken: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    failed: bool = False

    def take(self, step: Happened) -> Iterator[str]:
        place = step.seq or 1
        if step.event in ANEW:
            self.taken.discard(place)
            self.failed = False
        if step.event in (*TAKEN, *REPORTED) and place not in self.taken:
            self.taken.add(place)
            yield from ("parts", "sent") if place == 1 else ("parts",)
        if step.event == Event.DELIVER:
            self.delivered.add(place)
            if len(self.delivered) == step.part_count:
                yield "delivered"
        if step.event in LOST and not self.failed:
            self.failed = True
            yield "failed"


def outcomes(steps: Iterable[Happened], after: int) -> Iterator[tuple[Happened, str]]:
    """What the steps with a higher id than `after` add.

    `steps` has every counted step of each message's life up to the last one, in their order: what came
    before decides what a step means.
    """
    lives: dict[int, _Life] = {}
    for step in steps:
        for name in lives.setdefault(step.message, _Life()).take(step):
            if step.id > after:
                yield step, name
