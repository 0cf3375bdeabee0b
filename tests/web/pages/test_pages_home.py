"""The first page: is everything well, what needs somebody, what waits, and the figures as drawings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from fakes import MONDAY_NOON, FakeClock
from gateway import status
from gateway.config import Config
from gateway.figures import signals, slots, tallies
from gateway.figures.signals import Span
from gateway.messages import lifecycle
from gateway.messages.lifecycle import Event, State, Step
from gateway.modems import alarms, budgets
from gateway.policy.budgets import Limits
from gateway.status import ClockStatus, ModemStatus
from gateway.store import database
from gateway.store.models import Inbound, Message, Sim
from journeys.visitor import SIM, Ledger, Visitor
from web import charts
from web.pages.lamps import room

READY = ModemStatus("sim1", "ready", operator="Tour F", signal_dbm=-71, registration=1)
ONE_MORE = ModemStatus("sim2", "ready", operator="Tour G", signal_dbm=-71)
TRUSTED = ClockStatus(True, "ntp", "")


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def piece(page: str, name: str) -> str:
    """The part of the page with this id, up to the next one that has a heading of its own."""
    return page.partition(f'id="{name}"')[2].partition("</section>")[0].partition("</ul>\n\n")[0]


def lamp(page: str, name: str) -> tuple[str, str, str]:
    """(tone, words, where it leads) of one lamp."""
    begins = rf'data-key="{name}"><\w+ class="lamp tone-(\w+)"(?: href="([^"]*)")?>'
    found = re.search(rf'{begins}.*?"says">(.*?)</span></span></', page)
    assert found, name
    return found[1], text(found[3]).strip(), found[2] or ""


# ---- lamps ---------------------------------------------------------------------------------------

MODEMS = [
    ((READY,), "good", "1 of 1 ready"),
    ((READY, ModemStatus("sim2", "silent")), "wait", "1 of 2 ready"),
    ((ModemStatus("sim1", "closed"),), "bad", "0 of 1 ready"),
    ((), "bad", "none is known"),
]
NETWORKS = [
    ((READY,), "good", "Tour F, excellent signal"),
    ((READY, ModemStatus("sim2", "ready", signal_dbm=-110)), "wait", "weak signal"),
    ((READY, ModemStatus("sim2", "ready", signal_dbm=-71, registration=3)), "bad", "refused by the network"),
    ((ModemStatus("sim1", "silent", signal_dbm=-71),), "quiet", "not heard of"),
]
CLOCKS = [
    (TRUSTED, "good", "kept by a time server"),
    (ClockStatus(False, "none", "unvouched"), "wait", "nobody vouches for it"),
]


def test_a_lamp_says_how_many_modems_are_ready(ana: Visitor, site: Config) -> None:
    for modems, tone, words in MODEMS:
        status.write(site.appliance.runtime_dir, modems, MONDAY_NOON, TRUSTED)
        assert lamp(ana.read("/"), "modems") == (tone, words, "/modems")


def test_a_lamp_says_how_the_network_is_where_it_is_worst(ana: Visitor, site: Config) -> None:
    for modems, tone, words in NETWORKS:
        status.write(site.appliance.runtime_dir, modems, MONDAY_NOON, TRUSTED)
        assert lamp(ana.read("/"), "network")[:2] == (tone, words)


def test_a_lamp_says_whether_the_clock_is_believed(ana: Visitor, site: Config) -> None:
    for clock, tone, words in CLOCKS:
        status.write(site.appliance.runtime_dir, (READY,), MONDAY_NOON, clock)
        assert lamp(ana.read("/"), "clock") == (tone, words, "#clock")


def test_lamps_go_out_when_the_gateway_does(ana: Visitor, clock: FakeClock) -> None:
    clock.move(timedelta(minutes=1))
    page = ana.read("/")
    assert lamp(page, "modems")[:2] == ("bad", "the gateway does not run")
    assert lamp(page, "network")[0] == "quiet"


@pytest.mark.parametrize(
    ("free", "tone", "words"),
    [
        (78_400_000_000, "good", "78 GB free"),
        (1_500_000_000, "good", "1.5 GB free"),
        (900_000_000, "wait", "900 MB free"),
        (99_999_999, "bad", "100 MB free"),
    ],
)
def test_a_lamp_says_how_much_room_is_left(app: Flask, free: int, tone: str, words: str) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        assert room(free) == (tone, words)


def test_the_lamp_of_the_budgets_follows_their_alarms(ana: Visitor) -> None:
    assert lamp(ana.read("/"), "budgets")[:2] == ("quiet", "none was chosen")
    with database.connection(), database.transaction():
        budgets.choose("sim1", Limits(day=200), "page:ana", MONDAY_NOON)
    assert lamp(ana.read("/"), "budgets")[:2] == ("good", "there is room")
    for kind, words in (("budget_near", "nearly used up"), ("budget_over", "used up for now")):
        with database.connection():
            alarms.raise_(kind, "sim1", MONDAY_NOON, modem="sim1", used=9, most=10, limit="day")
        assert lamp(ana.read("/"), "budgets")[:2] == ("wait", words)


def test_the_lamp_of_the_backups_knows_how_old_the_newest_is(ana: Visitor, site: Config) -> None:
    assert lamp(ana.read("/"), "backup") == ("quiet", "none was made", "/backups")
    folder = site.appliance.data_dir / "backups"
    folder.mkdir()
    (folder / "chappe-20261101T100000Z.chappe").touch()
    assert lamp(ana.read("/"), "backup")[0] == "wait"
    (folder / "chappe-20261122T100000Z.chappe").touch()
    assert lamp(ana.read("/"), "backup")[:2] == ("good", "yesterday 11:00")


# ---- what needs somebody, and what waits ---------------------------------------------------------


def test_what_needs_somebody_is_counted_and_leads_to_where_it_is_done(
    ana: Visitor, ledger: Ledger, clock: FakeClock
) -> None:
    assert "Nothing needs you." in ana.read("/")
    ledger.message("uncertain")
    ledger.message("failed")
    late = ledger.message("held")
    with database.connection():
        Message.update(reason="too_late").where(Message.id == late.id).execute()
    ledger.inbound("OUI")
    ledger.inbound("pas stop", sender="+33639980008")
    with database.connection():
        Inbound.update(asks="perhaps_stop").where(Inbound.sender == "+33639980008").execute()
    shown = piece(ana.read("/"), "troubled")
    found = {text(words): href for href, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', shown)}
    assert found | {"All of them": ""} == {
        "1 answer may be a STOP": "/attention",
        "1 message is uncertain": "/attention",
        "1 message was found too late": "/attention",
        "1 message did not arrive": "/attention",
        "2 people wrote this week and have no answer": "/conversations?show=unanswered",
        "All of them": "",
    }
    clock.move(timedelta(days=8))
    assert "have no answer" not in ana.read("/")


def test_what_waits_says_when_the_end_of_the_queue_will_have_left(
    ana: Visitor, site: Config, ledger: Ledger
) -> None:
    with database.connection():
        Sim.create(modem="sim1", sim=SIM, trusted_at=MONDAY_NOON)
    for number in range(40):
        ledger.message("queued", to=f"+336399810{number:02}")
    assert "In the queue 40 parts, and no modem may send now" in text(piece(ana.read("/"), "waiting"))
    status.write(site.appliance.runtime_dir, (READY,), ledger.clock.now(), TRUSTED)
    assert "40 parts, the last leaves about in 2 min" in text(piece(ana.read("/"), "waiting"))


def test_what_is_scheduled_today_is_told_apart(ana: Visitor, ledger: Ledger) -> None:
    for hours in (1, 5, 30):
        later = ledger.message("scheduled")
        with database.connection():
            due = ledger.clock.now() + timedelta(hours=hours)
            Message.update(send_at=due).where(Message.id == later.id).execute()
    assert "Scheduled 2 for today, 3 in all" in text(piece(ana.read("/"), "waiting"))


# ---- the figures ---------------------------------------------------------------------------------


def figures(page: str) -> dict[str, int]:
    """Each drawing's word and number."""
    found = re.findall(r"<figcaption>(\w+) <b>(\d+)</b>", page)
    return {name: int(count) for name, count in found}


@pytest.fixture
def delivered(ledger: Ledger) -> Callable[..., None]:
    """Has one message more delivered, some days ago, and one received now."""

    def happen(ago: int = 0) -> None:
        message = ledger.message("queued")
        with database.connection():
            for event in (Event.ACCEPT, Event.DELIVER):
                at = ledger.clock.now() - timedelta(days=ago)
                lifecycle.record(message, Step(event, at), State.SENT)
        ledger.inbound(f"Oui {message.id}")

    return happen


def test_the_figures_are_drawn_told_and_tabled(ana: Visitor, delivered: Callable[..., None]) -> None:
    for _ in range(3):
        delivered()
    page = ana.read("/")
    assert figures(page) == {"sent": 3, "delivered": 3, "failed": 0, "received": 3}
    assert 'aria-label="sent in 24 hours: 3"' in page
    assert "Mon 12:00 3 3 – 3" in text(page)
    assert "at most 3: Mon 12:00" in page
    assert "style=" not in page.partition("<main")[2]


def test_figures_are_the_same_before_and_after_they_are_counted(
    ana: Visitor, site: Config, delivered: Callable[..., None]
) -> None:
    delivered()
    before = figures(ana.read("/"))
    with database.connection():
        while tallies.advance(site.appliance.timezone):
            pass
    delivered()
    assert before == {"sent": 1, "delivered": 1, "failed": 0, "received": 1}
    assert figures(ana.read("/")) == {"sent": 2, "delivered": 2, "failed": 0, "received": 2}


def test_thirty_days_show_what_a_day_does_not(ana: Visitor, delivered: Callable[..., None]) -> None:
    delivered(ago=29)
    delivered(ago=30)
    assert figures(ana.read("/"))["sent"] == 0
    page = ana.read("/?figures=days")
    assert figures(page)["sent"] == 1
    assert 'aria-label="sent in 30 days: 1"' in page
    assert "Sun 25 Oct 1 1 – –" in text(page)
    assert re.search(r'href="/\?figures=days#charts" aria-current="true">30 days', page)


def test_while_the_past_is_being_counted_the_page_says_so(ana: Visitor, ledger: Ledger) -> None:
    message = ledger.message("queued")
    with database.connection(), database.transaction():
        for _ in range(tallies.AT_ONCE + 1):
            lifecycle.record(message, Step(Event.REPORT, ledger.clock.now()), State.SENT)
    assert "still being counted" in ana.read("/")


def test_the_signal_is_drawn_where_there_was_one(ana: Visitor) -> None:
    assert "No signal was noted in this time." in ana.read("/")
    with database.connection():
        signals.note({"sim1": -71}, MONDAY_NOON)
    for path in ("/", "/modems", "/modems?figures=days"):
        assert 'aria-label="Signal of sim1: from -71 to -71 dBm"' in ana.read(path)
    assert "Mon 12:00 -71 -71 -71" in text(ana.read("/modems"))


# ---- geometry ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "top"), [(0, 5), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (1001, 2000)]
)
def test_a_drawing_goes_up_to_a_round_number(most: int, top: int) -> None:
    assert charts.scale(most) == top


def boxes(app: Flask, count: int, draw: Callable[..., Any], values: list[Any]) -> list[charts.Box]:
    with app.test_request_context("/"):
        app.preprocess_request()
        begins = slots.hours(count, app.extensions["chappe"].config.appliance.timezone, MONDAY_NOON)
        return list(draw(begins, values))


def bars(begins: list[Any], values: list[int]) -> Any:
    counts = dict.fromkeys((*charts.SHOWN, "parts"), values)
    return charts.chart(tallies.Figures(begins, counts, False), False).figures[0].bars


def spans(begins: list[Any], values: list[Span | None]) -> Any:
    return charts.strengths(begins, values, False).boxes


def test_bars_stand_on_the_ground_in_their_slots_and_once_can_be_seen(app: Flask) -> None:
    found = boxes(app, 4, bars, [0, 1000, 1, 500])
    assert [(box.y, box.height) for box in found] == [(0.0, 100.0), (97.0, 3.0), (50.0, 50.0)]
    assert all(
        25 * place < box.x < box.x + box.width < 25 * (place + 1) for place, box in enumerate(found, 1)
    )


def test_spans_reach_from_the_lowest_to_the_highest_and_gaps_stay_gaps(app: Flask) -> None:
    found = boxes(app, 3, spans, [Span(-113, -80, -51), None, Span(-200, -82, -82)])
    assert [(box.y, box.height) for box in found] == [(0.0, 100.0), (50.0, 50.0)]
    assert found[1].x > 66
