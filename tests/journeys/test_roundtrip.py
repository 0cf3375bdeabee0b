"""The main job from outside: HTTP in, TPDUs on a real pty, reports and replies back."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest

from modem.segments import split
from stack import Stack, until
from witness import CONCAT_FIELDS, tshark

GSM7 = "Été à 5 € [pile] {ou} face. "
UCS2 = "Ça marche ç 😀 é [€]. "


def text_of(parts: int, sample: str) -> str:
    """A text that takes so many parts: words of the sample until one part more would be needed."""
    text = sample
    while len(split(text + sample).spans) <= parts:
        text += sample
    return text


TEXTS = [(text_of(parts, sample), parts, alphabet) for sample, alphabet in ((GSM7, "GSM-7"), (UCS2, "UCS-2"))
         for parts in (1, 2, 3, 7)]  # fmt: skip


@pytest.mark.parametrize(("text", "parts", "alphabet"), TEXTS, ids=lambda value: str(value)[:8])
def test_every_tpdu_on_the_wire_says_the_text_and_every_part_has_its_report(
    stack: Stack, tmp_path: Path, text: str, parts: int, alphabet: str
) -> None:
    recipient = f"+336399801{random.Random(text).randrange(100):02}"
    stack.modem(do="clear_log")
    uid = stack.send(recipient, text)
    message = stack.wait_for(uid, "delivered")
    assert (message["parts"], message["alphabet"], message["text"]) == (parts, alphabet, text)

    submitted = stack.submitted()
    seen = tshark([("I", event["tpdu"]) for event in submitted], tmp_path)
    assert "".join(one["sms_text"] for one in seen) == text
    assert {one["tp-da"] for one in seen} == {recipient.removeprefix("+")}
    assert {one["tp-srr"] for one in seen} == {"1"}
    if parts > 1:
        headers = [tuple(int(one[name]) for name in CONCAT_FIELDS) for one in seen]
        assert headers == [(headers[0][0], parts, seq) for seq in range(1, parts + 1)]

    detail = message["parts_detail"]
    assert [part["state"] for part in detail] == ["delivered"] * parts
    assert [part["reference"] for part in detail] == [event["reference"] for event in submitted]
    assert all(
        part["report_status"] == 0 and part["reported_at"] and part["attempts"] == 1 for part in detail
    )


def test_the_cheaper_spelling_is_what_leaves(stack: Stack) -> None:
    stack.modem(do="clear_log")
    uid = stack.send("+33639980110", "L’été, ça coûte « rien »", smart_encoding=True)
    stack.wait_for(uid, "delivered")
    assert [event["text"] for event in stack.submitted()] == ['L\'été, ca coute " rien "']


def test_the_network_refuses_twice_and_takes_it_the_third_time(stack: Stack) -> None:
    uid = stack.send("+33639980004", "Refusé deux fois")
    message = stack.wait_for(uid, "held")
    assert (message["reason"], message["until"] is not None) == ("retry", True)
    other = stack.send("+33639980111", "Pendant ce temps")
    stack.wait_for(other, "delivered")
    message = stack.wait_for(uid, "delivered", patience=60)
    assert message["parts_detail"][0]["attempts"] == 3


def test_the_special_numbers_do_what_they_promise(stack: Stack) -> None:
    assert stack.wait_for(stack.send("+33639980001", "tout de suite"), "delivered")
    failed = stack.wait_for(stack.send("+33639980002", "jamais"), "undelivered")
    assert failed["parts_detail"][0]["report_status"] == 0x43
    silent = stack.wait_for(stack.send("+33639980008", "sans accusé"), "sent")
    assert silent["parts_detail"][0]["reported_at"] is None
    pending = stack.send("+33639980003", "plus tard")
    until(lambda: "report" in [step["event"] for step in stack.message(pending)["history"]], "a first report")
    assert stack.message(pending)["state"] == "sent"


@pytest.mark.parametrize(
    ("number", "text", "answer"),
    [
        ("+33639980006", "Promo", "STOP"),
        ("+33639980007", "Viendrez-vous ?", "OUI"),
        ("+33639980007", "Choisissez :\n1 matin\n2 soir", "1"),
    ],
)
def test_the_handsets_answer(stack: Stack, number: str, text: str, answer: str) -> None:
    before = len(stack.inbound())
    stack.send(number, text)
    until(lambda: len(stack.inbound()) > before, "an answer")
    newest = stack.inbound()[0]
    assert (newest["from"], newest["text"], newest["complete"]) == (number, answer, True)


# ---- what comes in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "text", "order"),
    [
        ("+33639980120", "Bonjour", None),
        ("+33639980121", "un deux trois " * 30, [3, 1, 2]),
        ("Mairie", "Collecte des encombrants jeudi", None),
        ("36180", "Service", None),
        ("+33639980122", "Ça va ? 😀 « oui »", None),
        ("+33639980123", "œuvre 😀 " * 20, [2, 3, 1]),
    ],
    ids=["single", "out-of-order", "alphanumeric", "short-code", "ucs2", "ucs2-out-of-order"],
)
def test_each_received_message_is_there_once(
    stack: Stack, sender: str, text: str, order: list[int] | None
) -> None:
    stack.modem(do="inject", sender=sender, text=text, **({"order": order} if order else {}))
    until(lambda: [m for m in stack.inbound() if m["from"] == sender and m["complete"]], "the message")
    (message,) = [m for m in stack.inbound() if m["from"] == sender]
    assert unicodedata.normalize("NFC", message["text"]) == text.rstrip() or message["text"] == text


def test_the_sim_is_empty_once_everything_is_stored(stack: Stack) -> None:
    stack.modem(do="inject", sender="+33639980124", text="Lu et rangé")
    until(lambda: [m for m in stack.inbound() if m["from"] == "+33639980124"], "the message")
    until(lambda: stack.stored() == 0, "an empty SIM")
