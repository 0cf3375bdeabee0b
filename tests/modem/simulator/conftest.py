"""A host without a line (`Bench`, where the test owns the time) and one on a real pty (`Host`)."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from modem.simulator.fields import service_centre_octets
from modem.simulator.options import Options
from modem.simulator.simulation import Simulation
from modem.simulator.tpdu import Submit
from modem.simulator.user_data import split

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))


class Bench:
    """A simulation whose clock stands still until `wait`; echo is off, errors are numbers."""

    def __init__(self, **options: Any) -> None:
        times = {"network_seconds": 0, "delivery_seconds": 0, "retry_seconds": 20}
        self.now = 1000.0
        self.simulation = Simulation(Options(**(times | options)), lambda: NOON, self.now)
        self.network = self.simulation.network
        self.device = self.simulation.device
        self.say("ATE0;+CMEE=1")

    def type(self, data: bytes | str) -> str:
        octets = data if isinstance(data, bytes) else data.encode("latin-1")
        return self.simulation.feed(octets, self.now).decode("latin-1")

    def say(self, line: str) -> str:
        """The answer to one command line, without its framing."""
        return self.type(line + "\r").strip().replace("\r\n", "\n")

    def wait(self, seconds: float) -> str:
        self.now += seconds
        return self.simulation.advance(self.now).decode("latin-1").strip().replace("\r\n", "\n")

    def send(self, number: str, text: str = "hello", *, report: bool = True, part: int = 0) -> str:
        """The answer to AT+CMGS with one part of a text."""
        octets = Submit(number, split(text, reference=9)[part], report).encode()
        assert self.type(f"AT+CMGS={len(octets)}\r") == "\r\n> "
        return self.type(f"00{octets.hex()}\x1a").strip().replace("\r\n", "\n")


@pytest.fixture
def bench() -> Callable[..., Bench]:
    return Bench


class Host:
    """Somebody with the port open, who reads until what is expected has come."""

    def __init__(self, port: Path) -> None:
        self.fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.heard = b""

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def write(self, data: str) -> None:
        os.write(self.fd, data.encode("latin-1"))

    def expect(self, ending: str, seconds: float = 10.0) -> str:
        """What was heard up to and with `ending`."""
        wanted = ending.encode("latin-1")
        deadline = time.monotonic() + seconds
        while wanted not in self.heard:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.fd], [], [], max(left, 0))
            assert ready, f"{ending!r} did not come; heard {self.heard!r}"
            self.heard += os.read(self.fd, 4096)
        end = self.heard.index(wanted) + len(wanted)
        said, self.heard = self.heard[:end], self.heard[end:]
        return said.decode("latin-1")

    def say(self, line: str, ending: str = "OK\r\n") -> str:
        self.write(line + "\r")
        return self.expect(ending)

    def send(self, number: str, text: str = "hello") -> str:
        octets = Submit(number, split(text)[0], True).encode()
        self.say(f"AT+CMGS={len(octets)}", "\r\n> ")
        self.write(f"{service_centre_octets('').hex()}{octets.hex()}\x1a")
        return self.expect("OK\r\n")


@pytest.fixture
def host() -> Iterator[Callable[[Path], Host]]:
    hosts: list[Host] = []

    def open_port(port: Path) -> Host:
        hosts.append(Host(port))
        return hosts[-1]

    yield open_port
    for each in hosts:
        each.close()
