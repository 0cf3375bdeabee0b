"""A call that waits: answered when the message is final, or when the time is over, and never many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from gateway.messages import outbox
from gateway.store import database
from stack import until
from web.api import waiting
from web.watch import Watch

API = "/api/v1/messages"


@pytest.fixture
def watch(app: Flask) -> Iterator[Watch]:
    found = waiting.patience.of(app)
    yield found
    found.close()


class Call:
    """A call on its way in a thread of its own."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self.answer: Any = None
        self._ask = ask
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.answer = self._ask()

    def end(self) -> Any:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.answer


def cancel(uid: str, clock: Any) -> None:
    with database.connection():
        outbox.cancel(uid, "page:ana", clock.now())


def test_a_call_is_answered_as_soon_as_the_message_is_final(shop: Any, watch: Watch, clock: Any) -> None:
    uid = shop.send().get_json()["id"]
    call = Call(lambda: shop.get(f"{API}/{uid}?wait=60"))
    until(lambda: watch.listeners == 1)
    cancel(uid, clock)
    answer = call.end()
    assert (answer.status_code, answer.get_json()["state"]) == (200, "canceled")
    assert watch.listeners == 0
    until(lambda: not watch.is_looking)


def test_sending_may_wait_too_and_is_accepted_all_the_same(
    shop: Any, watch: Watch, clock: Any, ledger: Callable[[], Any]
) -> None:
    call = Call(lambda: shop.post(f"{API}?wait=60", {"to": "+33639980001", "text": "Bonjour"}))
    until(lambda: watch.listeners == 1)
    (row,) = ledger()["Message"]
    cancel(row[1], clock)
    answer = call.end()
    assert (answer.status_code, answer.get_json()["state"]) == (202, "canceled")


def test_when_the_time_is_over_the_answer_is_how_things_are(shop: Any, watch: Watch) -> None:
    uid = shop.send().get_json()["id"]
    began = time.monotonic()
    answer = shop.get(f"{API}/{uid}?wait=1")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "queued")
    assert 0.9 < time.monotonic() - began < 10


def test_one_too_many_is_answered_at_once_and_others_are_not_kept_from_anything(
    shop: Any, watch: Watch, clock: Any
) -> None:
    uid = shop.send().get_json()["id"]
    calls = [Call(lambda: shop.get(f"{API}/{uid}?wait=60")) for _ in range(waiting.MOST)]
    until(lambda: watch.listeners == waiting.MOST)
    assert shop.get(f"{API}/{uid}?wait=60").get_json()["state"] == "queued"
    assert shop.send().status_code == 202  # whoever waits keeps no lock
    cancel(uid, clock)
    assert {call.end().get_json()["state"] for call in calls} == {"canceled"}


def test_who_waits_is_answered_when_the_server_leaves(shop: Any, app: Flask, watch: Watch) -> None:
    uid = shop.send().get_json()["id"]
    call = Call(lambda: shop.get(f"{API}/{uid}?wait=60"))
    until(lambda: watch.listeners == 1)
    waiting.close(app)
    assert call.end().get_json()["state"] == "queued"


@pytest.mark.parametrize(
    ("wait", "code"), [("61", "out_of_range"), ("-1", "out_of_range"), ("x", "wrong_type")]
)
def test_a_time_that_cannot_be_waited_is_refused(shop: Any, wait: str, code: str) -> None:
    for answer in (
        shop.get(f"{API}/0?wait={wait}"),
        shop.post(f"{API}?wait={wait}", {"to": "+33639980001", "text": "a"}),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_many_cannot_be_waited_for(shop: Any, ledger: Callable[[], Any]) -> None:
    answer = shop.post(f"{API}?wait=5", {"to": ["+33639980001"], "text": "a"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "wait_for_one")
    assert ledger()["Message"] == []
