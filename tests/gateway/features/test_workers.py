"""Threads that do what may take long: every task comes back, and none is waited for at the end."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

import pytest

from gateway.features.workers import FAREWELL, Workers

SECRET = "https://example.org/private-k7"
DEADLINE = 20.0


@pytest.fixture
def said() -> queue.SimpleQueue[str]:
    return queue.SimpleQueue()


def workers(work: Callable[[str], str], most: int = 1) -> Workers[str, str]:
    return Workers("calendars", work, lambda task: f"failed {task}", most)


def test_what_raises_comes_back_as_a_failure_and_the_log_keeps_the_secret(
    said: queue.SimpleQueue[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(task: str) -> str:
        raise ValueError(SECRET)

    crew = workers(fails)
    with caplog.at_level(logging.ERROR):
        crew.give("a", said.put)
        assert said.get(timeout=DEADLINE) == "failed a"
    assert "ValueError" in caplog.text
    assert "in fails" in caplog.text
    assert "private-k7" not in caplog.text
    crew.end()


def test_a_slow_one_holds_up_nobody_as_long_as_there_is_room(said: queue.SimpleQueue[str]) -> None:
    gate = threading.Event()

    def work(task: str) -> str:
        if task == "slow":
            gate.wait(DEADLINE)
        return task

    crew = workers(work, most=2)
    crew.give("slow", said.put)
    crew.give("quick", said.put)
    assert crew.free == 0
    assert said.get(timeout=DEADLINE) == "quick"
    crew.told()
    assert crew.free == 1
    gate.set()
    assert said.get(timeout=DEADLINE) == "slow"
    assert len(crew.threads) == 2
    crew.end()
    assert not any(thread.is_alive() for thread in crew.threads)


def test_the_end_leaves_behind_whoever_waits_for_an_answer(said: queue.SimpleQueue[str]) -> None:
    gate, begun = threading.Event(), threading.Event()

    def never(task: str) -> str:
        begun.set()
        gate.wait(FAREWELL + DEADLINE)
        return task

    crew = workers(never)
    crew.give("a", said.put)
    assert begun.wait(DEADLINE)
    crew.end()
    assert crew.threads[0].is_alive()
    assert said.empty()
    gate.set()
    assert said.get(timeout=DEADLINE) == "a"
