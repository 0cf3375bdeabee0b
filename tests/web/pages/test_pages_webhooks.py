"""The pages of webhooks: a first one, its secret and its log; what is wrong is said at its field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gateway.features.webhooks import deliveries, permits
from gateway.features.webhooks.deliveries import Listener
from gateway.features.webhooks.events import EVENTS, TEST, USUAL
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Delivery, Webhook
from gateway.words import words
from journeys.visitor import Visitor

if TYPE_CHECKING:
    from fakes import FakeClock

HOOK = "http://192.168.1.20:8080/hook"


def made(ana: Visitor, **more: str) -> str:
    """The address of a new one."""
    values = {"name": "till", "url": HOOK, "events": list(USUAL), **more}
    assert "is told what happens from now on." in ana.send("/webhooks", **values)  # type: ignore[arg-type]
    with database.connection():
        return f"/webhooks/{Webhook.get().uid}"


def given_up(clock: FakeClock, payload: str = '{"a": "<b>"}') -> str:
    with database.connection():
        webhook = Webhook.get()
        listener = Listener(webhook.url, "standard", webhook=webhook)
        row = deliveries.write(listener, "message.delivered", "m1", payload, clock.now(), Ids())
        deliveries.give_up([row.id], "unreachable", clock.now())
    return str(row.uid)


def states() -> list[str]:
    with database.connection():
        return [row.state for row in Delivery.select().order_by(Delivery.id)]


def test_while_there_is_none_the_page_says_what_it_is_for(ana: Visitor) -> None:
    page = ana.read("/webhooks")
    assert "Your first webhook" in page
    assert '<details class="act first-act" open>' in page
    assert "Somebody wrote" in page
    assert "Nothing. A webhook" in ana.read("/webhooks/told")


def test_one_is_made_shown_with_its_secret_changed_and_removed(ana: Visitor) -> None:
    place = made(ana)
    page = ana.read(place)
    secret = re.search(r"whsec_[\w+/=]+", page)
    assert secret
    assert "Nothing in the last seven days" in page
    assert HOOK in ana.read("/webhooks")
    ana.send(place, name="shop till", url=HOOK, events=["message.sent"])
    assert secret[0] not in ana.send(f"{place}/secret", form_at=place)
    assert "It is off" in ana.send(f"{place}/switch", form_at=place)
    with database.connection():
        assert Webhook.get().disabled_at is not None
    ana.send(f"{place}/switch", form_at=place, on="1")
    with database.connection():
        assert (Webhook.get().disabled_at, Webhook.get().name) == (None, "shop till")
    assert "is told nothing any more." in ana.send(f"{place}/remove", form_at=place)
    assert "Your first webhook" in ana.read("/webhooks")


@pytest.mark.parametrize(
    ("change", "fault", "field"),
    [
        ({"url": "till"}, "is not an address that can be told", "url"),
        ({"url": "http://8.8.8.8/"}, "8.8.8.8 may not be told", "url"),
        ({"name": "a/b"}, "A name has 1 to 40", "name"),
        ({"events": []}, "choose at least one event", "events"),
    ],
)
def test_a_wrong_wish_is_refused_at_its_field_and_nothing_is_lost(
    ana: Visitor, change: dict[str, object], fault: str, field: str
) -> None:
    wish: dict[str, object] = {"name": "till", "url": HOOK, "events": ["message.sent"], **change}
    page = ana.send("/webhooks", expect=422, **wish)  # type: ignore[arg-type]
    assert fault in page
    assert f'id="{field}-fault"' in page
    assert f'href="#{field}"' in page
    assert str(wish["url"]) in page
    place = made(ana)
    page = ana.send(place, expect=422, **wish)  # type: ignore[arg-type]
    assert f'id="{field}-fault"' in page
    with database.connection():
        assert Webhook.get().url == HOOK


def test_a_test_is_sent_and_its_answer_awaited_for_a_moment(ana: Visitor) -> None:
    place = made(ana)
    page = ana.send(f"{place}/test", form_at=place)
    assert "The test is on its way" in page
    assert "A test" in page
    assert states() == ["waiting"]


def test_the_log_says_what_was_said_and_answered_and_tells_it_again(ana: Visitor, clock: FakeClock) -> None:
    place = made(ana)
    uid = given_up(clock)
    for where in (place, "/webhooks/told", "/webhooks/told?state=given_up"):
        page = ana.read(where)
        assert "Given up" in page
        assert "Nothing listens there" in page
        assert "&lt;b&gt;" in ana.client.get(where).get_data(as_text=True)
    assert "Nothing. A webhook" in ana.read("/webhooks/told?state=done")
    assert "It is on its way again." in ana.send(f"/webhooks/told/{uid}/again", form_at=place)
    assert states() == ["waiting"]
    given_up(clock)
    assert "1 event is on its way again." in ana.send("/webhooks/told/again", form_at=place)
    assert states() == ["waiting"] * 2
    assert "It is on its way already." in ana.send(f"/webhooks/told/{uid}/again", form_at=place)


def test_where_programs_may_be_told_is_chosen(ana: Visitor) -> None:
    page = ana.send("/webhooks/allowed", expect=422, form_at="/webhooks", hosts="till.lan a/b")
    assert "“a/b” is not the name or the address of a machine." in page
    ana.send("/webhooks/allowed", form_at="/webhooks", private="on", hosts="till.lan\n10.0.0.1")
    with database.connection():
        chosen = permits.read()
    assert (chosen.loopback, chosen.private, chosen.hosts) == (False, True, ("till.lan", "10.0.0.1"))
    wish = {"name": "till", "url": "http://10.0.0.2/", "events": ["message.sent"]}
    assert "may not be told" in ana.send("/webhooks", expect=422, **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_event_state_and_error_has_its_words(language: str) -> None:
    known = words(language)
    assert set(known["told"]) == {*EVENTS, TEST}
    assert set(known["delivery"]) == set(deliveries.STATES)
    ours = {
        "refused",
        "redirected",
        "gone",
        "switched_off",
        "erased",
        "answer_bad",
        "reply_refused",
        "key_revoked",
    }
    sent = {"address_forbidden", "host_unknown", "unreachable", "no_answer", "connection_lost"}
    assert set(known["untold"]) == {*ours, *sent, "certificate_bad", "answer_garbled"}
