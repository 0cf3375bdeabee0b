"""Kill −9 at random instants of a mixed load, and copies of the database files at others.

The gateway is killed so many times and started again, the page now and then; a load over HTTP goes on
meanwhile.  When all has had the time to leave, the simulated network's own log is compared with the
ledger: every promise has a row in the table, and its goal is 0.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import crash_copy
from crash_copy import Found
from crash_load import Load
from crash_witness import (
    PROMISES,
    Offence,
    Witness,
    events,
    had_left,
    in_full,
    judge_copies,
    judge_inbox,
    judge_messages,
    listed,
    still_moving,
    unreported,
)
from stack import NotReady, Stack

NETWORK = 0.03  # seconds the network takes for a part: a kill finds one on the wire
LONGEST = 2.0  # seconds between two kills: some come before the gateway is up again
WEB_KILLS = 0.3  # share of the rounds in which the page is killed too
SETTLE = 60.0  # seconds without anything leaving or coming in until what still waits is called lost
BEGIN = 60.0  # seconds for the first acknowledged messages
REPORTS = 5.0  # seconds for the last reports
SHOWN = 20  # offences that are printed
LOOK = 0.1


@dataclass
class Outcome:
    """What a run counted, and every row that broke a promise."""

    seed: int
    figures: dict[str, float] = field(default_factory=dict)
    offences: list[Offence] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        return bool(self.offences)


class Mortal(Stack):
    """The three processes, two of which may be killed and started again."""

    def kill(self, name: str) -> None:
        """No handler runs, nothing is closed; a process that ended by itself is said loudly."""
        process = self.processes[name]
        if process.poll() is not None:
            said = (self.folder / f"{name}.log").read_text(errors="replace")
            raise NotReady(f"{name} ended by itself with {process.returncode}\n{said[-2000:]}")
        process.kill()
        process.wait()
        self._run(name, (name,))


class Trial:
    """One run of so many kills."""

    def __init__(self, stack: Mortal, kills: int, seed: int) -> None:
        self._stack = stack
        self._kills = kills
        self._seed = seed
        self._chance = random.Random(seed)
        self._load = Load(stack, seed)
        self._witness = Witness(stack)
        self._web_kills = 0
        self._copies: list[Future[Found]] = []

    def run(self) -> Outcome:
        self._stack.simulator(do="slow", seconds=NETWORK)
        with ThreadPoolExecutor(1) as pool:
            self._load.begin(BEGIN)
            for number in range(self._kills):
                print(f"\rkill {number + 1} of {self._kills} …", end="", file=sys.stderr, flush=True)
                self._round(pool)
            print(file=sys.stderr)
            self._load.finish()
        self._settle()
        return self._judge()

    # ---- the storm -------------------------------------------------------------------------------

    def _round(self, pool: ThreadPoolExecutor) -> None:
        """One copy, sometimes a kill of the page, at the end a kill of the gateway: each at its instant."""
        length = self._chance.uniform(0, LONGEST)
        acts: list[tuple[float, Callable[[], None]]] = [
            (self._chance.uniform(0, length), lambda: self._copy(pool)),
            (length, lambda: self._stack.kill("gateway")),
        ]
        if self._chance.random() < WEB_KILLS:
            acts.append((self._chance.uniform(0, length), self._kill_page))
        began = time.monotonic()
        for instant, act in sorted(acts, key=lambda planned: planned[0]):
            time.sleep(max(0.0, began + instant - time.monotonic()))
            act()

    def _kill_page(self) -> None:
        self._stack.kill("web")
        self._web_kills += 1

    def _copy(self, pool: ThreadPoolExecutor) -> None:
        folder = self._stack.folder / f"copy-{len(self._copies) + 1}"
        writers = [self._stack.processes[name] for name in ("gateway", "web")]
        taken, known = self._witness.read(), list(self._load.acknowledged)
        copy = crash_copy.take(self._stack.folder, folder, writers, known, taken)
        self._copies.append(pool.submit(crash_copy.look, copy))

    # ---- the calm after it -----------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait until nothing moves any more, or nothing has moved for long."""
        self._until(self._page_answers, SETTLE)
        self._until(self._is_calm, SETTLE)
        self._until(lambda: not unreported(self._stack), REPORTS)

    def _until(self, done: Callable[[], bool], patience: float) -> None:
        seen, since = -1, time.monotonic()
        while not done() and time.monotonic() < since + patience:
            moved = self._witness.read().total()
            if moved != seen:
                seen, since = moved, time.monotonic()
            time.sleep(LOOK)

    def _page_answers(self) -> bool:
        try:
            return self._stack.api().get("/healthz")[0] == 200
        except OSError:
            return False

    def _is_calm(self) -> bool:
        return self._witness.has_nothing_left() and not still_moving(self._stack)

    # ---- what became of everything ---------------------------------------------------------------

    def _judge(self) -> Outcome:
        taken, rows = self._witness.read(), in_full(self._stack)
        offences = [
            *judge_messages(rows, self._load.asked, taken),
            *judge_inbox(listed(self._stack, "/api/v1/inbound"), self._load.injected),
            *judge_copies(copy.result() for copy in self._copies),
        ]
        unsure = [row for row in rows.values() if "lose" in events(row)]
        broken = Counter(offence.promise for offence in offences)
        figures: dict[str, float] = {
            "kills of the gateway": self._kills,
            "kills of the page": self._web_kills,
            "copies of the files": len(self._copies),
            "calls without an answer": self._load.unanswered,
            "messages acknowledged": len(self._load.acknowledged),
            "asked again by key": self._load.answered_again,
            "canceled": sum(asked.canceled for asked in self._load.asked),
            "parts on the wire": taken.total(),
            "inbound injected": len(self._load.injected),
            **{promise: broken[promise] for promise in PROMISES},
            "needed uncertain, %": 100 * len(unsure) / max(1, len(rows)),
            "needed uncertain": len(unsure),
            "of these, had left": sum(had_left(row, taken) for row in unsure),
            "of these, settled": sum(row["state"] != "uncertain" for row in unsure),
            "sent without report": unreported(self._stack),
        }
        return Outcome(self._seed, figures, offences)


def measure(kills: int, seed: int | None) -> Outcome:
    """A stack of its own, `kills` kills; without a seed, one that is drawn, and printed."""
    chosen = random.SystemRandom().randrange(10**6) if seed is None else seed
    print(f"seed {chosen}", file=sys.stderr)
    with Mortal() as stack:
        return Trial(stack, kills, chosen).run()


def table(outcome: Outcome) -> str:
    """One line a figure, the promises with their goal; then the rows that broke one."""
    lines = [f"{f'crash, seed {outcome.seed}':26}{'measured':>10}{'goal':>8}"]
    for name, figure in outcome.figures.items():
        goal = "0" if name in PROMISES else ""
        mark = f"  BROKEN: {PROMISES[name]}" if goal and figure else ""
        lines.append(f"{name:26}{figure:>10.4g}{goal:>8}{mark}")
    lines += [f"{one.promise}: {one.row} {one.what}" for one in outcome.offences[:SHOWN]]
    if len(outcome.offences) > SHOWN:
        lines.append(f"… and {len(outcome.offences) - SHOWN} more rows")
    return "\n".join(lines)


def document(outcome: Outcome) -> dict[str, object]:
    """What --json writes; `broken` makes the exit status 1."""
    return {"crash": asdict(outcome), "broken": outcome.broken}
