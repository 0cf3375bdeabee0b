"""The page of alert routes: made, tried, paused, changed, removed; each mistake at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.access import people
from gateway.access.roles import MANAGES
from gateway.features.alerts import payloads, routes, telling
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import ContactGroup, GroupMember, Message
from journeys.visitor import PASSWORD, Ledger, Visitor

if TYPE_CHECKING:
    from fakes import FakeClock

ANNA = "+33639980001"
FILLED = {"name": "on-call", "to": ANNA, "template": "", "repeat": "60", "per_hour": "10", "resolved": "on"}
PLACE = "/alert-routes/on-call"


def fill(ana: Visitor, expect: int = 200, path: str = "/alert-routes", **changes: str) -> str:
    return ana.send(path, expect, **{**FILLED, **changes})


def said() -> list[str]:
    with database.connection():
        return [row.text for row in Message.select().order_by(Message.id)]


def test_the_first_route_is_made_with_what_to_write_into_the_other_program(ana: Visitor) -> None:
    assert "Alerts from other programs" in ana.read("/keys")
    empty = ana.read("/alert-routes")
    assert "Your first route" in empty
    assert '<details class="act first-act" open>' in empty
    page = fill(ana)
    assert "url: http://localhost/hooks/alertmanager/on-call" in page
    assert "url: http://localhost/hooks/grafana/on-call" in page
    assert "Nothing came yet." in page
    listing = ana.read("/alert-routes")
    assert "on-call" in listing
    assert "1 person" in listing
    with database.connection():
        route = routes.get("on-call")
    assert (route.template, route.repeat_s, route.resolved, route.per_hour) == ("", 3600, True, 10)


def test_a_mistake_stands_at_its_field_with_what_was_typed(ana: Visitor) -> None:
    fill(ana)
    for changes, fault in (
        ({"name": "on call"}, "A name has 1 to 40"),
        ({"name": "ON-CALL"}, "exists already"),
        ({"name": "b", "to": "Zoé"}, "is called “Zoé”"),
        ({"name": "b", "template": "Look: {who}"}, "Nothing is known as “who”"),
        ({"name": "b", "repeat": "0"}, "between 1 and 10080"),
        ({"name": "b", "repeat": "soon"}, "between 1 and 10080"),
        ({"name": "b", "per_hour": "501"}, "between 1 and 500"),
    ):
        page = fill(ana, 422, **changes)
        assert fault in page
        (field, typed), *_ = [*changes.items()][-1:]
        assert f'id="{field}-fault"' in page
        assert typed in page
    with database.connection():
        assert len(routes.everything()) == 1


def test_a_route_is_tried_changed_paused_and_removed(ana: Visitor, ledger: Ledger) -> None:
    fill(ana)
    assert "on its way to 1 person" in ana.send(f"{PLACE}/test", form_at=PLACE)
    assert said() == ["ALERT (1): Test. This is a test, nothing is wrong."]
    assert "Paused: nobody is told." in ana.send(f"{PLACE}/pause", form_at=PLACE)
    assert "Paused" in ana.read("/alert-routes")
    assert "Paused" not in ana.send(f"{PLACE}/resume", form_at=PLACE)
    page = fill(ana, path=PLACE, name="night", resolved="", template="{title}")
    assert "Remembered." in page
    with database.connection():
        route = routes.get("night")
    assert (route.template, route.resolved) == ("{title}", False)
    assert "is removed" in ana.send("/alert-routes/night/remove", form_at="/alert-routes/night")
    ana.read("/alert-routes/night", 404)


def test_what_came_is_shown_with_what_was_not_told(ana: Visitor, ledger: Ledger, clock: FakeClock) -> None:
    fill(ana)
    down = {"status": "firing", "labels": {"alertname": "<DiskFull>"}, "annotations": {}}
    with database.connection():
        for _ in range(3):
            telling.take("on-call", payloads.read({"alerts": [down]}), ledger.caller, clock.now())
    page = ana.client.get(PLACE).get_data(as_text=True)
    assert "&lt;DiskFull&gt;" in page
    assert "2 alerts since then not told" in page
    assert "goes on" in page


def test_a_route_whose_group_is_empty_says_so_and_tests_nothing(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        ContactGroup.create(name="Nuit", created_at=clock.now())
    fill(ana, to="@Nuit")
    assert "Nobody is left on the alert route “on-call”" in ana.read(PLACE)
    assert "nobody is left on it" in ana.read("/alert-routes")
    assert "Nobody is left" in ana.send(f"{PLACE}/test", form_at=PLACE)
    assert said() == []
    with database.connection():
        assert not GroupMember.select().exists()


def test_only_administrators_come_to_the_routes(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        token = people.add("bob", "en", clock.now(), Ids(), MANAGES)
    bob = Visitor(ana.client.application.test_client())
    bob.send(f"/welcome/{token}", password=PASSWORD)
    bob.read("/alert-routes", 403)
    bob.read("/alert-routes/on-call", 403)


def test_the_help_tells_about_it_in_both_languages(ana: Visitor) -> None:
    assert "/help/alerts" in ana.read("/alert-routes")
    assert "Told once" in ana.read("/help/alerts")
    token = ana.read("/")
    assert token
    with database.connection():
        people.speak(people.named("ana"), "fr")
    assert "Dit une seule fois" in ana.read("/help/alerts")
    assert "Alertes d’autres programmes" in ana.read("/alert-routes")
