"""A campaign to twenty thousand people through the simulated network, the gateway killed at random instants.

The simulated network is the witness: who is on the wire once, twice, or never; the campaign's own figures are
read each second, and the gateway's memory; codes that are sent meanwhile say how long they took.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.contacts import groups
from gateway.store import database
from gateway.store.models import Contact, GroupMember
from procfs import pss_megabytes
from stack import NotReady, Stack

CODES = "+33639981900"
TEXT = "Nous fermons lundi, {prénom}."
BEGINS = "Nous fermons"
BATCH = 400  # rows a statement
LONGEST = 3600.0  # seconds, before it is given up
EVERY = 1.0  # seconds between two looks


@dataclass
class Seen:
    """What was seen meanwhile."""

    left: Counter[str] = field(default_factory=Counter)  # how often each person's message was on the wire
    after: int = 0  # the last event of the network that was read: it remembers only so many
    memory: list[float] = field(default_factory=list)  # MB, of the gateway
    codes: list[float] = field(default_factory=list)  # seconds until the network had one
    untrue: int = 0  # looks at which the figures did not add up
    took: float = 0.0


class Crowd(Stack):
    """The three processes, a group of so many people, and a gateway that may be killed."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.people = people

    def _fill(self) -> None:
        now = datetime.now(UTC)
        database.open(self.folder / "chappe.sqlite")
        with database.connection(), database.transaction():
            group = groups.add("Everybody", "bench", now)
            columns = {"folded": "", "postcode": "", "note": "", "created_at": now, "updated_at": now}
            numbers = [f"+336{10_000_000 + place}" for place in range(self.people)]
            for first in range(0, len(numbers), BATCH):
                some = numbers[first : first + BATCH]
                rows = [{"number": one, "name": f"Ana {one[-4:]}", **columns} for one in some]
                Contact.insert_many(rows).execute()
            ids = Contact.select(Contact.id)
            GroupMember.insert_many([{"group": group.id, "contact": contact.id} for contact in ids]).execute()
        database.db.close_all()

    def die(self) -> None:
        """Kill −9 and start again."""
        process = self.processes.pop("gateway")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self._run("gateway", ("gateway",))
        self._until("gateway", self._is_well)


def measure(people: int, kills: int, seed: int) -> dict[str, float]:
    """The figures; what breaks a promise is in "twice" and "forgotten"."""
    storm, seen = random.Random(seed), Seen()
    with Crowd(people) as stack:
        uid = _begin(stack)
        started = time.monotonic()
        told = _look(stack, uid)
        dies = sorted(storm.uniform(1.0, max(2.0, people / 60)) for _ in range(kills))
        while told["state"] not in ("done", "stopped"):
            if time.monotonic() - started > LONGEST:
                raise NotReady(f"the campaign did not end within {LONGEST:.0f} s: {told['counts']}")
            if dies and time.monotonic() - started > dies[0]:
                dies.pop(0)
                stack.die()
            _observe(stack, told, seen)
            time.sleep(EVERY)
            told = _look(stack, uid)
        seen.took = time.monotonic() - started
        return _figures(stack, told, people, kills - len(dies), seen)


def table(figures: dict[str, float]) -> str:
    return "\n".join(f"{name:32}{value:>12g}" for name, value in figures.items())


def _begin(stack: Crowd) -> str:
    wanted = {"name": "Lundi", "to": ["@Everybody"], "texts": [{"text": TEXT}], "category": "notification"}
    status, body = stack.api().post("/api/v1/campaigns", wanted)
    if status != 201:
        raise NotReady(body.decode())
    uid = str(json.loads(body)["id"])
    status, body = stack.api().post(f"/api/v1/campaigns/{uid}/start", {})
    if status != 200:
        raise NotReady(body.decode())
    return uid


def _look(stack: Crowd, uid: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(stack.api().get(f"/api/v1/campaigns/{uid}")[1])
    return told


def _observe(stack: Crowd, told: dict[str, Any], seen: Seen) -> None:
    """Its figures add up; a code is sent, and overtakes it."""
    _witness(stack, seen)
    seen.untrue += told["people"] != told["waiting"] + told["left_out"] + told["done"]
    seen.memory.append(pss_megabytes(stack.processes["gateway"].pid))
    asked = {"to": CODES, "text": f"Code {len(seen.codes)}", "category": "otp"}
    began = time.monotonic()
    uid = json.loads(stack.api().post("/api/v1/messages", asked)[1])["id"]
    while time.monotonic() - began < 30:
        state = json.loads(stack.api().get(f"/api/v1/messages/{uid}")[1])["state"]
        if state in ("sent", "delivered"):
            seen.codes.append(time.monotonic() - began)
            return
        time.sleep(0.01)
    seen.codes.append(30.0)


def _witness(stack: Crowd, seen: Seen) -> None:
    """What the network took since the last look."""
    for event in stack.simulator(do="log", after=seen.after)["events"]:
        seen.after = event["seq"]
        if event["event"] == "submitted" and event["text"].startswith(BEGINS):
            seen.left[event["recipient"]] += 1


def _figures(stack: Crowd, told: dict[str, Any], people: int, kills: int, seen: Seen) -> dict[str, float]:
    _witness(stack, seen)
    left = seen.left
    uncertain = told["counts"].get("uncertain", 0)
    half = len(seen.memory) // 2 or 1
    return {
        "people": people,
        "kills": kills,
        "on the wire once": sum(times == 1 for times in left.values()),
        "twice": sum(times > 1 for times in left.values()),
        "uncertain, and said so": uncertain,
        "forgotten": max(0, people - len(left) - uncertain),
        "seconds": round(seen.took, 1),
        "messages a second": round(people / seen.took, 1),
        "looks that did not add up": seen.untrue,
        "memory, first half (MB)": round(statistics.median(seen.memory[:half]), 1),
        "memory, second half (MB)": round(statistics.median(seen.memory[half:] or [0]), 1),
        "memory, most (MB)": round(max(seen.memory, default=0), 1),
        "code p50 (ms)": round(1000 * statistics.median(seen.codes or [0]), 1),
        "code most (ms)": round(1000 * max(seen.codes, default=0), 1),
    }
