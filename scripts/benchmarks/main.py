"""Measures the real processes, started by the real commands, and shows each figure beside its goal.

Nothing here is a pass or a fail: figures depend on the machine, so they are read by people.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import api
import campaign
import crash
import faults
import idle
import imports
import latency
import memory
import pages
import peer_table
import peers
import scale
import scale_memory
import search
import soak
import startup
from stack import NotReady

# figure → (unit, its goal; None: only of interest)
GOALS: dict[str, tuple[str, float | None]] = {
    "latency p50": ("ms", 7),
    "latency p90": ("ms", None),
    "latency p99": ("ms", 20),
    "latency max": ("ms", None),
    "answer p50": ("ms", None),
    "gateway idle CPU": ("%", 0.3),
    "web idle CPU": ("%", 0.3),
    "simulator idle CPU": ("%", None),
    "gateway idle PSS": ("MB", 35),
    "web idle PSS": ("MB", 50),
    "gateway idle writes": ("kB/min", 8),
    "web idle writes": ("kB/min", 8),
    "gateway PSS after use": ("MB", 35),
    "web PSS after use": ("MB", 50),
    "web start": ("s", None),
    "gateway start": ("s", None),
    "modem ready": ("s", None),
    "gap alone": ("ms", None),
    "gap in bulk": ("ms", None),
    "single rate": ("/s", 300),
    "single p50": ("ms", None),
    "single p99": ("ms", None),
    "bulk rate": ("/s", 10_000),
    "bulk p50": ("ms", None),
    "bulk p99": ("ms", None),
    "kannel rate": ("/s", None),
    "kannel p50": ("ms", None),
    "kannel p99": ("ms", None),
    "ratio single": ("×", None),
    "ratio bulk": ("×", None),
}
MORE_IS_BETTER = ("/s",)  # units whose goal is to be reached, not kept below

Figures = dict[str, float]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    what = parser.add_subparsers(
        dest="what",
        metavar="latency|idle|memory|startup|api|faults|scale|pages|search|import|campaign|crash|soak|peers",
    )
    one = what.add_parser("latency", help="HTTP request begun → AT+CMGS line complete at the modem")
    one.add_argument("--messages", type=int, default=300, help="how many (300)")
    one.add_argument("--seed", type=int, default=1, help="of the pauses between them (1)")
    one = what.add_parser("idle", help="CPU, memory and writes of each process while nothing happens")
    one.add_argument("--seconds", type=float, default=60, help="how long to watch (60)")
    one = what.add_parser("memory", help="memory of both processes after pages were asked for")
    one.add_argument("--requests", type=int, default=600, help="how many (600)")
    one = what.add_parser("startup", help="from start to ready, of each process")
    one.add_argument("--times", type=int, default=5, help="the median of so many starts (5)")
    one = what.add_parser("api", help="calls a second, single and bulk, durable; beside Kannel's sendsms")
    one.add_argument("--seconds", type=float, default=8, help="of each load (8)")
    one = what.add_parser("faults", help="how soon messages leave again after each fault: five minutes")
    one.add_argument("--away", type=float, default=20, help="seconds of the long unplugging (20)")
    one.add_argument("--only", default="", metavar="WORD", help="the faults whose name has WORD in it")
    _at_scale(what)
    one = what.add_parser("crash", help="kill −9 at random instants: nothing lost, nothing twice unsaid")
    one.add_argument("--kills", type=int, default=20, help="of the gateway; about 2 s each (20)")
    one.add_argument("--seed", type=int, help="of the instants and of the load (drawn, and printed)")
    one = what.add_parser("soak", help="traffic for long: do memory, descriptors, threads or files grow?")
    one.add_argument("--minutes", type=float, default=10, help="how long (10)")
    one = what.add_parser("peers", help="beside gammu-smsd and smstools, in the same run: six minutes")
    one.add_argument("--only", default="", metavar="WORD", help="of wire, hook, burst, idle, campaign, queue")
    one.add_argument("--seed", type=int, default=1, help="of the pauses (1)")
    one.add_argument(
        "--turns", type=int, default=peers.TURNS, help="of single messages (%(default)s); 100 show tails"
    )
    for parser_of_one in what.choices.values():
        parser_of_one.add_argument("--json", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    return parser.parse_args()


def _at_scale(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What is asked of a shop that has grown."""
    one = what.add_parser("scale", help="every question asked of an empty ledger and of a million rows")
    one.add_argument("--finished", type=int, default=1_000_000, help="messages that are over (1000000)")
    one.add_argument("--queued", type=int, default=100_000, help="messages that wait (100000)")
    one = what.add_parser("pages", help="the server's time for each page of a shop with a million messages")
    one.add_argument("--messages", type=int, default=1_000_000, help="that are over (1000000)")
    one.add_argument("--contacts", type=int, default=100_000, help="in the book (100000)")
    one.add_argument("--only", default="", metavar="WORD", help="the pages whose address has WORD in it")
    one = what.add_parser("import", help="a hundred thousand contacts, while messages are submitted")
    one.add_argument("--lines", type=int, default=100_000, help="of the file (100000)")
    one.add_argument("--seed", type=int, default=1, help="of what is in it (1)")
    one = what.add_parser("campaign", help="to twenty thousand people, the gateway killed at random instants")
    one.add_argument("--people", type=int, default=20_000, help="in all (20000)")
    one.add_argument("--kills", type=int, default=10, help="of the gateway (10)")
    one.add_argument("--seed", type=int, default=1, help="of the instants (1)")
    one = what.add_parser("search", help="finding words among a million messages, and taking them in")
    one.add_argument("--messages", type=int, default=1_000_000, help="that were written (1000000)")


def everything() -> Figures:
    """All but the faults, with short settings: about a minute."""
    figures: Figures = {}
    steps: list[Callable[[], Figures]] = [
        lambda: startup.measure(times=3),
        lambda: latency.measure(messages=100, seed=1),
        lambda: idle.measure(seconds=20),
        lambda: memory.measure(requests=600),
    ]
    for number, step in enumerate(steps, 1):
        print(f"measuring {number} of {len(steps)} …", file=sys.stderr)
        figures |= step()
    return figures


def measure(chosen: argparse.Namespace) -> Figures:
    if chosen.what == "latency":
        return latency.measure(chosen.messages, chosen.seed)
    if chosen.what == "idle":
        return idle.measure(chosen.seconds)
    if chosen.what == "api":
        return api.measure(chosen.seconds)
    if chosen.what == "memory":
        return memory.measure(chosen.requests)
    if chosen.what == "startup":
        return startup.measure(chosen.times)
    return everything()


def table(figures: Figures) -> str:
    """One line a figure: its name, the figure, its goal, and whether it keeps it."""
    lines = [f"{'':24}{'measured':>12}{'goal':>12}"]
    for name, figure in figures.items():
        unit, goal = GOALS[name]
        more = unit in MORE_IS_BETTER
        wanted = "" if goal is None else f"{'≥' if more else '≤'} {goal:g} {unit}"
        missed = goal is not None and (figure < goal if more else figure > goal)
        mark = ("  under" if more else "  over") if missed else ""
        lines.append(f"{name:24}{f'{figure:.2f} {unit}':>12}{wanted:>12}{mark}")
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def document(figures: Figures) -> dict[str, object]:
    """What --json writes: each figure with unit and goal."""
    rows = {
        name: {"unit": GOALS[name][0], "goal": GOALS[name][1], "value": figure}
        for name, figure in figures.items()
    }
    return {"figures": rows}


def shown(chosen: argparse.Namespace) -> tuple[str, dict[str, object]]:
    """What was measured, as a table and as a document."""
    if chosen.what == "faults":
        outcomes = faults.measure(chosen.away, chosen.only)
        rows = faults.document(outcomes, chosen.away)
        return faults.table(outcomes, chosen.away), {"faults": rows}
    if chosen.what == "scale":
        answers = scale.measure(chosen.finished, chosen.queued)
        sizes = scale_memory.measure(chosen.finished, chosen.queued)
        return f"{scale.table(answers)}\n{scale_memory.table(sizes)}", {"scale": answers | sizes}
    if chosen.what == "import":
        taken_in = imports.measure(chosen.lines, chosen.seed)
        return imports.table(taken_in), {"import": taken_in}
    if chosen.what == "campaign":
        crowd = campaign.measure(chosen.people, chosen.kills, chosen.seed)
        broken = sum(crowd[name] for name in ("twice", "forgotten", "looks that did not add up"))
        return campaign.table(crowd), {"campaign": crowd, "broken": broken}
    if chosen.what == "search":
        asked = search.measure(chosen.messages)
        return search.table(asked), {"search": search.document(asked)}
    if chosen.what == "pages":
        seen = pages.measure(chosen.messages, chosen.contacts, chosen.only)
        return pages.table(seen), {"pages": pages.document(seen)}
    if chosen.what == "peers":
        results = peers.measure(chosen.only, chosen.seed, chosen.turns)
        return peer_table.table(results), {"peers": peer_table.document(results)}
    if chosen.what == "soak":
        soaked = soak.measure(chosen.minutes)
        return soak.table(soaked), soak.document(soaked)
    if chosen.what == "crash":
        outcome = crash.measure(chosen.kills, chosen.seed)
        return crash.table(outcome), crash.document(outcome)
    figures = measure(chosen)
    return table(figures), document(figures)


def main() -> int:
    chosen = arguments()
    try:
        printed, written = shown(chosen)
    except NotReady as why:
        print(f"chappe: nothing measured: {why}", file=sys.stderr)
        return 1
    print(printed)
    if chosen.json:
        chosen.json.write_text(json.dumps(machine() | written, indent=2) + "\n", encoding="utf-8")
    return int(bool(written.get("broken")))


if __name__ == "__main__":
    sys.exit(main())
