"""What a service manager is told, and when: signs of life come from completed turns alone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fakes import FakeClock, MemoryModem
from gateway.clock import SystemClock
from gateway.config import Appliance
from gateway.daemon.loop import Loop
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.drafts import Caller, Draft
from gateway.notify import Supervisor, handed_socket
from gateway.store import database
from gateway.store.upgrade import upgrade
from modem import api

PATIENCE = 10.0


@pytest.fixture
def line(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{tmp_path}"[-100:] if len(str(tmp_path)) < 100 else f"\0{str(tmp_path)[-90:]}")
        line.settimeout(PATIENCE)
        yield line


def environment(line: socket.socket, **rest: str) -> dict[str, str]:
    name = line.getsockname()[1:].decode()
    return {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "4000000", **rest}


def test_signs_of_life_are_said_four_times_in_the_watchdogs_time(line: socket.socket) -> None:
    supervisor, clock = Supervisor(environment(line)), FakeClock()
    for _ in range(33):
        supervisor.alive(clock.monotonic())
        clock.ticks += 0.125
    supervisor.ready("here")
    supervisor.stopping()
    heard = [line.recv(100).decode() for _ in range(7)]
    assert heard == ["WATCHDOG=1"] * 5 + ["READY=1\nSTATUS=here", "STOPPING=1"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"WATCHDOG_USEC": "4000000"},
        {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"},
    ],
)
def test_where_nobody_watches_nothing_is_said_and_nothing_fails(given: dict[str, str]) -> None:
    supervisor = Supervisor(given)
    supervisor.ready("here")
    supervisor.alive(0.0)
    supervisor.stopping()
    assert supervisor.watchdog is None


@pytest.mark.parametrize("given", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}])
def test_a_socket_that_was_opened_for_somebody_else_is_not_taken(given: dict[str, str]) -> None:
    assert handed_socket(given) is None


class Hanging(MemoryModem):
    """Does not come back from `send` until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.called, self.let_go = threading.Event(), threading.Event()

    def send(self, job: int, part: api.OutboundPart) -> None:
        self.called.set()
        self.let_go.wait(PATIENCE)


class Failing(MemoryModem):
    """Fails at every `send`; the loop's third try begins another turn."""

    def __init__(self) -> None:
        super().__init__()
        self.called, self.let_go = threading.Event(), threading.Event()

    def send(self, job: int, part: api.OutboundPart) -> None:
        self.called.set()
        raise RuntimeError("no modem does this")


@pytest.mark.parametrize("kind", [Hanging, Failing])
def test_a_loop_that_hangs_or_only_fails_says_nothing(
    line: socket.socket, site: Appliance, kind: type[Hanging] | type[Failing]
) -> None:
    site.runtime_dir.mkdir()
    clock, modem = SystemClock(), kind()
    upgrade(site.database_path, clock.now())
    database.open(site.database_path)
    supervisor = Supervisor(environment(line, WATCHDOG_USEC="400000"))
    loop = Loop(site, {"sim1": modem}, clock, Ids(), by_server=lambda: True, supervisor=supervisor)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        assert line.recv(100).startswith(b"READY=1")
        assert line.recv(100) == b"WATCHDOG=1"
        loop.inbox.put(api.Identified("sim1", api.Identity(imei="490154203237518", iccid=modem.sim)))
        loop.inbox.put(api.LinkChanged("sim1", api.LinkState.READY))
        with database.connection():
            caller = Caller("test:me", site, ("sim1",), Ids())
            outbox.submit(Draft("+33612345678", "Bonjour"), caller, clock.now())
        assert modem.called.wait(PATIENCE)
        said_until_now(line)
        line.settimeout(0.6)  # more than the watchdog's time
        with pytest.raises(TimeoutError):
            line.recv(100)
    finally:
        modem.let_go.set()
        loop.stop()
        thread.join(PATIENCE)


def said_until_now(line: socket.socket) -> None:
    line.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            line.recv(100)
