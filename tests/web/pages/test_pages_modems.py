"""The modems' page: how each is, what may be asked of it, and what happened to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from string import Formatter
from typing import Any

import pytest
from flask import Flask

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import config, settings, status, wake, words
from gateway.access import people
from gateway.config import Config
from gateway.modems import alarms, calls, incidents, requests, sims
from gateway.settings import SelfTestSetting
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Incident, ModemRequest, Quarantine, SelfTest, Setting
from journeys.visitor import PASSWORD, SIM, Visitor
from modem import api, errors
from web.app import create_app
from web.pages import modem_words

NOW = MONDAY_NOON
READY = ModemStatus(
    "sim1",
    "ready",
    since=(NOW - timedelta(minutes=5)).isoformat(),
    imei="490154203237518",
    iccid=SIM,
    operator="Tour F",
    signal_dbm=-71,
    registration=5,
    family="huawei",
    port="/dev/serial/by-id/usb-HUAWEI",
    smsc="+33689004000",
    number="+33639981234",
    pin_tries=3,
    storage_used=3,
    storage_total=10,
    sent=12,
    received=3,
    failed=1,
)


@pytest.fixture
def says(site: Config) -> Callable[..., None]:
    """The gateway says of its modem what it said before, but for these changes."""

    def say(**changes: Any) -> None:
        status.write(site.appliance.runtime_dir, (replace(READY, **changes),), NOW)

    say()
    return say


@contextmanager
def writing() -> Iterator[None]:
    with database.connection(), database.transaction():
        yield


def text(page: str) -> str:
    """What a person reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def asked() -> list[tuple[str, str, str, str]]:
    with database.connection():
        rows = list(ModemRequest.select().order_by(ModemRequest.id))
    return [(row.modem, row.kind, row.argument, row.asked_by) for row in rows]


def frenchman(visitor: Visitor) -> None:
    visitor.send("/language", form_at="/", language="fr", next="/")


# ---- how a modem is --------------------------------------------------------------------------


def test_the_card_tells_all_that_is_known_of_a_modem(ana: Visitor, says: Callable[..., None]) -> None:
    page = text(ana.read("/modems"))
    for shown in (
        "Ready",
        "excellent signal -71 dBm",
        "Tour F",
        "roaming",
        "+33 6 39 98 12 34",
        "3 of 10 places taken",
        "PIN attempts left 3",
        "12 sent, 3 received, 1 failed",
        "huawei",
        "/dev/serial/by-id/usb-HUAWEI",
        "490154203237518",
        "•••• 0998",
        "+33689004000",
        "5 min ago",
    ):
        assert shown in page


WAYS = [
    ("closed", ["here", "later", "later", "later", "later"]),
    ("opening", ["done", "here", "later", "later", "later"]),
    ("sim", ["done", "done", "here", "later", "later"]),
    ("registering", ["done", "done", "done", "here", "later"]),
    ("ready", ["done", "done", "done", "done", "here"]),
    ("silent", ["later", "later", "later", "later", "later", "here aside-step"]),
    ("resetting", ["later", "later", "later", "later", "later", "here aside-step"]),
]


@pytest.mark.parametrize(("state", "places"), WAYS)
def test_the_present_step_of_a_links_life_is_marked_in_word_and_form(
    ana: Visitor, says: Callable[..., None], state: str, places: list[str]
) -> None:
    says(state=state)
    page = ana.read("/modems")
    (life,) = re.findall(r'<ol class="life".*?</ol>', page, re.S)
    assert re.findall(r'<li class="([^"]+)"', life) == places
    assert life.count('aria-current="step"') == 1
    assert words.say(f"link.{state}", "en") in text(page)


def test_every_state_of_a_link_is_a_step_or_stands_apart() -> None:
    assert {*modem_words.LIFE, *modem_words.APART} == {str(state) for state in api.LinkState}


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("code", sorted(words.words("en")["trouble"]))
def test_what_is_wrong_is_said_in_words_on_both_pages(
    ana: Visitor, says: Callable[..., None], code: str, language: str
) -> None:
    says(state="silent", error=code, detail="as the modem said it")
    ana.send("/language", form_at="/", language=language, next="/")
    for path in ("/", "/modems"):
        assert words.say(f"trouble.{code}", language) in text(ana.read(path))


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        ("port_missing", "Check its cable and its power"),
        ("port_denied", "the group dialout, then start"),
        ("sim_missing", "until it clicks"),
        ("sim_pin_refused", "PIN of the SIM card"),
        ("sim_puk", "type its PUK there"),
        ("registration_denied", "Ask the operator whether"),
        ("resets_over", "Look at its power supply"),
        ("hung", "the gateway will reset it by itself"),
    ],
)
def test_what_is_wrong_comes_with_its_cure(
    ana: Visitor, says: Callable[..., None], error: str, cure: str
) -> None:
    says(state="silent", error=error)
    assert cure in text(ana.read("/modems"))


def test_a_modem_that_is_ready_needs_no_cure(ana: Visitor, says: Callable[..., None]) -> None:
    says(error="port_lost")
    assert "Check its cable" not in text(ana.read("/modems"))


@pytest.mark.parametrize(
    ("used", "total", "word", "level"),
    [(6, 10, "", "60"), (7, 10, "nearly full", "70"), (10, 10, " full ", "100"), (12, 10, " full ", "100")],
)
def test_the_storage_is_a_bar_and_a_word_when_it_fills(
    ana: Visitor, says: Callable[..., None], used: int, total: int, word: str, level: str
) -> None:
    says(storage_used=used, storage_total=total)
    page = ana.read("/modems")
    assert f'class="level" width="{level}"' in page
    assert f"{used} of {total} places taken{' ' + word.strip() if word else ' '}" in text(page)
    assert ("full" in text(page)) == bool(word)


@pytest.mark.parametrize("storage", [(None, None), (3, None), (3, 0)])
def test_a_storage_of_which_nothing_is_known_has_no_bar(
    ana: Visitor, says: Callable[..., None], storage: tuple[int | None, int | None]
) -> None:
    says(storage_used=storage[0], storage_total=storage[1])
    assert 'class="level"' not in ana.read("/modems")


@pytest.mark.parametrize(
    ("offset", "reads"),
    [
        (None, None),
        (60.0, None),
        (-60.0, None),
        (61.0, "1 min 1 s behind"),
        (-3720.0, "1 h 2 min ahead"),
        (200000.0, "2 d 7 h behind"),
    ],
)
def test_a_clock_that_is_wrong_by_more_than_a_minute_is_named(
    ana: Visitor, says: Callable[..., None], offset: float | None, reads: str | None
) -> None:
    says(clock_offset_s=offset)
    page = text(ana.read("/modems"))
    assert ("appliance's clock" in page) == bool(reads)
    assert (reads or "Ready") in page


def test_a_gateway_that_fell_silent_vouches_for_no_card(
    ana: Visitor, says: Callable[..., None], clock: FakeClock
) -> None:
    sentence = "The gateway is not running. This is what it said last:"
    assert sentence not in ana.read("/modems")
    clock.move(timedelta(minutes=1))
    assert sentence in ana.read("/modems")


# ---- a SIM that may not send -----------------------------------------------------------------


def test_another_sim_is_shown_beside_the_one_before_and_can_be_confirmed(
    ana: Visitor, says: Callable[..., None]
) -> None:
    assert "Another SIM is in this modem" not in ana.read("/modems")
    with writing():
        sims.confirm("sim1", SIM, NOW)
        sims.bar("sim1", "8933010000000004711", NOW)
    says(hold="sim_changed", iccid="8933010000000004711")
    page = ana.read("/modems")
    assert "Another SIM is in this modem" in page
    assert "Before 8933…0998 Now 8933…4711" in text(page)
    assert "8933010000000004711" not in page
    assert "The SIM card is confirmed" in ana.send("/modems/sim1/confirm", form_at="/modems")
    assert asked() == [("sim1", "confirm", "", "page:ana")]


def test_another_sim_of_which_no_alarm_tells_is_shown_all_the_same(
    ana: Visitor, says: Callable[..., None]
) -> None:
    says(hold="sim_changed")
    assert "Before – Now •••• 0998" in text(ana.read("/modems"))


@pytest.mark.parametrize(
    ("until", "reads"),
    [
        ((NOW + timedelta(minutes=30)).isoformat(), "It goes on by itself: in 30 min"),
        (None, "It waits until somebody says that it may go on."),
    ],
)
def test_a_paused_sim_says_why_and_until_when_and_can_go_on(
    ana: Visitor, says: Callable[..., None], until: str | None, reads: str
) -> None:
    with writing():
        alarms.raise_("sim_paused", "sim1", NOW, modem="sim1", error="no_answer", refusals=3)
    says(hold="sim_paused", hold_until=until)
    page = text(ana.read("/modems"))
    assert "This SIM is paused" in page
    assert "The operator refused 3 numbers in a row on modem sim1 (no answer came in time)." in page
    assert reads in page
    assert "The pause is over" in ana.send("/modems/sim1/resume", form_at="/modems")
    assert asked() == [("sim1", "resume", "", "page:ana")]


# ---- asking ----------------------------------------------------------------------------------


def test_a_ussd_code_is_asked_and_its_answer_appears(ana: Visitor, says: Callable[..., None]) -> None:
    page = text(ana.send("/modems/sim1/ussd", form_at="/modems", code=" *#100# "))
    assert "*#100# Asked just now" in page
    assert asked() == [("sim1", "ussd", "*#100#", "page:ana")]
    with writing():
        (request,) = requests.take()
    assert "*#100# Being asked" in text(ana.read("/modems"))
    with writing():
        requests.finish(request.id, NOW, answer="Solde : 12,40 €\n<b>merci</b>")
    assert "*#100# Done just now Solde : 12,40 € merci" in text(ana.read("/modems"))
    assert "<b>merci" not in ana.client.get("/modems").get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "reads"),
    [("ussd_unsupported", "The network does not take this code."), ("cms_9999", "cms_9999")],
)
def test_a_ussd_code_without_success_says_why(
    ana: Visitor, says: Callable[..., None], error: str, reads: str
) -> None:
    ana.send("/modems/sim1/ussd", form_at="/modems", code="*#100#")
    with writing():
        requests.finish(requests.take()[0].id, NOW, error=error)
    assert f"*#100# No success: {reads}" in text(ana.read("/modems"))


@pytest.mark.parametrize("code", ["", "solde", "*#100#;+CFUN=0", "1" * 41, "*#100#\r"])
def test_what_is_no_ussd_code_is_refused_at_its_field_and_kept(
    ana: Visitor, says: Callable[..., None], code: str
) -> None:
    kept = code.strip()
    expect = 302 if kept == "*#100#" else 422
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/modems"))
    assert token
    answer = ana.client.post("/modems/sim1/ussd", data={"csrf_token": token[1], "code": code})
    assert answer.status_code == expect
    if expect == 422:
        page = answer.get_data(as_text=True)
        assert re.search(r'<details class="act" data-key="ussd" open>', page)
        assert 'aria-invalid="true" aria-describedby="code-modem-sim1-fault"' in page
        assert f'value="{kept}"' in page
        assert "It has only digits, * and #" in page
        assert asked() == []


@pytest.mark.parametrize(
    ("kind", "reads"), [("reset", "The modem is asked to restart."), ("selftest", "leaves in a moment")]
)
def test_a_restart_or_a_test_is_asked_with_one_button(
    ana: Visitor, says: Callable[..., None], kind: str, reads: str
) -> None:
    assert f'action="/modems/sim1/{kind}"' in ana.read("/modems")
    assert reads in ana.send(f"/modems/sim1/{kind}", form_at="/modems")
    assert asked() == [("sim1", kind, "", "page:ana")]


def test_every_request_rings_the_gateway(ana: Visitor, says: Callable[..., None], site: Config) -> None:
    with wake.listen(site.appliance.runtime_dir) as bell:
        bell.setblocking(False)
        ana.send("/modems/sim1/reset", form_at="/modems")
        assert bell.recv(64) == wake.WORD


def test_a_restart_is_news_for_an_hour(ana: Visitor, says: Callable[..., None], clock: FakeClock) -> None:
    ana.send("/modems/sim1/reset", form_at="/modems")
    assert 'data-key="reset-answer"' in ana.read("/modems")
    clock.move(timedelta(hours=1))
    assert 'data-key="reset-answer"' not in ana.read("/modems")


POSTS = ("ussd", "reset", "confirm", "resume", "selftest", "daily-test", "route")


@pytest.mark.parametrize("kind", POSTS)
def test_a_modem_that_nobody_configured_is_not_found(
    ana: Visitor, says: Callable[..., None], kind: str
) -> None:
    page = ana.send(f"/modems/sim9/{kind}", expect=404, form_at="/modems", code="*#100#")
    assert "There is no modem “sim9”. Known: sim1." in page
    assert asked() == []


def test_a_kind_that_does_not_exist_is_not_found(ana: Visitor, says: Callable[..., None]) -> None:
    ana.send("/modems/sim1/explode", expect=404, form_at="/modems")


@pytest.mark.parametrize("kind", POSTS)
def test_nothing_is_asked_without_the_forms_token(ana: Visitor, says: Callable[..., None], kind: str) -> None:
    data = {"code": "*#100#", "on": "1", "hour": "9"}
    assert ana.client.post(f"/modems/sim1/{kind}", data=data).status_code == 400
    assert asked() == []
    with database.connection():
        assert not Setting.select().where(Setting.name.endswith(".sim1")).exists()


@pytest.mark.parametrize("kind", POSTS)
def test_nothing_is_asked_by_a_stranger(stranger: Visitor, says: Callable[..., None], kind: str) -> None:
    stranger.send(f"/modems/sim1/{kind}", expect=401, form_at="/sign-in", code="*#100#")
    assert asked() == []


# ---- which numbers a SIM is for --------------------------------------------------------------


@pytest.fixture
def bea(site: Config, clock: FakeClock, says: Callable[..., None]) -> Iterator[Visitor]:
    """A person in front of two modems."""
    path = site.appliance.data_dir / "gateway.toml"
    second = '[[modems]]\nname = "sim2"\nport = "/dev/ttyUSB1"\n'
    path.write_text(path.read_text(encoding="utf-8") + second, encoding="utf-8")
    status.write(site.appliance.runtime_dir, (READY, replace(READY, name="sim2")), NOW)
    app = create_app(config.load(path), clock, counting_ids())
    with database.connection():
        link = people.add("bea", "en", clock.now(), counting_ids())
    visitor = Visitor(app.test_client())
    visitor.send(f"/welcome/{link}", password=PASSWORD)
    yield visitor
    database.db.close_all()


def routes() -> dict[str, tuple[str, ...]]:
    with database.connection():
        return settings.routes(["sim1", "sim2"])


def test_a_sim_is_said_to_be_for_some_numbers_and_for_all_again(bea: Visitor) -> None:
    page = bea.send("/modems/sim2/route", form_at="/modems", prefixes="+33 6 39, GP")
    assert "This SIM card is for numbers that begin with +33639, +590." in page
    assert routes() == {"sim1": (), "sim2": ("+33639", "+590")}
    assert page.count("For numbers that begin with") == 1
    assert 'name="prefixes" value="+33639, +590"' in page
    page = bea.send("/modems/sim2/route", form_at="/modems", prefixes=" ")
    assert "This SIM card is for every number." in page
    assert routes() == {"sim1": (), "sim2": ()}
    assert "For numbers that begin with" not in page


def test_what_is_no_beginning_of_a_number_is_refused_at_its_field(bea: Visitor) -> None:
    page = bea.send("/modems/sim2/route", expect=422, form_at="/modems", prefixes="+33, 06 12")
    assert "“06 12” is no beginning of a number." in page
    assert 'aria-describedby="prefixes-modem-sim2-fault"' in page
    assert 'value="+33, 06 12"' in page
    assert page.count('data-key="route" open') == 1
    assert routes() == {"sim1": (), "sim2": ()}


def test_a_single_modem_is_not_asked_which_numbers_it_is_for(ana: Visitor, says: Callable[..., None]) -> None:
    assert 'data-key="route"' not in ana.read("/modems")


def test_the_route_speaks_french_too(bea: Visitor) -> None:
    frenchman(bea)
    page = bea.send("/modems/sim1/route", form_at="/modems", prefixes="FR")
    assert "Cette carte SIM est pour les numéros qui commencent par +33." in page
    assert "Les numéros auxquels sert cette carte SIM…" in page


# ---- the daily test message ------------------------------------------------------------------


def chosen() -> SelfTestSetting:
    with database.connection():
        return settings.self_test("sim1")


def test_the_daily_test_is_chosen_and_taken_back(ana: Visitor, says: Callable[..., None]) -> None:
    page = ana.send("/modems/sim1/daily-test", form_at="/modems", on="1", hour="7")
    assert "every day from 07:00 on" in page
    assert chosen() == SelfTestSetting(7, "")
    assert '<option value="7" selected>' in page
    page = ana.send("/modems/sim1/daily-test", form_at="/modems", hour="7")
    assert "There is no daily test message." in page
    assert chosen() == SelfTestSetting(None, "")


def test_a_sim_that_does_not_know_its_number_is_told_it(ana: Visitor, says: Callable[..., None]) -> None:
    assert 'name="number"' not in ana.read("/modems")
    says(number="")
    assert "Test now" not in ana.read("/modems")
    page = ana.send("/modems/sim1/daily-test", form_at="/modems", on="1", hour="7", number="06 39 98 12 34")
    assert chosen() == SelfTestSetting(7, "+33639981234")
    assert "Test now" in page


@pytest.mark.parametrize(
    ("typed", "field", "reads"),
    [
        ({"on": "1", "hour": "24"}, "hour", "The value must be between 0 and 23."),
        ({"on": "1", "hour": "-1"}, "hour", "The value must be between 0 and 23."),
        ({"on": "1"}, "hour", "The value must be between 0 and 23."),
        ({"on": "1", "hour": "7", "number": "O6 39"}, "number", "Is it the letter O for a zero?"),
        ({"number": "O6 39"}, "number", "Is it the letter O for a zero?"),
    ],
)
def test_a_wrong_choice_is_refused_at_its_field(
    ana: Visitor, says: Callable[..., None], typed: dict[str, str], field: str, reads: str
) -> None:
    page = ana.send("/modems/sim1/daily-test", expect=422, form_at="/modems", **typed)
    assert f'aria-describedby="{field}-modem-sim1-fault"' in page
    assert reads in page
    assert '<details class="act" data-key="test" open>' in page
    assert f'value="{typed.get("number", "")}"' in page
    assert chosen() == SelfTestSetting()


def test_a_daily_test_without_any_number_is_refused(ana: Visitor, says: Callable[..., None]) -> None:
    says(number="")
    page = ana.send("/modems/sim1/daily-test", expect=422, form_at="/modems", on="1", hour="7")
    assert "Give a number." in page
    assert chosen() == SelfTestSetting()


@pytest.mark.parametrize(
    ("result", "seconds", "reads"),
    [
        ("passed", 9, "came back in 9 s 3 min ago"),
        ("failed", None, "did not come back 3 min ago"),
        (None, None, "on its way 3 min ago"),
    ],
)
def test_the_last_test_message_says_what_became_of_it(
    ana: Visitor, says: Callable[..., None], result: str | None, seconds: int | None, reads: str
) -> None:
    began = NOW - timedelta(minutes=3)
    row = {"number": "+33639981234", "text": "x", "message": "f" * 32, "began_at": began}
    with writing():
        SelfTest.create(modem="sim1", result=result, seconds=seconds, **row)
    page = ana.read("/modems")
    assert f"Test message {reads}" in text(page)
    assert f'href="/messages/{"f" * 32}"' in page


def test_a_test_that_could_not_begin_says_why(ana: Visitor, says: Callable[..., None]) -> None:
    ana.send("/modems/sim1/selftest", form_at="/modems")
    with writing():
        requests.finish(requests.take()[0].id, NOW, error="number_missing")
    assert "Test message No success: The SIM's own number is not known" in text(ana.read("/modems"))


# ---- what happened ---------------------------------------------------------------------------


def test_an_appliance_without_history_says_so_kindly(ana: Visitor, says: Callable[..., None]) -> None:
    page = ana.read("/modems")
    assert "No incident yet." in page
    assert "Nobody rang." in page
    assert "Kept aside" not in page


def test_incidents_tell_what_was_tried_how_long_and_that_nothing_is_lost(
    ana: Visitor, says: Callable[..., None]
) -> None:
    hung = errors.ModemError("silent", detail="no answer")
    with writing():
        incidents.changed(api.LinkChanged("sim1", api.LinkState.SILENT, hung), NOW - timedelta(minutes=20))
        tried = NOW - timedelta(minutes=19)
        incidents.tried(api.Tried("sim1", api.Rung.RESTART, hung), tried)
        incidents.uncertain("sim1")
        incidents.changed(api.LinkChanged("sim1", api.LinkState.READY), tried + timedelta(seconds=15))
        incidents.changed(api.LinkChanged("sim1", api.LinkState.CLOSED, errors.ModemError("port_lost")), NOW)
    page = text(ana.read("/modems"))
    old = "sim1: It does not answer. 20 min ago 11:41:00 restarted the modem by command"
    assert f"{old} Down for 1 min 15 s Lost: nothing 1 part uncertain" in page
    assert "Not over yet Lost: nothing" in page
    assert page.index("Its port went away") < page.index("It does not answer.")


@pytest.mark.parametrize("rung", list(api.Rung))
def test_every_rung_is_said_in_words(ana: Visitor, says: Callable[..., None], rung: str) -> None:
    with writing():
        row = {"error": "silent", "detail": "", "began_at": NOW}
        Incident.create(modem="sim1", tried={"rungs": [[str(rung), NOW.isoformat()]]}, **row)
    assert f"12:00:00 {words.say(f'rung.{rung}', 'en')}" in text(ana.read("/modems"))


def test_calls_are_shown_with_the_way_to_their_conversation(ana: Visitor, says: Callable[..., None]) -> None:
    with writing():
        calls.note("sim1", "+33639980007", NOW - timedelta(minutes=7))
        calls.note("sim1", "", NOW)
    page = ana.read("/modems")
    assert 'href="/conversations/+33639980007"' in page
    assert text(page).index("number withheld sim1 · just now") < text(page).index("+33 6 39 98 00 07")


def test_what_nobody_understood_is_shown_as_it_came(ana: Visitor, says: Callable[..., None]) -> None:
    row = {"sim": SIM, "why": "<too short>", "digest": "1", "received_at": NOW}
    with writing():
        Quarantine.create(modem="sim1", tpdu="07913386094000F0", **row)
    page = ana.client.get("/modems").get_data(as_text=True)
    assert "07913386094000F0</pre>" in page
    assert "&lt;too short&gt;" in page
    assert "#quarantine" in ana.read("/")


# ---- alarms on the first page ----------------------------------------------------------------


def test_the_first_page_shows_the_alarms_that_stand_and_leads_to_the_modem(
    ana: Visitor, says: Callable[..., None]
) -> None:
    assert 'class="notice' not in ana.read("/")
    with writing():
        alarms.raise_("modem_down", "sim1", NOW, modem="sim1", error="sim_puk", since=NOW.isoformat())
        alarms.raise_("nothing_leaves", "sim1", NOW, modem="sim1")
    page = ana.read("/")
    assert page.count('href="/modems#modem-sim1"') == 2
    assert "(the SIM is locked and asks for its PUK: unlock it in a telephone)." in page
    assert "Modem sim1 looks alive" in page
    with writing():
        alarms.clear("modem_down", "sim1", NOW)
        alarms.clear("nothing_leaves", "sim1", NOW)
    assert 'class="notice' not in ana.read("/")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("kind", sorted(words.words("en")["alarm"]))
def test_every_alarm_is_told_whole_in_both_languages(
    ana: Visitor, says: Callable[..., None], kind: str, language: str
) -> None:
    gaps = {name for _, name, *_ in Formatter().parse(words.words(language)["alarm"][kind]) if name}
    facts: dict[str, object] = {**dict.fromkeys(gaps, 7), "error": "silent", "limit": "day"}
    with writing():
        alarms.raise_(kind, "sim1", NOW, **{**facts, "modem": "sim1"})
    ana.send("/language", form_at="/", language=language, next="/")
    (strip,) = re.findall(r'<section class="alarms".*?</section>', ana.read("/"), re.S)
    assert "sim1" in strip or "modem" not in gaps
    assert f"alarm.{kind}" not in strip
    assert "…" not in strip
    assert "silent" not in text(strip)


def test_a_daily_test_that_failed_stands_on_the_modems_card_too(
    ana: Visitor, says: Callable[..., None]
) -> None:
    with writing():
        alarms.raise_("self_test_failed", "sim1", NOW, modem="sim1", error="no_answer")
        alarms.raise_("self_test_failed", "sim2", NOW, modem="sim2", error="no_answer")
    page = ana.read("/modems")
    assert "test message of modem sim1 did not come back" in page
    assert "test message of modem sim2" not in page


# ---- both languages, and live ----------------------------------------------------------------


def test_the_page_is_whole_in_french(ana: Visitor, says: Callable[..., None]) -> None:
    says(hold="sim_changed", state="ready", clock_offset_s=90.0, storage_used=9)
    frenchman(ana)
    page = text(ana.read("/modems"))
    for shown in (
        "Une autre SIM est dans ce modem",
        "Interroger l’opérateur (USSD)…",
        "retarde de 1 min 30 s",
        "presque pleine",
        "Redémarrer le modem…",
        "Message d’essai quotidien…",
        "Aucun incident pour l’instant.",
        "Personne n’a appelé.",
    ):
        assert shown in page
    assert not re.search(r"\b(link|alarm|rung|request|trouble|registration|error)\.\w", page)


def live(visitor: Visitor, of: str, version: str = "") -> tuple[str, bool]:
    answer = visitor.client.get("/live", query_string={"version": version, "of": of}).get_json()
    return answer["version"], answer["changed"]


CHANGES: dict[str, Callable[[], object]] = {
    "an answer": lambda: requests.finish(1, NOW, answer="12 €"),
    "an incident": lambda: Incident.create(modem="sim1", error="silent", detail="", began_at=NOW),
    "a call": lambda: calls.note("sim1", "", NOW),
    "an alarm": lambda: alarms.raise_("nothing_leaves", "sim1", NOW, modem="sim1"),
    "a test": lambda: SelfTest.create(modem="sim1", number="", text="", message="", began_at=NOW),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_happens_to_a_modem_changes_the_page(ana: Visitor, says: Callable[..., None], what: str) -> None:
    page = ana.send("/modems/sim1/ussd", form_at="/modems", code="*#100#")
    version, _ = live(ana, "modems")
    assert f'data-version="{version}" data-of="modems"' in page
    assert live(ana, "modems", version) == (version, False)
    elsewhere, _ = live(ana, "")
    with writing():
        CHANGES[what]()
    assert live(ana, "modems", version)[1]
    assert live(ana, "", elsewhere) == (elsewhere, False)


def test_an_alarm_changes_the_first_page(ana: Visitor, says: Callable[..., None]) -> None:
    version, _ = live(ana, "alarms")
    assert f'data-version="{version}" data-of="alarms"' in ana.read("/")
    with writing():
        alarms.raise_("nothing_leaves", "sim1", NOW, modem="sim1")
    assert live(ana, "alarms", version)[1]


@pytest.mark.parametrize(
    ("seconds", "reads"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (75, "1 min 15 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (350_000, "4 d 1 h"),
    ],
)
def test_a_length_of_time_reads_as_one_would_say_it(app: Flask, seconds: float, reads: str) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        assert modem_words.lasted(timedelta(seconds=seconds)) == reads
        assert modem_words.lasted(seconds) == reads


@pytest.mark.parametrize(
    ("name", "anchor"), [("sim1", "modem-sim1"), ("Mon modem n° 2/b", "modem-Mon-modem-n--2-b")]
)
def test_a_card_is_found_whatever_its_modem_is_called(name: str, anchor: str) -> None:
    assert modem_words.anchor(name) == anchor
