"""What strangers find at /l/ and /p/: a way on, a page, a friendly no; and no trace of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fakes import FakeClock, counting_ids
from gateway.features.landings import verbs as landings
from gateway.features.landings.verbs import Paper
from gateway.features.links import verbs as links
from gateway.store import database
from gateway.store.models import LinkSlug
from journeys.visitor import Visitor

OWNER = "campaign:c1"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
ELSEWHERE = "198.51.100.7"


@pytest.fixture
def slug(app: Flask, clock: FakeClock) -> str:
    """Of one person, to a shop's page."""
    return made(clock, "https://boutique.example/été?x=1")


def made(clock: FakeClock, text: str) -> str:
    with database.connection(), database.transaction():
        return links.personal(text, OWNER, "1", "", counting_ids(), clock.now()).rpartition("/")[2]


def page(clock: FakeClock, paper: Paper, picture: bytes | None = None) -> str:
    with database.connection():
        return str(landings.add(paper, "page:ana", clock.now(), picture=picture).slug)


def come(
    stranger: Visitor, path: str, method: str = "GET", address: str = ELSEWHERE, **more: str
) -> TestResponse:
    headers = {"User-Agent": PHONE, **{name.replace("_", "-"): value for name, value in more.items()}}
    return stranger.client.open(path, method=method, headers=headers, environ_base={"REMOTE_ADDR": address})


def counts() -> tuple[int, int]:
    with database.connection():
        row = LinkSlug.get()
        return row.clicks, row.robots


def test_a_link_leads_on_and_is_counted_without_a_trace(stranger: Visitor, slug: str) -> None:
    answer = come(stranger, f"/l/{slug}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://boutique.example/%C3%A9t%C3%A9?x=1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert counts() == (1, 0)


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("HEAD", {}),
        ("GET", {"User_Agent": "WhatsApp/2.24.13 A"}),
        ("GET", {"Sec_Purpose": "prefetch"}),
    ],
)
def test_a_program_is_led_on_too_and_counted_apart(
    stranger: Visitor, slug: str, method: str, more: dict[str, str]
) -> None:
    assert come(stranger, f"/l/{slug}", method, **more).status_code == 302
    assert counts() == (0, 1)


def test_what_is_not_there_is_said_kindly(stranger: Visitor) -> None:
    for path in ("/l/zzzzzzz", "/l/x", "/p/none", "/p/none/picture", "/p/none/colour.css"):
        answer = come(stranger, path)
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert "sign-in" not in answer.text


def test_nothing_is_taken_in_at_these_addresses(stranger: Visitor, slug: str) -> None:
    assert come(stranger, f"/l/{slug}", "POST").status_code in (401, 405)
    assert counts() == (0, 0)


def test_who_guesses_is_slowed_down_and_a_proxy_is_not(
    stranger: Visitor, slug: str, clock: FakeClock
) -> None:
    for _ in range(30):
        assert come(stranger, "/l/zzzzzzz").status_code == 404
    refused = come(stranger, f"/l/{slug}")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Wait a minute" in refused.text
    assert come(stranger, f"/l/{slug}", address="203.0.113.9").status_code == 302
    for _ in range(31):
        assert come(stranger, "/l/zzzzzzz", address="127.0.0.1").status_code == 404
    clock.move(timedelta(minutes=1))
    assert come(stranger, f"/l/{slug}").status_code == 302


def test_a_landing_page_shows_what_was_written_and_nothing_else(stranger: Visitor, clock: FakeClock) -> None:
    ends = clock.now() + timedelta(days=2, hours=1)
    paper = Paper("Soldes <b>", "Trois\njours", "J’y vais", "https://b.example/?a=1&b=2", ends, "#8800aa")
    name = page(clock, paper, PNG)
    answer = come(stranger, f"/p/{name}")
    text = answer.text
    assert answer.status_code == 200
    assert "<h1>Soldes &lt;b&gt;</h1>" in text
    assert 'href="https://b.example/?a=1&amp;b=2" rel="noreferrer noopener"' in text
    assert "Until Wednesday 25 November, 13:00" in text
    assert f'data-left="{49 * 3600}"' in text
    assert 'href="/privacy"' in text
    assert "Set-Cookie" not in answer.headers
    assert "style=" not in text
    assert "<form" not in text


def test_its_picture_and_colour_are_kept_by_the_browser_and_known_by_their_kind(
    stranger: Visitor, clock: FakeClock
) -> None:
    name = page(clock, Paper("Soldes", colour="#8800aa"), PNG)
    text = come(stranger, f"/p/{name}").text
    found = re.findall(r'"(/p/soldes/[a-z.]+\?v=\d+)"', text)
    sheet, picture = (come(stranger, path) for path in found)
    assert picture.data == PNG
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in picture.headers["Cache-Control"]
    assert (sheet.mimetype, sheet.text) == ("text/css", ":root { --shop: #8800aa; --ink: #ffffff; }\n")
    assert come(stranger, f"/p/{page(clock, Paper('Nu'))}/picture").status_code == 404


def test_what_is_over_says_so(stranger: Visitor, ana: Visitor, clock: FakeClock) -> None:
    name = page(
        clock, Paper("Soldes", "Trois jours", "Go", "https://b.example", clock.now() + timedelta(hours=1))
    )
    clock.move(timedelta(hours=2))
    text = come(stranger, f"/p/{name}").text
    assert "This offer is over. It ended on Monday 23 November, 13:00." in re.sub(r"<[^>]+>", "", text)
    assert "b.example" not in text
    assert "b.example" in ana.read(f"/landings/{name}/preview")


def test_a_persons_link_to_a_page_leads_there(stranger: Visitor, clock: FakeClock) -> None:
    name = page(clock, Paper("Soldes"))
    answer = come(stranger, f"/l/{made(clock, '{page:soldes}')}")
    assert answer.headers["Location"] == f"/p/{name}"
    assert counts() == (1, 0)
