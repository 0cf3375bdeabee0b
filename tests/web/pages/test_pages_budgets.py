"""A SIM's budget on its modem's card: none yet, chosen, used up; what a number in 06 or 07 means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fakes import MONDAY_NOON as NOW
from gateway import audit, status
from gateway.config import Config
from gateway.modems import alarms, budgets
from gateway.policy.budgets import Limits
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Message, Part, Sim
from journeys.visitor import SIM, Visitor

READY = ModemStatus("sim1", "ready", iccid=SIM, operator="Tour F", number="+33639981234")
PATH = "/modems/sim1/budget"


@pytest.fixture
def says(site: Config) -> Callable[..., None]:
    """The gateway says of its modem what it said before, but for these changes."""

    def say(**changes: Any) -> None:
        status.write(site.appliance.runtime_dir, (replace(READY, **changes),), NOW)

    say()
    return say


@pytest.fixture
def sent(ana: Visitor, says: Callable[..., None]) -> None:
    """Three parts to two people today, one a week ago to a third."""
    with database.connection(), database.transaction():
        Sim.create(modem="sim1", sim=SIM, trusted_at=NOW)
        for at, to, seq in ((0, "+33600000001", 1), (0, "+33600000001", 2), (0, "+33600000002", 1),
                            (7, "+33600000003", 1)):  # fmt: skip
            _part(to, seq, NOW - timedelta(days=at, minutes=seq))


def _part(to: str, seq: int, at: Any) -> None:
    message = Message.create(
        uid=f"{to[1:]}{seq}", recipient=to, text="x", category="notification", state="sent",
        alphabet="GSM-7", part_count=1, source="page:ana", content_digest="", expires_at=NOW,
        created_at=at, updated_at=at,
    )  # fmt: skip
    Part.create(message=message, seq=seq, start=0, stop=1, lane=2, state="sent", sim=SIM, claimed_at=at)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def choose(limits: Limits) -> None:
    with database.connection(), database.transaction():
        budgets.choose("sim1", limits, "page:ana", NOW)


def test_a_sim_without_a_budget_is_offered_the_presets(ana: Visitor, says: Callable[..., None]) -> None:
    page = text(ana.read("/modems"))
    for shown in ("No budget yet", "Careful, for a consumer plan", "between 99 and 250", "No limits"):
        assert shown in page


@pytest.mark.parametrize("preset", budgets.PRESETS)
def test_a_preset_is_one_press(ana: Visitor, says: Callable[..., None], preset: str) -> None:
    ana.send(PATH, form_at="/modems", preset=preset)
    with database.connection():
        assert budgets.of("sim1") == budgets.Budget(preset, budgets.PRESETS[preset])
        assert [row.written_by for row in audit.recent(action="modem_budget")] == ["page:ana"]
    assert "No budget yet" not in text(ana.read("/modems"))


def test_limits_may_be_typed_and_are_shown_with_what_is_used(ana: Visitor, sent: None) -> None:
    ana.send(PATH, form_at="/modems", day="4", month="1 000", recipients_month="3", ratio="20")
    with database.connection():
        assert budgets.of("sim1").limits == Limits(day=4, month=1000, recipients_month=3, ratio=20)
    page = text(ana.read("/modems"))
    for shown in ("Parts per day 3 of 4", "Different people in thirty days 3 of 3 used up", "4 of 1000",
                  "3 of 0 used up"):  # fmt: skip
        assert shown in page


@pytest.mark.parametrize(("limit", "typed"), [("day", "0"), ("hour", "many"), ("ratio", "-1"), ("month", "٣"),
                                              ("minute", "1" * 12)])  # fmt: skip
def test_a_limit_that_makes_no_sense_is_told_at_its_field(
    ana: Visitor, says: Callable[..., None], limit: str, typed: str
) -> None:
    page = ana.send(PATH, expect=422, form_at="/modems", **{limit: typed}, recipients_day="77")
    assert f'aria-describedby="budget-{limit}-modem-sim1-fault"' in page
    assert page.count('aria-invalid="true"') == 1
    assert f'value="{typed}"' in page
    assert 'value="77"' in page
    with database.connection():
        assert budgets.of("sim1") == budgets.NOT_CHOSEN


def test_an_unknown_modem_has_no_budget(ana: Visitor, says: Callable[..., None]) -> None:
    ana.send("/modems/sim9/budget", expect=404, form_at="/modems", preset="none")


@pytest.mark.parametrize(
    ("until", "shown"),
    [(NOW + timedelta(hours=2), "It goes on by itself: today"), (None, "when more messages have come in")],
)
def test_a_sim_that_rests_says_until_when(
    ana: Visitor, says: Callable[..., None], until: Any, shown: str
) -> None:
    says(hold="budget", hold_until=until.isoformat() if until else None)
    page = text(ana.read("/modems"))
    assert "has used up its budget for now" in page
    assert shown in page


@pytest.mark.parametrize(("language", "shown"), [("en", "200 of 200 parts per day"),
                                                 ("fr", "200 sur 200 parties par jour")])  # fmt: skip
def test_the_alarm_names_the_limit_in_words(
    ana: Visitor, says: Callable[..., None], language: str, shown: str
) -> None:
    with database.connection():
        alarms.raise_("budget_over", "sim1", NOW, modem="sim1", limit="day", used=200, most=200)
    ana.send("/language", form_at="/", language=language, next="/")
    for path in ("/", "/modems"):
        assert shown in text(ana.read(path))


@pytest.mark.parametrize(
    ("language", "rule"),
    [("en", "at most 20 per cent above those received"), ("fr", "au plus 20 pour cent ceux qui sont reçus")],
)
def test_a_number_in_06_is_explained_until_somebody_has_read_it(
    ana: Visitor, sent: None, language: str, rule: str
) -> None:
    ana.send("/language", form_at="/", language=language, next="/")
    page = re.sub("[  ]", " ", text(ana.read("/modems")))
    assert rule in page
    assert '"/modems/sim1/notice"' in ana.read("/modems")
    for _ in range(2):
        ana.send("/modems/sim1/notice", form_at="/modems")
    with database.connection():
        assert [row.shown for row in audit.recent(action="modem_notice")] == ["sim1"]
    page = ana.read("/modems")
    assert '"/modems/sim1/notice"' not in page
    assert ("ana has read it" if language == "en" else "ana l’a lu") in text(page)


def test_another_number_is_not_concerned(ana: Visitor, says: Callable[..., None]) -> None:
    says(number="+33162345678")
    assert "2022-1583" not in ana.read("/modems")
