"""How fast messages are accepted, each on the disk before it is answered; beside Kannel's sendsms.

- single: so many kept-alive connections post one message each, again and again: calls a second, and the
  slowest hundredth.
- bulk: each call names a thousand recipients; recipients a second.
- gap: the median time between two parts at the modem, the network taking no time: while nobody submits, and
  while bulk goes on.  What is accepted must not keep from leaving what was accepted before.

Kannel's bearerbox and smsbox are taken from PATH, with their store a spool of files and an SMSC to which
nobody connects, so that nothing is measured but accepting; it answers before the file is surely on the disk.
"""

from __future__ import annotations

import http.client
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, pairwise
from pathlib import Path
from urllib.parse import urlencode

from latency import rank
from stack import Caller, NotReady, Stack, free_port

SINGLE, BULK = 8, 2  # connections
RECIPIENTS = 1000  # of one bulk call
WATCHED = 5.0  # seconds for which the modem's gaps are looked at
INSTALL = "apt-get install kannel"
PATIENCE = 15.0

KANNEL = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {boxes}
log-level = 4
log-file = "{folder}/bearerbox.log"
store-type = spool
store-location = "{folder}/spool"

group = smsc
smsc = fake
smsc-id = nobody
port = {nobody}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {port}
log-level = 4
log-file = "{folder}/smsbox.log"

group = sendsms-user
username = bench
password = bench
max-messages = 1
default-sender = 3600
"""

Figures = dict[str, float]
Ask = Callable[[], None]


def measure(seconds: float) -> Figures:
    figures: Figures = {}
    with Stack() as stack:
        stack.simulator(do="clear_log")
        _fill(stack)
        figures["gap alone"] = _gap(stack, WATCHED)
        with _going_on(BULK, lambda: _bulk(stack)):
            figures["gap in bulk"] = _gap(stack, WATCHED)
    with Stack() as stack:
        figures |= _named("single", _load(SINGLE, seconds, lambda: _single(stack)), 1)
        figures |= _named("bulk", _load(BULK, seconds, lambda: _bulk(stack)), RECIPIENTS)
    if shutil.which("bearerbox") and shutil.which("smsbox"):
        with _kannel() as port:
            figures |= _named("kannel", _load(SINGLE, seconds, lambda: _sendsms(port)), 1)
            figures["ratio single"] = figures["single rate"] / figures["kannel rate"]
            figures["ratio bulk"] = figures["bulk rate"] / figures["kannel rate"]
    else:
        print(f"kannel is not here: {INSTALL}", file=sys.stderr)
    return figures


# ---- one call of each kind, on a connection of its own -------------------------------------------


def _single(stack: Stack) -> Ask:
    caller, numbers = stack.api(), count()
    return lambda: _accepted(caller, {"to": f"+336399{next(numbers) % 100000:05d}", "text": "Bonjour"})


def _bulk(stack: Stack) -> Ask:
    caller, calls = stack.api(), count(1)

    def ask() -> None:
        first = next(calls) % 90 * RECIPIENTS
        to = [f"+336398{number % 100000:05d}" for number in range(first, first + RECIPIENTS)]
        _accepted(caller, {"to": to, "text": "Bonjour, votre commande est arrivée."})

    return ask


def _accepted(caller: Caller, content: object) -> None:
    status, body = caller.post("/api/v1/messages", content)
    if status != 202:
        raise NotReady(f"POST /messages answered {status}: {body[:300]!r}")


def _sendsms(port: int) -> Ask:
    line, numbers = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE), count()

    def ask() -> None:
        asked = {"username": "bench", "password": "bench", "to": f"+336399{next(numbers):05d}"}
        line.request("GET", f"/cgi-bin/sendsms?{urlencode({**asked, 'text': 'Bonjour'})}")
        response = line.getresponse()
        body = response.read()
        if response.status != 202:
            raise NotReady(f"sendsms answered {response.status}: {body[:300]!r}")

    return ask


# ---- under load ----------------------------------------------------------------------------------


def _load(connections: int, seconds: float, new: Callable[[], Ask]) -> tuple[float, list[float]]:
    """Calls a second, and how long each took in milliseconds, ascending."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(connections) as pool:
        began = time.monotonic()
        running = [pool.submit(_again_and_again, new(), until) for _ in range(connections)]
        took = sorted(one for each in running for one in each.result())
    return len(took) / (time.monotonic() - began), took


def _again_and_again(ask: Ask, until: float) -> list[float]:
    ask()  # connected, and whatever is made at the first call is made
    took = []
    while (begun := time.monotonic()) < until:
        ask()
        took.append((time.monotonic() - begun) * 1000)
    return took


def _named(name: str, load: tuple[float, list[float]], size: int) -> Figures:
    rate, took = load
    return {f"{name} rate": rate * size, f"{name} p50": rank(took, 50), f"{name} p99": rank(took, 99)}


@contextmanager
def _going_on(connections: int, new: Callable[[], Ask]) -> Iterator[None]:
    """These calls, for as long as the block."""
    over = threading.Event()

    def run(ask: Ask) -> None:
        while not over.is_set():
            ask()

    with ThreadPoolExecutor(connections) as pool:
        running = [pool.submit(run, new()) for _ in range(connections)]
        try:
            yield
        finally:
            over.set()
        for one in running:
            one.result()


def _fill(stack: Stack) -> None:
    """So much waits that the modem is never idle."""
    ask = _bulk(stack)
    for _ in range(4):
        ask()


def _gap(stack: Stack, seconds: float) -> float:
    """The median time between two parts at the modem, in milliseconds."""
    stack.simulator(do="clear_log")
    time.sleep(seconds)
    events = stack.simulator(do="log")["events"]
    at = [event["at"] for event in events if event["event"] == "cmgs_line"]
    if len(at) < 3:
        raise NotReady(f"only {len(at)} parts came to the modem")
    return statistics.median(later - earlier for earlier, later in pairwise(at)) * 1000


# ---- Kannel --------------------------------------------------------------------------------------


@contextmanager
def _kannel() -> Iterator[int]:
    """bearerbox and smsbox, ready; gives sendsms's port."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "spool").mkdir()
    port, config = free_port(), folder / "kannel.conf"
    ports = {"admin": free_port(), "boxes": free_port(), "nobody": free_port(), "port": port}
    config.write_text(KANNEL.format(folder=folder, **ports), encoding="utf-8")
    running: list[subprocess.Popen[bytes]] = []
    try:
        for program, listens in (("bearerbox", ports["boxes"]), ("smsbox", port)):
            running.append(
                subprocess.Popen([program, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            _listening(listens, program)
        yield port
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _listening(port: int, program: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            line.connect()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise NotReady(f"{program} did not become ready") from error
            time.sleep(0.05)
        finally:
            line.close()
