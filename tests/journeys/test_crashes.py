"""Kill −9 at any instant: what was acknowledged leaves, what came is there once, nothing repeats unsaid."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from stack import Stack, until

KILLS = 6


def restart(stack: Stack) -> None:
    stack.kill("gateway")
    stack.start("gateway")


def test_a_message_stored_but_not_deleted_when_the_gateway_dies_is_there_once(tmp_path: Path) -> None:
    """After the crash the SIM still holds what the ledger has: to the gateway, the same TPDU again."""
    with Stack(tmp_path) as stack:
        stack.modem(do="inject", sender="+33639980130", text="Une seule fois")
        until(stack.inbound, "the message")
        (event,) = [e for e in stack.modem(do="log")["events"] if e["event"] == "inbound"]
        stack.kill("gateway")
        stack.modem(do="inject_tpdu", tpdu=event["tpdu"])
        assert stack.stored() == 1
        stack.start("gateway")
        until(lambda: stack.stored() == 0, "an empty SIM")
        assert [m["text"] for m in stack.inbound()] == ["Une seule fois"]


def test_received_messages_survive_kills_at_any_instant_once_each(tmp_path: Path) -> None:
    storm = random.Random(1)
    texts = [f"message {number} " + "x" * storm.choice((0, 200)) for number in range(24)]
    with Stack(tmp_path) as stack:
        for index, text in enumerate(texts):
            stack.modem(do="inject", sender=f"+3363998{index:04}", text=text)
            if index % (len(texts) // KILLS) == 0:
                time.sleep(storm.uniform(0, 0.15))  # the instant of the kill is what is random here
                restart(stack)
        until(lambda: sum(m["complete"] for m in stack.inbound()) >= len(texts), "every message")
        until(lambda: stack.stored() == 0, "an empty SIM")
        assert Counter(m["text"] for m in stack.inbound()) == Counter(texts)


def test_accepted_messages_survive_kills_and_none_leaves_twice_without_saying_so(tmp_path: Path) -> None:
    storm = random.Random(2)
    with Stack(tmp_path, **{"network-seconds": 0.05}) as stack:
        sent = {}
        for index in range(30):
            uid = stack.send(f"+3363998{1000 + index}", f"numéro {index}")
            sent[uid] = f"numéro {index}"
            if index % (30 // KILLS) == 0:
                time.sleep(storm.uniform(0, 0.2))
                restart(stack)
        settled = ("delivered", "uncertain")
        until(lambda: all(stack.message(uid)["state"] in settled for uid in sent), "an end", 60)
        left = Counter(event["text"] for event in stack.submitted())
        for uid, text in sent.items():
            message = stack.message(uid)
            attempts = message["parts_detail"][0]["attempts"]
            if message["state"] == "delivered":
                assert left[text] == 1, "taken by the network exactly once"
            assert left[text] <= attempts, "never more often than the row says"
            assert left[text] <= 1, "an uncertain one waits for its grace before it is repeated"
        assert sum(stack.message(uid)["state"] == "delivered" for uid in sent) >= 30 - KILLS
