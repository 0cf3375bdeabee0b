"""Ten thousand messages wait before a slow network, and somebody wants to sign in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from stack import Stack

BATCHES, BATCH = 10, 1000
FIRST = 1000  # the simulated phones below have habits of their own
PART_SECONDS = 0.3
CODE = "Votre code : 241107"


def bulk(stack: Stack, batch: int) -> dict[str, Any]:
    to = [f"+3363998{FIRST + (batch * BATCH + number) % 9000}" for number in range(BATCH)]
    status, answer, _ = stack.call(
        "POST", "/api/v1/messages", {"to": to, "text": "Le marché ouvre"}, timeout=60
    )
    assert status == 202, answer
    return dict(answer)


def begun_before(stack: Stack, text: str, since: float) -> int:
    """How many other messages were handed to the modem after that instant and before this one."""
    events = stack.modem(do="log")["events"]
    lines = [event["at"] for event in events if event["event"] == "cmgs_line"]
    texts = [event["text"] for event in events if event["event"] == "submitted"]
    return sum(at > since for at in lines[: texts.index(text)])


def test_a_code_behind_ten_thousand_messages_leaves_next(tmp_path: Path) -> None:
    with Stack(tmp_path, **{"network-seconds": PART_SECONDS}) as stack:
        shop, stack.key = stack.key, stack.run("key", "create", "import", "--quiet").strip()
        for batch in range(BATCHES):
            bulk(stack, batch)
        stack.key = shop
        code = stack.send("+33612345678", CODE, category="otp")
        answered = time.monotonic()
        stack.wait_for(code, "delivered")
        assert begun_before(stack, CODE, answered) <= 1, "at most the one that was claimed already"
        waiting = stack.api("GET", "/api/v1/messages?state=queued&limit=1")[1]["items"]
        assert waiting, "the ten thousand wait still"
