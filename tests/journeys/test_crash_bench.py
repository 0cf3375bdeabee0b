"""The crash bench keeps its promises here in small, and would notice if one were broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "scripts" / "benchmarks"
PATIENCE = 120.0

# A process of its own: the benchmarks have a `stack` of theirs.
JUDGE = """
import json, sys
from collections import Counter
from crash_load import Asked
from crash_witness import judge_inbox, judge_messages
case = json.load(sys.stdin)
taken = Counter({(number, seq): times for number, seq, times in case["taken"]})
asked = [Asked(1, {}, "key 1", set(case["uids"]), case["canceled"])]
found = [*judge_messages(case["rows"], asked, taken), *judge_inbox(case["inbox"], ["i1 i1"])]
print(json.dumps([offence.promise for offence in found]))
"""


def test_four_kills_lose_nothing_and_repeat_nothing_unsaid(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(BENCHMARKS / "main.py"), "crash", "--kills", "4", "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    measured = json.loads(figures.read_text())["crash"]["figures"]
    for what in ("messages acknowledged", "parts on the wire", "inbound injected", "copies of the files"):
        assert measured[what] > 0, f"a run without {what} shows nothing"


def message(state: str = "delivered", events: tuple[str, ...] = (), **rest: Any) -> dict[str, Any]:
    part = {"seq": 1, "state": state, "attempts": rest.pop("attempts", 1)}
    history = [{"event": event, "part": None} for event in ("enqueue", *events)]
    row = {"text": "m1 m1", "to": "+33639985000", "category": "alert", "reason": None}
    return {**row, "state": state, "parts_detail": [part], "history": history, **rest}


WHOLE = {"id": "b", "text": "i1 i1", "complete": True}
SOUND: dict[str, Any] = {
    "rows": {"a": message()},
    "uids": ["a"],
    "canceled": False,
    "taken": [(1, 1, 1)],
    "inbox": [WHOLE],
}


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, []),
        ({"taken": []}, ["lost"]),
        ({"rows": {}}, ["lost"]),
        ({"rows": {"a": message("queued", attempts=0)}, "taken": []}, ["lost"]),
        ({"rows": {"a": message("failed")}, "taken": []}, ["lost"]),
        ({"rows": {"a": message("failed", reason="refused")}, "taken": []}, []),
        ({"rows": {"a": message("uncertain", reason="interrupted")}, "taken": []}, []),
        ({"taken": [(1, 1, 2)]}, ["sent twice unsaid"]),
        ({"rows": {"a": message(attempts=2)}, "taken": [(1, 1, 2)]}, ["sent twice unsaid"]),
        ({"rows": {"a": message(events=("repeat",), attempts=2)}, "taken": [(1, 1, 2)]}, []),
        ({"rows": {"a": message("canceled", reason="canceled_by")}, "canceled": True}, ["left, denied"]),
        ({"canceled": True}, ["cancellation forgotten"]),
        ({"uids": ["a", "c"]}, ["lost", "doubled under a key"]),
        ({"inbox": []}, ["inbound lost"]),
        ({"inbox": [WHOLE, WHOLE]}, ["inbound doubled"]),
        ({"inbox": [WHOLE, {"id": "c", "text": "i1 […]", "complete": False}]}, ["inbound doubled"]),
    ],
)
def test_a_broken_promise_is_noticed_and_a_kept_one_is_not(
    changed: dict[str, Any], broken: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", JUDGE],
        input=json.dumps(SOUND | changed),
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == broken
