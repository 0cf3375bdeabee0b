"""The public notice: what there is here, and nothing else; who answers for data; where to read more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.backup import nightly
from gateway.store import choices, database
from gateway.store.models import (
    ApiKey,
    Appointment,
    AutomationEvent,
    Calendar,
    Call,
    Campaign,
    Contact,
    ContactField,
    ContactTag,
    ContactValue,
    ConversationNote,
    Conversion,
    KeywordRule,
    Link,
    LinkSlug,
    Survey,
    SurveyPerson,
    Verification,
    Webhook,
)

if TYPE_CHECKING:
    from journeys.visitor import Ledger, Visitor

ANNA = "+33639980001"
NOBODY = "sends it to no cloud"

# what there is → what the notice says of it then, and not before
KINDS = {
    "fields": "concern you: Pointure",
    "lists": "lists that you are on",
    "notes": "our notes about you",
    "calls": "Missed calls",
    "clicks": "followed a link",
    "purchases": "Your purchases",
    "surveys": "answers to our questions",
    "appointments": "Your appointments",
    "codes": "one-time code",
    "automations": "leave by itself",
}
ELSEWHERE = {
    "told": "tells of what leaves",
    "key": "have a key",
    "mail": "A mailbox of",
    "calendar": "from which appointments come",
}


def plant(kind: str, ledger: Ledger) -> None:
    now = ledger.clock.now()
    by: dict[str, Any] = {"written_by": "page:ana", "created_at": now}
    with database.connection():
        PLANTS[kind](now, by)


def a_contact(now: Any) -> Contact:
    return Contact.create(number=ANNA, name="Anna", created_at=now, updated_at=now)


def a_field(now: Any, by: Any) -> None:
    field = ContactField.create(name="Pointure", kind="number", position=1)
    ContactField.create(name="Unused", kind="text", position=2)
    ContactValue.create(contact=a_contact(now), field=field, value="39")


def a_purchase(now: Any, by: Any) -> None:
    made = Campaign.create(uid="c" * 32, name="Autumn", state="done", category="marketing", seed=1, **by)
    row = {"code": "A", "amount_cents": 1, "at": now, "source": "till", "written_by": "x"}
    Conversion.create(campaign=made, **row)


def a_click(now: Any, by: Any) -> None:
    link = Link.create(owner="campaign:c", url="https://shop.example", created_at=now)
    LinkSlug.create(slug="abcdefg", link=link, person="1")


def a_survey(now: Any, by: Any) -> None:
    survey = Survey.create(uid="s" * 32, name="Survey", state="done", **by)
    SurveyPerson.create(survey=survey, number=ANNA, state="done")


def a_key(now: Any, by: Any) -> ApiKey:
    return ApiKey.create(name="till", digest="d", account_sid="AC", scopes="read", created_at=now)


def a_calendar(now: Any, by: Any, url: str = "https://cal.example") -> Calendar:
    return Calendar.create(uid="k" * 32, name="Agenda", url=url, **by)


def an_appointment(now: Any, by: Any) -> None:
    when = {"starts_at": now, "ends_at": now, "known_at": now}
    Appointment.create(uid="a" * 32, calendar=a_calendar(now, by, ""), key="k", number=ANNA, **when)


def a_code(now: Any, by: Any) -> None:
    key = a_key(now, by)
    ApiKey.update(revoked_at=now).execute()
    row = {"prefix": "+3363", "region": "FR", "digest": "", "message": "", "state": "expired"}
    at = dict.fromkeys(("created_at", "sent_at", "expires_at"), now)
    Verification.create(uid="v" * 32, key=key, number=ANNA, **row, **at)


PLANTS: dict[str, Any] = {
    "fields": a_field,
    "lists": lambda now, by: ContactTag.create(contact=a_contact(now), tag="boots"),
    "notes": lambda now, by: ConversationNote.create(number=ANNA, at=now, written_by="x", text="Call"),
    "calls": lambda now, by: Call.create(number=ANNA, at=now, modem="sim1"),
    "clicks": a_click,
    "purchases": a_purchase,
    "surveys": a_survey,
    "appointments": an_appointment,
    "codes": a_code,
    "automations": lambda now, by: AutomationEvent.create(name="order", number=ANNA, at=now, written_by="x"),
    "told": lambda now, by: Webhook.create(uid="w" * 32, name="w", url="http://x.example", created_at=now),
    "key": a_key,
    "mail": lambda now, by: KeywordRule.create(uid="r" * 32, mail="ana@shop.example", **by),
    "calendar": a_calendar,
}


def told(page: str) -> set[str]:
    return {kind for kind, words in {**KINDS, **ELSEWHERE}.items() if words in page}


def test_of_an_appliance_that_has_nothing_it_tells_nothing_more(stranger: Visitor) -> None:
    page = stranger.read("/privacy")
    assert told(page) == set()
    assert NOBODY in page
    assert "after the last sign from you" in page


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_from_its_first_row_on(stranger: Visitor, ledger: Ledger, kind: str) -> None:
    plant(kind, ledger)
    page = stranger.read("/privacy")
    assert told(page) == {kind}
    assert NOBODY in page
    assert "Unused" not in page


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_whoever_else_gets_data_is_named(stranger: Visitor, ledger: Ledger, kind: str) -> None:
    plant(kind, ledger)
    page = stranger.read("/privacy")
    assert told(page) == {kind}
    assert NOBODY not in page


def test_every_kind_is_told_in_french_too(stranger: Visitor, ledger: Ledger) -> None:
    for kind in ("clicks", "purchases", "surveys", "told", "mail"):
        plant(kind, ledger)
    stranger.send("/language", form_at="/privacy", language="fr", next="/privacy")
    page = stranger.read("/privacy")
    for words in (
        "suivi un lien",
        "Vos achats",
        "réponses à nos questions",
        "que l’appareil prévient",
        "Une boîte",
    ):
        assert words in page
    assert "dans un nuage" not in page


def test_backups_are_told_once_there_is_one(stranger: Visitor, ledger: Ledger) -> None:
    assert "every night" not in stranger.read("/privacy")
    with database.connection():
        at = ledger.clock.now().isoformat()
        choices.keep(nightly.ROW, {"tried_at": at, "made_at": at, "name": "x", "size": 1})
    assert "7 days, 4 weeks and 6 months" in stranger.read("/privacy")


def test_a_contact_for_data_and_ones_own_policy_stand_there(ana: Visitor, stranger: Visitor) -> None:
    form = {"dpo": "dpo@shop.example", "policy": "https://shop.example/privacy"}
    assert "Remembered." in ana.send("/settings/notice", form_at="/settings", **form)
    page = stranger.read("/privacy")
    assert "dpo@shop.example" in page
    assert 'href="https://shop.example/privacy"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("policy", "javascript:alert(1)"), ("policy", "shop.example"), ("dpo", "x" * 161)],
)
def test_what_is_no_address_or_too_long_is_refused(
    ana: Visitor, stranger: Visitor, field: str, value: str
) -> None:
    form = {"dpo": "", "policy": "", field: value}
    page = ana.send("/settings/notice", expect=422, form_at="/settings", **form)
    assert f'id="notice-{field}"' in page
    assert value in page, "what was typed stays"
    assert value not in stranger.read("/privacy")
