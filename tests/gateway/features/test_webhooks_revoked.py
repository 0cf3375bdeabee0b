"""A key that was revoked hears nothing more: what was written down for it before is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.access import keys
from gateway.features.webhooks import deliveries, log
from gateway.features.webhooks.deliveries import GIVEN_UP, KEY_REVOKED, Listener
from gateway.store.models import Delivery
from receiver import Receiver
from teller import Teller

if TYPE_CHECKING:
    from conftest import Bench


@pytest.mark.parametrize("how", ["twilio", "standard", "webhook"])
def test_what_waits_for_a_revoked_key_goes_to_nobody(
    bench: Bench, teller: Teller, receiver: Receiver, how: str
) -> None:
    key = teller.key()
    listener = Listener(receiver.url, how, key=key)
    if how == "webhook":
        listener = Listener(receiver.url, "standard", webhook=teller.add(receiver.url, key="shop"))
    waiting = deliveries.write(listener, "message.sent", "a message", {}, bench.now, bench.ids)
    keys.revoke("shop", bench.now)
    teller.settle()
    found = Delivery.get_by_id(waiting.id)
    assert (found.state, found.error, found.attempts) == (GIVEN_UP, KEY_REVOKED, 0)
    assert log.replay_given_up(None, "page:ana", bench.now) == 0
    assert receiver.requests == []
