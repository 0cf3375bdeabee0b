"""What programs were told about a person is shown to that person, and goes with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.errors import Conflict
from gateway.features.webhooks import log
from gateway.messages.outbox import Callback
from gateway.privacy import erase, export
from receiver import Receiver, Reply
from teller import Teller, rows

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"


def texts(found: list[dict[str, Any]]) -> str:
    return str([row["payload"] for row in found])


def test_what_was_told_and_what_waits_are_shown_and_emptied(bench: Bench) -> None:
    teller = Teller(bench)
    with Receiver(lambda request: Reply(200, b"thank you, 0612345678")) as receiver:
        key = teller.key()
        teller.add(receiver.url, "message.received", "message.queued", name="on")
        for number in (ANNA, BEN):
            bench.submit("Bonjour", to=number, callback=Callback(receiver.url, "twilio", key.id))
        teller.says("Merci", sender="0612345678")
        teller.settle()
    teller.deliver(bench.submit("Encore"))
    teller.settle()
    assert {row.state for row in rows()} == {"done", "waiting"}
    exported = export.everything(ANNA, bench.site, "test:me", bench.now)["deliveries"]
    assert "Merci" in texts(exported)
    assert "Encore" in texts(exported)

    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert "612345678" not in str([(row.payload, row.answer) for row in rows()])
    assert BEN in str([row.payload for row in rows()])
    emptied = [row for row in rows() if not row.payload]
    assert {(row.state, row.error) for row in emptied} >= {("given_up", "erased")}
    with pytest.raises(Conflict, match="delivery_emptied"):
        log.replay(emptied[0].uid, "test:me", bench.now)
    assert log.replay_given_up(None, "test:me", bench.now) == 0
    teller.feature.end()
