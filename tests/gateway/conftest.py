"""A real ledger in a file of its own, and a desk to ask at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from fakes import FakeClock, MemoryModem, NoWatch, counting_ids
from gateway.cli import main
from gateway.config import Appliance
from gateway.ids import Ids
from gateway.messages import lookup, outbox, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Inbound, Message
from people import agree

PARIS = ZoneInfo("Europe/Paris")
ANNA = "+33612345678"
TOML = """
[appliance]
language = "{language}"
data_dir = "."
runtime_dir = "run"
[[modems]]
name = "sim1"
port = "/dev/ttyUSB0"
"""

Run = Callable[..., Result]


@dataclass
class Bench:
    """One appliance at a desk: its clock, its ids, one modem in memory and the dispatcher."""

    site: Appliance
    clock: FakeClock = field(default_factory=FakeClock)
    ids: Ids = field(default_factory=counting_ids)
    modem: MemoryModem = field(default_factory=MemoryModem)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher({self.modem.name: self.modem}, Judge(self.site), NoWatch())

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def caller(self) -> Caller:
        return Caller("test:me", self.site, (self.modem.name,), self.ids)

    def submit(self, text: str = "Bonjour", to: str = ANNA, **rest: Any) -> Message:
        if rest.get("category") == "marketing":
            agree(to, self.now)
        return outbox.submit(Draft(to, text, **rest), self.caller, self.now)

    def receive(self, text: str, sender: str = ANNA, **more: Any) -> Inbound:
        """A message that came whole; nobody has looked at it yet."""
        row = {"sender": sender, "text": text, "received_at": self.now, "modem": "sim1", "sim": "1", **more}
        received: Inbound = Inbound.create(uid=self.ids.uid(self.now), complete=True, **row)
        return received

    def fill(self) -> None:
        self.dispatcher.fill(self.now)

    def release(self) -> None:
        """What the loop does when an instant has come."""
        waiting.release(Judge(self.site), self.now)
        self.fill()

    def ready(self) -> None:
        self.dispatcher.ready(self.modem.name, self.modem.sim)
        self.fill()

    def state(self, message: Message) -> str:
        return lookup.message(message.uid).state

    def part_states(self, message: Message) -> list[str]:
        return [part.state for part in lookup.parts(message)]

    def events(self, message: Message) -> list[str]:
        return [step.event for step in lookup.history(message)]


@pytest.fixture
def site(tmp_path: Path) -> Appliance:
    return Appliance("shop", "fr", "FR", PARIS, tmp_path, tmp_path / "run", "")


@pytest.fixture
def bench(site: Appliance, empty_database: Path) -> Iterator[Bench]:
    desk = Bench(site)
    shutil.copy(empty_database, site.database_path)
    database.open(site.database_path)
    with database.connection():
        yield desk


@pytest.fixture
def run(bench: Bench, tmp_path: Path) -> Iterator[Run]:
    """Run one command in the installation whose ledger `bench` fills beforehand, at today's hour."""
    bench.clock.wall = datetime.now(UTC)
    config = tmp_path / "gateway.toml"

    def command(*words: str, language: str = "en", tool: Any = main, typed: str = "", **env: str) -> Result:
        config.write_text(TOML.format(language=language), encoding="utf-8")
        where = {"CHAPPE_CONFIG": str(config), **env}
        return CliRunner().invoke(tool, list(words), input=typed, env=where)

    yield command
    database.connection().__enter__()  # a command closed the one that `bench` is about to close
