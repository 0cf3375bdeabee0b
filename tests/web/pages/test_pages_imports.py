"""A file of contacts through the page: given, mapped, taken in behind it, reported, mended."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from fakes import FakeClock
from gateway.access import people
from gateway.contacts import book, consents
from gateway.contacts.imports import jobs
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Contact, ImportFault, ImportJob
from journeys import browser
from journeys.visitor import PASSWORD, Visitor
from stack import Stack
from web import porter

ANNA = "+33612345678"
LIST = """\
Nom;Mobile;CP;Ville;Accord
Anna;612345678;1000;Évry;oui
Ben;3,36123E+10;67000;;non
Anna;0612345678;;;
"""
PLAN = {
    "heading": "1",
    **{f"column-{place}": target for place, target in enumerate(("name", "number", "postcode", "new:text"))},
}
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def close_the_porter(app: Flask) -> Any:
    yield
    porter.on_duty.of(app).close()
    assert porter.on_duty.of(app).wait(PATIENCE)


def give(visitor: Visitor, octets: bytes, name: str = "clients.csv", code: int = 200) -> tuple[str, str]:
    """Send a file; the page that comes, and the address of the import."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.read("/imports"))
    assert token
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n',
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n',
    )
    body = "".join(parts).encode() + octets + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = visitor.client.post("/imports", data=body, content_type=kind, follow_redirects=True)
    assert answer.status_code == code
    return answer.get_data(as_text=True).replace("\u00a0", " "), answer.request.path


def carried(app: Flask, visitor: Visitor, address: str) -> str:
    """The report, once everything is in."""
    assert porter.on_duty.of(app).wait(PATIENCE)
    return visitor.read(address)


def figures(page: str) -> list[tuple[int, str]]:
    found = re.findall(r"<b>(\d+)</b><div>([^<(]*)", page)
    return [(int(number), words.strip()) for number, words in found]


def test_a_file_is_mapped_previewed_taken_in_and_reported(app: Flask, ana: Visitor) -> None:
    page, address = give(ana, LIST.encode("latin-1"))
    assert "3 lines" in page
    assert "zero put back" in page
    assert "the spreadsheet rounded the number" in page
    assert "there twice" in page
    assert "01000 · Évry" in page
    page = ana.send(address, **PLAN, tags="import", group="Clients")
    page = carried(app, ana, address)
    assert "It is in" in page
    assert figures(page) == [
        (1, "new contacts"),
        (1, "the same number again in the file: the first line counts"),
        (1, "not taken in: no usable number"),
        (1, "numbers given back the zero that a spreadsheet had dropped"),
    ]
    with database.connection():
        assert book.get(ANNA).postcode == "01000"
        assert consents.answer(ANNA).code == "never"
        assert not list(jobs.folder().iterdir())
    assert "Clients" in ana.read("/groups")


def test_looking_again_shows_the_new_plan_and_begins_nothing(app: Flask, ana: Visitor) -> None:
    _, address = give(ana, LIST.encode())
    page = ana.send(address, **{**PLAN, "column-0": "", "column-3": ""}, look="1")
    assert "no name" in page
    assert "01000 · Évry" not in page
    assert "01000" in page
    with database.connection():
        assert ImportJob.get().state == "mapping"


def test_without_a_heading_the_first_line_is_somebody(app: Flask, ana: Visitor) -> None:
    _, address = give(ana, b"Anna;0612345678\n")
    page = ana.send(address, **{"column-0": "name", "column-1": "number"})
    assert figures(carried(app, ana, address)) == [(1, "new contacts")]
    assert page


def test_a_consent_wants_its_words(app: Flask, ana: Visitor) -> None:
    page, address = give(ana, LIST.encode())
    assert re.search(r'name="consent" value="column" checked', page)  # a column of that name was found
    consent = {"consent": "column", "column-4": "consent", "ground": "opt_in"}
    page = ana.send(address, expect=422, **PLAN, **consent)
    assert "Give the exact words that the person agreed to." in page
    assert 'id="wording-fault"' in page
    ana.send(address, **PLAN, **consent, wording="[x] Oui")
    assert (1, "consents recorded") in figures(carried(app, ana, address))


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04", "The workbook cannot be read."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(ana: Visitor, octets: bytes, said: str) -> None:
    page, _ = give(ana, octets, code=422)
    assert said in page
    assert 'id="file-fault"' in page


def test_a_file_may_be_large_and_no_larger(app: Flask, ana: Visitor) -> None:
    line = b"Anna;0612345678;" + b"x" * 484 + b"\n"
    page, _ = give(ana, line * 300)  # more than any other form may hold
    assert "300 lines" in page
    page, _ = give(ana, line * 42_100, code=413)
    assert "The file is larger than 20 MB." in page
    ana.send("/language", expect=413, form_at="/imports", language="x" * 70_000)


def test_no_file_is_said(ana: Visitor) -> None:
    assert "Choose a file first." in ana.send("/imports", expect=422)


def test_a_file_is_thrown_away(app: Flask, ana: Visitor) -> None:
    _, address = give(ana, LIST.encode())
    page = ana.send(f"{address}/cancel", form_at=address)
    assert "The file is thrown away" in page
    ana.read(address, expect=404)


def test_what_a_kill_cut_short_goes_on_when_somebody_looks(
    app: Flask, ana: Visitor, clock: FakeClock
) -> None:
    _, address = give(ana, LIST.encode())
    with database.connection():
        job = ImportJob.get()
        jobs.start(
            job.uid, jobs.plan(ImportJob(mapping={**job.mapping, "consent": ""})), "page:ana", clock.now()
        )
    ana.read(address)
    assert "It is in" in carried(app, ana, address)


def test_lines_at_fault_are_mended_left_out_and_given_as_a_file(app: Flask, ana: Visitor) -> None:
    _, address = give(ana, b"Nom;Mobile\nAnna;06 12\nBen;inconnu\n=Evil();06\n")
    ana.send(address, **PLAN)
    assert "Mend the lines at fault" in carried(app, ana, address)
    sheet = ana.client.get(f"{address}/lines.csv").get_data().decode("utf-8-sig").splitlines()
    assert sheet[0] == "Line,Whole name,Number,What is wrong"
    assert sheet[1].startswith("2,Anna,06 12,“06 12” is not a possible number.")
    assert sheet[3].startswith("4,'=Evil(),06,")
    with database.connection():
        first, second, _ = (row.id for row in ImportFault.select().order_by(ImportFault.id))
    lines = f"{address}/lines"
    page = ana.send(f"{lines}/{first}", form_at=lines, expect=422, **{"cell-1": "06 13"})
    assert "“06 13” is not a possible number." in page
    assert 'value="06 13"' in page
    page = ana.send(f"{lines}/{first}", form_at=lines, **{"cell-1": "06 12 34 56 78"})
    assert "Taken in: a new contact." in page
    assert "Left out." in ana.send(f"{lines}/{second}", form_at=lines, leave="1")
    assert figures(ana.read(address)) == [(1, "new contacts"), (2, "not taken in: no usable number")]
    with database.connection():
        assert [contact.name for contact in Contact.select()] == ["Anna"]


def test_who_may_only_write_sees_no_imports(app: Flask, ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        token = people.add("wim", "en", clock.now(), Ids(), role="writer")
    wim = Visitor(app.test_client())
    wim.send(f"/welcome/{token}", password=PASSWORD)
    assert "/imports" not in wim.read("/contacts")
    wim.read("/imports", expect=403)


# ---- in a browser ----------------------------------------------------------------------------


def test_five_thousand_lines_go_in_while_one_looks_on(stack: Stack, chromium: Browser) -> None:
    """The real processes: the bar moves, the report comes by itself."""
    rows = "".join(f"Zoé {index};06{index:08}\n" for index in range(5000))
    context = chromium.new_context(viewport=browser.PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    browser.come_in(page, stack.sign_in_link("zoe"))
    page.goto(f"{stack.url}/imports")
    file: Any = {
        "name": "clients.csv",
        "mimeType": "text/csv",
        "buffer": f"Nom;Mobile\n{rows}".encode("latin-1"),
    }
    page.set_input_files("#file", file)
    for _step in ("the columns", "the look"):
        with page.expect_navigation():
            page.locator("main button.btn-main").click()
    expect(page.locator("#import progress")).to_be_visible()
    expect(page.locator("#import")).to_contain_text("5000")
    expect(page.locator("#import .counted")).to_contain_text("5000")
    _make_a_segment(page, stack)
    context.close()


def _make_a_segment(page: Page, stack: Stack) -> None:
    """The count follows the typing; a line more is there at once."""
    page.goto(f"{stack.url}/segments/new")
    page.select_option("#rule-0", "name_has")
    page.fill("#rule-0-value", "zoe 49")
    expect(page.locator("[data-tally]")).to_have_text("111 personnes")  # 49, 490 to 499, 4900 to 4999
    page.locator('[name="more"]').click()
    expect(page.locator("#rule-3")).to_be_focused()
    page.select_option("#rule-3", "tag_has")
    expect(page.locator("#rule-3-value")).to_be_visible()
    page.select_option("#rule-3", "sent_never")
    expect(page.locator("#rule-3-value")).to_be_hidden()
    expect(page.locator("[data-tally]")).to_have_text("111 personnes")
