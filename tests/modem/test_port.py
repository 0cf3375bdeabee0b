"""A port over pseudo-terminals and sockets: reading, waking, losing."""

from __future__ import annotations

import os
import pty
import socket
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from modem.errors import PortLost
from modem.port import Port, held_by


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    try:
        os.close(master)
    except OSError:
        pass  # a test pulled the plug


def soon() -> float:
    return time.monotonic() + 10


def test_octets_pass_both_ways_unchanged(line: tuple[int, str]) -> None:
    master, path = line
    port = Port(path)
    port.open()
    port.write(bytes(range(256)), soon())
    assert os.read(master, 4096) == bytes(range(256))
    os.write(master, b"\x11\x13\r\n\0\xff")  # XON, XOFF and what a terminal would change
    assert port.read(soon()) == b"\x11\x13\r\n\0\xff"
    port.dispose()


def test_a_read_ends_at_its_deadline_with_nothing(line: tuple[int, str]) -> None:
    port = Port(line[1])
    port.open()
    assert port.read(time.monotonic()) == b""
    port.dispose()


@pytest.mark.parametrize("opened", [True, False])
def test_the_bell_ends_a_wait_from_any_thread(line: tuple[int, str], opened: bool) -> None:
    port = Port(line[1])
    if opened:
        port.open()
    waiting = threading.Thread(target=port.read if opened else port.pause, args=(time.monotonic() + 60,))
    waiting.start()
    port.wake()
    waiting.join(20)
    assert not waiting.is_alive()
    port.dispose()
    port.wake()


def test_an_aborted_port_waits_for_nothing(line: tuple[int, str]) -> None:
    port = Port(line[1])
    port.open()
    port.abort()
    with pytest.raises(PortLost):
        port.read(soon())
    port.dispose()


def test_a_hung_up_line_is_a_lost_port(line: tuple[int, str]) -> None:
    port = Port(line[1])
    port.open()
    os.close(line[0])
    with pytest.raises(PortLost) as lost:
        port.read(soon())
    assert lost.value.code == "port_lost"
    with pytest.raises(PortLost):
        port.write(b"AT\r", soon())
    port.dispose()


def test_a_line_that_takes_nothing_is_a_lost_port(line: tuple[int, str]) -> None:
    port = Port(line[1])
    port.open()
    with pytest.raises(PortLost):
        port.write(b"x" * 1_000_000, time.monotonic() + 0.05)
    port.dispose()


def test_a_port_that_is_not_there_or_taken_says_which(line: tuple[int, str]) -> None:
    with pytest.raises(PortLost) as lost:
        Port("/dev/no-such-modem").open()
    assert lost.value.code == "port_missing"
    first, second = Port(line[1]), Port(line[1])
    first.open()
    with pytest.raises(PortLost) as lost:
        second.open()
    assert lost.value.code == "port_busy"
    assert f"({os.getpid()})" in lost.value.detail
    assert f"({os.getpid()})" in held_by(line[1])
    first.close()
    second.open()
    first.dispose()
    second.dispose()


def test_a_socket_is_a_port_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = Port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        port.open()
        there, _ = server.accept()
        port.write(b"AT\r", soon())
        assert there.recv(10) == b"AT\r"
        there.sendall(b"\r\nOK\r\n")
        assert port.read(soon()) == b"\r\nOK\r\n"
        there.close()
        with pytest.raises(PortLost):
            port.read(soon())
        port.dispose()


@pytest.mark.parametrize(
    ("running", "holder"),
    [
        ({"812": "systemd", "97": "ModemManager"}, "ModemManager (97)"),
        ({"812": "systemd"}, "?"),
        ({}, "?"),
    ],
)
def test_a_holder_that_hides_its_files_is_modem_manager_where_that_runs(
    tmp_path: Path, running: dict[str, str], holder: str
) -> None:
    for pid, name in running.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "comm").write_text(f"{name}\n")
    assert held_by("/dev/ttyUSB0", str(tmp_path)) == holder


def test_a_holder_that_is_seen_is_named_before_all_guesses(tmp_path: Path) -> None:
    for pid, name in (("97", "ModemManager"), ("98", "minicom")):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "comm").write_text(f"{name}\n")
    (tmp_path / "98" / "fd" / "5").symlink_to("/dev/ttyUSB0")
    assert held_by("/dev/ttyUSB0", str(tmp_path)) == "minicom (98)"
