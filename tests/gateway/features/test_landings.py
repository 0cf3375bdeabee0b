"""Landing pages: written, changed, closed; their pictures and colours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway import audit
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.features.landings import colours, pictures, verbs
from gateway.features.landings.verbs import Paper
from gateway.features.links import verbs as links

BY = "page:ana"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(100)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Soldes d’été !", "soldes-d-ete"),
        ("  L'Œuf  ", "l-uf"),
        ("日本", "page"),
        ("x" * 120, "x" * 36),
    ],
)
def test_a_name_is_made_of_the_title_and_is_nobody_elses(bench: Any, title: str, name: str) -> None:
    names = [verbs.add(Paper(title), BY, bench.now).slug for _ in range(3)]
    assert names == [name, f"{name}-2", f"{name}-3"]


def test_a_page_is_written_changed_closed_and_opened_again(bench: Any) -> None:
    made = verbs.add(Paper(" Soldes ", "Trois\njours"), BY, bench.now, "sale", JPEG)
    assert (made.slug, made.title, made.picture_type) == ("sale", "Soldes", "image/jpeg")
    verbs.change("sale", Paper("Sale", ends_at=bench.now + timedelta(days=1)), BY, bench.now)
    assert verbs.find("sale").picture == JPEG
    verbs.change("sale", Paper("Sale"), BY, bench.now, PNG)
    assert verbs.find("sale").picture_type == "image/png"
    verbs.change("sale", Paper("Sale"), BY, bench.now, without_picture=True)
    assert verbs.find("sale").picture is None
    verbs.close("sale", BY, bench.now)
    assert verbs.state(verbs.find("sale"), bench.now) == "closed"
    verbs.reopen("sale", BY, bench.now)
    assert verbs.state(verbs.find("sale"), bench.now) == "open"
    actions = [row.action for row in audit.recent(by=BY)]
    assert actions == ["landing_opened", "landing_closed", *["landing_saved"] * 4]


def test_it_ends_at_its_hour(bench: Any) -> None:
    page = verbs.add(Paper("Soldes", ends_at=bench.now + timedelta(hours=1)), BY, bench.now)
    assert verbs.state(page, bench.now) == "open"
    assert verbs.state(page, bench.now + timedelta(hours=1)) == "ended"


def test_one_to_which_links_lead_stays_and_another_goes(bench: Any) -> None:
    for name in ("sale", "other"):
        verbs.add(Paper(name), BY, bench.now, name)
    links.personal("{page:sale}", "campaign:c1", "1", "https://s.fr", bench.ids, bench.now)
    with pytest.raises(Conflict, match="landing_in_use"):
        verbs.remove("sale", BY, bench.now)
    verbs.remove("other", BY, bench.now)
    assert [page.slug for page in verbs.everything()] == ["sale"]
    with pytest.raises(NotFound):
        verbs.find("other")


WRONG: tuple[Any, ...] = (
    (Paper(" \n"), "", None, "landing_title_missing", "title"),
    (Paper("x" * 121), "", None, "landing_long", "title"),
    (Paper("x", "y" * 4001), "", None, "landing_long", "text"),
    (Paper("x", button="Go"), "", None, "landing_button_half", "button_url"),
    (Paper("x", button_url="https://x.fr"), "", None, "landing_button_half", "button"),
    (
        Paper("x", button="Go", button_url="javascript:alert(1)"),
        "",
        None,
        "landing_url_bad",
        "button_url",
    ),
    (Paper("x", button="Go", button_url="https://x.fr/a b"), "", None, "landing_url_bad", "button_url"),
    (Paper("x", button="Go", button_url="//x.fr"), "", None, "landing_url_bad", "button_url"),
    (Paper("x", colour="red"), "", None, "colour_bad", "colour"),
    (Paper("x", colour="#ffff00"), "", None, "colour_pale", "colour"),
    (Paper("x"), "Été", None, "landing_name_bad", "name"),
    (Paper("x"), "-a", None, "landing_name_bad", "name"),
    (Paper("x"), "taken", None, "name_taken", "name"),
    (Paper("x"), "", b"GIF89a" + bytes(100), "picture_unknown", "picture"),
    (Paper("x"), "", b"<svg onload='x'/>" + bytes(100), "picture_unknown", "picture"),
    (Paper("x"), "", b"", "picture_unknown", "picture"),
    (Paper("x"), "", JPEG + bytes(500 * 1024), "picture_large", "picture"),
)


def test_what_is_wrong_is_named_and_nothing_is_written(bench: Any) -> None:
    verbs.add(Paper("Taken"), BY, bench.now, "taken")
    for paper, name, picture, code, field in WRONG:
        with pytest.raises((Invalid, Conflict)) as refused:
            verbs.add(paper, BY, bench.now, name, picture)
        error: GatewayError = refused.value
        assert (error.code, error.field) == (code, field)
        assert len(verbs.everything()) == 1


@pytest.mark.parametrize(("octets", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_a_picture_is_known_by_its_octets(octets: bytes, kind: str) -> None:
    assert pictures.kind(octets) == kind


@pytest.mark.parametrize(
    ("colour", "ink", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ff0000", "#000000", 5.25), ("#0b5c4d", "#ffffff", 7.92)],
)
def test_the_ink_on_a_colour_can_be_read(colour: str, ink: str, ratio: float) -> None:
    assert colours.on(colour) == ink
    assert colours.contrast(ink, colour) == pytest.approx(ratio, abs=0.01)


def test_whatever_the_colour_its_ink_is_readable_and_a_darker_one_is_offered() -> None:
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                colour = f"#{red:02x}{green:02x}{blue:02x}"
                assert colours.contrast(colours.on(colour), colour) >= 4.5
                assert colours.contrast(colours.darker(colour), colours.WHITE) >= colours.LEAST
