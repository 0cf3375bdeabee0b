"""From the start of each process to the moment it can be used, in seconds; the median of several.

The page is ready when it answers; the gateway when the page calls it well; the modem when it is registered
and its stored messages have been taken over, counted from the start of the gateway.
"""

from __future__ import annotations

from statistics import median

from stack import Stack


def measure(times: int) -> dict[str, float]:
    starts = [one_start() for _ in range(times)]
    names = {"web": "web start", "gateway": "gateway start", "modem": "modem ready"}
    return {shown: median(start[name] for start in starts) for name, shown in names.items()}


def one_start() -> dict[str, float]:
    with Stack() as stack:
        return dict(stack.took)
