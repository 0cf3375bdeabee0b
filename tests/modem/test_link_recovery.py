"""A link and what real modems do: vanish, hang, start anew, change their SIM, talk nonsense."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modem.api import (
    Alphabet,
    Called,
    HealthRead,
    Heard,
    Identified,
    LateAnswer,
    LinkChanged,
    LinkState,
    NetworkTime,
    OutboundPart,
    PartAccepted,
    PartRefused,
    PartUncertain,
    Rung,
    Tried,
    UssdAnswered,
    UssdFailed,
)
from modem.errors import Advice
from modem.finder import Where
from modem.ladder import Budget
from modem.life import Options
from modem.link import Link
from modem.power import Power
from modem.session import Timings
from modem.simulator.run import Simulator
from scripted_modem import OK, SILENCE, ScriptedModem, Told

PART = OutboundPart("+33639980001", "Bonjour", Alphabet.GSM7)
QUICK = Options(
    sweep_again=0.05,
    register_every=0.05,
    sim_every=0.1,
    sim_patience=0.5,
    look_for_port=0.02,
    reopen_first=0.02,
    reopen_most=0.1,
    send_first=10,
    send_least=10,
    send_most=40,
    restart_rest=0.05,
    boot=0.1,
    budget=Budget(patience=0.2),
    timings=Timings(factor=0.1, quiet=0.03, quiet_within=0.3, tries=1),
    roots=(),
)
STORAGES = ("ME", "SM", "SR")
SELECTIONS = [f'AT+CPMS="{name}"' for name in STORAGES]
SELECTIONS += [f'AT+CPMS="{name}","{home}","{home}"' for name in STORAGES for home in STORAGES]
NOW = {"network_seconds": 0.0, "delivery_seconds": 0.0}


class Bench:
    """Modems of both kinds and links to them, all ended with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self.told: dict[str, Told] = {}

    def scripted(self, answers: dict[str, str | None] | None = None, name: str = "scripted") -> ScriptedModem:
        (self.folder / name).mkdir()
        return self._stack.enter_context(ScriptedModem(self.folder / name, answers))

    def simulated(self, **options: Any) -> Simulator:
        return self._stack.enter_context(Simulator(self.folder, **(NOW | options)))

    def link(
        self, where: Where | str, name: str = "m1", power: Power | None = None, **changes: Any
    ) -> tuple[Link, Told]:
        link, told = Link(name, where, power=power, options=replace(QUICK, **changes)), Told()
        self._stack.callback(link.stop)
        link.start(told)
        return link, told

    def pins(self) -> Any:
        """Pins that are not there, for gpiozero."""
        gpiozero = pytest.importorskip("gpiozero", reason="gpiozero is not installed")
        mock = pytest.importorskip("gpiozero.pins.mock", reason="gpiozero has no mock pins")
        before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, mock.MockFactory()
        self._stack.callback(setattr, gpiozero.Device, "pin_factory", before)
        return gpiozero.Device.pin_factory

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def ready(told: Told, times: int = 1) -> None:
    told.wait(LinkChanged, times, state=LinkState.READY)


def ready_again(told: Told) -> None:
    """Ready now, and not only some time ago."""
    told.until(lambda: [e.state for e in told.of(LinkChanged)[-1:]] == [LinkState.READY])


def rungs(told: Told) -> list[Rung]:
    return [event.rung for event in told.of(Tried)]


def works(link: Link, told: Told, job: int) -> None:
    """A part leaves, whatever the link has to do before."""
    ready_again(told)
    link.send(job, PART)
    told.wait(PartAccepted, job=job)


# ---- the ladder ---------------------------------------------------------------------------------


def test_a_modem_in_step_again_is_not_reset(bench: Bench) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path)
    told.wait(HealthRead)
    modem.next("Ctrl-Z", SILENCE)
    link.send(1, PART)
    told.wait(PartUncertain, job=1)
    ready(told, 2)
    assert rungs(told) == [Rung.RESYNC]
    assert told.of(Tried)[0].error.code == "silent"


def test_a_modem_that_only_a_restart_helps_is_restarted(bench: Bench) -> None:
    simulator = bench.simulated()
    link, told = bench.link(str(simulator.port))
    told.wait(HealthRead)
    simulator.do("hang", cure="reset")
    link.send(1, PART)
    told.wait(PartRefused, job=1)
    ready(told, 2)
    assert rungs(told) == [Rung.RESYNC, Rung.REOPEN, Rung.RESTART]
    works(link, told, 2)


def test_out_of_resets_it_says_so_and_waits_and_a_person_gets_one_more(bench: Bench) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path, budget=Budget(resets=2, patience=0))
    told.wait(HealthRead)
    modem.hang()
    link.send(1, PART)
    told.until(lambda: any(e.error and e.error.code == "resets_over" for e in told.of(LinkChanged)))
    over = told.of(LinkChanged)[-1]
    assert (over.state, over.error.advice) == (LinkState.RESETTING, Advice.STOP_SIM)
    assert rungs(told) == [Rung.RESYNC, Rung.REOPEN, Rung.RESTART, Rung.RESTART]
    tried = modem.count("AT")
    modem.wait_typed("AT", tried + 3)
    assert told.of(LinkChanged)[-1] is over
    assert modem.count("AT+CFUN=1,1") == 2
    link.reset()
    modem.wait_typed("AT+CFUN=1,1", 3)
    modem.recover()
    ready(told, 2)
    works(link, told, 2)


def test_a_person_may_restart_a_modem_that_is_well(bench: Bench) -> None:
    simulator = bench.simulated()
    link, told = bench.link(str(simulator.port))
    told.wait(HealthRead)
    link.reset()
    told.wait(LinkChanged, state=LinkState.RESETTING)
    ready(told, 2)
    assert rungs(told) == [Rung.RESTART]
    assert simulator.log("restarted")
    works(link, told, 1)


def test_a_modem_that_answers_everything_but_parts_is_reset_in_the_end(bench: Bench) -> None:
    modem = bench.scripted()
    modem.always("AT+CFUN=1,1", OK)
    link, told = bench.link(modem.path)
    for job in (1, 2, 3):
        modem.next("Ctrl-Z", SILENCE)
        ready_again(told)
        link.send(job, PART)
        told.wait(PartUncertain, job=job)
        told.wait(LinkChanged, job, state=LinkState.SILENT)
        ready(told, job + 1)
    assert rungs(told) == [Rung.RESYNC, Rung.REOPEN, Rung.RESTART]
    works(link, told, 4)


def test_a_part_that_left_ends_the_trouble(bench: Bench) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path)
    for job in (1, 3, 5):
        modem.next("Ctrl-Z", SILENCE)
        ready_again(told)
        link.send(job, PART)
        told.wait(PartUncertain, job=job)
        told.wait(LinkChanged, job // 2 + 1, state=LinkState.SILENT)
        works(link, told, job + 1)
    assert rungs(told) == [Rung.RESYNC] * 3


def test_a_modem_that_no_restart_helps_is_taken_off_the_bus(bench: Bench) -> None:
    modem = bench.scripted()
    system = bench.folder / "sys"
    device = system / "devices" / "1-1"
    (device / "1-1:1.2").mkdir(parents=True)
    for name, content in (("idVendor", "1e0e"), ("idProduct", "9001"), ("authorized", "")):
        (device / name).write_text(content)
    entry = system / "class" / "tty" / os.path.basename(os.path.realpath(modem.path))
    entry.mkdir(parents=True)
    (entry / "device").symlink_to(device / "1-1:1.2")
    link, told = bench.link(modem.path, system=system)
    told.wait(HealthRead)
    modem.hang()
    link.send(1, PART)
    told.wait(Tried, rung=Rung.USB)
    modem.recover()
    works(link, told, 2)
    assert (device / "authorized").read_text() == "1"
    assert rungs(told) == [Rung.RESYNC, Rung.REOPEN, Rung.RESTART, Rung.USB]


@pytest.mark.parametrize("plugged", [True, False])
def test_a_modem_with_a_pin_is_switched_off_and_on_hung_or_gone(bench: Bench, plugged: bool) -> None:
    pins = bench.pins()
    modem = bench.scripted()
    link, told = bench.link(modem.path, power=Power(6, "key", 0.05, rest=0.05))
    told.wait(HealthRead)
    modem.hang()
    if not plugged:
        modem.unplug()
    link.send(1, PART)
    told.wait(Tried, rung=Rung.POWER)
    told.until(lambda: told.of(LinkChanged)[-1].state is not LinkState.READY)
    modem.recover()
    if not plugged:
        modem.plug()
    works(link, told, 2)
    assert not pins.pin(6).state
    assert [rung for rung in rungs(told) if rung in (Rung.RESTART, Rung.USB)] == [Rung.RESTART] * plugged


def test_a_pin_that_is_not_there_stops_nothing(bench: Bench) -> None:
    bench.pins()
    modem = bench.scripted()
    link, told = bench.link(modem.path, power=Power(999, "relay"))
    told.wait(HealthRead)
    modem.unplug()
    told.wait(Tried, rung=Rung.POWER)
    modem.plug()
    works(link, told, 1)


# ---- silence that is not quiet ------------------------------------------------------------------


def test_a_modem_that_answers_but_says_nothing_useful_is_silent(bench: Bench) -> None:
    modem = bench.scripted()
    _, told = bench.link(modem.path, sweep_every=0.05, useful_within=0.5)
    ready(told)
    for command in ("AT+CSQ", "AT+CREG?", "AT+CEREG?", "AT+COPS?", "AT+CPMS?", "AT+CMGL=4", *SELECTIONS):
        modem.always(command, "\r\nERROR\r\n")
    error = told.wait(LinkChanged, state=LinkState.SILENT).error
    assert error.code == "silent"


@pytest.mark.parametrize("line", ["^NWTIME: 26/11/22,10:00:00+04,0", "\xff\x00garbage"])
def test_a_flood_of_noise_neither_stops_parts_nor_hides_a_hang(bench: Bench, line: str) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path, sweep_every=0.5)
    told.wait(HealthRead)
    with Flood(modem, f"\r\n{line}\r\n"):
        link.send(1, PART)
        told.wait(PartAccepted, job=1)
        modem.hang()
        told.wait(LinkChanged, state=LinkState.RESETTING)
    modem.recover()
    works(link, told, 2)


class Flood:
    """The modem says that line every five milliseconds, meanwhile."""

    def __init__(self, modem: ScriptedModem, line: str) -> None:
        self._modem, self._line = modem, line
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._say, daemon=True)

    def _say(self) -> None:
        while not self._over.wait(0.005):
            self._modem.say(self._line)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


# ---- the plug -----------------------------------------------------------------------------------


def test_a_modem_that_comes_back_under_another_name_is_followed(bench: Bench) -> None:
    simulator = bench.simulated()
    names = bench.folder / "dev"
    names.mkdir()
    (names / "ttyUSB0").symlink_to(simulator.port)
    link, told = bench.link(str(names / "ttyUSB0"), roots=(f"{names}/*",))
    ready(told)
    (names / "ttyUSB0").rename(names / "ttyUSB1")
    simulator.hang_up(0.2)
    ready(told, 2)
    assert [event.identity.port[-7:] for event in told.of(Identified)] == ["ttyUSB0", "ttyUSB1"]
    works(link, told, 1)


def test_a_modem_is_found_by_its_imei_and_another_one_is_said(bench: Bench) -> None:
    first = bench.scripted()
    second = bench.scripted({"AT+CGSN": f"\r\n356938035643809\r\n{OK}"}, name="second")
    names = bench.folder / "dev"
    names.mkdir()
    (names / "ttyUSB0").symlink_to(first.path)
    where = Where(str(names / "ttyUSB0"), "356938035643809")
    link, told = bench.link(where, roots=(f"{names}/*",))
    error = told.wait(LinkChanged, state=LinkState.CLOSED).error
    assert (error.code, error.detail) == ("other_modem", "IMEI 490154203237518")
    assert not first.count("AT+CPIN?")
    (names / "ttyUSB1").symlink_to(second.path)
    ready(told)
    assert told.wait(Identified).identity.imei == "356938035643809"
    works(link, told, 1)
    assert len(second.submitted) == 1


def test_a_pulled_modem_is_told_once_and_back_at_once(bench: Bench) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path)
    told.wait(HealthRead)
    modem.unplug()
    told.wait(LinkChanged, 2, state=LinkState.CLOSED)
    modem.plug()
    ready(told, 2)
    assert rungs(told) == [Rung.REOPEN]
    works(link, told, 1)


# ---- the SIM ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["said", "pulled"])
def test_another_sim_is_told_whether_the_modem_says_so_or_was_away(bench: Bench, how: str) -> None:
    modem = bench.scripted()
    _, told = bench.link(modem.path)
    told.wait(HealthRead)
    modem.always("AT+CCID", f'\r\n+CCID: "8933010000000000002F"\r\n{OK}')
    if how == "said":
        modem.say("\r\n+CPIN: READY\r\n")
    else:
        modem.unplug()
        told.wait(LinkChanged, state=LinkState.CLOSED)
        modem.plug()
    told.wait(Identified, 2)
    assert [e.identity.sim[-1] for e in told.of(Identified)] == ["1", "2"]


# ---- calls, the clock, codes --------------------------------------------------------------------


def test_a_call_is_told_once_and_parts_leave_meanwhile(bench: Bench) -> None:
    modem = bench.scripted()
    link, told = bench.link(modem.path)
    told.wait(HealthRead)
    for job in (1, 2, 3):
        modem.say('\r\nRING\r\n\r\n+CLIP: "+33639980007",145,"",0,"",0\r\n')
        works(link, told, job)
    assert [event.number for event in told.of(Called)] == ["+33639980007"]
    assert not {"ATH", "AT+CHUP"} & set(modem.typed)


def test_a_call_without_a_number_is_told_without(bench: Bench) -> None:
    modem = bench.scripted()
    _, told = bench.link(modem.path)
    told.wait(HealthRead)
    modem.say("\r\nRING\r\n")
    assert told.wait(Called).number == ""


def test_the_networks_time_is_told_after_set_up_and_then_each_hour(bench: Bench) -> None:
    modem = bench.scripted({"AT+CCLK?": f'\r\n+CCLK: "26/11/22,10:00:00+04"\r\n{OK}'})
    _, told = bench.link(modem.path, sweep_every=0.05, clock_every=0.2)
    assert told.wait(NetworkTime).at.isoformat() == "2026-11-22T10:00:00+01:00"
    told.wait(NetworkTime, 2)
    health = len(told.of(HealthRead))
    assert health >= len(told.of(NetworkTime))


def test_a_code_is_answered_exactly_once_whatever_happens(bench: Bench) -> None:
    modem = bench.scripted()
    modem.always('AT+CUSD=1,"#123#",15', f'{OK}\r\n+CUSD: 0,"Solde: 12 EUR",15\r\n')
    link, told = bench.link(modem.path)
    link.ussd(1, "#123#")
    assert told.wait(UssdFailed, job=1).error.code == "not_ready"
    told.wait(HealthRead)
    link.ussd(2, "#123#")
    answered = told.wait(UssdAnswered, job=2)
    assert (answered.text, answered.more) == ("Solde: 12 EUR", False)
    link.ussd(3, "OFFRE")
    assert told.wait(UssdFailed, job=3).error.advice is Advice.GIVE_UP
    modem.next('AT+CUSD=1,"#123#",15', SILENCE)
    link.ussd(4, "#123#")
    modem.wait_typed('AT+CUSD=1,"#123#",15', 2)
    link.ussd(5, "#123#")
    told.wait(UssdFailed, job=4)
    told.until(lambda: bool(told.of(UssdFailed, job=5) or told.of(UssdAnswered, job=5)))
    assert sorted(e.job for e in (*told.of(UssdFailed), *told.of(UssdAnswered))) == [1, 2, 3, 4, 5]
    works(link, told, 6)


# ---- faults of the whole modem ------------------------------------------------------------------


def test_a_modem_that_starts_anew_with_noise_is_set_up_when_it_answers(bench: Bench) -> None:
    simulator = bench.simulated()
    link, told = bench.link(str(simulator.port), boot=5.0)
    told.wait(HealthRead)
    simulator.do("restart", seconds=1.5)
    told.until(lambda: told.of(LinkChanged)[-1].state is not LinkState.READY)
    works(link, told, 1)
    assert Rung.RESTART not in rungs(told)


def test_a_silence_that_swallows_an_answer_costs_the_deadline_and_no_part_is_sent_twice(bench: Bench) -> None:
    simulator = bench.simulated()
    link, told = bench.link(str(simulator.port))
    works(link, told, 1)
    simulator.do("swallow", command="+CMGS", seconds=0.8)
    link.send(2, PART)
    told.wait(PartUncertain, job=2)
    told.wait(LinkChanged, state=LinkState.SILENT)
    works(link, told, 3)
    assert len(simulator.submitted) == 3
    assert Rung.RESTART not in rungs(told)


def test_an_answer_that_comes_after_the_silence_settles_its_part(bench: Bench) -> None:
    simulator = bench.simulated()
    link, told = bench.link(str(simulator.port))
    works(link, told, 1)
    simulator.do("delay", command="+CMGS", seconds=1.5)
    link.send(2, PART)
    told.wait(PartUncertain, job=2)
    told.wait(LinkChanged, state=LinkState.SILENT)
    late = told.wait(LateAnswer, job=2)
    assert late.reference == simulator.submitted[1].reference
    works(link, told, 3)


def test_a_full_sim_is_emptied_and_hears_again(bench: Bench) -> None:
    simulator = bench.simulated(sim_slots=3, modem_slots=3)
    for number in range(8):
        simulator.inject("+33639980011", f"in {number}")
    link, told = bench.link(str(simulator.port), sweep_every=0.1)
    given: set[int] = set()

    def all_heard() -> bool:
        for at, heard in enumerate(told.of(Heard)):
            if at not in given:
                given.add(at)
                link.forget(heard.place)
        return len({heard.item.text for heard in told.of(Heard)}) == 8

    told.until(all_heard)


def test_a_hung_modem_leaves_the_other_links_alone(bench: Bench) -> None:
    well, ill = bench.scripted(), bench.scripted(name="ill")
    well_link, well_told = bench.link(well.path)
    ill_link, ill_told = bench.link(ill.path, "m2")
    ready(ill_told)
    ready(well_told)
    ill.hang()
    ill_link.send(1, PART)
    ill_told.wait(PartRefused)
    for job in range(100):
        well_link.send(job, PART)
    well_told.wait(PartAccepted, 100)
    assert ill_told.of(LinkChanged)[-1].state is not LinkState.READY
    assert len(well_told.of(LinkChanged, state=LinkState.READY)) == 1
    assert len(well.submitted) == 100
