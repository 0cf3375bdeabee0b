"""Whoever is slow, greedy or endless holds up no one else: against the real server, on real sockets."""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes import MONDAY_NOON
from gateway import config
from gateway.store import database, upgrade
from web import channels, serve
from web.app import create_app

TOML = '[appliance]\ndata_dir = "{folder}"\nruntime_dir = "{folder}"\n[[modems]]\nname = "sim1"\n'
HALF = b"GET /healthz HTTP/1.1\r\nHost: chappe\r\nX-Slow: "
STRANGER, NEIGHBOUR = "127.0.0.2", "127.0.0.3"  # this machine's too, but not the address that is let off
Knock = Callable[..., socket.socket]


class Hasty(channels.Channel):
    head_within, whole_within = 0.2, 0.4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("slow")
    (folder / "gateway.toml").write_text(TOML.format(folder=folder), encoding="utf-8")
    loaded = config.load(folder / "gateway.toml")
    upgrade.upgrade(loaded.appliance.database_path, MONDAY_NOON)
    site = replace(loaded, web=replace(loaded.web, port=0))
    running = serve.listening(create_app(site), site, trial=False)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield running
    running.close()
    thread.join(10)
    database.db.close_all()
    shutil.rmtree(folder, ignore_errors=True)
    assert not thread.is_alive()


@pytest.fixture
def knock(server: Any) -> Iterator[Knock]:
    """Opens a connection from an address, and says the beginning of something."""
    with ExitStack() as held:

        def open_one(said: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
            here = ("127.0.0.1", server.effective_port)
            made = held.enter_context(closing(socket.create_connection(here, 5, (source, 0))))
            made.sendall(said)
            return made

        yield open_one


def answers(server: Any, source: str = "127.0.0.1", patience: float = 2.0) -> bool:
    """Whether the page answers somebody within that time."""
    here = http.client.HTTPConnection("127.0.0.1", server.effective_port, patience, (source, 0))
    with closing(here):
        here.request("GET", "/healthz")
        return here.getresponse().status in (200, 503)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side hung up, within some seconds."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "said", [b"", b"G", HALF, b"POST /sign-in HTTP/1.1\r\nContent-Length: 99\r\n\r\nname="]
)
def test_fifty_who_never_finish_hold_up_nobody(server: Any, knock: Knock, said: bytes) -> None:
    slow = [knock(said) for _ in range(50)]
    assert answers(server)
    for connection in slow:
        connection.sendall(b"a")
    assert answers(server)


def test_one_address_takes_its_share_and_no_more(server: Any, knock: Knock) -> None:
    held = [knock(HALF, STRANGER) for _ in range(channels.PER_ADDRESS)]
    assert is_closed(knock(b"", STRANGER))
    assert answers(server, NEIGHBOUR)
    held.pop().close()
    assert any(is_served(server) for _ in range(20))  # as soon as it was seen


def is_served(server: Any) -> bool:
    try:
        return answers(server, STRANGER)
    except (OSError, http.client.HTTPException):
        return False


@pytest.mark.parametrize(
    "said", [HALF, b"POST /x HTTP/1.1\r\nHost: chappe\r\nContent-Length: 99\r\n\r\nname="]
)
def test_a_request_that_takes_too_long_is_hung_up_on(server: Any, knock: Knock, said: bytes) -> None:
    usual, server.channel_class = server.channel_class, Hasty
    try:
        slow = knock(said)
        answered = knock(HALF + b"\r\n\r\n")
        assert answered.recv(12).startswith(b"HTTP/1.1 ")
        assert is_closed(slow)
    finally:
        server.channel_class = usual


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET / HTTP/1.1\r\nX-Large: " + b"a" * (channels.HEAD_LIMIT + 1) + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * (channels.HEAD_LIMIT + 1) + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (serve.BODY_LIMIT + 1), 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nA: b\r\n c: d\nX\r\n\r\n", 400),
    ],
)
def test_what_is_too_large_or_no_http_is_refused_at_once(
    server: Any, knock: Knock, said: bytes, status: int
) -> None:
    answer = knock(said).recv(64)
    assert answer.split()[1] == str(status).encode(), answer
    assert answers(server)
