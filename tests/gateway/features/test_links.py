"""Short links: made for each person, the same again, followed by people, looked at by programs."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from campaigning import Shop
from gateway.errors import Invalid
from gateway.features.campaigns import outcomes
from gateway.features.campaigns import verbs as campaigns
from gateway.features.landings import verbs as landings
from gateway.features.landings.verbs import Paper
from gateway.features.links import addresses, robots, verbs
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Link, LinkSlug, Part

OWNER, BASE = "campaign:c1", "https://sms.example"
TEXT = "Chappe: https://boutique.example/soldes?x=1. STOP 36180"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML) Chrome/126.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"
)
IMESSAGE = f"{IPHONE} facebookexternalhit/1.1 Facebot Twitterbot/1.0"


def personal(bench: Any, person: str = "1", text: str = TEXT, owner: str = OWNER) -> str:
    with database.transaction():
        return verbs.personal(text, owner, person, BASE, bench.ids, bench.now)


def slug(text: str) -> str:
    return next(addresses.found(text)).rpartition("/")[2]


# ---- where an address stands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "short"),
    [
        ("voir https://x.fr/a.", ["https://x.fr/a"], "voir S."),
        ("(https://x.fr/a_(b)), bien", ["https://x.fr/a_(b)"], "(S), bien"),
        ("«https://x.fr»", ["https://x.fr"], "«S»"),
        ("HTTPS://X.FR/É?a=1,2 ! ok", ["HTTPS://X.FR/É?a=1,2"], "S ! ok"),
        ("a http://x.fr/?q=[1] b https://y.fr…", ["http://x.fr/?q=[1]", "https://y.fr"], "a S b S…"),
        ("{page: Soldes } ici", ["page:soldes"], "S ici"),
        ("https://x.fr/{code}", [], "https://x.fr/{code}"),
        ("https:// et boutique.fr, {prénom}", [], "https:// et boutique.fr, {prénom}"),
        ("ftp://x.fr javascript://x", [], "ftp://x.fr javascript://x"),
    ],
)
def test_an_address_ends_where_a_reader_sees_it_end(text: str, found: list[str], short: str) -> None:
    assert list(addresses.found(text)) == found
    assert addresses.replaced(text, lambda _: "S") == short
    assert verbs.has_link(text) == bool(found)


# ---- made for each person -------------------------------------------------------------------------


def test_each_person_has_a_link_of_their_own_and_the_same_again(bench: Any) -> None:
    one, other = personal(bench, "1"), personal(bench, "2")
    assert one.startswith(f"Chappe: {BASE}/l/")
    assert one.endswith(". STOP 36180")
    assert slug(one) != slug(other)
    assert personal(bench, "1") == one
    assert Link.select().count() == 1
    assert LinkSlug.select().count() == 2
    assert slug(personal(bench, "1", owner="campaign:c2")) not in (slug(one), slug(other))


def test_a_sample_is_as_long_and_writes_nothing(bench: Any) -> None:
    sample = verbs.sample(TEXT, f"{BASE}/")
    assert Link.select().count() == 0
    assert len(sample) == len(personal(bench))


def test_the_same_address_twice_is_one_link_and_two_addresses_are_two(bench: Any) -> None:
    text = personal(bench, text="https://x.fr et https://x.fr ou https://y.fr")
    first, second, third = addresses.found(text)
    assert first == second != third
    assert LinkSlug.select().count() == 2


def test_a_person_costs_two_statements_once_the_owners_links_are_known(bench: Any) -> None:
    text = f"{TEXT} https://y.fr https://z.fr"
    personal(bench, "1", text)
    said: list[str] = []
    connection: Any = database.db.connection()
    with database.transaction():
        connection.set_trace_callback(said.append)
        verbs.personal(text, OWNER, "2", BASE, bench.ids, bench.now)
        connection.set_trace_callback(None)
    assert len([each for each in said if not each.startswith("--")]) == 2


def test_a_name_that_somebody_has_is_drawn_anew(bench: Any) -> None:
    drawn = iter([5, 5, 5, 6, 7, 7, 8])
    ids = Ids(lambda size: next(drawn).to_bytes(size))
    with database.transaction():
        one = verbs.personal("https://x.fr", OWNER, "1", BASE, ids, bench.now)
        other = verbs.personal("https://x.fr https://y.fr", OWNER, "2", BASE, ids, bench.now)
    assert len({slug(one), *(each[-7:] for each in addresses.found(other))}) == 3


def test_a_landing_page_becomes_a_link_too_and_one_that_is_not_there_is_said(bench: Any) -> None:
    landings.add(Paper("Soldes"), "page:ana", bench.now)
    found = verbs.look(slug(personal(bench, text="Ici {page:soldes}")))
    assert found is not None
    assert found.url == "/p/soldes"
    verbs.check("{page:soldes} https://x.fr")
    for ask in (lambda: verbs.check("{page:noel}"), lambda: personal(bench, text="{page:noel}")):
        with pytest.raises(Invalid, match="landing_unknown"):
            ask()


# ---- in a campaign --------------------------------------------------------------------------------


def test_whoever_is_written_to_by_a_campaign_has_links_of_their_own_that_are_counted(bench: Any) -> None:
    shop = Shop(bench, 4)
    landings.add(Paper("Soldes"), "page:ana", bench.now)
    shop.say(
        "Chappe: {prénom}, https://x.fr/{code} {page:soldes} STOP 36180", code_kind="made", follow_links=True
    )
    campaigns.start(shop.uid, "page:ana", bench.site, bench.now, BASE)
    shop.until_over()
    texts = [message.text for message in shop.messages]
    ours = [each for text in texts for each in addresses.found(text) if each.startswith(f"{BASE}/l/")]
    assert len(set(ours)) == len(texts) == 4
    assert all("https://x.fr/" in text and "{" not in text for text in texts)
    for place in (0, 0, 2):
        assert verbs.count_click(ours[place].rpartition("/")[2], False, bench.now) == "/p/soldes"
    assert outcomes.counts(shop.campaign).clicked == 2
    assert verbs.figures(f"campaign:{shop.uid}") == [verbs.Followed("page:soldes", 4, 2, 3, 0)]


# ---- followed -------------------------------------------------------------------------------------


def test_a_person_who_comes_thrice_is_three_clicks_and_one_clicker(bench: Any) -> None:
    mine, others = slug(personal(bench, "1")), slug(personal(bench, "2"))
    first = bench.now
    for robot in (False, False, True, False):
        assert verbs.count_click(mine, robot, bench.now) == "https://boutique.example/soldes?x=1"
        bench.clock.move(timedelta(minutes=1))
    verbs.count_click(others, True, bench.now)
    assert dict(verbs.clicked(OWNER)) == {"1": first}
    assert verbs.figures(OWNER) == [verbs.Followed("https://boutique.example/soldes?x=1", 2, 1, 3, 2)]


def test_what_is_no_link_of_ours_leads_nowhere(bench: Any) -> None:
    personal(bench)
    for typed in ("", "zzzzzzz", "abc", "A" * 7, "../etc", "a" * 500, "2222222'--"):
        assert verbs.count_click(typed, False, bench.now) is None


def test_while_others_write_the_way_is_open_and_only_the_count_is_lost(
    bench: Any, caplog: pytest.LogCaptureFixture
) -> None:
    mine = slug(personal(bench))
    with closing(sqlite3.connect(bench.site.database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.WARNING):
            assert verbs.count_click(mine, False, bench.now) == "https://boutique.example/soldes?x=1"
        other.execute("ROLLBACK")
    assert "not counted" in caplog.text
    assert verbs.clicked(OWNER) == {}
    verbs.count_click(mine, False, bench.now)
    assert list(verbs.clicked(OWNER)) == ["1"]
    assert database.db.pragma("busy_timeout") == 10_000


def test_when_the_network_took_a_message_of_a_campaign_is_known(bench: Any) -> None:
    campaign = Campaign.create(uid="c1", name="Soldes", state="running", category="marketing", seed=1,
                               written_by="page:ana", created_at=bench.now)  # fmt: skip
    message = bench.submit()
    person = CampaignPerson.create(campaign=campaign, number=message.recipient, role="exposed", letter="A",
                                   due_at=bench.now, state="written", message_id=message.id)  # fmt: skip
    mine = slug(personal(bench, str(person.id)))
    assert verbs.look(mine) == verbs.Destination("https://boutique.example/soldes?x=1", None)
    Part.update(sent_at=bench.now).where(Part.message == message.id).execute()
    assert verbs.look(mine) == verbs.Destination("https://boutique.example/soldes?x=1", bench.now)


@pytest.mark.parametrize(
    ("method", "headers", "since", "robot"),
    [
        ("GET", {"User-Agent": CHROME}, None, False),
        ("GET", {"User-Agent": IPHONE}, timedelta(seconds=2), False),
        ("GET", {"User-Agent": f"{IPHONE} [FBAN/FBIOS;FBAV/470.0]"}, None, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120.0 Mobile"}, None, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (Mobile; rv:115.0) Gecko/115.0 Firefox/115.0"}, None, False),
        ("GET", {"User-Agent": CHROME}, timedelta(seconds=1.9), True),
        ("GET", {"User-Agent": CHROME}, timedelta(seconds=-30), False),
        ("HEAD", {"User-Agent": CHROME}, None, True),
        ("GET", {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"}, None, True),
        ("GET", {"User-Agent": IPHONE, "Purpose": "preview"}, None, True),
        ("GET", {"User-Agent": CHROME, "X-Moz": "prefetch"}, None, True),
        ("GET", {}, None, True),
        ("GET", {"User-Agent": IMESSAGE}, None, True),
        *(
            ("GET", {"User-Agent": name}, None, True)
            for name in (
                "WhatsApp/2.24.13.77 A",
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "Twitterbot/1.0",
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
                "TelegramBot (like TwitterBot)",
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Google-Safety; (+http://www.google.com/bot.html)",
                "Mozilla/5.0 (Macintosh) AppleWebKit/605 (KHTML) Safari/605 (Applebot/0.1)",
                "Mozilla/5.0 (compatible; bingbot/2.0)",
                "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
                "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
                "SkypeUriPreview Preview/0.5",
                "Mozilla/5.0 (X11; Linux) HeadlessChrome/126.0",
                "curl/8.5.0",
                "Wget/1.21",
                "python-requests/2.32",
                "Go-http-client/2.0",
                "okhttp/4.12",
                "SMS-Spam-Scanner/1.0",
            )
        ),
    ],
)
def test_people_and_programs_are_told_apart(
    method: str, headers: dict[str, str], since: timedelta | None, robot: bool
) -> None:
    assert robots.is_robot(method, headers, since) is robot
