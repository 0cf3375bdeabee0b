"""Hours in minutes: traffic both ways, pages, a program that is told; does anything grow that should not?

Every few seconds memory, descriptors, threads and files are looked at.  The first third is warming up: caches
fill, pools open.  Of the rest, the slope is the median of those between any two looks (Theil-Sen), which no
single peak moves.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations, cycle
from statistics import median
from typing import Any

from idle import OURS, Installed
from memory import CALLS, PAGES, sign_in
from procfs import open_files, pss_megabytes, threads
from stack import Caller, NotReady, Stack

LOOKS = 90  # in all
LEAST_BETWEEN = 1.0  # seconds
WARM = 1 / 3  # of the time
SENT, CAME, SEEN = 0.25, 1.0, 0.5  # seconds between two messages that leave, that come, two pages
MEGA = 1024 * 1024

# what is looked at → unit, and how much more of it at the end than after warming up still is flat: an amount,
# or a share of what there is
LIMITS: dict[str, tuple[str, float, float]] = {
    "PSS": ("MB", 1.5, 0.03),
    "descriptors": ("", 2.0, 0.0),
    "threads": ("", 1.0, 0.0),
    "log": ("MB", 4.0, 0.0),
}


@dataclass(frozen=True)
class Course:
    """One thing over the time: after warming up, at the end, at most; its slope, and whether that is flat."""

    name: str
    unit: str
    first: float
    last: float
    most: float
    an_hour: float
    flat: bool


@dataclass(frozen=True)
class Soaked:
    minutes: float
    courses: tuple[Course, ...]
    done: Counter[str]
    disk: float  # kB of the database for each message
    log: float  # kB that the processes wrote into their logs


class Program(ThreadingHTTPServer):
    """Is told what happens."""

    daemon_threads = True

    def __init__(self, done: Counter[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Told)
        self.done = done
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told"


class _Told(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Program)
        self.server.done["webhooks"] += 1
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing of it matters."""


def measure(minutes: float) -> Soaked:
    done: Counter[str] = Counter()
    with Installed() as stack, ExitStack() as ends:
        program = Program(done)
        ends.callback(program.server_close)
        ends.callback(program.shutdown)
        stack.chappe("webhook", "add", "soak", program.url)
        over = threading.Event()
        loads = _loads(stack, done, over)
        ends.callback(over.set)
        before = _sizes(stack)["database"]
        looks = _look_on(stack, minutes * 60, loads)
        over.set()
        for load in loads:
            load.join(30)
        grown = 1024 * (_sizes(stack)["database"] - before)
        logs = sum((stack.folder / f"{name}.log").stat().st_size for name in OURS) / 1024
    if done["refused"]:
        raise NotReady(f"not everything was taken: {dict(done)}")
    return Soaked(minutes, tuple(courses(looks)), done, grown / max(1, done["sent"] + done["came"]), logs)


def _loads(stack: Stack, done: Counter[str], over: threading.Event) -> list[threading.Thread]:
    api, browser = stack.api(), Caller(stack.port, {"Cookie": sign_in(stack)})
    browser.headers["Authorization"] = f"Bearer {stack.key}"
    pages, numbers = cycle((*PAGES, *CALLS)), iter(range(10**9))

    def send() -> None:
        number = next(numbers)
        content = {
            "to": f"+336399810{number % 100:02}",
            "text": f"Bonjour {number}: votre commande est prête.",
        }
        _count(done, "sent", api.post("/api/v1/messages", content)[0] == 202)

    def come() -> None:
        sender = f"+336399820{next(numbers) % 100:02}"
        _count(done, "came", bool(stack.simulator(do="inject", sender=sender, text="Merci !")["ok"]))

    def see() -> None:
        _count(done, "pages", browser.get(next(pages))[0] == 200)

    loads = [_every(seconds, work, over) for seconds, work in ((SENT, send), (CAME, come), (SEEN, see))]
    loads.append(_every(30, lambda: stack.simulator(do="clear_log"), over))
    return loads


def _count(done: Counter[str], name: str, well: bool) -> None:
    done[name if well else "refused"] += 1


def _every(seconds: float, work: Callable[[], object], over: threading.Event) -> threading.Thread:
    def go_on() -> None:
        while not over.wait(seconds):
            work()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    return thread


def _look_on(
    stack: Stack, seconds: float, loads: Sequence[threading.Thread]
) -> list[tuple[float, dict[str, float]]]:
    """(seconds since the beginning, what was seen then)."""
    began, between, looks = time.monotonic(), max(LEAST_BETWEEN, seconds / LOOKS), []
    while (passed := time.monotonic() - began) < seconds:
        time.sleep(between)
        if not all(load.is_alive() for load in loads):
            raise NotReady("a part of the load has ended")
        looks.append((passed + between, _look(stack)))
    return looks


def _look(stack: Stack) -> dict[str, float]:
    seen: dict[str, float] = {"log": _sizes(stack)["log"]}
    for name in OURS:
        pid = stack.processes[name].pid
        seen[f"{name} PSS"] = pss_megabytes(pid)
        seen[f"{name} descriptors"] = open_files(pid)
        seen[f"{name} threads"] = threads(pid)
    return seen


def _sizes(stack: Stack) -> dict[str, float]:
    """MB of the database and of the log beside it."""
    file = stack.folder / "chappe.sqlite"
    beside = file.with_name(f"{file.name}-wal")
    return {
        "database": file.stat().st_size / MEGA,
        "log": beside.stat().st_size / MEGA if beside.exists() else 0.0,
    }


def courses(looks: Sequence[tuple[float, dict[str, float]]]) -> list[Course]:
    """What became of each thing, once it was warm."""
    warm = [look for look in looks if look[0] >= looks[-1][0] * WARM]
    return [course(name, [(at, seen[name]) for at, seen in warm]) for name in looks[0][1]]


def course(name: str, points: Sequence[tuple[float, float]]) -> Course:
    unit, amount, share = LIMITS[name.rpartition(" ")[2]]
    values = [value for _, value in points]
    rise = slope(points)
    grown = rise * (points[-1][0] - points[0][0])
    flat = grown <= max(amount, share * values[0])
    return Course(name, unit, values[0], values[-1], max(values), rise * 3600, flat)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much more each second: the median of all pairs' slopes."""
    pairs = combinations(points, 2)
    return median(
        [(later - value) / (then - at) for (at, value), (then, later) in pairs if then > at] or [0.0]
    )


def table(soaked: Soaked) -> str:
    lines = [f"{'':22}{'warm':>9}{'end':>9}{'most':>9}{'an hour':>10}"]
    for one in soaked.courses:
        figures = f"{one.first:9.1f}{one.last:9.1f}{one.most:9.1f}{one.an_hour:+10.2f}"
        lines.append(f"{one.name:22}{figures}  {one.unit:3}{'flat' if one.flat else 'GROWS'}")
    told = ", ".join(f"{count} {name}" for name, count in sorted(soaked.done.items()))
    lines.append(f"{soaked.minutes:g} minutes: {told}")
    lines.append(
        f"database: {soaked.disk:.1f} kB a message, until retention takes it; logs: {soaked.log:.0f} kB"
    )
    return "\n".join(lines)


def document(soaked: Soaked) -> dict[str, object]:
    rows = {one.name: {"warm": one.first, "end": one.last, "an_hour": one.an_hour} for one in soaked.courses}
    broken = [one.name for one in soaked.courses if not one.flat]
    return {"soak": rows, "done": dict(soaked.done), "broken": broken}
