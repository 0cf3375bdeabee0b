"""Who vouches for the clock: reckoned from evidence, never assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fakes import MONDAY_NOON, FakeClock
from gateway.clock import boot_id, synchronised
from gateway.daemon.timekeeper import Timekeeper
from gateway.trust import Word

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass
class Shelf:
    """A told clock, the truth beside it, and a keeper who is asked about the clock."""

    clock: FakeClock = field(default_factory=FakeClock)
    server: bool = False
    wrong: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.keeper = Timekeeper(lambda: self.server)

    def set(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self.clock.wall += by
        self.wrong += by

    def tells(self, modem: str = "sim1", off: timedelta = timedelta()) -> None:
        self.keeper.told(modem, self.clock.now() - self.wrong + off, self.clock.monotonic())

    def says(self) -> None:
        """A person: it is right."""
        clock = self.clock
        apart = clock.now().timestamp() - clock.monotonic()
        self.keeper.word = Word("boot", apart, self.keeper.judge(clock.now(), clock.monotonic()).offset_s)

    @property
    def verdict(self) -> str:
        seen = self.keeper.judge(self.clock.now(), self.clock.monotonic())
        assert seen.trusted == (seen.source != "none") == (not seen.doubt)
        return seen.doubt or seen.source


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_clock_for_which_nobody_speaks_is_not_believed(shelf: Shelf) -> None:
    assert shelf.verdict == "unvouched"


def test_the_best_source_is_named(shelf: Shelf) -> None:
    shelf.says()
    assert shelf.verdict == "person"
    shelf.tells()
    assert shelf.verdict == "network"
    shelf.server = True
    assert shelf.verdict == "ntp"


@pytest.mark.parametrize(
    ("off", "verdict"),
    [
        (timedelta(minutes=-4), "network"),
        (timedelta(minutes=6), "unvouched"),
        (timedelta(hours=2), "unvouched"),
        (2 * DAY, "contradicted"),
        (-2 * DAY, "contradicted"),
    ],
    ids=["near", "not near", "the zone forgotten", "days later", "days earlier"],
)
def test_the_networks_time_counts_when_it_is_near(shelf: Shelf, off: timedelta, verdict: str) -> None:
    shelf.tells(off=off)
    assert shelf.verdict == verdict


def test_no_time_server_is_believed_against_the_network(shelf: Shelf) -> None:
    shelf.server = True
    shelf.tells(off=2 * DAY)
    assert shelf.verdict == "contradicted"


def test_of_several_networks_the_one_that_agrees_counts(shelf: Shelf) -> None:
    shelf.tells("sim1", off=-9 * YEAR)
    shelf.tells("sim2")
    assert shelf.verdict == "network"


@pytest.mark.parametrize("source", ["server", "network"])
def test_a_source_is_believed_for_a_day_and_not_longer(shelf: Shelf, source: str) -> None:
    shelf.tells() if source == "network" else setattr(shelf, "server", True)
    first = shelf.verdict
    shelf.server = False
    shelf.clock.move(23 * HOUR)
    assert shelf.verdict == first
    shelf.clock.move(2 * HOUR)
    assert shelf.verdict == "unvouched"


@pytest.mark.parametrize("step", [YEAR, -HOUR, timedelta(seconds=10)], ids=str)
@pytest.mark.parametrize("source", ["server", "person"])
def test_a_step_ends_what_was_said_before_and_the_way_back_makes_it_good(
    shelf: Shelf, source: str, step: timedelta
) -> None:
    shelf.says() if source == "person" else setattr(shelf, "server", True)
    first = shelf.verdict
    shelf.server = False  # whoever sets the clock by hand ends it
    shelf.set(step)
    assert shelf.verdict == "unvouched"
    shelf.set(-step)
    assert shelf.verdict == first


def test_the_networks_time_of_before_a_step_still_tells_how_wrong_it_was(shelf: Shelf) -> None:
    shelf.set(YEAR)
    shelf.tells()
    assert shelf.verdict == "contradicted"
    shelf.set(-YEAR)
    shelf.clock.move(HOUR)
    assert shelf.verdict == "network"


def test_no_hour_before_this_program_was_made_is_the_true_one(shelf: Shelf) -> None:
    shelf.clock.wall = datetime(1970, 1, 1, tzinfo=UTC)
    shelf.server = True
    shelf.says()
    assert shelf.verdict == "too_early"


def test_a_machine_that_goes_back_by_days_is_believed_only_with_a_person(shelf: Shelf) -> None:
    shelf.server = True
    shelf.keeper.seen = (shelf.clock.now() + 3 * DAY).timestamp()
    assert shelf.verdict == "went_back"
    shelf.says()
    assert shelf.verdict == "person"


def test_a_person_who_knew_what_the_network_says_is_believed_another_is_not(shelf: Shelf) -> None:
    shelf.says()
    shelf.tells(off=2 * DAY)
    assert shelf.verdict == "contradicted"
    shelf.says()
    assert shelf.verdict == "person"


def test_only_a_jump_is_a_step(shelf: Shelf) -> None:
    def look() -> float:
        return shelf.keeper.look(shelf.clock.now(), shelf.clock.monotonic())

    assert look() == 0.0
    shelf.clock.move(YEAR)
    assert look() == 0.0
    shelf.set(timedelta(seconds=1.5))
    assert look() == 0.0
    shelf.set(timedelta(seconds=-3))
    assert look() == pytest.approx(-3.0)
    assert look() == 0.0


def test_the_kernel_is_asked_without_harm() -> None:
    assert synchronised() in (True, False)
    assert boot_id() == boot_id()
    assert MONDAY_NOON.tzinfo is UTC
