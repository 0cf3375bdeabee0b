"""Killed, hanging or hoarding memory, each process is noticed in time and started again with its queue."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from stack import PATIENCE, Stack, until
from supervisor import WATCHDOG, Manager
from web import pulse

# The real program, beside which something takes memory when it is told to.
HOARDING = """
import signal
hoard = []
signal.signal(signal.SIGUSR1, lambda *_: hoard.append(b"x" * 250_000_000))
from gateway.cli import main
main()
"""
MEMORY_MAX = 200_000_000
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
BLOWS = (signal.SIGSTOP, signal.SIGUSR1)  # a hog is killed, as by the kernel: no handler of ours runs


def managed(stack: Stack, name: str) -> Manager:
    stack.stop(name)
    command = [sys.executable, "-c", HOARDING, *stack.command(name)[3:]]
    return Manager(command, stack.data / f"{name}.log", MEMORY_MAX)


def strike(manager: Manager, blow: signal.Signals) -> None:
    """Until it is there again; noticed for the reason that there was."""
    starts, barks, hogs, since = manager.starts, manager.barks, manager.hogs, time.monotonic()
    manager.strike(blow)
    assert manager.ready.wait(PATIENCE), manager.log.read_text()
    assert manager.starts > starts
    assert manager.barks > barks or blow != signal.SIGSTOP
    assert manager.hogs > hogs or blow != signal.SIGUSR1
    assert time.monotonic() - since < WATCHDOG + PATIENCE


def test_what_hangs_or_is_killed_for_its_memory_is_started_again_and_loses_nothing(tmp_path: Path) -> None:
    with ExitStack() as everything:
        stack = everything.enter_context(Stack(tmp_path))
        gateway, web = (everything.enter_context(managed(stack, name)) for name in ("gateway", "web"))
        for manager in (gateway, web):
            assert manager.ready.wait(PATIENCE), manager.log.read_text()
        waiting = [stack.send("+33639980001", f"tomorrow {number}", send_at=TOMORROW) for number in range(20)]
        for blow in BLOWS:
            for manager in (gateway, web):
                strike(manager, blow)
        until(lambda: stack.api("GET", "/healthz")[0] == 200, "a healthy page")
        assert {stack.message(uid)["state"] for uid in waiting} == {"scheduled"}
        stack.wait_for(stack.send("+33639980001", "at the end"), "delivered")
    assert "STOPPING=1" in gateway.words
    assert "STOPPING=1" in web.words


# ---- the page's own question ---------------------------------------------------------------------


def test_the_page_lives_when_it_answers_whatever_it_says_and_not_when_it_only_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not pulse.answers(listener, 0.2)

        def answer() -> None:
            for _ in range(2):  # the first is the question that nobody waits for any more
                there, _ = listener.accept()
                there.recv(1000)
                there.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno")
                there.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert pulse.answers(listener, PATIENCE)
        thread.join(PATIENCE)
    assert not pulse.answers(SimpleNamespace(family=socket.AF_UNIX, getsockname=lambda: "/nowhere"), 0.2)  # type: ignore[arg-type]
