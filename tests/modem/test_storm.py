"""Storms: whatever comes between, late or not at all, nothing is lost, mistaken or typed where it harms."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from modem import commands, urc
from modem.api import Alphabet, Heard, InboundPart, LinkChanged, LinkState, OutboundPart, PartAccepted, Report
from modem.codec import encode
from modem.errors import ModemError
from modem.link import Link
from modem.link import Options as Patience
from modem.session import Session
from modem.simulator.options import Options
from modem.simulator.run import Simulator
from modem.simulator.simulation import Simulation
from modem.simulator.troubles import Troubles
from scripted_modem import Told

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))
STREAMS = 4000
BLOCKS = 20  # tests they are shared out to
COMMANDS = 8  # of one stream
MESSAGES = 6  # stored in the modem, each of its own
LINES = re.compile(r"\r\n> |\r\n[^\r\n]*\r\n|[^\r\n]+\r\n|.", re.DOTALL)
GARBAGE = [*range(0x0A), *range(0x0E, 0x1A), *range(0x80, 0x100)]
NO_LINE: Any = None
Question = tuple[str, Callable[[], Any], Callable[[], Any]]  # name, how to ask, the only right answer


class Line:
    """A session's port and a simulated modem's line in one.  Its clock moves when somebody waits; what
    the modem says comes in pieces of 1 to 9 octets, with URCs and garbage between any two lines."""

    def __init__(self, source: random.Random) -> None:
        self.now = 1000.0
        self.source = source
        self.simulation = Simulation(Options(network_seconds=1, delivery_seconds=1), lambda: NOON, self.now)
        self.said: list[urc.Urc] = []  # what came unasked
        self.mistyped: list[bytes] = []
        self._output = bytearray()

    def clock(self) -> float:
        return self.now

    def write(self, data: bytes, deadline: float) -> None:
        if self.simulation.device.asks and data != b"\x1b" and not re.fullmatch(rb"[0-9A-F]+\x1a", data):
            self.mistyped.append(data)
        self._put(self.simulation.feed(data, self.now))

    def read(self, deadline: float) -> bytes:
        while not self._output:
            due = self.simulation.timers.next_due()
            if due is None or due > deadline:
                self.now = max(self.now, deadline)
                return b""
            self.now = max(self.now, due)
            self._put(self.simulation.advance(self.now))
        size = self.source.randint(1, 9)
        piece = bytes(self._output[:size])
        del self._output[:size]
        self.now += size * 0.0001
        return piece

    def _put(self, said: bytes) -> None:
        for line in LINES.findall(said.decode("latin-1")):
            if len(line) > 1 and not line.endswith("> "):
                self._output += self._between(framed=not line.startswith("\r\n"))
            self._output += line.encode("latin-1")

    def _between(self, *, framed: bool) -> bytes:
        """What comes before a line: mostly nothing."""
        roll = self.source.random()
        if roll < 0.1:
            garbage = bytes(self.source.choices(GARBAGE, k=self.source.randint(1, 20))) + b"\xff"
            return b"\r\n" + garbage + b"\r\n" if framed else garbage
        return self._unasked() if roll < 0.4 else b""

    def _unasked(self) -> bytes:
        """A stored message's announcement, or a report; sometimes the one inside the other."""
        roll, announced = self.source.random(), b""
        if roll < 0.6:
            event = urc.MessageStored("ME", len(self.said))
            self.said.append(event)
            announced = b'\r\n+CMTI: "ME",%d\r\n' % event.index
        if roll < 0.5:
            return announced
        tpdu = "00" + bytes(self.source.choices(range(256), k=24)).hex().upper()
        self.said.append(urc.ReportArrived(tpdu))
        return b"\r\n+CDS: 24\r\n" + announced + tpdu.encode() + b"\r\n"


def store(line: Line) -> dict[int, str]:
    """Messages to be read; their TPDUs by index."""
    for number in range(MESSAGES):
        line.simulation.network.inject("+33612345678", f"{line.source.random()} {number}")
    slots = line.simulation.device.sim.storages["SM"].slots
    return {index: stored.octets.hex().upper() for index, stored in slots.items()}


def trouble(line: Line, troubles: Troubles, name: str) -> None:
    """What befalls the next command: in half of the cases nothing."""
    random_seconds = line.source.uniform(0.1, 45.0)
    acts: list[Callable[[], None]] = [
        lambda: troubles.swallow(name),
        lambda: troubles.swallow(name, seconds=random_seconds),
        lambda: troubles.delay(name, random_seconds),
        lambda: troubles.refuse(name, code=500),
        lambda: troubles.lose_prompt(),
        lambda: troubles.echo(),
        lambda: troubles.fall_silent(random_seconds / 5, late=line.source.random() < 0.5),
    ]
    if line.source.random() < 0.5:
        line.source.choice(acts)()


def question(line: Line, session: Session, stored: dict[int, str]) -> Question:
    """One command by chance."""
    submitted = line.simulation.network.submitted
    tpdu = encode(OutboundPart("+33639980008", "storm", Alphabet.GSM7))
    index = line.source.choice(list(stored))

    def send() -> int | None:
        session.run(commands.announce(tpdu.length))
        return session.run(commands.submit(tpdu.hex, 30.0))

    questions: list[Question] = [
        ("+CMGR", lambda: session.run(commands.read(index)).tpdu, lambda: stored[index]),
        ("+CSQ", lambda: session.run(commands.SIGNAL), lambda: -73),
        ("+CGSN", lambda: session.run(commands.IMEI), lambda: "490154203237518"),
        ("+CSCA", lambda: session.run(commands.SERVICE_CENTRE), lambda: "+33609001390"),
        ("+CPMS", lambda: session.run(commands.STORAGE_SHOWN), lambda: (MESSAGES, 20)),
        ("+CMGS", send, lambda: submitted[-1].reference),
    ]
    return line.source.choice(questions)


def stream(seed: int) -> None:
    """One conversation in the storm."""
    line = Line(random.Random(seed))
    heard: list[urc.Urc] = []
    session = Session(line, heard.append, clock=line.clock)  # type: ignore[arg-type]
    troubles, stored = Troubles(line.simulation, NO_LINE), store(line)
    for _ in range(COMMANDS):
        name, ask, right = question(line, session, stored)
        trouble(line, troubles, name)
        try:
            assert ask() == right(), name
        except ModemError:
            pass  # refused, silent or hung: said, not guessed
    troubles.heal()
    assert alive(session), "no answer any more"
    session.pause(60)
    assert [event for event in heard if isinstance(event, urc.MessageStored | urc.ReportArrived)] == line.said
    assert line.mistyped == []


def alive(session: Session) -> bool:
    """Within a few tries, as a link would make them."""
    for _ in range(20):
        try:
            return session.run(commands.SIGNAL) == -73
        except ModemError:
            session.pause(5)
    return False


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_stream_loses_mistakes_or_mistypes_anything(block: int) -> None:
    for seed in range(block, STREAMS, BLOCKS):
        try:
            stream(seed)
        except Exception as error:
            raise AssertionError(f"stream({seed})") from error


# ---- a thousand sends ------------------------------------------------------------------------------

SENDS = 1000
QUICK = Patience(sweep_every=5, sweep_again=0.02, register_every=0.05)
MOMENTS = ("before", "inside", "after")


class Receiver(Told):
    """Forgets in the modem what was heard, as the gateway does once it is stored."""

    link: Link

    def __call__(self, event: Any) -> None:
        super().__call__(event)
        if isinstance(event, Heard) and event.place:
            self.link.forget(event.place)


def test_a_thousand_sends_cross_messages_and_reports_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    told = Receiver()
    times = {"network_seconds": 0.001, "delivery_seconds": 0.002}
    with Simulator(tmp_path, modem_slots=SENDS, **times) as simulator:
        told.link = Link("m1", str(simulator.port), options=QUICK)
        told.link.start(told)
        try:
            told.wait(LinkChanged, state=LinkState.READY)
            for job in range(SENDS):
                cross(job, told, simulator)
            told.until(lambda: len(texts(told)) == SENDS)
            told.until(lambda: len(references(told)) == SENDS)
            told.link.sweep()
        finally:
            told.link.stop()
        sent = [part.text for part in simulator.submitted]
        assert sent == [f"out {job}" for job in range(SENDS)]
        assert [event.job for event in told.of(PartAccepted)] == list(range(SENDS))
        assert texts(told) == {f"in {job}" for job in range(SENDS)}
        assert len(simulator.log("inbound")) == SENDS
        assert references(told) == [job % 256 for job in range(SENDS)]
        fills = simulator.do("state")["storages"].values()
        assert sum(used for used, _ in fills) == 0


def cross(job: int, told: Receiver, simulator: Simulator) -> None:
    """One send, with a message that comes before, inside or after it."""
    moment = MOMENTS[job % 3]
    if moment == "before":
        simulator.inject("+33639980011", f"in {job}")
    told.link.send(job, OutboundPart("+33639980021", f"out {job}", Alphabet.GSM7))
    if moment == "inside":
        simulator.wait_for("cmgs_line", job + 1)
        simulator.inject("+33639980011", f"in {job}")
    told.wait(PartAccepted, job=job)
    if moment == "after":
        simulator.inject("+33639980011", f"in {job}")


def texts(told: Told) -> set[str]:
    return {event.item.text for event in told.of(Heard) if isinstance(event.item, InboundPart)}


def references(told: Told) -> list[int]:
    return [event.item.reference for event in told.of(Heard) if isinstance(event.item, Report)]
