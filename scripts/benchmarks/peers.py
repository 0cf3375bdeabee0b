"""Chappe beside Debian's gammu-smsd and smstools, each as installed and at its best calm setting.

All run in the same run, each on a simulated modem of its own.  Those at their best are measured strictly in
turn, so that what the machine does besides hits all alike; those left as installed sleep nearly all the time
and are measured beside them, in threads of their own, as are all where a part takes three seconds.  Every
figure is the median of its turns.

What is counted from and to:

- submit to wire: from before the request (the command, the file) to the AT+CMGS line complete at the modem.
- messages a second: from the first part taken by the network to the last, single parts, no network time,
  each program with as many as it does in some seconds; processor time from before their submission, of all
  its processes and of the commands that submit.
- modem use: the share of the time in which the modem was busy with a part, 300 waiting.
- urgent: behind those 300, in seconds to the wire and in parts that left meanwhile; an otp, a file whose
  name or header says so.
- inbound to hook: from +CMTI to the hook's first line; ours, to the message in GET /api/v1/inbound.
- memory after the throughput turns; processor time while nothing happens, of all of them at once.
- 100,000: so many wait before it starts, single parts, no network time; counted for some seconds from the
  first that leaves, or from as soon as that takes.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from types import FrameType

from latency import PAUSE
from peer_gammu import Gammu, GammuTuned
from peer_smstools import Smstools, SmstoolsTuned
from peer_stack import SENDER, Chappe, Contender, Peer
from peer_table import NEVER, URGENT_WAIT, Results, Samples
from stack import NotReady

PEERS: tuple[type[Peer], ...] = (Gammu, GammuTuned, Smstools, SmstoolsTuned)
INSTALL = "apt-get install gammu-smsd smstools"
PATIENCE = 60.0  # seconds until what is expected happened: one as installed looks every 30 s
TURN = 0.8  # seconds, or one message if that takes longer
TURNS = 10
TURNS_ASLEEP = 2  # of those that look every ten or thirty seconds
BURSTS = 3
BULK = 300
WATCHED = {0.3: 12.0, 3.0: 36.0}  # seconds a part → seconds the modem is watched
QUEUED = 100_000
COUNTED = {True: 8.0, False: 20.0}  # calm or not → seconds for which they are counted
IDLE, SETTLE = 20.0, 5.0  # seconds, and before them
WIDE = 12  # threads: no more go on beside each other

Kinds = list[type[Contender]]
Round = Callable[[Contender], dict[str, Samples]]


# ---- who is measured, and in what order ----------------------------------------------------------


def installed() -> Kinds:
    """Chappe and the peers this machine has; what is missing is said."""
    there = [peer for peer in PEERS if all(map(shutil.which, peer.needs))]
    if not there:
        raise NotReady(f"neither gammu-smsd nor smstools is here: {INSTALL}")
    for program in sorted({peer.program for peer in PEERS} - {peer.program for peer in there}):
        print(f"{program} is not here: apt-get install {program}", file=sys.stderr)
    return [Chappe, *there]


class Run:
    """Who is measured, what was found, and what must end if one of them fails."""

    def __init__(self, kinds: Kinds, only: str, pool: ThreadPoolExecutor) -> None:
        self.calm = [kind for kind in kinds if kind.calm]
        self.asleep = [kind for kind in kinds if not kind.calm]
        self.kinds = kinds
        self.results = Results({kind.called(): {} for kind in kinds})
        self._only = only
        self._pool = pool
        self._beside: list[Future[None]] = []
        self._open: list[Contender] = []

    @contextmanager
    def contenders(self, kinds: Kinds, hook: bool = False, queued: int = 0) -> Iterator[list[Contender]]:
        """Each of them running; warm, unless something waits for it already."""
        with ExitStack() as opened:
            all_of_them = [kind(hook, queued) for kind in kinds]
            self._open += all_of_them
            for one in all_of_them:
                opened.enter_context(one)
                if not queued:
                    warm(one)
            yield all_of_them

    def stage(self, steps: Steps, kinds: Kinds, beside: Kinds) -> None:
        """The steps one after the other for these kinds; for those beside all at once, each in a thread."""
        chosen = {name: step for name, step in steps.items() if self._only in name}
        self._beside += [self._pool.submit(step, self, [kind]) for step in chosen.values() for kind in beside]
        if chosen and beside and kinds:
            time.sleep(SETTLE)  # a process that starts is not asleep yet
        for name, step in chosen.items():
            print(f"measuring {name} …", file=sys.stderr)
            if kinds:
                step(self, kinds)

    def join(self) -> None:
        """All that went on beside is over."""
        for each in self._beside:
            each.result()

    def end(self) -> None:
        """Nobody waits for anything any more."""
        for each in self._beside:
            each.cancel()
        for one in self._open:
            one.close()


Step = Callable[[Run, Kinds], None]
Steps = dict[str, Step]


def warm(one: Contender) -> None:
    one.submit(["warm"])
    one.all_left(1, PATIENCE)


def in_turn(turn: Round, turns: int, hook: bool = False) -> Step:
    """So many turns of each: one after the other, again and again."""

    def step(run: Run, kinds: Kinds) -> None:
        with run.contenders(kinds, hook) as all_of_them:
            for one in [one for _ in range(turns if kinds[0].calm else TURNS_ASLEEP) for one in all_of_them]:
                run.results.add(one.name, turn(one))

    return step


def one_by_one(turn: Round, queued: int = 0) -> Step:
    """Once each, and no other runs meanwhile."""

    def step(run: Run, kinds: Kinds) -> None:
        for kind in kinds:
            with run.contenders([kind], queued=queued) as [one]:
                run.results.add(one.name, turn(one))

    return step


# ---- what is measured ----------------------------------------------------------------------------


def for_a_turn(sample: Callable[[Contender, int], float], seed: int) -> Round:
    """A turn of single messages: as many as fit, with pauses in step with nothing that ticks."""
    pauses, numbers = random.Random(seed), count()

    def turn(one: Contender) -> Samples:
        found: Samples = []
        end = time.monotonic() + TURN
        while not found or time.monotonic() < end:
            found.append(sample(one, next(numbers)) * 1000)
            time.sleep(pauses.uniform(*PAUSE) + pauses.uniform(0, one.rest))
        return found

    name = sample.__name__
    return lambda one: {name: turn(one)}


def wire(one: Contender, number: int) -> float:
    one.forget()
    begun = time.monotonic()
    one.submit([f"bench {number}"])
    return one.line_of(one.all_left(1, PATIENCE)[0]) - begun


def hook(one: Contender, number: int) -> float:
    one.forget()
    one.expect()
    text = f"come {number}"
    one.simulator(do="inject", sender=SENDER, text=text)
    told = one.told(text, PATIENCE)
    one.until_left(0, 0)
    at: float = one.of("inbound")[0]["at"]
    return told - at


def burst(one: Contender) -> dict[str, Samples]:
    """As many single parts as it does in some seconds, on a network that takes no time."""
    one.forget()
    before = one.cpu()
    one.submit([f"bench {number}" for number in range(one.burst)])
    left = one.all_left(one.burst, PATIENCE)
    used = one.cpu() - before
    sizes = one.memory()
    return {
        "messages a second": [(len(left) - 1) / (left[-1]["at"] - left[0]["at"])],
        "CPU per 1,000 messages": [1000 * used / one.burst],
        "memory (PSS)": [sizes["all"]],
        "memory without the page": [sizes["without page"]],
    }


def campaign(one: Contender, seconds: float) -> dict[str, Samples]:
    """How well the modem is used while 300 wait, and what an urgent message meets behind them."""
    one.forget()
    one.simulator(do="slow", seconds=seconds)
    one.submit([f"bulk {number}" for number in range(BULK)])
    begun = one.all_left(1, PATIENCE)[0]["at"]
    left = one.until_left(BULK, WATCHED[seconds])
    use = 100 * seconds * (len(left) - 1) / (left[-1]["at"] - begun) if len(left) > 1 else 0.0
    waited, before = urgent(one)
    return {
        f"modem use at {seconds:g} s a part": [use],
        f"urgent behind {BULK}, {seconds:g} s": [waited],
        f"parts before it, {seconds:g} s": [before],
    }


def idle(one: Contender) -> dict[str, Samples]:
    """The share of one processor that it takes while nothing happens."""
    time.sleep(SETTLE)
    before, began = one.cpu(), time.monotonic()
    time.sleep(IDLE)
    return {"idle CPU": [100 * (one.cpu() - before) / (time.monotonic() - began)]}


def long_queue(one: Contender) -> dict[str, Samples]:
    """How fast, and at what cost, the first of 100,000 leave."""
    already = len(one.until_left(1, PATIENCE))
    before, began = one.cpu(), time.monotonic()
    left = len(one.until_left(QUEUED, COUNTED[one.calm])) - already
    used, passed = one.cpu() - before, time.monotonic() - began
    cost = 1000 * used / left if left else NEVER
    return {"messages a second, 100,000": [left / passed], "CPU per 1,000, 100,000": [cost]}


def urgent(one: Contender) -> tuple[float, float]:
    """Seconds to the wire and parts that went before; infinite when it was not seen."""
    one.forget()
    begun = time.monotonic()
    one.submit(["urgent"], urgent=True)
    while time.monotonic() < begun + URGENT_WAIT:
        left = one.until_left(len(one.of("submitted")) + 1, URGENT_WAIT)
        texts = [part["text"] for part in left]
        if "urgent" in texts:
            place = texts.index("urgent")
            return one.line_of(left[place]) - begun, place
    return NEVER, NEVER


# ---- the run -------------------------------------------------------------------------------------


def measure(only: str, seed: int, turns: int = TURNS) -> Results:
    """Every step whose name has `only` in it: the timed ones, the long queue, which keeps a processor busy,
    and beside each other those in which nobody disturbs another."""
    signal.signal(signal.SIGTERM, _end)
    timed: Steps = {
        "wire": in_turn(for_a_turn(wire, seed), turns),
        "hook": in_turn(for_a_turn(hook, seed), turns, hook=True),
        "burst": in_turn(burst, BURSTS),
        "campaign 0.3 s": one_by_one(partial(campaign, seconds=0.3)),
    }
    queue: Steps = {"queue": one_by_one(long_queue, QUEUED)}
    easy: Steps = {"campaign 3 s": one_by_one(partial(campaign, seconds=3.0)), "idle": one_by_one(idle)}
    with ThreadPoolExecutor(WIDE) as pool:
        run = Run(installed(), only, pool)
        try:
            run.stage(timed, run.calm, beside=run.asleep)
            run.join()
            run.stage(queue, run.calm, beside=[])
            run.stage(easy, [], beside=run.kinds)
            run.stage(queue, [], beside=run.asleep)
            run.join()
        except BaseException:
            run.end()
            raise
    return run.results


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # so that every block ends what it started
