"""/metrics: every promised name, the right numbers, few steps however much is kept, and for whom."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import status
from gateway.access import keys
from gateway.config import Config
from gateway.features.webhooks import deliveries
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.modems import alarms, budgets
from gateway.policy.budgets import Limits
from gateway.status import ClockStatus, ModemStatus
from gateway.store import database, models, vitals
from house.tree import ROOT
from installation import installed
from web import serve
from web.app import furnish
from web.measures import COUNTER, MEASURES
from web.metrics import FORWARDED

READY = ModemStatus(
    "sim1",
    "ready",
    since=(MONDAY_NOON - timedelta(hours=1)).isoformat(),
    operator='Tour "F"\\',
    manufacturer="Chappe",
    model="Semaphore",
    signal_dbm=-71,
    registration=1,
    storage_used=1,
    storage_total=20,
    hold="budget",
    sent=7,
    failed=2,
    received=3,
)
Found = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    return installed(tmp_path, empty_database, more="[web]\nport = 0\n")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(built: Flask, site: Config, clock: FakeClock) -> Iterator[Flask]:
    furnish(built, site, clock, counting_ids())
    yield built
    database.db.close_all()


@pytest.fixture
def key(app: Flask) -> Callable[[str], dict[str, str]]:
    def make(scope: str) -> dict[str, str]:
        with database.connection():
            new = keys.create(scope, [scope], MONDAY_NOON, Ids(), bytes(32))
        return {"Authorization": f"Bearer {new.key}"}

    return make


def beat(site: Config, *modems: ModemStatus) -> None:
    clock = ClockStatus(True, "ntp", offset_s=-0.4)
    status.write(site.appliance.runtime_dir, modems or (READY,), MONDAY_NOON, clock)


def read(app: Flask) -> Found:
    """Every sample, as Prometheus would read it."""
    answer = app.test_client().get("/metrics")
    assert (answer.status_code, answer.content_type.partition(";")[0]) == (200, "text/plain")
    found: Found = {}
    for family in text_string_to_metric_families(answer.get_data(as_text=True)):
        for sample in family.samples:
            measure = MEASURES[sample.name]
            assert (family.type == "counter") == (measure.kind == COUNTER)
            assert set(sample.labels) == set(measure.labels)
            place = (sample.name, tuple(sample.labels[label] for label in measure.labels))
            assert place not in found
            found[place] = sample.value
    return found


def submit(site: Config, clock: FakeClock, **asked: Any) -> models.Message:
    caller = Caller("key:shop", site.appliance, site.modem_names, Ids())
    draft = Draft(**{"to": "+33639980001", "text": "Bonjour", **asked})
    return outbox.submit(draft, caller, clock.now())


# ---- what is told --------------------------------------------------------------------------------


def test_a_gateway_that_never_ran_is_told_with_empty_queues(app: Flask) -> None:
    found = read(app)
    assert found["chappe_gateway_up", ()] == 0
    assert ("chappe_clock_trusted", ()) not in found
    assert {found["chappe_messages", (state,)] for state in vitals.UNFINISHED} == {0}
    assert found["chappe_queue_parts", ("otp",)] == found["chappe_queue_age_seconds", ("otp",)] == 0


def test_what_waits_is_counted_by_state_and_lane_with_the_age_of_the_oldest(
    app: Flask, site: Config, clock: FakeClock
) -> None:
    beat(site)
    with database.connection():
        submit(site, clock, text="a" * 200, category="alert")
        clock.move(timedelta(seconds=40))
        submit(site, clock, to="+33639980002")
        submit(site, clock, to="+33639980003", modem="sim1")
        late = submit(site, clock, send_at=clock.now() + timedelta(minutes=10))
        models.Message.update(state="uncertain").where(models.Message.id == late.id).execute()
        models.Part.update(state="uncertain").where(models.Part.message == late.id).execute()
        clock.move(timedelta(minutes=11))
    found = read(app)
    assert found["chappe_messages", ("queued",)] == 3
    assert found["chappe_messages", ("uncertain",)] == found["chappe_overdue_parts", ()] == 1
    assert found["chappe_queue_parts", ("alert",)] == 2
    assert found["chappe_queue_age_seconds", ("alert",)] == 700
    assert found["chappe_queue_parts", ("notification",)] == 2
    assert found["chappe_queue_age_seconds", ("notification",)] == 660
    assert found["chappe_queue_parts", ("marketing",)] == 0


def test_what_became_of_messages_is_a_counter_of_the_figures(app: Flask, clock: FakeClock) -> None:
    with database.connection():
        for days, name, count in ((900, "sent", 3), (0, "sent", 2), (1, "failed", 1), (0, "parts", 9)):
            at = MONDAY_NOON - timedelta(days=days)
            models.Tally.insert(hour=at, modem="sim1", name=name, count=count).execute()
    found = read(app)
    assert found["chappe_messages_total", ("sim1", "sent")] == 5
    assert found["chappe_messages_total", ("sim1", "failed")] == 1
    assert found["chappe_parts_total", ("sim1",)] == 9
    with database.connection():
        models.Tally.update(count=4).where(models.Tally.hour == MONDAY_NOON).execute()
    assert read(app)["chappe_messages_total", ("sim1", "sent")] == 7
    clock.move(timedelta(days=5))
    assert read(app)["chappe_messages_total", ("sim1", "sent")] == 7


def test_a_modem_is_told_whatever_its_operator_is_called(app: Flask, site: Config) -> None:
    beat(site)
    found = read(app)
    states = [place[1][1] for place in found if place[0] == "chappe_modem_state"]
    assert len(states) > 5
    assert [state for state in states if found["chappe_modem_state", ("sim1", state)]] == ["ready"]
    assert found["chappe_modem_info", ("sim1", 'Tour "F"\\', "Chappe", "Semaphore")] == 1
    assert found["chappe_modem_signal_dbm", ("sim1",)] == -71
    assert found["chappe_modem_state_age_seconds", ("sim1",)] == 3600
    assert found["chappe_modem_held", ("sim1", "budget")] == 1
    assert found["chappe_modem_parts_total", ("sim1", "refused")] == 2
    assert (found["chappe_clock_trusted", ()], found["chappe_clock_source", ("ntp",)]) == (1, 1)
    assert found["chappe_clock_offset_seconds", ()] == -0.4
    beat(site, ModemStatus("sim1", "silent", error="no_answer"))
    found = read(app)
    assert (found["chappe_modem_ready", ("sim1",)], found["chappe_modem_registered", ("sim1",)]) == (0, 0)
    assert ("chappe_modem_signal_dbm", ("sim1",)) not in found


def test_a_gateway_that_fell_silent_is_told_with_the_age_of_its_last_beat(
    app: Flask, site: Config, clock: FakeClock
) -> None:
    beat(site)
    clock.move(timedelta(seconds=90))
    found = read(app)
    assert (found["chappe_gateway_up", ()], found["chappe_gateway_heartbeat_age_seconds", ()]) == (0, 90)


def test_the_budgets_alarms_and_what_webhooks_wait_for_are_told(
    app: Flask, site: Config, clock: FakeClock
) -> None:
    with database.connection():
        budgets.choose("sim1", Limits(day=200), "test:me", clock.now())
        alarms.raise_("modem_silent", "sim1", clock.now())
        alarms.raise_("other", "sim1", clock.now())
        alarms.clear("other", "sim1", clock.now())
        for state, age in (("waiting", 30), ("waiting", 5), ("done", 900)):
            models.Delivery.create(
                uid=f"{state}{age}", style="standard", url="http://x", receiver="http://x:80", payload="",
                event="message.sent", subject="1", state=state, next_at=clock.now(),
                created_at=clock.now() - timedelta(seconds=age),
            )  # fmt: skip
    found = read(app)
    assert found["chappe_sim_budget_limit", ("sim1", "day")] == 200
    assert found["chappe_sim_budget_used", ("sim1", "day")] == 0
    assert [place[1][1] for place in found if place[0] == "chappe_sim_budget_limit"] == ["day"]
    assert [place[1] for place in found if place[0] == "chappe_alarm"] == [("modem_silent", "sim1")]
    assert found["chappe_deliveries_waiting", ()] == 2
    assert found["chappe_deliveries_age_seconds", ()] == 30
    assert found["chappe_database_bytes", ("database",)] > 100_000
    assert 0 < found["chappe_disk_free_bytes", ()] < found["chappe_disk_size_bytes", ()]


def test_a_budget_is_reckoned_once_a_minute_at_the_most(app: Flask, clock: FakeClock) -> None:
    def limit() -> float:
        return read(app)["chappe_sim_budget_limit", ("sim1", "day")]

    with database.connection():
        budgets.choose("sim1", Limits(day=200), "test:me", clock.now())
    assert limit() == 200
    with database.connection():
        budgets.choose("sim1", Limits(day=300), "test:me", clock.now())
    clock.move(timedelta(seconds=59))
    assert limit() == 200
    clock.move(timedelta(seconds=1))
    assert limit() == 300


KNOWN = re.compile(
    r"SEARCH (messages|parts) USING (COVERING )?INDEX (messages_state|parts_turn|parts_waiting) \("
    r"|SEARCH \w+ USING INTEGER PRIMARY KEY|SCAN (t1|deliveries) USING (COVERING )?INDEX deliveries_"
    r"|SEARCH tallies USING PRIMARY KEY \(hour>\? AND hour<\?\)|USE TEMP B-TREE FOR GROUP BY"
)


def test_no_question_goes_through_what_is_over(app: Flask) -> None:
    """Every row that is looked at lies in an index of what waits; the figures have a row an hour."""
    asked: list[str] = []
    with database.connection():
        connection = database.db.connection()
        connection.set_trace_callback(asked.append)
        vitals.waiting()
        vitals.queued(2)
        vitals.overdue(MONDAY_NOON)
        deliveries.backlog()
        vitals.totals(MONDAY_NOON, MONDAY_NOON)
        connection.set_trace_callback(None)
        plans = [row[3] for sql in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(plans) >= 10
    assert [plan for plan in plans if not KNOWN.match(plan)] == []


# ---- for whom ------------------------------------------------------------------------------------


def test_only_this_machine_needs_no_key(app: Flask) -> None:
    def ask(address: str) -> int:
        return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code

    here = ("127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1")
    elsewhere = ("192.168.1.20", "::ffff:192.168.1.20", "fe80::1%eth0", "localhost", "")
    assert {address: ask(address) for address in (*here, *elsewhere)} == {
        **dict.fromkeys(here, 200),
        **dict.fromkeys(elsewhere, 401),
    }


def test_whoever_comes_through_a_proxy_needs_a_key(app: Flask, key: Callable[[str], dict[str, str]]) -> None:
    reads = key("read")
    for header in FORWARDED:
        through = {header: "127.0.0.1"}
        refused = app.test_client().get("/metrics", headers=through)
        assert (header, refused.status_code, refused.get_json()["code"]) == (header, 401, "key_missing")
    assert app.test_client().get("/metrics", headers={**through, **reads}).status_code == 200


def test_a_key_that_does_not_read_is_refused(app: Flask, key: Callable[[str], dict[str, str]]) -> None:
    refused = app.test_client().get(
        "/metrics", headers=key("send"), environ_base={"REMOTE_ADDR": "192.168.1.20"}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (403, "scope_missing")


def test_the_server_hides_no_proxy_from_it(app: Flask, site: Config) -> None:
    """waitress would take the headers away, and every caller behind a proxy would look like this machine."""
    server = serve.listening(app, site, trial=False)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        root = f"http://127.0.0.1:{server.effective_port}/metrics"
        assert urllib.request.urlopen(root, timeout=30).status == 200
        asked = urllib.request.Request(root, headers={"X-Forwarded-For": "10.0.0.9"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=30)
        assert refused.value.code == 401
        refused.value.close()
    finally:
        server.close()
        thread.join(timeout=30)


# ---- what is promised ----------------------------------------------------------------------------

NAME = re.compile(r"\bchappe_[a-z_]+\b")


def test_every_name_is_told_in_the_handbook_and_no_other() -> None:
    told = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    assert set(NAME.findall(told)) == set(MEASURES)


def expressions(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part[name] for name in ("expr", "definition") if isinstance(part.get(name), str))
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from expressions(each)


def test_the_dashboard_asks_only_for_names_and_labels_that_there_are() -> None:
    dashboard = json.loads((ROOT / "config/grafana/chappe.json").read_text(encoding="utf-8"))
    asked = list(expressions(dashboard))
    assert len(asked) > 15
    assert {name for each in asked for name in NAME.findall(each)} <= set(MEASURES)
    for each in asked:
        labels = {label for name in NAME.findall(each) for label in MEASURES[name].labels}
        used = re.findall(r"by \(([^)]*)\)", each) + re.findall(r"([a-z_]+)\s*=~?\"", each)
        assert {one.strip() for group in used for one in group.split(",")} <= labels | {"instance"}, each
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(places)
