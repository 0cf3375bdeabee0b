"""Chappe beside Debian's gammu-smsd and smstools, each as installed and at its best calm setting.

All run in the same run, each on a simulated modem of its own.  Those at their best are measured strictly in
turn, so that what the machine does besides hits all alike; those left as installed sleep nearly all the time
and are measured beside them, in threads of their own.  Every figure is the median of its turns.

What is counted from and to:

- submit to wire: from before the request (the command, the file) to the AT+CMGS line complete at the modem.
- messages a second: from the first part taken by the network to the last, single parts, no network time,
  each program with as many as it does in some seconds; processor time from before their submission, of all
  its processes and of the commands that submit.
- modem use: the share of the time in which the modem was busy with a part, 300 waiting.
- urgent: behind those 300, in seconds to the wire and in parts that left meanwhile; an otp, a file whose
  name or header says so.
- inbound to hook: from +CMTI to the hook's first line; ours, to the message in GET /api/v1/inbound.
- memory after the throughput turns.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from threading import Event as Signal
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
TURNS = 12
BURSTS = 3
BULK = 300
WATCHED = {0.3: 12.0, 3.0: 45.0}  # seconds a part → seconds the modem is watched

Round = Callable[[Contender], dict[str, Samples]]


# ---- who is measured, and in what order ----------------------------------------------------------


def installed() -> list[type[Contender]]:
    """Chappe and the peers this machine has; what is missing is said."""
    there = [peer for peer in PEERS if all(map(shutil.which, peer.needs))]
    if not there:
        raise NotReady(f"neither gammu-smsd nor smstools is here: {INSTALL}")
    for program in sorted({peer.program for peer in PEERS} - {peer.program for peer in there}):
        print(f"{program} is not here: apt-get install {program}", file=sys.stderr)
    return [Chappe, *there]


@contextmanager
def contenders(kinds: list[type[Contender]], hook: bool = False) -> Iterator[list[Contender]]:
    """Each of them running and warm."""
    with ExitStack() as opened:
        all_of_them = [opened.enter_context(kind(hook)) for kind in kinds]
        with ThreadPoolExecutor(len(all_of_them)) as pool:
            list(pool.map(warm, all_of_them))
        yield all_of_them


def warm(one: Contender) -> None:
    one.submit(["warm"])
    one.all_left(1, PATIENCE)


def take_turns(all_of_them: list[Contender], turn: Round, turns: int, results: Results) -> None:
    """The calm ones strictly in turn; each of the others beside them, at least once and until they end."""
    over = Signal()

    def beside(one: Contender) -> None:
        results.add(one.name, turn(one))
        while not over.is_set():
            results.add(one.name, turn(one))

    asleep = [one for one in all_of_them if not one.calm]
    with ThreadPoolExecutor(len(asleep)) as pool:
        under_way = [pool.submit(beside, one) for one in asleep]
        try:
            for one in [one for _ in range(turns) for one in all_of_them if one.calm]:
                results.add(one.name, turn(one))
        except BaseException:
            for one in all_of_them:  # or those beside would go on waiting
                one.close()
            raise
        finally:
            over.set()
        for each in under_way:
            each.result()


# ---- what is measured ----------------------------------------------------------------------------


def for_a_turn(sample: Callable[[Contender, int], float], seed: int) -> Round:
    """A turn of single messages: as many as fit, with pauses in step with nothing that ticks."""
    pauses, numbers = random.Random(seed), count()

    def turn(one: Contender) -> Samples:
        found, end = [], time.monotonic() + TURN
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


def measure(only: str, long: bool, seed: int) -> Results:
    """Every step whose name has `only` in it, one after the other."""
    signal.signal(signal.SIGTERM, _end)
    kinds = installed()
    results = Results({kind.called(): {} for kind in kinds})
    steps: dict[str, Callable[[], None]] = {
        "wire": lambda: turns_of(kinds, for_a_turn(wire, seed), TURNS, results),
        "hook": lambda: turns_of(kinds, for_a_turn(hook, seed), TURNS, results, with_hook=True),
        "burst": lambda: turns_of(kinds, burst, BURSTS, results),
        "campaign": lambda: campaigns(kinds, 0.3, results),
    }
    if long:
        steps["campaign 3 s"] = lambda: campaigns(kinds, 3.0, results)
    chosen = [name for name in steps if only in name]
    for number, name in enumerate(chosen, 1):
        print(f"measuring {number} of {len(chosen)}: {name} …", file=sys.stderr)
        steps[name]()
    return results


def turns_of(
    kinds: list[type[Contender]], turn: Round, turns: int, results: Results, with_hook: bool = False
) -> None:
    with contenders(kinds, with_hook) as all_of_them:
        take_turns(all_of_them, turn, turns, results)


def campaigns(kinds: list[type[Contender]], seconds: float, results: Results) -> None:
    """The calm ones alone, one after the other; the others all at once beside them."""
    asleep = [kind for kind in kinds if not kind.calm]
    with contenders(asleep) as sleeping, ThreadPoolExecutor(len(sleeping)) as pool:
        under_way = [(one.name, pool.submit(campaign, one, seconds)) for one in sleeping]
        for kind in kinds:
            if kind.calm:
                with contenders([kind]) as [one]:
                    results.add(one.name, campaign(one, seconds))
        for name, found in under_way:
            results.add(name, found.result())


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # so that every block ends what it started
