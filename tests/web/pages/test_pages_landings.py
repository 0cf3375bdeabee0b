"""Landing pages at the desk: written with a picture, looked at, closed, removed."""

from __future__ import annotations

import io
import re

from fakes import counting_ids
from gateway.features.landings import verbs
from gateway.features.links import verbs as links
from gateway.store import database
from journeys.visitor import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
GIVEN = {
    "title": "Soldes d’été",
    "text": "Trois jours.",
    "button": "J’y vais",
    "button_url": "https://boutique.example",
    "colour": "#0b5c4d",
    "ends_at": "2026-12-01T18:00",
}


def post(ana: Visitor, path: str, expect: int = 200, picture: bytes | None = None, **change: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read(path))
    assert token
    data: dict[str, object] = {"csrf_token": token[1], **GIVEN, **change}
    if picture is not None:
        data["picture"] = (io.BytesIO(picture), "photo.gif")
    answer = ana.client.post(path, data=data, follow_redirects=True, content_type="multipart/form-data")
    answer.request.input_stream.close()  # what is large, the client keeps in a file
    assert answer.status_code == expect, answer.text
    return answer.text


def test_without_one_the_page_says_what_to_do(ana: Visitor) -> None:
    page = ana.read("/landings")
    assert "No page yet. Make one" in page
    assert 'aria-current="page"' in page


def test_one_is_written_shown_and_changed(ana: Visitor) -> None:
    page = post(ana, "/landings/new", picture=PNG)
    assert "{page:soldes-d-ete}" in page
    assert 'value="2026-12-01T18:00"' in page
    assert "It has one." in page
    assert "No phone reaches this page yet" in page
    assert "Soldes d’été" in ana.read("/landings")
    post(ana, "/landings/soldes-d-ete", title="Soldes d’hiver", without_picture="1")
    with database.connection():
        found = verbs.find("soldes-d-ete")
    assert (found.title, found.picture) == ("Soldes d’hiver", None)
    assert "Soldes d’hiver" in ana.read("/landings/soldes-d-ete/preview")


WRONG = (
    ({"title": " "}, None, "title", "Give the page a title."),
    ({"name": "Été !"}, None, "name", "cannot stand in an address"),
    ({"button_url": ""}, None, "button_url", "A button needs both"),
    ({"button_url": "javascript:x"}, None, "button_url", "no address of the web"),
    ({"ends_at": "soon"}, None, "ends_at", "is not an instant"),
    ({"colour": "#ffffee"}, None, "colour", "nobody sees a button of this colour"),
    ({}, b"GIF89a" + bytes(100), "picture", "no JPEG, PNG or WebP"),
    ({}, PNG + bytes(600 * 1024), "picture", "larger than 500 KB"),
)


def test_what_is_wrong_is_said_at_its_field_and_keeps_what_was_typed(ana: Visitor) -> None:
    for change, picture, field, sentence in WRONG:
        page = post(ana, "/landings/new", 422, picture, **change)
        assert sentence in page.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
        assert "Trois jours." in page
        with database.connection():
            assert verbs.everything() == []


def test_a_file_that_is_far_too_large_is_refused_whole(ana: Visitor) -> None:
    assert "larger than 1 MB" in post(ana, "/landings/new", 413, PNG + bytes(2 * 1024 * 1024))


def test_one_is_closed_opened_and_removed_unless_links_lead_there(ana: Visitor) -> None:
    post(ana, "/landings/new", name="sale")
    here = "/landings/sale"
    assert "It is closed" in ana.send(f"{here}/close", form_at=here)
    assert "It is open again." in ana.send(f"{here}/reopen", form_at=here)
    with database.connection(), database.transaction():
        text = links.personal(
            "{page:sale}", "campaign:c1", "1", "", counting_ids(), verbs.find("sale").created_at
        )
    assert text.startswith("/l/")
    assert "Close it instead" in ana.send(f"{here}/remove", form_at=here)
    post(ana, "/landings/new", name="other")
    assert "is gone" in ana.send("/landings/other/remove", form_at="/landings/other")
    ana.read("/landings/other", expect=404)
