"""What each fault of a modem costs: the real processes, messages before, during and after it.

For each fault: seconds from its start and from its end until the next part reaches the network; messages
lost, sent twice without saying so, and of which nobody yet knows; inbound messages lost and doubled.  The
network's own log is compared with the page's API; what other programs needed is a fixed column, measured
once, tuned, elsewhere.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from stack import Caller, NotReady, Stack

BEFORE = 3  # messages that leave before the fault begins
EVERY = 0.4  # seconds between two messages
AFTER = 3  # messages once the first left again
PATIENCE = 150.0  # seconds from a fault's start until its last message must have left
ARRIVAL = 20.0  # seconds until what was injected must be in the inbox
SENDER = "+33639980011"
WRITE = 0.2

Start = Callable[[Stack], None]


@dataclass(frozen=True)
class Fault:
    """`start` begins it; it ends `seconds` later, or with the journal's event `ends_with`."""

    name: str
    start: Start
    seconds: float = 0.0
    ends_with: str = ""
    swallows: bool = False  # the next part is taken, and its answer lost
    goal_from_end: float | None = None
    goal_from_start: float | None = None
    peers: str = ""


@dataclass
class Outcome:
    """What one fault did; None: never."""

    name: str
    from_start: float | None = None
    from_end: float | None = None
    messages: int = 0
    lost: int = 0
    sent_twice_unsaid: int = 0
    inbound_lost: int = 0
    inbound_doubled: int = 0
    states: dict[str, int] = field(default_factory=dict)  # how many messages were in each at the end


def asks(**request: object) -> Start:
    """A fault that is one request to the simulated modem."""
    return lambda stack: order(stack, **request)


def order(stack: Stack, **request: object) -> None:
    answer = stack.simulator(**request)
    if not answer["ok"]:
        raise NotReady(f"the simulator refused {request}: {answer['error']}")


def unplug_to_another_tty(seconds: float) -> Start:
    """The port's name stays and the device behind it does not: its number is taken meanwhile."""

    def start(stack: Stack) -> None:
        order(stack, do="hang_up", seconds=seconds)
        taken.extend(os.openpty())

    taken: list[int] = []
    return start


def lose_network(seconds: float) -> Start:
    def start(stack: Stack) -> None:
        order(stack, do="drop_network")
        order(stack, do="restore_network", **{"in": seconds})

    return start


def faults(away: float) -> list[Fault]:
    """Every fault; `away` is how long the long unplugging lasts."""
    return [
        Fault(
            "hang 15 s, answer lost",
            asks(do="swallow", command="+CMGS", seconds=15),
            15,
            swallows=True,
            goal_from_start=45,
            peers="smstools 45-56 from its start and a duplicate; gammu 87",
        ),
        Fault("hang until reset", asks(do="hang", cure="reset"), ends_with="restarted"),
        Fault(
            "unplug 5 s",
            asks(do="hang_up", seconds=5),
            ends_with="line_back",
            goal_from_end=2,
            peers="gammu 12-75 after the port is back; smstools 61 or never",
        ),
        Fault(f"unplug {away:g} s, other tty", unplug_to_another_tty(away), ends_with="line_back"),
        Fault("restart, 20 s of noise", asks(do="restart", seconds=20), 20),
        Fault("storage full", asks(do="fill", storage="ME")),
        Fault("network lost 10 s", lose_network(10), 10),
        Fault("garbage 10 s", asks(do="garbage", seconds=10), 10),
        Fault("^NWTIME each 10 ms, 10 s", asks(do="flood", seconds=10), 10),
    ]


class Trial:
    """One fault on a stack of its own."""

    def __init__(self, stack: Stack, fault: Fault) -> None:
        self._stack = stack
        self._fault = fault
        self._caller: Caller = stack.api()
        self._texts: dict[str, str] = {}  # id → text
        self._injected: list[str] = []

    def run(self) -> Outcome:
        for _ in range(BEFORE):
            self._send()
        self._inject("before")
        time.sleep(1.0)
        began = time.monotonic()
        self._fault.start(self._stack)
        self._send()
        self._inject("during")
        first = self._until_one_left(began)
        for _ in range(AFTER):
            self._send()
        self._inject("after")
        self._until_settled(began + PATIENCE)
        return self._judge(began, first)

    # ---- what goes on meanwhile ------------------------------------------------------------------

    def _send(self) -> None:
        number = len(self._texts)
        text = f"bench {number}"
        content = {"to": f"+3363998{2000 + number}", "text": text, "category": "notification"}
        status, body = self._caller.post("/api/v1/messages", content)
        if status != 202:
            raise NotReady(f"POST /messages answered {status}: {body[:300]!r}")
        self._texts[json.loads(body)["id"]] = text
        time.sleep(EVERY)

    def _inject(self, when: str) -> None:
        self._injected.append(when)
        order(self._stack, do="inject", sender=SENDER, text=when)

    def _until_one_left(self, began: float) -> float | None:
        """The instant at which a part left after the fault, messages being sent all the while."""
        while time.monotonic() < began + PATIENCE:
            end = self._end(began)
            left = self._left(began)
            if end is not None and any(at >= end for at in left):
                return left[0]
            self._send()
        return None

    def _end(self, began: float) -> float | None:
        if not self._fault.ends_with:
            return began + self._fault.seconds
        ends = [e["at"] for e in self._events(self._fault.ends_with) if e["at"] >= began]
        return ends[0] if ends else None

    def _left(self, began: float) -> list[float]:
        """When parts reached the network since the fault; the one whose answer it swallowed is none."""
        left = [event["at"] for event in self._events("submitted") if event["at"] >= began]
        return left[1:] if self._fault.swallows else left

    def _events(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self._stack.simulator(do="log")["events"] if event["event"] == name]

    def _until_settled(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            done = {event["text"] for event in self._events("submitted")}
            if done >= set(self._texts.values()) and not set(self._injected) - set(self._inbox()):
                return
            time.sleep(WRITE)

    # ---- what became of everything ---------------------------------------------------------------

    def _judge(self, began: float, first: float | None) -> Outcome:
        end, left = self._end(began), self._left(began)
        after = [at for at in left if end is not None and at >= end]
        times = Counter(event["text"] for event in self._events("submitted"))
        inbox = Counter(self._inbox())
        return Outcome(
            self._fault.name,
            None if first is None else first - began,
            after[0] - end if after and end is not None else None,
            len(self._texts),
            sum(1 for text in self._texts.values() if not times[text]),
            sum(1 for uid, text in self._texts.items() if times[text] > 1 and not self._said(uid)),
            sum(1 for text in self._injected if not inbox[text]),
            sum(count - 1 for text, count in inbox.items() if text in self._injected and count > 1),
            dict(Counter(str(self._message(uid)["state"]) for uid in self._texts)),
        )

    def _message(self, uid: str) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._caller.get(f"/api/v1/messages/{uid}")[1])
        return message

    def _said(self, uid: str) -> bool:
        """The message's history owns up that nobody knew whether it had left."""
        return "uncertain" in json.dumps(self._message(uid)["history"])

    def _inbox(self) -> list[str]:
        items = json.loads(self._caller.get("/api/v1/inbound?limit=500")[1])["items"]
        return [item["text"] for item in items if item["from"] == SENDER]


def measure(away: float, only: str) -> list[Outcome]:
    """Every fault whose name has `only` in it, one after the other."""
    chosen = [fault for fault in faults(away) if only in fault.name]
    outcomes = []
    for number, fault in enumerate(chosen, 1):
        print(f"fault {number} of {len(chosen)}: {fault.name} …", file=sys.stderr)
        with Stack() as stack:
            outcomes.append(Trial(stack, fault).run())
    return outcomes


def table(outcomes: list[Outcome], away: float) -> str:
    """One line a fault."""
    rows = {fault.name: fault for fault in faults(away)}
    counted = ("lost", "twice", "unsure", "in: lost", "doubled")
    lines = [_line("", "from start", "from end", "goal", *counted, "peers, measured")]
    for one in outcomes:
        seconds = [_seconds(one.from_start), _seconds(one.from_end), _goal(rows[one.name])]
        unsure = one.states.get("uncertain", 0)
        counts = (one.lost, one.sent_twice_unsaid, unsure, one.inbound_lost, one.inbound_doubled)
        lines.append(_line(one.name, *seconds, *map(str, counts), rows[one.name].peers))
    return "\n".join(lines)


def _line(name: str, *cells: str) -> str:
    *figures, peers = cells
    widths = (12, 11, 14, *[9] * 5)
    cells = tuple(f"{cell:>{width}}" for cell, width in zip(figures, widths, strict=True))
    return (f"{name:25}" + "".join(cells) + f"   {peers}").rstrip()


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _goal(fault: Fault) -> str:
    if fault.goal_from_end is not None:
        return f"≤ {fault.goal_from_end:g} s end"
    return "" if fault.goal_from_start is None else f"≤ {fault.goal_from_start:g} s start"


def document(outcomes: list[Outcome], away: float) -> list[dict[str, object]]:
    """What --json writes of each fault."""
    rows = {fault.name: fault for fault in faults(away)}
    return [
        asdict(one)
        | {
            "goal_from_start": rows[one.name].goal_from_start,
            "goal_from_end": rows[one.name].goal_from_end,
            "peers": rows[one.name].peers,
        }
        for one in outcomes
    ]
