"""Debian's gammu, unmodified, takes the simulator for a modem.

gammu sleeps for seconds at each start, so every scene has a modem of its own and all play at once.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from modem.simulator.run import Simulator

pytestmark = pytest.mark.skipif(not shutil.which("gammu"), reason="gammu is not installed")

LONG = "Il fait beau sur le sentier des douaniers et la mer est calme ce matin. " * 6
ACCENTS = "Ça été 😀 à l'œuvre"
TO = ["sendsms", "TEXT", "+33639980001"]

# scene: the calls of gammu, one after the other
SCENES = {
    "identify": [["identify"]],
    "network": [["networkinfo"]],
    "send": [[*TO, "-text", "hello"]],
    "send long": [[*TO, "-autolen", "600", "-text", LONG]],
    "send unicode": [[*TO, "-unicode", "-text", ACCENTS]],
    "send long unicode": [[*TO, "-unicode", "-autolen", "600", "-text", ACCENTS * 10]],
    "read": [["getallsms"], ["deleteallsms", "1"]],
    "balance": [["getussd", "*100#"]],
    "keep": [["savesms", "TEXT", "-text", "kept one", "-folder", "2"], ["getallsms"]],
}


class Scene:
    """One modem and what gammu printed, call by call."""

    def __init__(self, simulator: Simulator, printed: Future[list[str]]) -> None:
        self.simulator = simulator
        self._printed = printed

    @property
    def printed(self) -> list[str]:
        return self._printed.result(60)


def call_gammu(config: Path, calls: list[list[str]]) -> list[str]:
    """What each call prints; each must leave with 0."""
    printed = []
    for arguments in calls:
        done = subprocess.run(
            ["gammu", "-c", str(config), *arguments],
            capture_output=True,
            text=True,
            timeout=40,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        printed.append(done.stdout)
    return printed


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    folder = tmp_path_factory.mktemp("gammu")
    played = {}
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(SCENES)))
        for number, (name, calls) in enumerate(SCENES.items()):
            modem = Simulator(folder, name=f"modem{number}", network_seconds=0, delivery_seconds=0)
            simulator = stack.enter_context(modem)
            if name == "read":
                simulator.inject("+33612345678", "Bonjour à tous, 12 €")
                simulator.inject("Banque", ACCENTS)
                simulator.inject("+33687654321", LONG)
            config = folder / f"gammurc{number}"
            config.write_text(f"[gammu]\nport = {simulator.port}\nconnection = at115200\n")
            played[name] = Scene(simulator, pool.submit(call_gammu, config, calls))
        yield played


def test_gammu_identifies_the_modem(scenes: dict[str, Scene]) -> None:
    [said] = scenes["identify"].printed
    for word in ("Chappe", "Simulated modem", "490154203237518", "208010000000099"):
        assert word in said


def test_gammu_sees_the_network(scenes: dict[str, Scene]) -> None:
    [said] = scenes["network"].printed
    assert "home network" in said
    assert "208 01" in said
    assert "Simulated" in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("send", "hello"),
        ("send long", LONG),
        ("send unicode", ACCENTS),
        ("send long unicode", ACCENTS * 10),
    ],
)
def test_gammu_sends_and_the_phone_shows_the_same_text(
    scenes: dict[str, Scene], name: str, text: str
) -> None:
    assert "OK, message reference=" in scenes[name].printed[0]
    [message] = scenes[name].simulator.handsets()["+33639980001"]
    assert message["text"] == text


def test_gammu_reads_what_phones_wrote_and_deletes_it(scenes: dict[str, Scene]) -> None:
    said, _deleted = scenes["read"].printed
    for seen in ("Bonjour à tous, 12 €", ACCENTS, '"+33612345678"', '"Banque"'):
        assert seen in said
    assert "5 SMS parts in 5 SMS sequences" in said
    assert scenes["read"].simulator.do("state")["storages"]["SM"] == [0, 20]


def test_gammu_asks_for_the_balance(scenes: dict[str, Scene]) -> None:
    [said] = scenes["balance"].printed
    assert "Solde: 12,34 EUR" in said


def test_gammu_keeps_a_message_in_the_modem(scenes: dict[str, Scene]) -> None:
    _saved, listed = scenes["keep"].printed
    assert "kept one" in listed
