"""Each trouble does what its row in the table of `control` says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modem.simulator.run import Simulator
from modem.simulator.troubles import Troubles

MakeBench = Callable[..., Any]
NO_LINE: Any = None  # these troubles are the modem's own


@pytest.fixture
def modem(bench: MakeBench) -> Any:
    made = bench()
    made.say("AT+CNMI=2,1,0,1,0")
    made.troubles = Troubles(made.simulation, NO_LINE)
    return made


def test_a_refused_command_is_refused_so_many_times(modem: Any) -> None:
    modem.troubles.refuse("+CMGS", code=38, times=2)
    modem.troubles.refuse("+CSQ", code=14)
    modem.troubles.refuse("+CREG", says="MODEM ERROR")
    assert [modem.send("+33639980008") for _ in range(3)] == ["+CMS ERROR: 38"] * 2 + ["+CMGS: 0\n\nOK"]
    assert modem.say("AT+CSQ") == "+CME ERROR: 14"
    assert modem.say("AT+CSQ").endswith("OK")
    assert modem.say("AT+CREG?") == "MODEM ERROR"


def test_an_early_refusal_comes_instead_of_the_prompt(modem: Any) -> None:
    modem.troubles.refuse("+CMGS", code=302, early=True, times=0)
    assert [modem.say("AT+CMGS=20") for _ in range(3)] == ["+CMS ERROR: 302"] * 3
    modem.troubles.heal()
    assert modem.send("+33639980008").endswith("OK")


def test_a_swallowed_answer_is_lost_and_the_part_is_not(modem: Any) -> None:
    modem.troubles.swallow("+CMGS")
    assert modem.send("+33639980008", "one") == ""
    assert modem.say("AT") == "OK"
    assert modem.send("+33639980008", "two") == "+CMGS: 1\n\nOK"
    assert [part.text for part in modem.network.submitted] == ["one", "two"]


def test_a_silence_may_begin_with_the_swallowed_answer(modem: Any) -> None:
    modem.troubles.swallow("+CMGS", seconds=15)
    assert modem.send("+33639980008") == ""
    assert modem.say("AT") == ""
    assert modem.wait(15.1) == ""
    assert modem.say("AT") == "OK"
    assert len(modem.network.submitted) == 1


def test_a_delayed_answer_comes_later(modem: Any) -> None:
    modem.troubles.delay("+CSQ", seconds=40)
    assert modem.say("AT+CSQ") == ""
    assert modem.wait(39) == ""
    assert modem.wait(1).startswith("+CSQ: ")


def test_a_lost_prompt_waits_for_its_message_all_the_same(modem: Any) -> None:
    modem.troubles.lose_prompt()
    assert modem.say("AT+CMGS=20") == ""
    assert modem.say("AT") == ""
    assert modem.type("\x1b") == "\r\nOK\r\n"
    assert modem.say("AT") == "OK"


def test_a_hung_modem_hears_nothing_or_only_its_restart(modem: Any) -> None:
    modem.troubles.hang()
    assert modem.say("AT+CFUN=1,1") == ""
    modem.wait(100_000)
    assert modem.say("AT") == ""
    modem.troubles.restart()
    assert modem.say("ATE0").endswith("OK")
    modem.troubles.hang("reset")
    assert modem.say("AT") == ""
    modem.type("AT+CFUN=1,1\r")
    assert modem.say("AT").endswith("OK")
    with pytest.raises(ValueError, match="reset"):
        modem.troubles.hang("prayer")


def test_a_restart_takes_its_time_and_says_scraps(modem: Any) -> None:
    modem.network.inject("+33612345678", "before")
    modem.troubles.restart(20)
    modem.network.inject("+33612345678", "during")
    noise = modem.wait(9)
    assert "^BOOT" in noise
    assert "UART" in noise
    assert modem.say("ATE0") == ""
    modem.wait(2)
    modem.say("ATE0")
    assert modem.say("AT+CMEE=1;+CPIN?") == "+CME ERROR: 14"
    assert modem.say("AT+CMGL=4") == "+CMS ERROR: 314"
    modem.wait(9.5)
    assert modem.say("AT+CPIN?") == "+CPIN: READY\n\nOK"
    assert modem.say("AT+CMGL=4").count("+CMGL:") == 2
    assert modem.say("AT+CNMI?").startswith("+CNMI: 0,0,0,0,0")


def test_the_echo_comes_back(modem: Any) -> None:
    modem.troubles.echo()
    assert modem.say("AT") == "AT\r\nOK"


def test_a_flood_ends(modem: Any) -> None:
    modem.troubles.flood(seconds=1, every=0.01)
    assert 99 <= modem.wait(2).count("^NWTIME") <= 102
    assert modem.wait(10) == ""


def test_another_sim_is_another_one(modem: Any) -> None:
    modem.network.inject("+33612345678", "for the first")
    modem.say('AT+CPMS="ME","ME","ME"')
    modem.network.inject("+33612345678", "in the modem")
    modem.troubles.remove_sim()
    modem.say("AT+CMEE=1")
    assert modem.say("AT+CPIN?") == "+CME ERROR: 10"
    assert modem.say("AT+CREG?") == "+CREG: 0,0\n\nOK"
    modem.troubles.insert_sim("8933020000000000017", pin="4321")
    assert modem.say("AT+CPIN?") == "+CPIN: SIM PIN\n\nOK"
    assert modem.say("AT+CPIN=4321") == "OK"
    assert modem.say("AT+CCID") == "+CCID: 8933020000000000017\n\nOK"
    assert modem.say("AT+CIMI") != "208010000000099\n\nOK"
    assert modem.say("AT+CPMS?").startswith('+CPMS: "ME",1,50')
    assert modem.say('AT+CPMS="SM"').startswith("+CPMS: 0,20")


@pytest.mark.parametrize("state", ["SIM PUK", "PH-NET PIN"])
def test_a_locked_sim_says_so_and_lets_nothing_pass(modem: Any, state: str) -> None:
    modem.troubles.lock_sim(state)
    assert modem.say("AT+CPIN?") == f"+CPIN: {state}\n\nOK"
    assert modem.say("AT+CMGL=4").startswith("+CMS ERROR: 3")
    modem.troubles.lock_sim()
    assert modem.say("AT+CPIN?") == "+CPIN: READY\n\nOK"


def test_a_denied_sim_is_not_registered(modem: Any) -> None:
    modem.troubles.deny()
    assert modem.say("AT+CREG?") == "+CREG: 0,3\n\nOK"
    assert modem.send("+33639980008") == "+CMS ERROR: 331"
    modem.troubles.deny(False)
    assert modem.say("AT+CREG?") == "+CREG: 0,1\n\nOK"


def test_a_barred_number_is_refused_for_ever_and_the_others_are_not(modem: Any) -> None:
    modem.troubles.bar(28, "+33639980011")
    for _ in range(5):
        assert modem.send("+33639980011") == "+CMS ERROR: 28"
        assert modem.send("+33639980008").endswith("OK")
    modem.troubles.bar(50)
    assert modem.send("+33639980008") == "+CMS ERROR: 50"
    modem.troubles.bar(0)
    modem.troubles.bar(0, "+33639980011")
    assert modem.send("+33639980011").startswith("+CMGS: ")


def test_a_slow_network_takes_so_long(modem: Any) -> None:
    modem.troubles.slow(7)
    assert modem.send("+33639980008") == ""
    assert modem.wait(6.9) == ""
    assert modem.wait(0.2) == "+CMGS: 0\n\nOK"


def test_what_comes_in_may_be_stored_twice(modem: Any) -> None:
    modem.troubles.duplicate()
    modem.network.inject("+33612345678", "bonjour")
    assert modem.wait(0).count("+CMTI") == 2


@pytest.mark.parametrize("ended_by_us", [True, False])
def test_a_call_rings_every_three_seconds_until_it_ends(modem: Any, ended_by_us: bool) -> None:
    modem.say("AT+CLIP=1")
    modem.troubles.ring("+33612345678", seconds=7)
    line = 'RING\n\n+CLIP: "+33612345678",145,"",,"",0'
    assert modem.wait(0) == line
    if ended_by_us:
        assert modem.say("AT+CHUP") == "OK"
        assert modem.wait(30) == ""
    else:
        assert modem.wait(3) == line
        assert modem.wait(30) == f"{line}\n\nNO CARRIER"


def test_ussd_answers_what_it_was_told_to_and_is_cancelled(modem: Any) -> None:
    modem.troubles.ussd("*101#", "Menu\n1 Solde", mode=1, seconds=5)
    modem.troubles.ussd("*102#", "œuvre", dcs=72)
    assert modem.say('AT+CUSD=1,"*101#",15') == "OK"
    assert modem.wait(5) == '+CUSD: 1,"Menu\n1 Solde",15'
    assert modem.say('AT+CUSD=1,"*102#",15') == 'OK\n\n+CUSD: 0,"01530075007600720065",72'
    modem.say('AT+CUSD=1,"*101#",15')
    assert modem.say("AT+CUSD=2") == "OK"
    assert modem.wait(60) == ""


def test_the_network_may_tell_no_sensible_time(modem: Any) -> None:
    modem.troubles.network_time("80/01/06,00:00:12+00")
    assert modem.say("AT+CCLK?") == '+CCLK: "80/01/06,00:00:12+00"\n\nOK'
    modem.troubles.network_time()
    assert modem.say("AT+CCLK?") == '+CCLK: "26/03/04,12:00:00+04"\n\nOK'


# ---- on the line -----------------------------------------------------------------------------------


def test_a_pulled_cable_comes_back_under_another_name(tmp_path: Path, host: Callable[[Path], Any]) -> None:
    with Simulator(tmp_path) as simulator:
        host(simulator.port).say("ATE0")
        simulator.hang_up(0.05, "modem7")
        simulator.wait_for("line_back", link=str(tmp_path / "modem7"))
        assert not simulator.port.is_symlink()
        assert host(tmp_path / "modem7").say("AT").endswith("OK\r\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_asked_for_later_happens_later(tmp_path: Path, host: Callable[[Path], Any]) -> None:
    with Simulator(tmp_path) as simulator:
        modem = host(simulator.port)
        simulator.do("garbage", hex="2a2a", **{"in": 0.05})
        simulator.do("fill", storage="none", **{"in": 0.05})
        assert modem.expect("**") == "**"
        [undone] = simulator.wait_for("undone")
        assert undone["request"] == "fill"


def test_a_flood_of_garbage_and_a_pace_of_several_octets(tmp_path: Path, host: Callable[[Path], Any]) -> None:
    with Simulator(tmp_path) as simulator:
        modem = host(simulator.port)
        simulator.do("garbage", seconds=0.05)
        for _ in range(3):
            modem.expect("\xff\x00\x01\x02+CM")
        simulator.do("pace", seconds=0.001, octets=5)
        modem.say("ATE0")
        assert modem.say("AT+CGMI").endswith("Chappe\r\n\r\nOK\r\n")


def test_several_modems_share_the_network_and_its_phones(tmp_path: Path, host: Callable[[Path], Any]) -> None:
    with Simulator(tmp_path, modems=2, network_seconds=0, delivery_seconds=0) as simulator:
        assert {path.name for path in tmp_path.iterdir()} == {
            "modem",
            "modem-2",
            "modem.control",
            "modem.control-2",
        }
        first, second = host(simulator.port), host(tmp_path / "modem-2")
        for modem in (first, second):
            modem.say("ATE0;+CNMI=2,1,0,0,0")
        assert first.say("AT+CGSN") != second.say("AT+CGSN")
        assert "+33639980098" in second.say("AT+CNUM")
        second.send("+33639980011", "from the second")
        assert [m["text"] for m in simulator.handsets()["+33639980011"]] == ["from the second"]
        first.send("+33639980098", "to the other modem")
        second.expect('+CMTI: "SM",1\r\n')
        first.send("+33639980099", "to itself")
        first.expect('+CMTI: "SM",1\r\n')
