"""What a key may not send it sends through no door: every rule of a key × every way by which it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway.access import keys
from gateway.access.keys import NewKey
from gateway.config import Config
from gateway.features.alerts import routes
from gateway.features.alerts.routes import Wish
from gateway.features.api import House
from gateway.features.automations import presets
from gateway.features.surveys import verbs as surveys
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.webhooks import deliveries, replies
from gateway.features.webhooks.deliveries import TWILIO, Listener
from gateway.features.webhooks.events import RECEIVED
from gateway.features.webhooks.posts import Outcome
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import (
    ApiKey,
    Automation,
    AutomationEvent,
    Campaign,
    Conversion,
    Delivery,
    Inbound,
    KeyUsage,
    Message,
    Part,
    Survey,
)
from installation import installed
from web.app import furnish

ANNA, BEN = "+33639980001", "+33639980002"
ALERT = {"status": "firing", "labels": {"alertname": "Disk"}, "annotations": {}, "fingerprint": "f3a1"}
STORM = {"version": "4", "groupKey": "{}:{}", "status": "firing", "alerts": [ALERT]}
CAMPAIGN = {"name": "Lundi", "to": [ANNA], "texts": [{"text": "Fermé."}], "category": "notification"}
HOLD = timedelta(hours=1)


@dataclass
class Program:
    """Somebody with a key, at every door that writes messages."""

    app: Flask
    site: Config
    clock: FakeClock
    key: NewKey

    def __post_init__(self) -> None:
        self.ids = counting_ids()
        self.bearer = {"Authorization": f"Bearer {self.key.key}"}
        self.account = f"/2010-04-01/Accounts/{self.key.account_sid}"

    def call(self, path: str, body: Any) -> bool:
        return self._is_taken(self._post(path, json=body, headers=self.bearer))

    def dialect(self, path: str, **form: str) -> bool:
        who = (self.key.account_sid, self.key.auth_token)
        return self._is_taken(self._post(path, data=form, auth=who))

    def _post(self, path: str, **how: Any) -> TestResponse:
        return self.app.test_client().open(path, method="POST", **how)

    @staticmethod
    def _is_taken(answer: TestResponse) -> bool:
        """A refusal is one, never a failure."""
        assert answer.status_code < 500, answer.get_data(as_text=True)
        return answer.status_code < 300

    # ---- the doors -------------------------------------------------------------------------------

    def sends_one(self) -> bool:
        return self.call("/api/v1/messages", {"to": ANNA, "text": "Bonjour"})

    def sends_several(self) -> bool:
        return self.call("/api/v1/messages", {"to": [ANNA, BEN], "text": "Bonjour"})

    def sends_again(self) -> bool:
        return self.call(f"/api/v1/messages/{self._of_others('failed')}/resolve", {"decision": "again"})

    def releases(self) -> bool:
        uid = self._of_others("scheduled", send_at=self.clock.now() + HOLD)
        return self.call(f"/api/v1/messages/{uid}/resolve", {"decision": "release"})

    def reschedules(self) -> bool:
        uid = self._of_others("scheduled", send_at=self.clock.now() + HOLD)
        hour = (self.clock.now() + 2 * HOLD).isoformat()
        return self.call(f"/api/v1/messages/{uid}/reschedule", {"send_at": hour})

    def cancels(self) -> bool:
        return self.call(f"/api/v1/messages/{self._of_others('queued')}/cancel", {})

    def begins_a_campaign(self) -> bool:
        return self.call(f"/api/v1/campaigns/{self._campaign('draft')}/start", {})

    def resumes_a_campaign(self) -> bool:
        return self.call(f"/api/v1/campaigns/{self._campaign('paused')}/resume", {})

    def writes_an_appointment_down(self) -> bool:
        begins = (self.clock.now() + timedelta(days=3)).isoformat()
        return self.call("/api/v1/appointments", {"id": "A1", "to": ANNA, "starts_at": begins})

    def begins_a_survey(self) -> bool:
        return self.call(f"/api/v1/surveys/{self._survey('draft')}/start", {})

    def asks_the_rest_of_a_survey(self) -> bool:
        return self.call(f"/api/v1/surveys/{self._survey('trial')}/rest", {})

    def sets_an_automation_off(self) -> bool:
        self._automation("running")
        return self.call("/api/v1/events", {"name": "cart_abandoned", "to": ANNA})

    def resumes_an_automation(self) -> bool:
        return self.call(f"/api/v1/automations/{self._automation('paused')}/resume", {})

    def tells_a_conversion(self) -> bool:
        uid = self._campaign("done")
        with database.connection():
            Campaign.update(code_kind="one", code="AUTUMN10").where(Campaign.uid == uid).execute()
        return self.call("/api/v1/conversions", {"code": "AUTUMN10"})

    def sends_a_code(self) -> bool:
        return self.call("/api/v1/verifications", {"to": ANNA})

    def speaks_twilio(self) -> bool:
        return self.dialect(f"{self.account}/Messages.json", To=ANNA, From="Shop", Body="Bonjour")

    def sends_a_code_in_twilio(self) -> bool:
        service = "VA" + self.key.account_sid[2:]
        return self.dialect(f"/v2/Services/{service}/Verifications", To=ANNA, Channel="sms")

    def is_alertmanager(self) -> bool:
        return self.call("/hooks/alertmanager/on-call", STORM)

    def is_grafana(self) -> bool:
        return self.call("/hooks/grafana/on-call", STORM)

    def answers(self) -> bool:
        """TwiML, to what came in at a modem that a bounded key may not use."""
        now = self.clock.now()
        house = House(self.site.appliance, self.site.modem_names, self.ids, lambda value: None, lambda: True)
        with database.connection(), database.transaction():
            inbound = Inbound.create(
                uid=self.ids.uid(now),
                sender=ANNA,
                text="?",
                received_at=now,
                complete=True,
                modem="sim1",
                sim="8933",
            )
            key = ApiKey.get(ApiKey.name == self.key.name)
            listener = Listener("http://shop.example/", TWILIO, key=key)
            row = deliveries.write(listener, RECEIVED, inbound.uid, {}, now, self.ids)
            delivery = Delivery.get_by_id(row.id)
            answer = b"<Response><Message>Oui</Message></Response>"
            return replies.obey(delivery, Outcome(row.id, 200, "text/xml", answer), house, now) is None

    # ---- what is there ---------------------------------------------------------------------------

    def _of_others(self, state: str, **how: Any) -> str:
        """A notification that somebody at the page wrote, in this state; anybody's modem may carry it."""
        who = Caller("page:ana", self.site.appliance, self.site.modem_names, self.ids)
        with database.connection():
            message = outbox.submit(Draft(ANNA, "Bonjour", **how), who, self.clock.now())
            for table, mine in ((Message, Message.id), (Part, Part.message)):
                table.update(state=state).where(mine == message.id).execute()
        return message.uid

    def _campaign(self, state: str) -> str:
        """One that a key without rules drafted, in this state."""
        with database.connection():
            free = keys.create(
                f"free {self.ids.token()[:8]}", ("send",), self.clock.now(), self.ids, bytes(32)
            )
        free_hands = {"Authorization": f"Bearer {free.key}"}
        made = self._post("/api/v1/campaigns", json=CAMPAIGN, headers=free_hands)
        assert made.status_code == 201, made.get_json()
        uid = str(made.get_json()["id"])
        with database.connection():
            Campaign.update(state=state).where(Campaign.uid == uid).execute()
        return uid

    def _survey(self, state: str) -> str:
        """One that somebody at the page drafted, in this state."""
        by, now, site = "page:ana", self.clock.now(), self.site.appliance
        with database.connection():
            uid = surveys.draft("Accueil", by, site, now, self.ids).uid
            surveys.choose(uid, Terms(ANNA), site, now)
            surveys.add_question(uid, Asked("yes_no", "Content ?"), site)
            Survey.update(state=state).where(Survey.uid == uid).execute()
        return uid

    def _automation(self, state: str) -> str:
        """One of somebody at the page, about baskets, in this state."""
        with database.connection():
            made = presets.draft("cart", "Cart", "page:ana", self.site.appliance, self.clock.now(), self.ids)
            Automation.update(state=state, category="notification").where(Automation.id == made.id).execute()
        return str(made.uid)


Door = Callable[[Program], bool]
P = Program
# door → the category of what it writes
SENDING: dict[Door, str] = {
    P.sends_one: "notification",
    P.sends_several: "notification",
    P.sends_a_code: "otp",
    P.speaks_twilio: "notification",
    P.sends_a_code_in_twilio: "otp",
    P.is_alertmanager: "alert",
    P.is_grafana: "alert",
    P.answers: "notification",
}
# what others wrote leaves, and counts
AGAIN: tuple[Door, ...] = (
    P.sends_again,
    P.begins_a_campaign,
    P.begins_a_survey,
    P.sets_an_automation_off,
)
OF_OTHERS: tuple[Door, ...] = (
    *AGAIN,
    P.releases,
    P.reschedules,
    P.cancels,
    P.resumes_a_campaign,
    P.asks_the_rest_of_a_survey,
    P.resumes_an_automation,
    P.writes_an_appointment_down,
)
DOORS: tuple[Door, ...] = (*SENDING, *OF_OTHERS)
FORBIDDING: dict[str, dict[str, Any]] = {
    "another category": {"categories": "marketing", "category": "notification"},
    "a modem that is gone": {"modems": "sim9"},
    "another scope": {"scopes": "read"},
    "revoked": {"revoked_at": MONDAY_NOON},
}
SPENT: dict[str, dict[str, Any]] = {"the minute": {"per_minute": 0}, "the day": {"per_day": 0}}


@pytest.fixture
def program(built: Flask, tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Program]]:
    """Makes a program whose key has these columns, in an office of this test's own."""
    site, clock = installed(tmp_path, empty_database, modems=2), FakeClock()
    furnish(built, site, clock, counting_ids())

    def make(**columns: Any) -> Program:
        secret = appliance_secret(site.appliance.data_dir, counting_ids())
        with database.connection():
            routes.add(Wish("on-call", ANNA), site.appliance, "test:me", MONDAY_NOON)
            key = keys.create("shop", ("send",), MONDAY_NOON, counting_ids(), secret)
            if columns:
                ApiKey.update(columns).where(ApiKey.name == "shop").execute()
        return Program(built, site, clock, key)

    yield make
    database.db.close_all()


def written() -> list[tuple[str, str | None, str]]:
    """(category, wanted modem, bound modem) of every message that the key wrote."""
    with database.connection():
        parts = Part.select(Part, Message).join(Message).where(Message.source == "key:shop").order_by(Part.id)
        return [(part.message.category, part.message.wanted_modem, part.bound) for part in parts]


def counted() -> int:
    """How many messages were used up of what the key may send in a day."""
    with database.connection():
        return sum(usage.messages for usage in KeyUsage.select().where(~KeyUsage.slot.contains("T")))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_key_without_rules_is_let_through_and_what_it_sends_is_counted(
    program: Callable[..., Program], door: Door
) -> None:
    shop = program()
    assert door(shop)
    messages = [category for category, _, _ in written()]
    if door in SENDING:
        assert set(messages) == {SENDING[door]}
        assert counted() == len(messages)
    else:
        assert (messages, counted()) == ([], int(door in AGAIN))


@pytest.mark.parametrize("rule", FORBIDDING)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_what_a_rule_forbids_is_refused_at_every_door_and_uses_up_nothing(
    program: Callable[..., Program], door: Door, rule: str
) -> None:
    shop = program(**FORBIDDING[rule])
    assert not door(shop)
    assert (written(), counted()) == ([], 0)


@pytest.mark.parametrize("rule", SPENT)
@pytest.mark.parametrize("door", [*SENDING, *AGAIN], ids=lambda door: door.__name__)
def test_what_is_used_up_is_used_up_at_every_door(
    program: Callable[..., Program], door: Door, rule: str
) -> None:
    shop = program(**SPENT[rule])
    assert not door(shop)
    assert (written(), counted()) == ([], 0)
    with database.connection():
        assert not Message.select().where(Message.state == "queued").exists()
        assert not Campaign.select().where(Campaign.state != "draft").exists()
        assert not Survey.select().where(Survey.state != "draft").exists()
        assert not AutomationEvent.select().exists()


@pytest.mark.parametrize("door", SENDING, ids=lambda door: door.__name__)
def test_what_a_bounded_key_writes_leaves_through_its_modem_alone(
    program: Callable[..., Program], door: Door
) -> None:
    """`wanted_modem` is what no failure of that modem hands over to another."""
    shop = program(modems="sim2")
    assert door(shop)
    assert written()
    assert set(written()) == {(SENDING[door], "sim2", "sim2")}


@pytest.mark.parametrize("door", OF_OTHERS, ids=lambda door: door.__name__)
def test_a_bounded_key_decides_nothing_about_what_other_modems_may_carry(
    program: Callable[..., Program], door: Door
) -> None:
    shop = program(modems="sim2")
    assert not door(shop)
    assert counted() == 0


@pytest.mark.parametrize("rule", FORBIDDING)
def test_a_conversion_is_written_to_nobody_and_only_the_scope_of_a_key_decides(
    program: Callable[..., Program], rule: str
) -> None:
    is_taken = program(**FORBIDDING[rule]).tells_a_conversion()
    assert is_taken == (rule in ("another category", "a modem that is gone"))
    with database.connection():
        assert (Conversion.select().count(), counted()) == (int(is_taken), 0)


def test_a_key_takes_back_its_own_whatever_its_rules_became(program: Callable[..., Program]) -> None:
    shop = program()
    assert shop.sends_one()
    with database.connection():
        uid = Message.get().uid
        ApiKey.update(categories="alert", modems="sim2").where(ApiKey.name == "shop").execute()
    assert shop.call(f"/api/v1/messages/{uid}/cancel", {})
    with database.connection():
        assert Message.get().state == "canceled"
