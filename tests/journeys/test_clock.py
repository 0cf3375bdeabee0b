"""The wall clock is wrong for a while: a year ahead, or in 1970 as after a power cut.

Gateway and web run under libfaketime, which reads the error of their clock from a file; monotonic time
and the simulated modem keep the truth.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stack import Stack, until

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
WRONG = 6.0  # seconds for which the clock is wrong: longer than one beat of the gateway
YEAR = 365 * 86_400
TICKS = os.sysconf("SC_CLK_TCK")
BUSY = 0.5  # of one processor: what no process takes that only waits
GROWTH = 12 * 1024  # kB: a scheduler that makes up for a year of minutes takes more


class Wall:
    """The error of the wall clock of gateway and web."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wrong_by(0)

    def wrong_by(self, seconds: int) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self.path)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    if LIBRARY is None:
        pytest.skip("Debian's libfaketime is not installed: a wrong clock is not tried")
    return Wall(tmp_path / "faketime")


def cost(stack: Stack) -> dict[str, tuple[float, int]]:
    """Processor seconds so far and resident kB of gateway and web."""
    return {name: _cost(stack.children[name].pid) for name in ("gateway", "web")}


def _cost(pid: int) -> tuple[float, int]:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    memory = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in memory if line.startswith("VmRSS:"))
    return sum(map(int, ticks)) / TICKS, resident


def pass_by(seconds: float) -> None:
    """Time itself is what is waited for here."""
    time.sleep(seconds)


def trusted(stack: Stack, wanted: bool) -> None:
    until(lambda: stack.clock_trusted() is wanted, "the clock to be trusted" if wanted else "the doubt")


def states(stack: Stack, uids: list[str]) -> dict[str, tuple[str, str | None]]:
    found = [stack.message(uid) for uid in uids]
    return {message["text"]: (message["state"], message["reason"]) for message in found}


def test_a_clock_that_is_a_year_ahead_for_a_while_costs_nothing(tmp_path: Path, wall: Wall) -> None:
    with Stack(tmp_path, environment=wall.environment) as stack:
        stack.modem(do="drop_network")
        until(lambda: not stack.modem_ready(), "the missing network to be noticed")
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        later = stack.send("+33639981201", "demain", send_at=tomorrow)
        taken = [stack.send("+33639981200", "avant")]
        before = cost(stack)

        wall.wrong_by(YEAR)
        trusted(stack, False)
        taken.append(stack.send("+33639981202", "pendant"))
        hour = stack.send("+33639981205", "à son heure", send_at=tomorrow)
        pass_by(WRONG)
        wrong, during = states(stack, [*taken, later, hour]), cost(stack)
        stack.modem(do="restore_network")
        stack.wait_for(taken[0], "delivered")
        stack.modem(do="inject", sender="+33639981203", text="malgré l'horloge")
        until(lambda: [one["text"] for one in stack.inbound()] == ["malgré l'horloge"], "the inbound one")

        wall.wrong_by(0)
        trusted(stack, True)
        taken.append(stack.send("+33639981204", "après"))
        until(lambda: all(stack.message(uid)["state"] == "delivered" for uid in taken), "everything", 20)
        assert sorted(event["text"] for event in stack.submitted()) == ["après", "avant", "pendant"]
        assert wrong["demain"] == ("scheduled", "scheduled"), "no wrong clock makes tomorrow today"
        assert wrong["à son heure"] == ("held", "clock_untrusted")
        assert wrong["avant"][0] == wrong["pendant"][0] == "queued", "nothing is over"
        right = states(stack, [later, hour])
        assert {reason for _, reason in right.values()} == {"scheduled"}
        assert stack.message(taken[1])["created_at"][:4] == f"{datetime.now(UTC):%Y}", "put right"
        assert stack.api("GET", "/healthz")[0] == 200
        for name, (seconds, resident) in before.items():
            assert during[name][0] - seconds < BUSY * WRONG
            assert during[name][1] - resident < GROWTH


def test_a_start_in_1970_sends_what_has_no_hour_and_puts_it_right_later(tmp_path: Path, wall: Wall) -> None:
    with Stack(tmp_path, environment=wall.environment) as stack:
        stack.modem(do="drop_network")
        until(lambda: not stack.modem_ready(), "the missing network to be noticed")
        old = stack.send("+33639981210", "d'hier", validity_s=3600)
        for name in ("gateway", "web"):
            stack.stop(name)
        wall.wrong_by(60 - int(time.time()))
        stack.start("gateway")
        stack.start("web")
        until(lambda: stack.api("GET", "/healthz")[0] == 200, "a healthy page in 1970")
        stack.modem(do="restore_network")
        until(stack.modem_ready, "a ready modem")
        assert not stack.clock_trusted()
        soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
        code = stack.send("+33639981211", "code", category="otp")
        hour = stack.send("+33639981212", "à son heure", send_at=soon)
        stack.wait_for(code, "delivered")
        stack.wait_for(old, "delivered")
        assert stack.message(code)["created_at"].startswith("1970")
        assert states(stack, [hour]) == {"à son heure": ("held", "clock_untrusted")}
        before = cost(stack)

        wall.wrong_by(0)
        trusted(stack, True)
        stack.wait_for(hour, "delivered")
        assert datetime.now(UTC) >= datetime.fromisoformat(soon)
        asked = datetime.fromisoformat(stack.message(code)["created_at"])
        assert datetime.now(UTC) - asked < timedelta(minutes=2)
        assert sorted(event["text"] for event in stack.submitted()) == ["code", "d'hier", "à son heure"]
        for name, (seconds, resident) in cost(stack).items():
            assert seconds - before[name][0] < 3
            assert resident - before[name][1] < GROWTH
