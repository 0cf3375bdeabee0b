"""The peers' most-hated failures, tried from outside: none of them happens here."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack import Stack, until

BARRED = "+33639980140"


def numbers(count: int, first: int = 2000) -> list[str]:
    return [f"+3363998{first + index}" for index in range(count)]


def test_one_number_refused_for_ever_does_not_hold_the_other_hundred(stack: Stack) -> None:
    stack.modem(do="bar", code=38, number=BARRED)
    barred = stack.send(BARRED, "jamais")
    good = [stack.send(number, "Bonjour") for number in numbers(100)]
    until(lambda: all(stack.message(uid)["state"] == "delivered" for uid in good), "the hundred")
    waiting = stack.message(barred)
    assert (waiting["state"], waiting["reason"]) in (("held", "retry"), ("sending", None))
    assert stack.links()["sim1"]["hold"] is None
    stack.modem(do="bar", code=0, number=BARRED)


def test_a_wrong_pin_is_typed_once_in_three_starts(tmp_path: Path) -> None:
    with Stack(tmp_path, typed_pin="9999", pin="1234") as stack:
        for _ in range(3):
            until(lambda: stack.links().get("sim1", {}).get("error") == "sim_pin_refused", "the refusal")
            assert stack.modem(do="state")["pin_tries"] == 2
            stack.kill("gateway")
            (stack.runtime / "status.json").unlink()
            stack.start("gateway")


def test_a_hung_modem_does_not_touch_the_other_ones_messages(tmp_path: Path) -> None:
    with Stack(tmp_path, modems=2) as stack:
        until(lambda: {m["state"] for m in stack.links().values()} == {"ready"}, "both")
        stack.modem(do="hang")
        stuck = stack.send("+33639980150", "par le premier", modem="sim1")
        free = [stack.send(number, "par le second", modem="sim2") for number in numbers(40, 3000)]
        until(lambda: all(stack.message(uid)["state"] == "delivered" for uid in free), "the second's")
        assert stack.message(stuck)["state"] in ("sending", "queued", "held", "uncertain")


def test_another_sim_holds_the_queue_until_somebody_confirms_it(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        stack.modem(do="remove_sim")
        until(lambda: not stack.modem_ready(), "the missing SIM to be noticed")
        uid = stack.send("+33639980160", "par une autre SIM")
        stack.modem(do="insert_sim", iccid="8933010000000000774")
        until(lambda: stack.links()["sim1"]["hold"] == "sim_changed", "the question")
        assert stack.message(uid)["state"] == "queued"
        why = {one["code"]: one for one in stack.message(uid)["why"]}
        assert why["modem"]["reason"] == "sim_changed"
        stack.run("modem", "confirm", "sim1")
        stack.wait_for(uid, "delivered")


def test_an_operator_that_refuses_everybody_gets_a_pause_not_a_burnt_sim(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        stack.modem(do="bar", code=8)
        sent = [stack.send(number, "Bonjour") for number in numbers(12, 4000)]
        until(lambda: stack.links()["sim1"]["hold"] == "sim_paused", "the pause")
        tried = [e for e in stack.modem(do="log")["events"] if e["event"] == "refused"]
        assert len({event["recipient"] for event in tried}) == 3
        stack.modem(do="bar", code=0)
        stack.run("modem", "resume", "sim1")
        until(lambda: all(stack.message(uid)["state"] == "delivered" for uid in sent), "all of them")


@pytest.mark.parametrize(
    "trouble",
    [
        {"do": "hang_up", "seconds": 1},
        {"do": "fall_silent", "seconds": 2},
        {"do": "restart", "seconds": 1},
        {"do": "garbage", "seconds": 2, "every": 0.01},
        {"do": "flood", "seconds": 2, "every": 0.01},
        {"do": "drop_network"},
        {"do": "echo"},
        {"do": "fill"},
    ],
    ids=lambda trouble: str(trouble["do"]),
)
def test_it_goes_on_by_itself_and_nothing_is_lost_or_repeated(
    stack: Stack, trouble: dict[str, object]
) -> None:
    stack.modem(do="clear_log")
    texts = [f"{trouble['do']} {index}" for index in range(6)]
    sent = [stack.send("+33639980170", text) for text in texts[:3]]
    stack.modem(**trouble)
    stack.modem(do="inject", sender="+33639980171", text=f"malgré {trouble['do']}", **{"in": 1})
    sent += [stack.send("+33639980170", text) for text in texts[3:]]
    if trouble["do"] == "drop_network":
        stack.modem(do="restore_network", **{"in": 1})
    until(lambda: {_end(stack, uid) for uid in sent} <= {"delivered", "uncertain"}, "everything", 90)
    until(lambda: f"malgré {trouble['do']}" in [m["text"] for m in stack.inbound()], "the inbound one")
    said = [text for uid, text in zip(sent, texts, strict=True) if _end(stack, uid) == "delivered"]
    assert sorted(event["text"] for event in stack.submitted()) == sorted(said)
    assert len(said) >= len(texts) - 1


def _end(stack: Stack, uid: str) -> str:
    """The state; a part that the modem had in its hands, and that never reached the network, says so."""
    message = stack.message(uid)
    gone = message["text"] in [event["text"] for event in stack.submitted()]
    return "on its way" if message["state"] == "uncertain" and gone else str(message["state"])
