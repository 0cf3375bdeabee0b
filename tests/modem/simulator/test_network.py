"""The network's manners: the numbers that mean something, storages, indications, losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modem.simulator import power
from modem.simulator.handsets import yes_or_first
from modem.simulator.tpdu import Deliver, StatusReport, strip_service_centre

MakeBench = Callable[..., Any]


def reports(bench: Any) -> list[tuple[int, int]]:
    """(reference, TP-ST) of every report handed to the modem so far."""
    events = [event for event in bench.simulation.journal.read() if event["event"] == "report"]
    decoded = [StatusReport.decode(strip_service_centre(bytes.fromhex(event["tpdu"]))) for event in events]
    return [(report.reference, report.status) for report in decoded]


def inbound_texts(bench: Any) -> list[str]:
    events = [event for event in bench.simulation.journal.read() if event["event"] == "inbound"]
    return [Deliver.decode(strip_service_centre(bytes.fromhex(e["tpdu"]))).content.text for e in events]


def screen(bench: Any, number: str) -> list[tuple[bool, str]]:
    phones = {phone["number"]: phone["messages"] for phone in bench.simulation.handsets.shown()}
    return [(message["from_phone"], message["text"]) for message in phones.get(number, [])]


@pytest.fixture
def ready(bench: MakeBench) -> Any:
    """Network time 1 s, delivery 2 s; indications direct."""
    modem = bench(network_seconds=1, delivery_seconds=2)
    modem.say("AT+CNMI=2,1,0,1,0")
    return modem


@pytest.mark.parametrize(
    ("number", "story"),
    [
        ("+33612345678", [(2, [0x00])]),
        ("+33639980001", [(0, [0x00])]),
        ("+33639980002", [(2, [0x43])]),
        ("+33639980003", [(2, [0x22]), (20, [0x22, 0x00])]),
        ("+33639980006", [(2, [0x00])]),
        ("+33639980008", [(60, [])]),
        ("0639980002", [(2, [0x43])]),
    ],
)
def test_a_number_reports_what_it_stands_for(
    ready: Any, number: str, story: list[tuple[int, list[int]]]
) -> None:
    ready.send(number)
    assert ready.wait(1).startswith("+CMGS: 0\n\nOK")
    for seconds, statuses in story:
        before = len(reports(ready))
        if seconds:
            ready.wait(seconds - 0.5)
            assert len(reports(ready)) == before
            ready.wait(0.5)
        assert [status for _reference, status in reports(ready)] == statuses
    ready.wait(1000)
    assert [status for _reference, status in reports(ready)] == story[-1][1]


def test_without_being_asked_the_network_reports_nothing(ready: Any) -> None:
    ready.send("+33639980001", report=False)
    assert ready.wait(10) == "+CMGS: 0\n\nOK"
    assert screen(ready, "+33639980001") == [(False, "hello")]


def test_the_refusing_number_refuses_each_text_twice(ready: Any) -> None:
    for text in ("one", "two", "one"):
        answers = []
        for _attempt in range(3):
            ready.send("+33639980004", text)
            answers.append(ready.wait(1).split("\n")[0])
            ready.wait(10)
        assert answers[:2] == ["+CMS ERROR: 38"] * 2
        assert answers[2].startswith("+CMGS: ")
    assert screen(ready, "+33639980004") == [(False, "one"), (False, "two"), (False, "one")]


def test_the_silent_number_takes_the_message_and_silences_the_modem(bench: MakeBench) -> None:
    modem = bench(network_seconds=1, delivery_seconds=2, silence_seconds=15)
    modem.say("AT+CNMI=2,1,0,1,0")
    assert modem.send("+33639980005") == ""
    assert modem.wait(10) == ""
    assert [part.recipient for part in modem.network.submitted] == ["+33639980005"]
    assert modem.say("AT") == ""
    assert modem.wait(5.9) == ""
    said = modem.wait(0.2)
    assert said.startswith("+CDS: ")
    assert "CMGS" not in said
    assert modem.say("AT") == "OK"


def test_late_answers_come_at_the_end_of_the_silence(bench: MakeBench) -> None:
    modem = bench()
    modem.type("AT+CMGS=25\r")
    modem.type("\x1b")
    modem.device.fall_silent(5, late=True)
    assert modem.say("AT") == ""
    assert modem.wait(6) == ""
    modem = bench(network_seconds=3)
    modem.send("+33639980001")
    modem.device.fall_silent(5, late=True)
    assert modem.wait(4) == ""
    assert modem.wait(2) == "+CMGS: 0\n\nOK"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Venez-vous demain ?", "OUI"),
        ("Venez-vous ? 1 Oui 2 Non", "1"),
        ("Votre avis :\n1. bon\n2. moyen\n3. mauvais", "1"),
        ("Tapez 1 pour oui, 2 pour non", "1"),
        ("1=oui 2=non", "1"),
        ("Rendez-vous le 12 mars à 14:30", "OUI"),
        ("Il reste 1 place", "OUI"),
    ],
)
def test_the_answering_number_answers_yes_or_the_first_choice(ready: Any, text: str, answer: str) -> None:
    assert yes_or_first(text) == answer
    ready.send("+33639980007", text)
    said = ready.wait(1) + ready.wait(2) + ready.wait(2)
    assert '+CMTI: "SM",1' in said
    assert inbound_texts(ready) == [answer]
    assert screen(ready, "+33639980007") == [(False, text), (True, answer)]


def test_a_long_message_is_answered_once_when_its_last_part_arrived(ready: Any) -> None:
    text = "x" * 400
    for part in (2, 0, 1):
        assert inbound_texts(ready) == []
        ready.send("+33639980006", text, part=part)
        ready.wait(10)
    assert screen(ready, "+33639980006") == [(False, text), (True, "STOP")]
    assert inbound_texts(ready) == ["STOP"]


@pytest.mark.parametrize(
    ("indications", "said", "stored"),
    [
        ("2,0,0,0,0", "", {"SM": 1, "SR": 0}),
        ("2,1,0,1,0", '+CDS: 25\n{report}\n\n+CMTI: "SM",1', {"SM": 1, "SR": 0}),
        ("2,1,0,2,0", '+CDSI: "SR",1\n\n+CMTI: "SM",1', {"SM": 1, "SR": 1}),
        ("2,2,0,1,0", "+CDS: 25\n{report}\n\n+CMT: ,26\n{message}", {"SM": 0, "SR": 0}),
        ("0,1,0,2,0", "", {"SM": 1, "SR": 1}),
    ],
)
def test_messages_and_reports_go_where_cnmi_says(
    bench: MakeBench, indications: str, said: str, stored: dict[str, int]
) -> None:
    modem = bench()
    modem.say(f"AT+CNMI={indications}")
    answer = modem.send("+33639980001").removeprefix("+CMGS: 0\n\nOK").strip()
    modem.network.inject("+33612345678", "bonjour")
    answer += ("\n\n" + modem.wait(0)).rstrip()
    lines = {e["event"]: e["tpdu"] for e in modem.simulation.journal.read() if "tpdu" in e}
    expected = said.format(report=lines.get("report"), message=lines.get("inbound"))
    assert answer.strip() == expected
    storages = modem.device.sim.storages
    assert {name: len(storages[name].slots) for name in stored} == stored


def test_what_mode_0_kept_back_is_told_when_it_ends(bench: MakeBench) -> None:
    modem = bench()
    modem.say("AT+CNMI=0,1")
    modem.network.inject("+33612345678", "bonjour")
    assert modem.wait(1) == ""
    assert modem.say("AT+CNMI=2,1,0,0,0") == 'OK\n\n+CMTI: "SM",1'


def test_unacknowledged_the_next_direct_delivery_waits(bench: MakeBench) -> None:
    modem = bench()
    modem.say("AT+CSMS=1;+CNMI=2,2,0,0,0")
    modem.network.inject("+33612345678", "one")
    modem.network.inject("+33612345678", "two")
    assert modem.wait(1).count("+CMT:") == 1
    assert modem.say("AT+CNMA").count("+CMT:") == 1
    assert modem.say("AT+CNMA") == "OK"
    assert modem.say("AT+CNMA") == "+CMS ERROR: 340"


def test_a_full_sim_keeps_messages_in_the_network_until_a_slot_is_free(bench: MakeBench) -> None:
    modem = bench()
    modem.say("AT+CNMI=2,1,0,1,0")
    for number in range(25):
        modem.network.inject("+33612345678", f"message {number}")
    assert modem.wait(1).count("+CMTI") == 20
    assert modem.say("AT+CPMS?").startswith('+CPMS: "SM",20,20')
    assert modem.network.kept == 5
    # A full storage holds up no report.
    assert "+CDS: " in modem.send("+33639980001")
    assert modem.say("AT+CMGD=7") == 'OK\n\n+CMTI: "SM",7'
    assert modem.network.kept == 4
    modem.say("AT+CMGL=4")
    assert modem.say("AT+CMGD=1,1").count("+CMTI") == 4
    assert inbound_texts(modem) == [f"message {number}" for number in range(25)]


def test_deleting_by_flag_spares_what_was_not_read(bench: MakeBench) -> None:
    modem = bench()
    modem.network.inject("+33612345678", "one")
    modem.say("AT+CMGR=1")
    modem.network.inject("+33612345678", "two")
    assert modem.say("AT+CMGD=?") == "+CMGD: (1,2),(0-4)\n\nOK"
    modem.say("AT+CMGD=1,3")
    assert modem.say("AT+CMGL=1") == "OK"
    assert modem.say("AT+CMGL").startswith("+CMGL: 2,0,,")
    modem.say("AT+CMGD=1,4")
    assert modem.say("AT+CMGL=4") == "OK"


def test_a_lost_network_refuses_parts_and_keeps_reports_and_messages(ready: Any) -> None:
    ready.say("AT+CREG=1")
    ready.send("+33612345678")
    ready.wait(1)
    ready.network.cover(False)
    assert ready.wait(0) == "+CREG: 2"
    assert ready.say("AT+CSQ;+COPS?") == "+CSQ: 99,99\n\n+COPS: 0\n\nOK"
    assert ready.say('AT+CUSD=1,"*100#",15') == "+CME ERROR: 30"
    ready.network.inject("+33612345678", "bonjour")
    assert ready.wait(10) == ""
    ready.send("+33612345678")
    assert ready.wait(1) == "+CMS ERROR: 331"
    ready.network.cover(True)
    said = ready.wait(0)
    assert said.startswith("+CREG: 1\n")
    assert "+CDS: " in said
    assert '+CMTI: "SM",1' in said


def test_the_radio_off_is_a_lost_network(ready: Any) -> None:
    assert ready.say("AT+CFUN=4;+CREG?") == "+CREG: 0,0\n\nOK"
    ready.send("+33612345678")
    assert ready.wait(1) == "+CMS ERROR: 331"
    assert ready.say("AT+CFUN=1") == "OK"
    assert ready.say("AT+CREG?") == "+CREG: 0,1\n\nOK"


def test_references_count_up_and_wrap_at_256(bench: MakeBench) -> None:
    modem = bench()
    answers = [modem.send("+33639980008", f"message {number}") for number in range(300)]
    assert answers == [f"+CMGS: {number % 256}\n\nOK" for number in range(300)]
    assert [part.text for part in modem.network.submitted] == [f"message {number}" for number in range(300)]


def test_references_survive_a_restart_of_the_modem(bench: MakeBench) -> None:
    modem = bench()
    modem.send("+33639980008")
    power.cycle(modem.device)
    modem.say("ATE0")
    assert modem.send("+33639980008") == "+CMGS: 1\n\nOK"


def test_ussd_tells_the_balance_and_the_own_number(ready: Any) -> None:
    ready.say('AT+CSCS="GSM"')
    assert ready.say('AT+CUSD=1,"*100#",15') == "OK"
    assert ready.wait(1).startswith('+CUSD: 0,"Solde: ')
    ready.say('AT+CUSD=1,"*#100#",15')
    assert "+33639980099" in ready.wait(1)
    ready.say('AT+CSCS="UCS2"')
    ready.say('AT+CUSD=1,"002A0039003900390023",15')
    assert ready.wait(1) == '+CUSD: 0,"{}",15'.format("Code inconnu.".encode("utf-16-be").hex().upper())


def test_an_injected_text_comes_in_the_order_and_width_asked_for(bench: MakeBench) -> None:
    modem = bench()
    assert modem.network.inject("+33612345678", "y" * 400, order=[3, 1, 1], wide=True, reference=0x1234) == 3
    slots = modem.device.sim.storages["SM"].slots.values()
    decoded = [Deliver.decode(strip_service_centre(stored.octets)).content for stored in slots]
    concats = [content.concat for content in decoded]
    assert [(c.reference, c.total, c.seq, c.wide) for c in concats if c] == [
        (0x1234, 3, 3, True),
        (0x1234, 3, 1, True),
        (0x1234, 3, 1, True),
    ]
