"""Four thousand messages come in by the thousand, and both processes are killed meanwhile."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Semaphore

from stack import Stack, until

BATCHES, BATCH = 4, 1000
FIRST = 1000  # the simulated phones below have habits of their own
SENT = 40  # so many on the wire are enough to see whether one repeats


def bulk(stack: Stack, batch: int) -> list[str]:
    """The acknowledged ids of one batch; [] where nothing was acknowledged."""
    to = [f"+3363998{FIRST + batch * BATCH + number}" for number in range(BATCH)]
    body = {"to": to, "text": "Le marché ouvre"}
    key = {"Idempotency_Key": f"import-{batch}"}
    try:
        status, answer, _ = stack.call("POST", "/api/v1/messages", body, timeout=60, **key)
    except OSError:
        return []
    assert status == 202, answer
    return [one["id"] for one in answer["messages"]]


def rows(data: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(data / "chappe.sqlite")) as ledger:
        yield from ledger.execute("SELECT uid, recipient FROM messages")


def test_what_was_acknowledged_is_there_after_both_died(tmp_path: Path) -> None:
    with Stack(tmp_path, **{"network-seconds": 0.02}) as stack:
        begins = Semaphore(0)

        def all_batches() -> list[list[str]]:
            answers = []
            for batch in range(BATCHES):
                begins.release()
                answers.append(bulk(stack, batch))
            return answers

        with ThreadPoolExecutor(1) as importer:
            answers = importer.submit(all_batches)
            for _ in range(3):
                assert begins.acquire(timeout=60)
            until(lambda: len([*rows(tmp_path)]) > 2 * BATCH, "some of the third batch")
            stack.kill("web")
            stack.kill("gateway")
            acknowledged = [uid for answer in answers.result(60) for uid in answer]
        assert 2 * BATCH <= len(acknowledged) < 4 * BATCH, "one died on the way"
        assert set(acknowledged) <= {uid for uid, _ in rows(tmp_path)}

        stack.start("web")
        stack.start("gateway")
        until(lambda: stack.api("GET", "/healthz")[0] == 200, "a healthy page")
        for batch in range(2, BATCHES):
            assert len(bulk(stack, batch)) == BATCH, "asked again under the same key"
        found = [*rows(tmp_path)]
        assert set(acknowledged) <= {uid for uid, _ in found}
        assert Counter(to for _, to in found).most_common(1)[0][1] == 1
        assert len(found) == BATCHES * BATCH

        before = len(stack.submitted())
        until(lambda: len(stack.submitted()) >= before + SENT, "what waited leaves")
        on_the_wire = Counter(event["recipient"] for event in stack.submitted())
        assert on_the_wire.most_common(1)[0][1] == 1, "none twice"
