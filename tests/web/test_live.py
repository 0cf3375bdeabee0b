"""Pages that listen: told at once, six at a time, let go at once, and costing nothing when there are none."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from journeys.guest import Guest
from stack import Stack, until
from web.watch import Ear, Seen, Watch

SOON = 20.0  # seconds within which what is awaited must come
TICK = os.sysconf("SC_CLK_TCK")


# ---- the watch by itself ---------------------------------------------------------------------


class World:
    """What a watch looks at; counts the looks."""

    def __init__(self) -> None:
        self.version, self.standing, self.looks = "one", {"ana", "bo"}, 0
        self.failing = False
        self.looked = threading.Condition()

    def look(self, ears: Sequence[Ear]) -> Seen:
        with self.looked:
            self.looks += 1
            self.looked.notify_all()
        if self.failing:
            raise OSError("the disk")
        return Seen({ear.of: f"{self.version}{ear.of}" for ear in ears}, frozenset(self.standing))

    def looks_again(self, times: int = 1) -> bool:
        with self.looked:
            wanted = self.looks + times
            return self.looked.wait_for(lambda: self.looks >= wanted, SOON)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def watch(world: World) -> Iterator[Watch]:
    watching = Watch(world.look, most=2, every=0.005)
    yield watching
    watching.close()


def ear(of: str = "", token: str = "ana", known: str = "one") -> Ear:
    return Ear(of, token, known, bool)


def ended(watch: Watch) -> bool:
    deadline = time.monotonic() + SOON
    while watch.is_looking and time.monotonic() < deadline:
        time.sleep(0.002)
    return not watch.is_looking


def test_what_changed_is_told_to_everybody_who_shows_it(watch: Watch, world: World) -> None:
    ours, theirs = ear(), ear("modems", "bo", "onemodems")
    assert watch.listen(ours)
    assert watch.listen(theirs)
    world.version = "two"
    assert watch.hear(ours, "one", SOON) == "two"
    assert watch.hear(theirs, "onemodems", SOON) == "twomodems"


def test_while_nothing_changes_patience_ends_with_what_is_known(watch: Watch) -> None:
    listening = ear()
    watch.listen(listening)
    assert watch.hear(listening, "one", 0.03) == "one"


def test_one_more_than_there_is_room_for_is_refused_until_somebody_leaves(watch: Watch) -> None:
    first, second = ear(), ear()
    assert watch.listen(first)
    assert watch.listen(second)
    assert not watch.listen(ear())
    watch.leave(first)
    watch.leave(first)
    assert watch.listen(ear())
    assert watch.listeners == 2


def test_whose_browser_went_away_keeps_no_place(watch: Watch) -> None:
    left = threading.Event()
    assert watch.listen(Ear("", "ana", "one", left.is_set))
    assert watch.listen(ear())
    left.set()
    assert watch.listen(ear())


def test_who_signed_out_hears_the_end_and_the_others_go_on(watch: Watch, world: World) -> None:
    ours, theirs = ear(), ear(token="bo")
    watch.listen(ours)
    watch.listen(theirs)
    world.standing = {"bo"}
    assert watch.hear(ours, "one", SOON) is None
    assert ours.over
    assert not theirs.over


def test_a_browser_that_went_away_is_let_go(watch: Watch) -> None:
    gone = threading.Event()
    listening = Ear("", "ana", "one", gone.is_set)
    watch.listen(listening)
    gone.set()
    assert watch.hear(listening, "one", SOON) is None


def test_nobody_looks_while_nobody_listens(watch: Watch, world: World) -> None:
    assert not watch.is_looking
    first = ear()
    watch.listen(first)
    assert world.looks_again()
    watch.leave(first)
    assert ended(watch)
    watch.listen(ear())
    assert world.looks_again(), "it begins again for the next one"


def test_a_look_that_fails_costs_one_look(watch: Watch, world: World) -> None:
    listening = ear()
    world.failing = True
    watch.listen(listening)
    assert world.looks_again(2)
    world.failing, world.version = False, "two"
    assert watch.hear(listening, "one", SOON) == "two"


def test_closing_lets_everybody_go_at_once_and_nobody_in(watch: Watch) -> None:
    listening = ear()
    watch.listen(listening)
    heard: list[str | None] = ["unheard"]
    waiting = threading.Thread(target=lambda: heard.append(watch.hear(listening, "one", SOON)))
    waiting.start()
    watch.close()
    waiting.join(SOON)
    assert heard[1:] == [None]
    assert not listening.over, "the server leaves; nobody is signed out"
    assert not watch.listen(ear())
    assert ended(watch)


# ---- the real server -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guest(stack: Stack) -> Guest:
    return Guest(stack)


class Listener:
    """A page that listens, as a browser would: `next` is what the stream says, line by line."""

    def __init__(self, stack: Stack, guest: Guest, **asked: str) -> None:
        cookies = "; ".join(f"{one.name}={one.value}" for one in guest.jar)
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        self.connection = HTTPConnection("127.0.0.1", stack.port, timeout=SOON)
        self.connection.request("GET", f"/live/events?{query}", headers={"Cookie": cookies})
        self.socket = self.connection.sock
        self.answer: HTTPResponse = self.connection.getresponse()

    @property
    def status(self) -> int:
        return self.answer.status

    def next(self, field: str) -> str:
        """The value of the next line with that field; "" when the stream ended."""
        while line := self.answer.readline().decode():
            if line.startswith(f"{field}:"):
                return line.partition(":")[2].strip()
        return ""

    def ends(self) -> bool:
        """The stream ends, by itself."""
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            self.answer.read()
        return True

    def leave(self) -> None:
        """As a browser does: without a word."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.answer.close()
        self.connection.close()


Listen = Callable[..., Listener]


def spent(stack: Stack) -> float:
    """Seconds of CPU that the web process has used."""
    fields = Path(f"/proc/{stack.children['web'].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@pytest.fixture
def listen(stack: Stack) -> Iterator[Listen]:
    """Opens streams; those still open afterwards are left."""
    opened: list[Listener] = []

    def listen(guest: Guest, **asked: str) -> Listener:
        opened.append(Listener(stack, guest, **asked))
        return opened[-1]

    yield listen
    for listener in opened:
        listener.leave()


def test_a_page_is_told_of_a_message(stack: Stack, guest: Guest, listen: Listen) -> None:
    listener = listen(guest)
    assert listener.answer.headers["Content-Type"].startswith("text/event-stream")
    before = listener.next("data")
    stack.send("+33639980001", "Bonjour")
    assert listener.next("data") not in ("", before)


def test_a_browser_that_comes_back_with_what_it_knows_hears_only_what_is_new(
    guest: Guest, listen: Listen
) -> None:
    version = listen(guest).next("data")
    back = listen(guest, version=version)
    back.socket.settimeout(0.8)
    with pytest.raises(TimeoutError):
        back.next("data")


def test_the_seventh_is_refused_and_a_place_is_free_as_soon_as_somebody_leaves(
    guest: Guest, listen: Listen
) -> None:
    def let_in() -> Listener | None:
        listener = listen(guest)
        return listener if listener.status == 200 else None

    six = [until(let_in, "a place", SOON) for _ in range(6)]
    refused = listen(guest)
    assert (refused.status, refused.answer.headers["Retry-After"]) == (503, "60")
    assert guest.read("/live")[0] == 200, "a page may always ask"
    six[2].leave()
    assert until(let_in, "a free place", SOON)


def test_signing_out_ends_the_streams_of_that_session_only(
    stack: Stack, guest: Guest, listen: Listen
) -> None:
    bo = Guest(stack, "bo")
    hers, his = listen(guest), listen(bo)
    before = hers.next("data")
    bo.send(bo.read("/")[1], "/sign-out")
    assert his.next("event") == "over"
    assert his.ends()
    stack.send("+33639980001", "Encore là ?")
    assert hers.next("data") not in ("", before)
    assert listen(bo).status == 401


def test_with_no_page_open_the_web_rests(stack: Stack, guest: Guest, listen: Listen) -> None:
    listener = listen(guest)
    listener.next("data")
    listener.leave()
    time.sleep(0.8)  # it looks once more, sees nobody, and sleeps
    before = spent(stack)
    time.sleep(1.2)
    assert spent(stack) - before <= 0.02


def test_a_server_that_is_asked_to_leave_waits_for_no_listener(
    stack: Stack, guest: Guest, listen: Listen
) -> None:
    streams = [listen(guest) for _ in range(3)]
    for listener in streams:
        listener.next("data")
    stack.stop("web")
    assert "still running" not in stack.log("web")  # what the server says of a thread that it gave up
    assert all(listener.ends() for listener in streams)
    stack.start("web")
