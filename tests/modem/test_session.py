"""One command at a time over a real pseudo-terminal: late, lost and noisy answers."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem import commands
from modem.errors import Hung, ModemError, PortLost, Silent
from modem.port import Port
from modem.session import Session, Timings
from modem.urc import LateReference, MessagesReady, MessageStored, Noise, ReportArrived
from scripted_modem import OK, SILENCE, ScriptedModem, length_of

QUICK = Timings(factor=0.1, quiet=0.03, quiet_within=0.3, tries=2)
REPORT = "07913306091093F006070B913336998010F0621180110000406211801100104000"
TPDU = "0011000B913336998010F00000AA03C2F03C"


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[ScriptedModem]:
    with ScriptedModem(tmp_path) as modem:
        yield modem


class Talk:
    def __init__(self, modem: ScriptedModem, timings: Timings = QUICK) -> None:
        self.port = Port(modem.path)
        self.port.open()
        self.heard: list[Any] = []
        self.session = Session(self.port, self.heard.append, timings)
        self.run = self.session.run

    def send(self) -> int | None:
        self.run(commands.announce(17))
        return self.run(commands.submit(TPDU, 60))


@pytest.fixture
def talk(modem: ScriptedModem) -> Iterator[Talk]:
    talk = Talk(modem)
    yield talk
    talk.port.dispose()


def test_4k_a_late_answer_is_never_the_next_commands(modem: ScriptedModem, talk: Talk) -> None:
    modem.next("AT+CSQ", SILENCE)
    with pytest.raises(Silent):
        talk.run(commands.SIGNAL)
    modem.next("AT", f"\r\n+CSQ: 11,0\r\n{OK}{OK}")
    assert talk.run(commands.IMEI) == "490154203237518"
    assert talk.run(commands.IMSI) == "208010000000001"


def test_4k_a_late_answer_of_the_same_form_is_dropped_too(modem: ScriptedModem, talk: Talk) -> None:
    modem.next("AT+CGSN", SILENCE)
    with pytest.raises(Silent):
        talk.run(commands.IMEI)
    modem.say(f"\r\n490154203237518\r\n{OK}")
    assert talk.run(commands.IMSI) == "208010000000001"


def test_4k_what_came_before_a_command_is_not_its_answer(modem: ScriptedModem, talk: Talk) -> None:
    modem.say(f"\r\n111111111111111\r\n{OK}")
    assert talk.run(commands.IMEI) == "490154203237518"


def test_4m_a_late_reference_is_heard(modem: ScriptedModem, talk: Talk) -> None:
    modem.next("Ctrl-Z", SILENCE)
    talk.run(commands.announce(17))
    with pytest.raises(Silent):
        talk.run(commands.submit(TPDU, 1))
    modem.say(f"\r\n+CMGS: 200\r\n{OK}")
    assert talk.send() == 1
    assert talk.heard[0] == LateReference(200)


def test_4l_a_late_prompt_is_left_by_esc(modem: ScriptedModem) -> None:
    talk = Talk(modem, Timings(factor=0.1, quiet=0.03, quiet_within=0.3, tries=1))
    modem.next("AT+CMGS=17", SILENCE)
    with pytest.raises(Silent):
        talk.run(commands.announce(17, 1))
    modem.next("AT", "\r\n> ")
    assert talk.run(commands.SIGNAL) == -73
    assert not modem.garbled
    assert not modem.submitted
    talk.port.dispose()


def test_4n_a_silent_modem_is_hung_after_a_few_tries(modem: ScriptedModem, talk: Talk) -> None:
    modem.hang()
    with pytest.raises(Silent):
        talk.run(commands.SIGNAL)
    with pytest.raises(Hung):
        talk.run(commands.SIGNAL)
    modem.recover()
    assert talk.run(commands.SIGNAL) == -73


def test_4o_an_echo_that_stays_on_is_no_answer(modem: ScriptedModem, talk: Talk) -> None:
    modem.always("AT+CGSN", f"AT+CGSN\r\r\n\r\n490154203237518\r\n{OK}")
    modem.always("AT+CGMI", f"AT+CGMI\r\r\n\r\nScripted\r\n{OK}")
    modem.next("Ctrl-Z", f"{TPDU}\x1a\r\n\r\n+CMGS: 6\r\n{OK}")
    assert (talk.run(commands.IMEI), talk.run(commands.MANUFACTURER)) == ("490154203237518", "Scripted")
    assert talk.send() == 6


def test_4j_no_octet_ends_the_conversation(modem: ScriptedModem, talk: Talk) -> None:
    modem.say(bytes(range(256)))
    assert talk.run(commands.SIGNAL) == -73


def test_4f_4g_an_unplugged_modem_ends_a_waiting_command_at_once(modem: ScriptedModem) -> None:
    talk = Talk(modem, Timings())
    modem.next("AT+CMGL=4", SILENCE)
    ended: list[ModemError] = []

    def list_all() -> None:
        try:
            talk.run(commands.LIST_ALL)
        except ModemError as error:
            ended.append(error)

    waiting = threading.Thread(target=list_all)
    waiting.start()
    modem.wait_typed("AT+CMGL=4")
    modem.unplug()
    waiting.join(20)  # its own deadline is 30 s
    assert [type(error) for error in ended] == [PortLost]
    with pytest.raises(PortLost):
        talk.run(commands.SIGNAL)
    talk.port.dispose()


def test_noise_never_extends_a_deadline(modem: ScriptedModem, talk: Talk) -> None:
    modem.next("AT+CSQ", SILENCE)
    stop = threading.Event()

    def chatter() -> None:
        modem.wait_typed("AT+CSQ")
        while not stop.wait(0.005):
            modem.say("\r\n^NWTIME: 26/11/22\r\n")

    thread = threading.Thread(target=chatter)
    thread.start()
    with pytest.raises(Silent):
        talk.run(commands.SIGNAL)
    assert talk.run(commands.SIGNAL) == -73
    stop.set()
    thread.join()
    assert Noise("^NWTIME: 26/11/22") in talk.heard


def test_every_octet_is_traced_as_it_passed(modem: ScriptedModem) -> None:
    passed: list[tuple[str, bytes]] = []
    port = Port(modem.path)
    port.open()
    session = Session(port, lambda event: None, QUICK, trace=lambda *each: passed.append(each))
    session.run(commands.SIGNAL)
    port.dispose()
    assert b"".join(data for way, data in passed if way == ">") == b"AT+CSQ\r"
    assert b"".join(data for way, data in passed if way == "<") == b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"


def test_what_is_insisted_upon_is_typed_at_a_modem_that_hangs(modem: ScriptedModem, talk: Talk) -> None:
    modem.hang()
    assert not talk.session.insist(commands.AT)
    assert modem.typed == ["AT"]
    modem.recover()
    assert talk.session.insist(commands.AT)
    assert talk.run(commands.SIGNAL) == -73


def test_a_familys_own_lines_are_no_answers(modem: ScriptedModem, talk: Talk) -> None:
    talk.session.learn(["Call Over"], ["Store Open"])
    modem.always("AT+CGMI", f"\r\nCall Over\r\n\r\nStore Open\r\n\r\nACME\r\n{OK}")
    assert talk.run(commands.MANUFACTURER) == "ACME"
    assert talk.heard == [Noise("Call Over"), MessagesReady()]


def test_a_modem_that_knows_no_mark_is_found_again_all_the_same(modem: ScriptedModem, talk: Talk) -> None:
    modem.next("AT+CSQ", SILENCE)
    modem.always("AT+CMGF?", SILENCE)
    with pytest.raises(Silent):
        talk.run(commands.SIGNAL)
    assert talk.run(commands.SIGNAL) == -73


def test_an_error_names_neither_pin_nor_tpdu(modem: ScriptedModem, talk: Talk) -> None:
    modem.next('AT+CPIN="4711"', SILENCE)
    with pytest.raises(Silent) as seen:
        talk.run(commands.unlock("4711"))
    assert "4711" not in str(seen.value)
    modem.next("Ctrl-Z", SILENCE)
    talk.run(commands.announce(17))
    with pytest.raises(Silent) as seen:
        talk.run(commands.submit(TPDU, 1))
    assert TPDU not in str(seen.value)


@pytest.mark.parametrize("octets", [1, 8, 4096])
def test_1t_200_parts_in_a_storm_of_urcs_lose_nothing_and_garble_no_prompt(
    tmp_path: Path, octets: int
) -> None:
    rng, said = random.Random(octets), []

    def unasked() -> str:
        lines = ""
        for _ in range(rng.choice((0, 1, 1, 2))):
            said.append(MessageStored("SM", len(said)) if rng.random() < 0.5 else ReportArrived(REPORT))
            last = said[-1]
            lines += (
                f'\r\n+CMTI: "SM",{last.index}\r\n'
                if isinstance(last, MessageStored)
                else f"\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n"
            )
        return lines

    with ScriptedModem(tmp_path, octets=octets) as modem:
        talk = Talk(modem, Timings())
        modem.between = unasked
        for count in range(1, 201):
            assert talk.send() == count % 256
            assert talk.run(commands.SIGNAL) == -73
            assert talk.run(commands.IMEI) == "490154203237518"
        modem.between = None
        talk.run(commands.AT)
        talk.port.dispose()
    assert modem.submitted == [TPDU] * 200
    assert not modem.garbled
    assert talk.heard == said
