"""A program is told everything, in order for each message, though both it and the gateway are killed."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from receiver import Receiver, Reply, Request
from stack import Stack, until

DELIVERED = "+33639980001"
WHOLE = ["message.sending", "message.sent", "message.delivered"]


def told(requests: list[Request]) -> dict[str, list[str]]:
    """Message → its events, each once, in the order in which they first came."""
    seen, found = set(), defaultdict(list)
    for request in requests:
        body = json.loads(request.body)
        if request.headers["webhook-id"] not in seen:
            seen.add(request.headers["webhook-id"])
            found[body["data"]["id"]].append(body["type"])
    return found


def test_nothing_is_lost_over_a_kill_of_either_side(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack, Receiver() as receiver:
        events = [word for event in WHOLE for word in ("--event", event)]
        stack.run("webhook", "add", "till", receiver.url, *events)
        assert "200" in stack.run("webhook", "test", "till")
        tests = len(receiver.requests)
        receiver.answer = lambda request: Reply(500)
        first = [stack.send(DELIVERED, f"message {number}") for number in range(3)]
        for uid in first:  # what a modem has in hand when its gateway dies would be uncertain
            stack.wait_for(uid, "delivered")
        receiver.wait(tests + 1)
        receiver.down()  # in the middle of its work
        stack.kill("gateway")
        second = [stack.send(DELIVERED, f"message {number}") for number in range(3, 6)]
        receiver.answer = lambda request: Reply()
        receiver.up()
        stack.start("gateway")
        everything = dict.fromkeys((*first, *second), WHOLE)
        until(lambda: told(receiver.requests[tests:]) == everything, "every event, in order")
        log = json.loads(stack.run("webhook", "log", "till", "--json", "--limit", "100"))
        until(
            lambda: '"waiting"' not in stack.run("webhook", "log", "till", "--json", "--limit", "100"),
            "an empty backlog",
        )
        assert len(log) == 1 + 6 * len(WHOLE)
