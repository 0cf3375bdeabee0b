"""A gateway program in one setting, on a simulated modem of its own: Chappe, or a peer.

What every measure needs of each is the same: submit, see what reached the network (the simulated modem's own
log says so, in CLOCK_MONOTONIC seconds), see what came in, and what it cost.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from procfs import cpu_seconds, pss_megabytes
from scale import waiting
from stack import NotReady, Stack

RECIPIENT = "+33639980008"  # never any report: none of them has to read one while it sends
SENDER = "+33639980011"
LOOK = 0.004  # seconds between two looks at a log; its instants are the modem's own, however rare the looks
LOOK_SELDOM = 0.2  # at one that mostly sleeps: every look takes a millisecond from those that are timed
GLANCE = 1.0  # seconds until a wait for a hook notices that all is over
# smstools calls it for everything, with what happened first; gammu-smsd only for what came in.
HOOK = '#!/bin/sh\ncase "$1" in SENT|FAILED|REPORT|CALL) exit;; esac\necho come > "{fifo}"\n'

Event = dict[str, Any]


class Contender(Stack):
    """One program in one setting; `calm` is false where it is left as installed and mostly sleeps."""

    program = ""
    setting = ""
    calm = True
    burst = 500  # messages of one throughput turn
    rest = 0.0  # seconds between two of its own looks: what is timed begins anywhere between them

    def __init__(self, hook: bool = False, queued: int = 0) -> None:
        super().__init__()
        self.hook = hook  # what comes in is to be told at once: some are slower at sending with it
        self.queued = queued  # single parts that wait before it starts
        self.spent = 0.0  # processor seconds of commands that submitted and are gone
        self.events: list[Event] = []
        self._last = 0

    @classmethod
    def called(cls) -> str:
        return f"{cls.program} {cls.setting}".strip()

    @property
    def name(self) -> str:
        return self.called()

    def submit(self, texts: list[str], *, urgent: bool = False) -> None:
        """Hand these messages over as a program would; they are accepted when this returns."""
        raise NotImplementedError

    def expect(self) -> None:
        """Nothing that came in until now counts as `told`."""
        raise NotImplementedError

    def told(self, text: str, seconds: float) -> float:
        """The instant at which a program outside could know of this inbound message."""
        raise NotImplementedError

    # ---- the witness -----------------------------------------------------------------------------

    def forget(self) -> None:
        """What happened until now no longer shows in `events`."""
        self._look()
        self.events.clear()

    def of(self, event: str) -> list[Event]:
        return [one for one in self.events if one["event"] == event]

    def until_left(self, parts: int, seconds: float) -> list[Event]:
        """The parts that reached the network, once there are so many or after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            self._look()
            left = self.of("submitted")
            if len(left) >= parts or time.monotonic() > deadline:
                return left
            time.sleep(self._pause(parts))

    def _pause(self, parts: int) -> float:
        if not self.calm:
            return LOOK_SELDOM
        return LOOK if parts < self.burst else 10 * LOOK

    def line_of(self, part: Event) -> float:
        """When the AT+CMGS line of this part, which has left, was complete at the modem."""
        return max(float(one["at"]) for one in self.of("cmgs_line") if one["at"] <= part["at"])

    def all_left(self, parts: int, seconds: float) -> list[Event]:
        left = self.until_left(parts, seconds)
        if len(left) < parts:
            raise NotReady(f"{self.name}: {len(left)} of {parts} parts left in {seconds:g} s\n{self.said()}")
        return left

    def _look(self) -> None:
        fresh = self.simulator(do="log", after=self._last)["events"]
        self.events += fresh
        self._last = fresh[-1]["seq"] if fresh else self._last

    # ---- what it costs ---------------------------------------------------------------------------

    @property
    def pids(self) -> dict[str, int]:
        """The program's own processes: the simulated modem is none of them."""
        return {name: one.pid for name, one in self.processes.items() if name != "simulator"}

    def cpu(self) -> float:
        return self.spent + sum(cpu_seconds(pid) for pid in self.pids.values())

    def memory(self) -> dict[str, float]:
        """MB of PSS, of all of it and of what there would be without a page."""
        sizes = {name: pss_megabytes(pid) for name, pid in self.pids.items()}
        return {"all": sum(sizes.values()), "without page": sum(sizes.values()) - sizes.get("web", 0.0)}

    def said(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-1000:] for log in self.folder.glob("*.log"))


class Chappe(Contender):
    program = "chappe"

    def submit(self, texts: list[str], *, urgent: bool = False) -> None:
        content: dict[str, object] = {"to": RECIPIENT if len(texts) == 1 else [RECIPIENT] * len(texts)}
        content |= {"text": texts[0], "category": "otp" if urgent else "notification"}
        status, body = self._caller.post("/api/v1/messages", content)
        if status != 202:
            raise NotReady(f"POST /messages answered {status}: {body[:300]!r}")

    def expect(self) -> None:
        """A text is told once: nothing to forget."""

    def told(self, text: str, seconds: float) -> float:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _, body = self._caller.get("/api/v1/inbound?limit=1")
            if any(item["text"] == text for item in json.loads(body)["items"]):
                return time.monotonic()
            time.sleep(LOOK / 4)
        raise NotReady(f"{self.name}: {text!r} was not in the inbox after {seconds:g} s\n{self.said()}")

    def _start(self) -> None:
        super()._start()
        self._caller = self.api()

    def _fill(self) -> None:
        if self.queued:
            waiting(self.folder / "chappe.sqlite", self.queued, RECIPIENT)


class Peer(Contender):
    """A daemon with a configuration file of its own, which calls a hook when something comes in."""

    needs: tuple[str, ...] = ()  # the commands there must be

    def configure(self) -> list[str]:
        """Write what it needs into the folder; the command that starts it."""
        raise NotImplementedError

    def _start(self) -> None:
        modem, control = str(self.folder / "modem"), str(self.folder / "control")
        quick = ("--network-seconds", "0", "--delivery-seconds", "0")
        self._run("simulator", ("simulate", "--link", modem, "--control", control, *quick))
        self._until("simulator", lambda: Path(modem).exists() and Path(control).exists())
        fifo, script = self.folder / "fifo", self.folder / "hook"
        os.mkfifo(fifo)
        self._fifo = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        script.write_text(HOOK.format(fifo=fifo), encoding="utf-8")
        script.chmod(0o755)
        # Its children are in a session of their own, and it ends when this program is killed.
        command = ["setpriv", "--pdeathsig", "TERM", *self.configure()]
        self._fill()
        with (self.folder / "peer.log").open("wb") as log:
            self.processes["peer"] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def close(self) -> None:
        super().close()
        peer = self.processes.pop("peer", None)
        if peer is not None:
            os.close(self._fifo)
            with suppress(ProcessLookupError):
                os.killpg(peer.pid, signal.SIGKILL)

    def expect(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._fifo, 4096):
                pass

    def told(self, text: str, seconds: float) -> float:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([self._fifo], [], [], GLANCE)[0]:
                return time.monotonic()
        raise NotReady(f"{self.name}: its hook was not called within {seconds:g} s\n{self.said()}")
