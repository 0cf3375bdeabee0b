"""The simulator on a real pty, with a host that has it open, and its control socket."""

from __future__ import annotations

import fcntl
import json
import os
import re
import resource
import socket
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modem.simulator import control
from modem.simulator.run import Simulator, run

OpenPort = Callable[[Path], Any]


def at_once(folder: Path, **more: Any) -> Simulator:
    return Simulator(folder, **({"network_seconds": 0, "delivery_seconds": 0} | more))


def test_a_message_goes_out_its_report_and_the_answer_come_in(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator:
        modem = host(simulator.port)
        modem.say("ATE0;+CMEE=1;+CNMI=2,1,0,1,0")
        assert modem.send("+33639980006", "bonjour").endswith("+CMGS: 0\r\n\r\nOK\r\n")
        modem.expect("+CDS: 25\r\n")
        modem.expect('+CMTI: "SM",1\r\n')
        [submitted] = simulator.submitted
        assert (submitted.recipient, submitted.text, submitted.reference) == ("+33639980006", "bonjour", 0)
        assert [(m["from_phone"], m["text"]) for m in simulator.handsets()["+33639980006"]] == [
            (False, "bonjour"),
            (True, "STOP"),
        ]
        [line] = simulator.wait_for("cmgs_line")
        [taken] = simulator.wait_for("submitted", recipient="+33639980006")
        assert line["at"] <= taken["at"]


def test_two_simulators_know_nothing_of_each_other(tmp_path: Path, host: OpenPort) -> None:
    with (
        at_once(tmp_path, name="one", imei="1" * 15) as one,
        at_once(tmp_path, name="two", imei="2" * 15) as two,
    ):
        first, second = host(one.port), host(two.port)
        for modem in (first, second):
            modem.say("ATE0")
        assert "1" * 15 in first.say("AT+CGSN")
        assert "2" * 15 in second.say("AT+CGSN")
        first.send("+33639980008", "from one")
        second.send("+33639980008", "from two")
        assert [part.text for part in one.submitted] == ["from one"]
        assert [part.text for part in two.submitted] == ["from two"]


def test_everything_is_taken_away_at_the_end_and_nothing_leaks(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    with at_once(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {"modem", "modem.control"}
    before = descriptors()
    for _turn in range(5):
        with at_once(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before


def test_run_stops_when_told_and_says_when_it_is_ready(tmp_path: Path, host: OpenPort) -> None:
    link, stop, ready = tmp_path / "tty", threading.Event(), threading.Event()
    running = threading.Thread(target=run, args=(link,), kwargs={"stop": stop, "ready": ready.set})
    running.start()
    assert ready.wait(10)
    assert host(link).say("AT").endswith("OK\r\n")
    stop.set()
    running.join(10)
    assert not running.is_alive()
    assert not link.is_symlink()


def test_run_begins_with_what_it_was_told_to_do(tmp_path: Path, host: OpenPort) -> None:
    link, stop, ready = tmp_path / "tty", threading.Event(), threading.Event()
    begin = {"stop": stop, "ready": ready.set, "orders": [{"do": "fill"}, {"do": "echo", "on": False}]}
    running = threading.Thread(target=run, args=(link,), kwargs=begin)
    running.start()
    assert ready.wait(10)
    assert host(link).say("AT+CPMS?").startswith('\r\n+CPMS: "SM",20,20')
    stop.set()
    running.join(10)
    with pytest.raises(ValueError, match="no such command"):
        run(link, orders=[{"do": "nothing"}])
    assert not link.is_symlink()


def test_a_file_in_the_way_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "modem").write_text("precious")
    with pytest.raises(FileExistsError), at_once(tmp_path):
        pass
    assert (tmp_path / "modem").read_text() == "precious"


def test_a_stale_link_is_replaced(tmp_path: Path, host: OpenPort) -> None:
    (tmp_path / "modem").symlink_to("/dev/pts/nowhere")
    with at_once(tmp_path) as simulator:
        assert host(simulator.port).say("AT").endswith("OK\r\n")


def test_nobody_at_the_port_costs_no_cpu(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator:
        modem = host(simulator.port)
        modem.say("ATE0;+CNMI=2,1,0,1,0")
        modem.close()
        before = resource.getrusage(resource.RUSAGE_SELF)
        # Far more than a pty buffers: the line is blocked, and stays so with nobody to read.
        simulator.garbage(b"x" * 100_000)
        simulator.wait_for("lost")
        after = resource.getrusage(resource.RUSAGE_SELF)
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_a_new_host_finds_a_working_line_after_a_dead_one(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator:
        dead = os.open(simulator.port, os.O_RDWR | os.O_NOCTTY)
        os.write(dead, b"ATE0\rAT+CSQ\r")
        os.close(dead)
        simulator.garbage(b"x" * 100_000)
        simulator.wait_for("lost")
        modem = host(simulator.port)
        termios.tcflush(modem.fd, termios.TCIFLUSH)
        assert "+CSQ: 20,99" in modem.say("AT+CSQ")


def test_an_exclusive_claim_dies_with_its_host(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator:
        modem = host(simulator.port)
        fcntl.ioctl(modem.fd, termios.TIOCEXCL)
        modem.say("AT")
        assert fcntl.ioctl(modem.fd, 0x80045440, bytes(4)) == bytes(4)  # TIOCGEXCL


def test_a_pulled_cable_hangs_the_host_up_and_the_same_path_works_again(
    tmp_path: Path, host: OpenPort
) -> None:
    with at_once(tmp_path) as simulator:
        modem = host(simulator.port)
        modem.say("ATE0;+CMEE=2")
        simulator.hang_up(0.05)
        with pytest.raises(OSError, match="Input/output"):
            modem.say("AT+CSQ")
        simulator.wait_for("line_back")
        again = host(simulator.port)
        assert "+CMEE: 0" in again.say("AT+CMEE?")


def test_paced_output_is_the_same_output(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path, pace_seconds=0.001) as simulator:
        modem = host(simulator.port)
        assert modem.say("AT+CSQ") == "AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
        simulator.pace(0)
        assert modem.say("AT+CGMI") == "AT+CGMI\r\r\nChappe\r\n\r\nOK\r\n"


def test_the_faults_do_what_their_names_say(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator:
        modem = host(simulator.port)
        modem.say("ATE0;+CREG=1;+CNMI=2,1,0,1,0")
        simulator.drop_network()
        modem.expect("+CREG: 2\r\n")
        simulator.restore_network()
        modem.expect("+CREG: 1\r\n")
        simulator.fill()
        assert simulator.do("state")["storages"]["SM"] == [20, 20]
        assert simulator.inject("+33612345678", "bonjour") == 1
        assert simulator.do("state")["kept"] == 1
        simulator.empty()
        modem.expect('+CMTI: "SM",1\r\n')
        simulator.garbage(b"\xff\x00noise")
        modem.expect("\xff\x00noise")
        simulator.fall_silent(0.2)
        modem.write("AT+CSQ\r")
        simulator.inject("+33612345678", "encore")
        assert "CSQ" not in modem.expect('+CMTI: "SM",2\r\n')


def test_the_control_socket_speaks_json_lines(tmp_path: Path, host: OpenPort) -> None:
    with at_once(tmp_path) as simulator, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(os.fspath(simulator.control))
        lines = client.makefile("r", encoding="utf-8")

        def ask(request: str) -> dict[str, Any]:
            client.sendall(request.encode() + b"\n")
            answer: dict[str, Any] = json.loads(lines.readline())
            return answer

        assert ask('{"do": "handsets"}') == {"ok": True, "handsets": []}
        assert ask('{"do": "answer", "number": "+33639980001", "text": "déjà 😀"}') == {"ok": True}
        [phone] = ask('{"do": "handsets"}')["handsets"]
        assert phone["number"] == "+33639980001"
        assert [(m["from_phone"], m["text"]) for m in phone["messages"]] == [(True, "déjà 😀")]
        assert [event["event"] for event in ask('{"do": "log"}')["events"]] == ["inbound"]
        assert ask('{"do": "clear_log"}') == {"ok": True}
        assert ask('{"do": "log"}') == {"ok": True, "events": []}
        assert ask('{"do": "inject_tpdu", "tpdu": "0004ff"}') == {"ok": True}
        assert len(ask('{"do": "log"}')["events"]) == 1
        for wrong in (
            "no json",
            "[]",
            '"handsets"',
            '{"do": "nonsense"}',
            '{"do": ["unhashable"]}',
            '{"do": "answer"}',
            '{"do": "answer", "number": 3, "text": "x"}',
            '{"do": "log", "what": 1}',
            '{"do": "inject", "sender": "a name that is too long", "text": "x"}',
            '{"do": "inject", "sender": "+336", "text": "x", "order": [2]}',
            '{"do": "inject", "sender": "+336", "text": "x", "order": ["y"]}',
            '{"do": "inject", "sender": "+336", "text": "' + "x" * 161 + '", "reference": 999}',
            '{"do": "inject_tpdu", "tpdu": "07"}',
            '{"do": "inject_tpdu", "tpdu": "xx"}',
            '{"do": "fill", "storage": "XX"}',
            '{"do": "fall_silent", "seconds": 1, "late": 1}',
            '{"do": "fall_silent", "seconds": NaN}',
            '{"do": "hang_up", "seconds": 1e999}',
        ):
            answer = ask(wrong)
            assert answer["ok"] is False, wrong
            assert answer["error"], wrong
        assert ask('{"do": "state"}')["ok"]


def test_every_command_of_the_control_socket_is_in_its_table() -> None:
    orders, _, events = (control.__doc__ or "").partition("Every event has")
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", orders, re.MULTILINE)
    assert {verb for verb, _ in rows} - {"do"} == set(control.VERBS)
    for verb, keys in rows[1:]:
        assert set(re.findall(r"\w+", keys)) == {key for form in control.VERBS[verb] for key in form}, verb
    assert {"cmgs_line", "submitted", "refused", "handset_received", "silent", "lost", "line_back"} <= set(
        re.findall(r"`(\w+)`", events)
    )
