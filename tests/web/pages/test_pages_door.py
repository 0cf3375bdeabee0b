"""Who gets in, and who does not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from fakes import FakeClock
from journeys.visitor import PASSWORD, Visitor
from web.compat import PATHS as DIALECTS
from web.sign_in import local
from web.throttle import REMEMBERED, Throttle

OPEN = {
    "/sign-in",
    "/welcome/<token>",
    "/welcome/<token>/enter",
    "/language",
    "/privacy",
    "/l/<slug>",
    "/p/<name>",
    "/p/<name>/picture",
    "/p/<name>/colour.css",
    "/static/<path:filename>",
    "/bootstrap/static/<path:filename>",
}
SPOKEN_TO_BY_PROGRAMS = ("/api/", "/docs", "/healthz", "/hooks/", "/metrics", "/openapi.json", *DIALECTS)


def closed_rules(app: Flask) -> list[tuple[str, str]]:
    return [
        (method, rule.rule.replace("<uid>", "00").replace("<number>", "+33639980001"))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if rule.rule not in OPEN and not rule.rule.startswith(SPOKEN_TO_BY_PROGRAMS)
    ]


def test_every_page_but_the_door_asks_for_a_sign_in(app: Flask) -> None:
    rules = closed_rules(app)
    assert len(rules) > 12
    for method, path in rules:
        answer = app.test_client().open(path, method=method)
        to_the_door = (answer.location or "").startswith("/sign-in")
        assert answer.status_code == 401 or to_the_door, f"{method} {path}"


def test_after_signing_in_one_comes_back_to_where_one_wanted_to_go(stranger: Visitor, ana: Visitor) -> None:
    asked = stranger.client.get("/messages?state=failed")
    assert asked.location == "/sign-in?next=/messages?state%3Dfailed"
    page = stranger.send(asked.location, name="ana", password=PASSWORD)
    assert "No message matches." in page


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_sign_in_never_leads_off_the_appliance(elsewhere: str) -> None:
    assert local(elsewhere) == "/"


def test_a_one_time_link_opens_once(stranger: Visitor, invite: Callable[..., str]) -> None:
    link = f"/welcome/{invite('bo')}"
    assert "Welcome, bo" in stranger.read(link)
    assert "Ready to send" in stranger.send(link, password=PASSWORD)
    assert "chappe user password" in stranger.read(link, expect=410)


def test_a_one_time_link_lets_somebody_in_once_without_a_password(
    stranger: Visitor, invite: Callable[..., str]
) -> None:
    link = f"/welcome/{invite('bo')}"
    assert "Ready to send" in stranger.send(f"{link}/enter", form_at=link)
    assert "chappe user password" in stranger.send(f"{link}/enter", expect=410, form_at="/write")


def test_a_one_time_link_is_over_after_a_day(
    stranger: Visitor, invite: Callable[..., str], clock: FakeClock
) -> None:
    link = f"/welcome/{invite('bo')}"
    clock.move(timedelta(hours=24, seconds=1))
    assert "chappe user password" in stranger.read(link, expect=410)


def test_a_short_password_is_refused_and_the_link_still_opens(
    stranger: Visitor, invite: Callable[..., str]
) -> None:
    link = f"/welcome/{invite('bo')}"
    assert "at least 10 characters" in stranger.send(link, expect=422, password="too short")
    assert "Ready to send" in stranger.send(link, password=PASSWORD)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(stranger: Visitor, ana: Visitor) -> None:
    answers = [
        stranger.send("/sign-in", expect=422, name=name, password="not this one")
        for name in ("ana", "nobody")
    ]
    faults = [answer.partition('id="password-fault"')[2].partition("</p>")[0] for answer in answers]
    assert "do not go together" in faults[0]
    assert faults[0] == faults[1]


def test_guessing_is_slowed_down_and_the_right_password_works_again_later(
    stranger: Visitor, ana: Visitor, clock: FakeClock
) -> None:
    for _ in range(5):
        stranger.send("/sign-in", expect=422, name="ana", password="wrong")
    assert "Too many tries" in stranger.send("/sign-in", expect=429, name="ana", password=PASSWORD)
    clock.sleep(2)
    assert "Ready to send" in stranger.send("/sign-in", name="ana", password=PASSWORD)


def test_the_longer_one_guesses_the_longer_one_waits() -> None:
    throttle, now, waits = Throttle(), 0.0, []
    assert [throttle.admit("10.0.0.9", "ana", now) for _ in range(5)] == [0] * 5
    for _ in range(8):
        waits.append(throttle.admit("10.0.0.9", "ana", now))
        now += waits[-1]
        assert throttle.admit("10.0.0.9", "ana", now) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    throttle.right("10.0.0.9", "ana")
    assert throttle.admit("10.0.0.9", "ana", now) == 0


def test_an_account_is_guarded_from_many_addresses_and_others_are_not_held_up() -> None:
    throttle = Throttle()
    assert [throttle.admit(f"10.0.0.{last}", "ana", 0.0) for last in range(20)] == [0] * 20
    assert throttle.admit("10.0.1.1", "ANA", 0.0) == 1
    assert throttle.admit("10.0.1.1", "bob", 0.0) == 0


def test_an_address_that_tries_many_names_is_slowed_down_and_others_are_not() -> None:
    throttle = Throttle()
    assert [throttle.admit("10.0.0.9", f"name{number}", 0.0) for number in range(20)] == [0] * 20
    assert throttle.admit("10.0.0.9", "ana", 0.0) == 1
    assert throttle.admit("10.0.0.8", "ana", 0.0) == 0


def test_many_guesses_at_the_same_moment_are_no_way_around() -> None:
    throttle = Throttle()
    with ThreadPoolExecutor(12) as guessers:
        waits = list(guessers.map(lambda _: throttle.admit("10.0.0.9", "ana", 0.0), range(48)))
    assert waits.count(0) == 5


def test_the_throttle_forgets_the_oldest_and_the_length_of_names_so_that_it_never_grows() -> None:
    throttle = Throttle()
    for _ in range(6):
        throttle.admit("10.0.0.1", "first", 0.0)
    for number in range(REMEMBERED):
        throttle.admit(f"10.1.{number // 250}.{number % 250}", str(number), 0.0)
    assert throttle.admit("10.0.0.1", "first", 0.0) == 0
    for number in range(5):
        throttle.admit("10.0.0.2", "x" * 40 + str(number) * 60_000, 0.0)
    assert throttle.admit("10.0.0.2", "x" * 40, 0.0) == 1


def test_while_nobody_has_an_account_the_door_says_how_to_make_one(stranger: Visitor) -> None:
    assert "chappe user add" in stranger.read("/sign-in")


def test_once_somebody_has_one_it_does_not(stranger: Visitor, ana: Visitor) -> None:
    assert "chappe user add" not in stranger.read("/sign-in")


def test_signing_out_closes_the_session_itself(ana: Visitor) -> None:
    cookie = ana.client.get_cookie("chappe_sign_in")
    assert cookie is not None
    ana.send("/sign-out", form_at="/")
    ana.client.set_cookie("chappe_sign_in", cookie.value)
    assert ana.client.get("/").location == "/sign-in"


def test_a_session_ends_after_a_fortnight(ana: Visitor, clock: FakeClock) -> None:
    clock.move(timedelta(days=14, seconds=1))
    assert ana.client.get("/").location == "/sign-in"


def test_the_cookies_cannot_be_read_by_scripts_nor_sent_from_elsewhere(
    app: Flask, invite: Callable[..., str]
) -> None:
    visitor = Visitor(app.test_client())
    link = f"/welcome/{invite('bo')}"
    visitor.read(link)
    visitor.send(link, password=PASSWORD)
    for name in ("chappe_sign_in", "chappe_form"):
        cookie = visitor.client.get_cookie(name)
        assert cookie is not None
        assert cookie.http_only
        assert cookie.same_site == "Lax"


@pytest.mark.parametrize(
    "path", ["/write", "/sign-out", "/language", "/conversations/+33639980001", "/handsets", "/sign-in"]
)
def test_a_form_without_its_token_is_refused_and_what_was_typed_is_given_back(
    ana: Visitor, path: str
) -> None:
    answer = ana.client.post(path, data={"to": "+33639980001", "text": "typed with care"})
    assert answer.status_code == 400
    assert "typed with care" in answer.get_data(as_text=True)
    assert "No message yet." in ana.read("/messages")


def test_what_was_typed_by_somebody_signed_out_meanwhile_is_given_back(
    ana: Visitor, clock: FakeClock
) -> None:
    clock.move(timedelta(days=15))
    answer = ana.client.post("/write", data={"text": "typed with care"})
    assert answer.status_code == 401
    assert "typed with care" in answer.get_data(as_text=True)


def test_pages_forbid_scripts_from_elsewhere_framing_and_keeping(ana: Visitor) -> None:
    headers = ana.client.get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
