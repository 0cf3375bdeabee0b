"""From the first byte of an HTTP request to the AT+CMGS line complete at the modem, on an idle gateway.

Both instants are CLOCK_MONOTONIC of the same machine: ours before the request is sent on a kept-alive
connection, the simulated modem's when it has read the line's end.  The simulated network takes no time.
"""

from __future__ import annotations

import random
import time
from math import ceil

from stack import Caller, NotReady, Stack

RECIPIENT = "+33639980008"  # never any report: nothing else is on its way while one is measured
PAUSE = (0.04, 0.16)  # seconds between two messages: not in step with anything that ticks
WARM = 5  # messages before the first that counts


def measure(messages: int, seed: int) -> dict[str, float]:
    pauses = random.Random(seed)
    with Stack() as stack:
        caller = stack.api()
        for _ in range(WARM):
            submit(caller, pauses)
        stack.simulator(do="clear_log")
        begun = [submit(caller, pauses) for _ in range(messages)]
        events = stack.simulator(do="log")["events"]
    lines = [event["at"] for event in events if event["event"] == "cmgs_line"]
    if len(lines) != len(begun):
        raise NotReady(f"{len(begun)} messages were asked for and {len(lines)} came to the modem")
    return summary([(line - start) * 1000 for start, line in zip(begun, lines, strict=True)])


def submit(caller: Caller, pauses: random.Random) -> float:
    """Submit one message and let it pass; the instant at which its request began."""
    content = {"to": RECIPIENT, "text": "bench", "category": "notification"}
    begun = time.monotonic()
    status, body = caller.post("/api/v1/messages", content)
    if status != 202:
        raise NotReady(f"POST /messages answered {status}: {body[:500]!r}")
    time.sleep(pauses.uniform(*PAUSE))
    return begun


def summary(milliseconds: list[float]) -> dict[str, float]:
    """Percentiles by nearest rank, and the worst."""
    ranked = sorted(milliseconds)
    figures = {
        f"latency p{percent}": ranked[ceil(percent / 100 * len(ranked)) - 1] for percent in (50, 90, 99)
    }
    return figures | {"latency max": ranked[-1]}
