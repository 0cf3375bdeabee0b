"""A SIM that may send one part a day: the rest waits and says why, codes leave; with more room it goes on."""

from __future__ import annotations

from pathlib import Path

from stack import Stack, until


def test_a_budget_holds_what_may_wait(tmp_path: Path) -> None:
    with Stack(tmp_path, language="en") as stack:
        until(stack.modem_ready, "a ready modem")
        stack.run("modem", "budget", "sim1", "--parts-per-day", "1")
        stack.wait_for(stack.send("+33639980110", "first"), "delivered")
        waits = stack.send("+33639980111", "second")
        held = until(lambda: (seen := stack.links()["sim1"])["hold"] and seen, "a hold")
        assert (held["hold"], held["state"]) == ("budget", "ready")
        assert held["hold_until"]
        assert {"limit": "day", "used": 1, "most": 1} in held["budgets"]
        stack.wait_for(stack.send("+33639980112", "123456", category="otp"), "delivered")
        assert "has used up its budget for now" in stack.run("why", waits)
        assert stack.message(waits)["state"] == "queued"
        stack.run("modem", "budget", "sim1", "--parts-per-day", "9")
        stack.wait_for(waits, "delivered")
        until(lambda: stack.links()["sim1"]["hold"] is None, "the end of the rest")
