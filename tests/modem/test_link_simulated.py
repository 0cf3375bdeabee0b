"""A link and the simulated modem: two implementations that share no code meet on a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem.api import (
    Alphabet,
    Concat,
    Heard,
    Identified,
    LateAnswer,
    LinkChanged,
    LinkState,
    OutboundPart,
    PartAccepted,
    PartRefused,
    PartUncertain,
    Report,
)
from modem.link import Link, Options
from modem.pin import ForgetfulPinMemory
from modem.session import Timings
from modem.simulator.run import Simulator
from scripted_modem import Told

QUICK = Options(
    sweep_again=0.05,
    register_every=0.05,
    sim_every=0.1,
    sim_patience=0.5,
    reopen_first=0.02,
    reopen_most=0.1,
    send_first=10,
    send_least=5,
    send_most=20,
    timings=Timings(factor=0.1, quiet=0.05, quiet_within=0.5, tries=2),
)
NOW = {"network_seconds": 0.0, "delivery_seconds": 0.0}


class Running:
    def __init__(self, folder: Path, **options: Any) -> None:
        self.simulator = Simulator(folder, **(NOW | options))
        self.told = Told()
        self.link = Link("m1", str(self.simulator.port), options=QUICK)

    def __enter__(self) -> Running:
        self.simulator.__enter__()
        self.link.start(self.told)
        return self

    def __exit__(self, *error: Any) -> None:
        self.link.stop()
        self.simulator.__exit__(None, None, None)

    def ready(self, times: int = 1) -> Running:
        self.told.wait(LinkChanged, times, state=LinkState.READY)
        return self


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path) as running:
        yield running.ready()


def part(text: str, to: str = "+33639980011", concat: Concat | None = None) -> OutboundPart:
    alphabet = Alphabet.GSM7 if text.isascii() else Alphabet.UCS2
    return OutboundPart(to, text, alphabet, concat)


def test_a_part_reaches_the_phone_and_its_report_comes_back(running: Running) -> None:
    running.link.send(1, part("Bonjour \U0001f44b"))
    accepted = running.told.wait(PartAccepted, job=1)
    report = running.told.wait(Heard)
    assert isinstance(report.item, Report)
    assert (report.item.reference, report.item.recipient, report.item.status) == (
        accepted.reference,
        "+33639980011",
        0,
    )
    running.simulator.wait_for("handset_received", number="+33639980011", text="Bonjour \U0001f44b")


def test_parts_of_one_message_arrive_as_one(running: Running) -> None:
    for seq in (1, 2, 3):
        running.link.send(seq, part(f"<{seq}>", concat=Concat(7, 3, seq)))
    running.told.wait(PartAccepted, job=3)
    running.simulator.wait_for("handset_received", text="<1><2><3>")


@pytest.mark.parametrize("pace", [0.0, 0.0005])
def test_what_a_phone_writes_is_heard_and_can_be_forgotten(running: Running, pace: float) -> None:
    running.simulator.pace(pace)
    running.simulator.inject("+33639980011", "OUI, merci")
    heard = running.told.wait(Heard)
    assert (heard.item.sender, heard.item.text) == ("+33639980011", "OUI, merci")
    running.link.forget(heard.place)
    running.link.sweep()
    running.link.send(1, part("x"))
    running.told.wait(PartAccepted)
    used = {name: fill[0] for name, fill in running.simulator.do("state")["storages"].items()}
    assert used == dict.fromkeys(used, 0)


def test_messages_that_came_while_nobody_listened_are_handed_over_first(tmp_path: Path) -> None:
    with Running(tmp_path) as running:
        running.ready()
        running.link.stop()
        running.simulator.inject("+33639980011", "STOP")
        told = Told()
        link = Link("m1", str(running.simulator.port), options=QUICK)
        link.start(told)
        told.wait(LinkChanged, state=LinkState.READY)
        assert [event.item.text for event in told.of(Heard)] == ["STOP"]
        link.stop()


def test_a_refused_number_is_refused_and_then_taken(running: Running) -> None:
    for job in (1, 2, 3):
        running.link.send(job, part("x", "+33639980004"))
    assert [running.told.wait(PartRefused, job=job).error.code for job in (1, 2)] == ["cms_38", "cms_38"]
    running.told.wait(PartAccepted, job=3)


def test_a_modem_silent_after_ctrl_z_leaves_the_part_uncertain_and_comes_back(tmp_path: Path) -> None:
    with Running(tmp_path, silence_seconds=2.0) as running:
        running.ready()
        running.link.send(1, part("x", "+33639980005"))
        running.told.wait(PartUncertain, job=1)
        running.told.wait(LinkChanged, state=LinkState.SILENT)
        running.ready(2)
        running.link.send(2, part("y"))
        running.told.wait(PartAccepted, job=2)


def test_a_late_answer_resolves_the_uncertain_part(tmp_path: Path) -> None:
    with Running(tmp_path, network_seconds=1.3) as running:
        running.ready()
        running.link.send(1, part("x"))
        running.told.wait(PartUncertain, job=1)
        late = running.told.wait(LateAnswer, job=1)
        assert late.reference == running.simulator.wait_for("submitted")[0]["reference"]


def test_a_pulled_cable_is_survived(running: Running) -> None:
    running.simulator.hang_up(0.2)
    running.told.wait(LinkChanged, state=LinkState.CLOSED)
    running.ready(2)
    running.link.send(1, part("x"))
    running.told.wait(PartAccepted)


def test_a_lost_network_is_told_and_comes_back(running: Running) -> None:
    running.simulator.drop_network()
    running.told.wait(LinkChanged, 2, state=LinkState.REGISTERING)
    running.simulator.restore_network()
    running.ready(2)


def test_garbage_on_the_line_harms_nothing(running: Running) -> None:
    for job, octets in enumerate([bytes(range(256)), b"\xff" * 300, b"\0\r\n\0", b"\r\n> "]):
        running.simulator.garbage(octets)
        running.link.send(job, part("x"))
        running.told.wait(PartAccepted, job=job)


def test_a_pin_is_typed_once_whether_right_or_wrong(tmp_path: Path) -> None:
    with Simulator(tmp_path, pin="4321", **NOW) as simulator:
        memory = ForgetfulPinMemory()
        for pin, state, code in (
            ("1234", LinkState.SIM, "sim_pin_refused"),
            ("1234", LinkState.SIM, "sim_pin_refused"),
            ("1234", LinkState.SIM, "sim_pin_refused"),
            ("4321", LinkState.READY, ""),
        ):
            told = Told()
            link = Link("m1", str(simulator.port), pin=pin, pin_memory=memory, options=QUICK)
            link.start(told)
            error = told.wait(LinkChanged, 2 if code else 1, state=state).error
            assert (error.code if error else "") == code
            link.stop()
        assert told.wait(Identified).identity.iccid == "8933010000000000998"


def test_a_pin_that_comes_later_opens_the_sim_without_a_new_start(tmp_path: Path) -> None:
    pins = [""]
    with Simulator(tmp_path, pin="4321", **NOW) as simulator:
        told = Told()
        link = Link("m1", str(simulator.port), pin=lambda: pins[-1], options=QUICK)
        link.start(told)
        for pin, code in (("1234", "sim_pin_required"), ("4321", "sim_pin_refused")):
            told.until(lambda code=code: code in codes(told))
            pins.append(pin)
        told.wait(LinkChanged, state=LinkState.READY)
        link.stop()


def codes(told: Told) -> list[str]:
    return [event.error.code for event in told.of(LinkChanged) if event.error]


def test_a_hundred_parts_and_a_hundred_messages_cross_and_none_is_lost(running: Running) -> None:
    for count in range(100):
        running.simulator.inject("+33639980011", f"in {count}")
        running.link.send(count, part(f"out {count}", "+33639980001"))
        running.told.wait(PartAccepted, job=count)
        for heard in running.told.of(Heard)[-3:]:  # some of them for the second and third time
            if heard.place:
                running.link.forget(heard.place)
    running.link.sweep()
    running.simulator.wait_for("handset_received", 100, number="+33639980001")
    running.told.wait(Heard, 100, place=None)
    running.told.until(lambda: len(texts(running.told)) == 100)
    assert texts(running.told) == {f"in {count}" for count in range(100)}


def texts(told: Told) -> set[str]:
    return {event.item.text for event in told.of(Heard) if not isinstance(event.item, Report)}
