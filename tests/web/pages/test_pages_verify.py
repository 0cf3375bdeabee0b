"""The page of codes: how they fare, what was refused, the brake on and off, limits and texts chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway import audit
from gateway.access import keys
from gateway.errors import GatewayError
from gateway.features.verify import letter, rules, verbs, watch
from gateway.features.verify.verbs import Wanted
from gateway.ids import Ids
from gateway.messages.drafts import Caller
from gateway.modems import alarms
from gateway.policy.pumping import Limits, Rules
from gateway.store import database
from gateway.store.models import ApiKey, User
from journeys.visitor import Visitor

if TYPE_CHECKING:
    from fakes import FakeClock
    from gateway.config import Config

LIMITS = {**dict.fromkeys(Limits.__slots__, "7"), "least_validated": "40", "countries": "be fr"}


@pytest.fixture
def ask(site: Config, clock: FakeClock) -> Callable[..., str]:
    """A program asks for a code; "" where it left, else the rule."""

    def start(to: str, **rest: str) -> str:
        with database.connection():
            if (key := ApiKey.get_or_none(ApiKey.name == "shop")) is None:
                keys.create("shop", (), clock.now(), Ids(), bytes(32))
                key = ApiKey.get(ApiKey.name == "shop")
            caller = Caller("key:shop", site.appliance, ("sim1",), Ids())
            try:
                verbs.start(Wanted(to, key, **rest), caller, clock.now())
            except GatewayError as error:
                return error.code
            return ""

    return start


def chosen() -> Rules:
    with database.connection():
        return rules.read()


def test_before_the_first_code_the_page_says_how_one_is_asked_for(ana: Visitor) -> None:
    page = ana.read("/codes")
    assert "No code left in this time." in page
    assert "/help/codes" in page
    assert "No code was refused in this time." in page


def test_what_left_was_typed_back_and_refused_is_shown(
    ana: Visitor, ask: Callable[..., str], site: Config, clock: FakeClock
) -> None:
    assert [ask("+33612345678", code="735091"), ask("+33698765432"), ask("+33612345678")] == [
        "",
        "",
        "code_delay",
    ]
    with database.connection():
        caller = Caller("key:shop", site.appliance, ("sim1",), Ids())
        verbs.check(ApiKey.get(), "735091", caller, clock.now(), number="+33612345678")
    for address in ("/codes", "/codes?figures=days"):
        page = ana.read(address)
        assert "50 in a hundred were typed back." in page
        assert "Too soon after the last code to this number" in page
        assert "735091" not in page


def test_limits_are_chosen_and_hold(ana: Visitor, ask: Callable[..., str]) -> None:
    ana.send("/codes/limits", form_at="/codes", **LIMITS, types=["mobile", "voip"])  # type: ignore[arg-type]
    book = chosen()
    assert (book.limits, book.countries) == (Limits(*[7] * 9), ("BE", "FR"))
    assert (book.types, book.least_validated) == (("mobile", "voip"), 40)
    with database.connection():
        assert audit.recent(action="codes_changed")[0].written_by == "page:ana"
    assert 'value="BE FR"' in ana.read("/codes")


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"key_hour": "0"}, "limits-key_hour-fault"),
        ({"day": "many"}, "limits-day-fault"),
        ({"countries": "France"}, "limits-countries-fault"),
        ({"types": []}, "limits-types-fault"),
        ({"least_validated": "101"}, "limits-least_validated-fault"),
        ({"barred": "+33 6 39 98, everybody"}, "limits-barred-fault"),
    ],
)
def test_a_wrong_limit_is_told_at_its_field_and_changes_nothing(
    ana: Visitor, wrong: dict[str, str], fault: str
) -> None:
    page = ana.send("/codes/limits", form_at="/codes", expect=422, **{**LIMITS, "types": ["mobile"], **wrong})  # type: ignore[arg-type]
    assert f'id="{fault}"' in page
    assert "Nothing was changed" in page
    assert chosen() == Rules()


def test_a_range_that_gets_no_codes_is_chosen_and_what_was_refused_is_a_file(
    ana: Visitor, ask: Callable[..., str]
) -> None:
    ana.send("/codes/limits", form_at="/codes", **LIMITS, types=["mobile"], barred="+33 6 12*\n0698765432")  # type: ignore[arg-type]
    assert ">+33612, +33698765432</textarea>" in ana.read("/codes")
    assert [ask("+33612000000"), ask("+33698765432"), ask("+33698765433")] == ["code_barred"] * 2 + [""]
    page = ana.read("/codes")
    assert "Number or range that gets no codes" in page
    assert 'href="/codes/refused.csv"' in page
    answer = ana.client.get("/codes/refused.csv")
    assert answer.get_data(as_text=True).splitlines() == [
        "\ufeffHour,Key,Rule (code),Rule,Refused",
        "2026-11-23 12:00,shop,code_barred,Number or range that gets no codes,2",
    ]


def test_the_brake_is_put_on_and_taken_off(ana: Visitor, ask: Callable[..., str]) -> None:
    ask("+33612345678")
    page = ana.read("/codes")
    assert ">the key shop</option>" in page
    assert ">France</option>" in page
    assert "a tenth may leave" in ana.send("/codes/brake", form_at="/codes", subject="region:FR", turn="on")
    assert "The brake is on for France" in ana.read("/codes")
    assert "The brake is off." in ana.send("/codes/brake", form_at="/codes", subject="region:FR", turn="off")
    assert "brake-subject-fault" in ana.send(
        "/codes/brake", form_at="/codes", subject="key:99", turn="on", expect=422
    )
    with database.connection():
        assert [row.action for row in audit.recent(by="page:ana", limit=2)] == [
            "codes_released",
            "codes_braked",
        ]


def test_the_alarm_of_the_watch_leads_here(ana: Visitor, ask: Callable[..., str], clock: FakeClock) -> None:
    with database.connection():
        rules.choose(Rules(limits=Limits(range_hour=99, key_minute=99)), "test:me", clock.now())
    assert {ask(f"+336{place:02}000000", life_s=60) for place in range(10, 60)} == {""}  # type: ignore[arg-type]
    clock.move(timedelta(minutes=2))
    with database.connection():
        watch.expire(clock.now())
        watch.watch(("FR",), clock.now())
        assert {alarm.subject for alarm in alarms.standing()} == {"shop", "FR"}
    assert 'href="/codes"' in ana.read("/alarms")
    assert 'href="/codes"' in ana.read("/")
    page = ana.read("/codes")
    assert "of 50 codes, 0 were typed back." in page
    ana.send("/codes/brake", form_at="/codes", subject="key:1", turn="off")
    assert "The brake is on for the key shop" not in ana.read("/codes")


def test_the_text_of_a_language_is_changed_and_put_back(ana: Visitor) -> None:
    ana.send("/codes/texts/fr", form_at="/codes", text="{name} vous dit {code}")
    with database.connection():
        assert letter.template("fr") == "{name} vous dit {code}"
    assert 'id="text-fr-text-fault"' in ana.send(
        "/codes/texts/fr", form_at="/codes", text="Bonjour", expect=422
    )
    ana.send("/codes/texts/fr", form_at="/codes", action="default", text="anything")
    with database.connection():
        assert letter.template("fr") == letter.original("fr")


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("writer", 403)])
def test_managers_see_it_and_writers_do_not(ana: Visitor, role: str, status: int) -> None:
    with database.connection():
        User.update(role=role).execute()
    assert ("Sent and typed back" in ana.read("/codes", expect=status)) == (status == 200)
