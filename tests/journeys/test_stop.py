"""A STOP among real processes: what waits never leaves, and it is confirmed once, whatever is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.store import database
from gateway.store.models import Setting
from people import agree
from stack import Stack, until

ABROAD = "+447700900123"  # no French holiday closes its hours
ANSWERS_STOP = "+33639980006"
CONFIRMS = "vous ne recevrez plus nos offres"
AT_ANY_HOUR = {"days": [*range(7)], "opens": "00:00", "closes": "23:59:59.999999"}
AS_MANY_AS_ONE_LIKES = {"a_day": 100, "a_month": 100}


@contextmanager
def ledger(stack: Stack) -> Iterator[None]:
    """The stack's own database, for what no door is needed here."""
    database.open(stack.ledger / "chappe.sqlite")
    with database.connection(), database.transaction():
        yield
    database.db.close_all()


def taken(stack: Stack, which: int, containing: str = "") -> list[dict[str, Any]]:
    """The parts that the simulated network took from this modem, in order."""
    events = stack.modem(which, do="log")["events"]
    return [event for event in events if event["event"] == "submitted" and containing in event["text"]]


def confirmations(stack: Stack, to: str) -> list[dict[str, Any]]:
    found = stack.api("GET", f"/api/v1/messages?limit=500&to=%2B{to[1:]}")[1]["items"]
    return [message for message in found if CONFIRMS in message["text"]]


def heard(stack: Stack, text: str) -> bool:
    """Whether that came, whatever came since: the telephone says STOP to the confirmation too."""
    return text in [one["text"] for one in stack.inbound()]


def test_a_stop_to_one_sim_ends_the_five_messages_that_the_other_is_sending(tmp_path: Path) -> None:
    with Stack(tmp_path, modems=2, **{"network-seconds": 0.3}) as stack:
        until(lambda: all(link["state"] == "ready" for link in stack.links().values()), "two modems")
        with ledger(stack):
            agree(ABROAD, datetime.now(UTC))
            Setting.create(name="law.hours", value=AT_ANY_HOUR)
            Setting.create(name="law.caps", value=AS_MANY_AS_ONE_LIKES)
        texts = [f"Offre {number}, STOP pour arrêter. " + "x" * 200 for number in range(5)]
        uids = [stack.send(ABROAD, text, category="marketing") for text in texts]
        until(lambda: taken(stack, 1) or taken(stack, 2), "a first part")
        hears = 2 if taken(stack, 1) else 1
        stack.modem(hears, do="answer", number=ABROAD, text="Arrêtez vos pubs svp")
        offers = [stack.wait_for(uid, "canceled") for uid in uids]
        assert {offer["history"][-1]["reason"] for offer in offers[1:]} == {"opposed_marketing"}
        (confirmed,) = confirmations(stack, ABROAD)
        stack.wait_for(confirmed["id"], "delivered")
        parts = Counter(
            part["state"] for offer in offers for part in stack.message(offer["id"])["parts_detail"]
        )
        left = parts.total() - parts["canceled"]
        assert 1 <= left <= 3, "what was in a modem's hands"
        assert len(taken(stack, 1, "Offre") + taken(stack, 2, "Offre")) <= left
        assert len(taken(stack, hears, CONFIRMS)) == 1, "from the number that was answered"


def test_who_answers_stop_gets_no_more_marketing_until_a_start(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        with ledger(stack):
            agree(ANSWERS_STOP, datetime.now(UTC))
        assert stack.send(ANSWERS_STOP, "Votre pain est prêt")
        until(stack.inbound, "its STOP")
        (confirmed,) = confirmations(stack, ANSWERS_STOP)
        stack.wait_for(confirmed["id"], "delivered")
        stack.modem(do="answer", number=ANSWERS_STOP, text="Stop, merci")
        until(lambda: heard(stack, "Stop, merci"), "another STOP, which is not confirmed")
        refused = stack.message(stack.send(ANSWERS_STOP, "Soldes", category="marketing"))
        assert (refused["state"], refused["reason"]) == ("rejected", "opposed_marketing")
        assert len(confirmations(stack, ANSWERS_STOP)) == 1
        stack.modem(do="answer", number=ANSWERS_STOP, text="START")
        until(lambda: heard(stack, "START"), "its START")
        again = stack.message(stack.send(ANSWERS_STOP, "Soldes, bis", category="marketing"))
        assert again["state"] != "rejected"


def test_a_stop_is_confirmed_once_though_the_gateway_is_killed_in_its_midst(tmp_path: Path) -> None:
    people = [f"+3363998{number}" for number in range(2001, 2005)]
    with Stack(tmp_path, **{"network-seconds": 0.2}) as stack:
        for seen, number in enumerate(people):
            stack.modem(do="inject", sender=number, text="STOP")
            if seen % 2 == 0:
                until(lambda seen=seen: len(stack.inbound()) > seen, "the STOP")
                stack.kill("gateway")
                stack.start("gateway")
        settled = ("delivered", "uncertain")
        for number in people:
            until(lambda number=number: confirmations(stack, number), "a confirmation")
            (row,) = confirmations(stack, number)
            until(lambda row=row: stack.message(row["id"])["state"] in settled, "an end")
        left = Counter(event["recipient"] for event in taken(stack, 1, CONFIRMS))
        assert set(left.values()) == {1}
        assert {*left} >= {
            number for number in people if confirmations(stack, number)[0]["state"] == "delivered"
        }
        assert len(left) >= len(people) - 2, "a kill leaves one uncertain at the most"
