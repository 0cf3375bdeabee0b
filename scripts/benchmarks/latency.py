"""From the first byte of an HTTP request to the AT+CMGS line complete at the modem, on an idle gateway.

Both instants are CLOCK_MONOTONIC of the same machine: ours before the request is sent on a kept-alive
connection, the simulated modem's when it has read the line's end.  The simulated network takes no time.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from math import ceil

from stack import Caller, NotReady, Stack

RECIPIENT = "+33639980008"  # never any report: nothing else is on its way while one is measured
PAUSE = (0.04, 0.16)  # seconds between two messages: not in step with anything that ticks
WARM = 5  # messages before the first that counts


@dataclass(frozen=True)
class Submission:
    """One request: CLOCK_MONOTONIC seconds before its first byte and after its answer's last."""

    begun: float
    answered: float


def measure(messages: int, seed: int) -> dict[str, float]:
    pauses = random.Random(seed)
    with Stack() as stack:
        caller = stack.api()
        for _ in range(WARM):
            submit(caller, pauses)
        stack.simulator(do="clear_log")
        done = [submit(caller, pauses) for _ in range(messages)]
        events = stack.simulator(do="log")["events"]
    lines = [event["at"] for event in events if event["event"] == "cmgs_line"]
    if len(lines) != len(done):
        raise NotReady(f"{len(done)} messages were asked for and {len(lines)} came to the modem")
    wire = sorted((line - one.begun) * 1000 for one, line in zip(done, lines, strict=True))
    answers = sorted((one.answered - one.begun) * 1000 for one in done)
    shares = {f"latency p{percent}": rank(wire, percent) for percent in (50, 90, 99)}
    return {**shares, "latency max": wire[-1], "answer p50": rank(answers, 50)}


def submit(caller: Caller, pauses: random.Random) -> Submission:
    """Submit one message and let it pass."""
    content = {"to": RECIPIENT, "text": "bench", "category": "notification"}
    begun = time.monotonic()
    status, body = caller.post("/api/v1/messages", content)
    answered = time.monotonic()
    if status != 202:
        raise NotReady(f"POST /messages answered {status}: {body[:500]!r}")
    time.sleep(pauses.uniform(*PAUSE))
    return Submission(begun, answered)


def rank(ranked: list[float], percent: int) -> float:
    """The percentile by nearest rank of an ascending list."""
    return ranked[ceil(percent / 100 * len(ranked)) - 1]
