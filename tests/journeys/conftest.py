"""The demonstration, whole: simulated modem, gateway and page as three processes, and a browser."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from journeys import browser
from playwright.sync_api import Browser

START = 60.0  # seconds within which the link is printed
LEAVE = 20.0  # seconds within which all three processes end


@dataclass(frozen=True)
class Demo:
    """A running demonstration: the one-time link that it printed, and where that leads."""

    link: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser.running() as running:
        yield running


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--port", str(_free_port()), "--data", str(tmp_path)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--language", "fr"], stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        try:
            yield Demo(_link(process))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LEAVE)


def _link(process: subprocess.Popen[str]) -> str:
    """The one-time link, as soon as it is printed; what was printed instead, when it is not in time."""
    assert process.stdout
    printed, deadline = "", time.monotonic() + START
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            line = process.stdout.readline()
            printed += line
            if found := re.search(r"http://\S+/welcome/\S+", line):
                return found[0]
            if not line:
                break
    raise AssertionError(f"the demonstration printed no link:\n{printed}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
