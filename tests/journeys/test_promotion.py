"""From a word on a poster to the till: who texts it agrees to offers, gets one, follows it and buys.

The people have British numbers: no French holiday closes the hours of what they agreed to.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from python_calamine import CalamineWorkbook

from gateway.features.links.robots import TOO_SOON
from gateway.store import database
from gateway.store.models import Setting
from journeys.browser import DESK, PHONE, Witness, come_in, faint, unnamed, wider_than
from stack import Stack, until

BUYER, LOOKER, DOUBTER, MISTYPES = (f"+4477009001{place:02d}" for place in range(4))
AT_ANY_HOUR = {"days": [*range(7)], "opens": "00:00", "closes": "23:59:59.999999"}
TELEPHONE, MESSENGER = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0 Mobile", "WhatsApp/2.23.20.0"
BOOKING = "https://tower.example/book"
WELCOME = "Welcome to the VIP club! See you soon."
BROUGHT = {
    "Delivered": 2,
    "Clicked": 1,
    "Bought": 1,
    "Click rate": 0.5,
    "Cost": 0.09,
    "Revenue": 45,
    "ROI": 499,
}
TEXT = "Tower: three days of sale. Your code at the till: {code}. See {page:sale}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("promotion")
    with Stack(folder, language="en", public_host="tower.localhost") as running:  # a browser finds it here
        database.open(running.ledger / "chappe.sqlite")
        with database.connection():
            Setting.create(name="law.hours", value=AT_ANY_HOUR)
            Setting.create(name="law.price", value={"cents": "4.5", "currency": "EUR"})
        database.db.close_all()
        yield running


def test_from_the_word_on_a_poster_to_the_till(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.public_url)
    witness.watch(page)
    come_in(page, stack.sign_in_link())
    make_the_keyword(page, stack)
    two_words_for_one_thing(page)
    join(page, stack)
    others_write_too(page, stack)
    make_the_page(page, stack)
    write_the_campaign(page, stack)
    begin(page)
    code, link, other_link = read_the_text(stack)
    follow(stack, chromium, link, other_link)
    at_the_till(page, stack, code)
    figures(page, stack)
    sheets(page)
    leave(page, stack)
    assert [said for said in witness.complaints if "status of 4" not in said] == []
    page.close()


# ---- the word -------------------------------------------------------------------------------------


def make_the_keyword(page: Page, stack: Stack) -> None:
    """A group, and a word that leads into it after a yes."""
    page.goto(f"{stack.public_url}/groups")
    page.locator("#new-name").fill("VIP club")
    with page.expect_navigation():
        page.get_by_role("button", name="Make it").click()
    page.goto(f"{stack.public_url}/keywords")
    page.get_by_label("Word", exact=True).fill("VIP, tower club")
    page.get_by_label("The answer", exact=True).fill(WELCOME)
    page.get_by_label("Into the group", exact=True).select_option(label="VIP club")
    page.get_by_label("Ask first whether they want offers").check()
    page.get_by_label("Whoever is not in the contacts yet comes into them").check()
    page.get_by_role("button", name="Make the keyword").click()
    expect(page.get_by_text("VIP is heard from now on.")).to_be_visible()


def two_words_for_one_thing(page: Page) -> None:
    """Of another rule, and of the law: the page says whose it is, and nothing of the form is lost."""
    page.get_by_text("Make a keyword").click()
    for words, fault in (
        ("party, Víp!", "“Víp!” belongs to the rule “VIP” already."),
        ("stop", "“stop” ends messages"),
    ):
        page.get_by_label("Word", exact=True).fill(words)
        page.get_by_label("The answer", exact=True).fill("At eight.")
        page.get_by_role("button", name="Make the keyword").click()
        expect(page.locator("#words-fault")).to_contain_text(fault)
        expect(page.get_by_label("Word", exact=True)).to_have_value(words)
        expect(page.get_by_label("The answer", exact=True)).to_have_value("At eight.")


def join(page: Page, stack: Stack) -> None:
    """The question first; with the yes the group, the answer and the record, before one's eyes."""
    page.goto(f"{stack.public_url}/contacts/{BUYER}")
    expect(page.locator("#acts")).to_contain_text("Nothing yet.")
    stack.modem(do="inject", sender=BUYER, text="Vip!")
    expect(page.locator("#acts")).to_contain_text("Asked for consent")
    question = until(lambda: stack.shown(BUYER), "the question")
    assert re.search("offers by text.*answer YES", question[0]), "it says what the yes is for"
    stack.modem(do="inject", sender=BUYER, text="Yes")
    expect(page.locator("#acts")).to_contain_text("Answered yes")
    expect(page.locator("#acts")).to_contain_text(question[0])
    until(lambda: stack.shown(BUYER)[1:] == [WELCOME], "the welcome")


def others_write_too(page: Page, stack: Stack) -> None:
    """Words behind it do not matter, words before it and a slip of the thumb do; who says no stays out."""
    said = {LOOKER: ("tower club please :)", "Yes"), DOUBTER: ("vip", "no thanks")}
    stack.modem(do="inject", sender=MISTYPES, text="vpi")
    stack.modem(do="inject", sender=MISTYPES, text="what is the vip club?")
    for number, (word, _answer) in said.items():
        stack.modem(do="inject", sender=number, text=word)
    for number, (_word, answer) in said.items():
        until(lambda number=number: stack.shown(number), "the question")
        stack.modem(do="inject", sender=number, text=answer)
    until(lambda: stack.shown(LOOKER)[1:] == [WELCOME], "the welcome")
    until(lambda: len(stack.inbound()) == 8, "all that they wrote")
    page.goto(f"{stack.public_url}/groups")
    expect(page.locator(".row-item", has_text="VIP club")).to_contain_text("2 people")
    page.goto(f"{stack.public_url}/keywords")
    expect(page.locator(".row-item", has_text="VIP")).to_contain_text("3 uses")
    assert stack.shown(MISTYPES) == []


# ---- the offer ------------------------------------------------------------------------------------


def make_the_page(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.public_url}/landings/new")
    ends = datetime.now(UTC) + timedelta(days=3)
    for label, value in (
        ("Title", "Three days of sale"),
        ("Name in the address", "sale"),
        ("Text", "Come early.\nCoffee is on us."),
        ("Words on the button", "Book a table"),
        ("Where it leads", BOOKING),
        ("Until when", f"{ends:%Y-%m-%dT%H:%M}"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#gap")).to_have_value("{page:sale}")


def write_the_campaign(page: Page, stack: Stack) -> None:
    """To the group, with a link and a code for each; what it takes and costs is shown before."""
    page.goto(f"{stack.public_url}/campaigns")
    page.get_by_role("link", name="A new campaign").click()
    page.get_by_label("Name", exact=True).fill("Sale")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("or these people and lists").fill("@VIP club")
    page.get_by_role("button", name="Keep it and go on").click()
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("checkbox", name="Follow the links").check()
    page.get_by_label("Each their own, made here").check()
    for _step in ("the text", "the hours"):
        with page.expect_navigation():
            page.get_by_role("button", name="Keep it and go on").click()
    expect(page.get_by_text("2 people get it")).to_be_visible()
    expect(page.locator(".bubble")).to_contain_text(f"See {stack.public_url}/l/")
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text(re.compile(r"Parts each\s*1\s*Parts in all\s*2\s*Cost\s*€0.09"))


def begin(page: Page) -> None:
    for _step in ("the look ahead", "the test"):
        with page.expect_navigation():
            page.get_by_role("link", name="Go on", exact=True).click()
    page.get_by_role("button", name="Let it begin now").click()
    expect(page.locator("#progress")).to_contain_text("2 of 2 people")
    expect(page.locator("#progress")).to_contain_text(re.compile(r"2\s*Delivered"))


# ---- whoever gets it ------------------------------------------------------------------------------


def read_the_text(stack: Stack) -> tuple[str, str, str]:
    """The code and the link of whoever buys, and the other's link: each has their own."""
    wanted = re.compile(rf"till: (\w{{8}})\. See ({stack.public_url}/l/\w{{7}}) .*STOP")
    found = [wanted.search(stack.shown(number)[-1]) for number in (BUYER, LOOKER)]
    (code, link), (other_code, other_link) = (match.groups() for match in found if match)
    assert code != other_code
    assert link != other_link
    return code, link, other_link


def follow(stack: Stack, chromium: Browser, link: str, other_link: str) -> None:
    """On a telephone, by day and by night; a messenger that looks at the other's link is nobody."""
    arrived = datetime.now(UTC)
    context = chromium.new_context(viewport=PHONE, user_agent=TELEPHONE, is_mobile=True)
    context.route(
        f"{BOOKING}*", lambda route: route.fulfill(body="<title>Booked</title>", content_type="text/html")
    )
    phone, witness = context.new_page(), Witness(stack.public_url)
    witness.watch(phone)
    until(lambda: datetime.now(UTC) - arrived > TOO_SOON, "the time that a thumb takes")
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Three days of sale")).to_be_visible()
    expect(phone.get_by_role("timer")).to_contain_text("2 d")
    for scheme in ("light", "dark"):
        phone.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert (wider_than(phone), unnamed(phone), faint(phone)) == (0, [], []), scheme
    assert witness.complaints == []
    phone.get_by_role("link", name="Book a table").click()
    expect(phone).to_have_title("Booked")
    context.close()
    looked = chromium.new_page(user_agent=MESSENGER)
    looked.goto(other_link)
    expect(looked.get_by_role("heading", name="Three days of sale")).to_be_visible()
    looked.close()


def at_the_till(page: Page, stack: Stack, code: str) -> None:
    """Once, however it is typed; then, and where nobody ever got it, the reason stands beside it."""
    page.goto(f"{stack.public_url}/till")
    take(page, code.lower(), "45.00")
    expect(page.get_by_text(f"{code}, €45.00, counted for “Sale”.")).to_be_visible()
    take(page, code, "45.00")
    expect(page.locator("#code-fault")).to_have_text(
        f"The code “{code}” of “Sale” was used before, and is for one person once."
    )
    take(page, "NOCODE99", "12")
    expect(page.locator("#code-fault")).to_contain_text("No campaign has the code “NOCODE99”.")


def take(page: Page, code: str, amount: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Write it down").click()


# ---- what it brought ------------------------------------------------------------------------------


def figures(page: Page, stack: Stack) -> None:
    """One of two followed it, one of two bought for 45 euros, and two parts cost 4.5 cents each."""
    page.goto(f"{stack.public_url}/results?rate=click")
    side_by_side = page.locator("#compared")
    expect(side_by_side.locator(".whiskers li")).to_contain_text("Sale 50.0 % between 9.5 % and 90.5 %")
    side_by_side.get_by_role("link", name="Sale").first.click()
    for name, told in (
        ("Delivered", "100.0 % 2 of 2"),
        ("Clicked", "50.0 % 1 of 2"),
        ("Replied", "0.0 % 0 of 2"),
        ("Bought", "50.0 % 1 of 2"),
        ("Said STOP", "0.0 % 0 of 2"),
        ("Cost", "€0.09"),
        ("Revenue", "€45.00"),
        ("Return (ROI)", "49,900.0 %"),
    ):
        expect(figure(page, name)).to_contain_text(told)
    expect(page.get_by_role("heading", name=re.compile("open", re.IGNORECASE))).to_have_count(0)
    expect(page.get_by_text("How many opened it cannot be known")).to_be_visible()


def figure(page: Page, name: str) -> Locator:
    return page.locator(".rates li", has=page.get_by_role("heading", name=name, exact=True))


def sheets(page: Page) -> None:
    """The same figures, in both kinds of file."""
    files = []
    for kind in ("As CSV", "For Excel"):
        with page.expect_download() as coming:
            page.get_by_role("link", name=kind).click()
        files.append(coming.value.path())
    (line,) = csv.DictReader(io.StringIO(files[0].read_text("utf-8-sig")))
    names, cells = CalamineWorkbook.from_path(files[1]).get_sheet_by_index(0).to_python()
    for told in (line, dict(zip(names, cells, strict=True))):
        assert told["Campaign"] == "Sale"
        assert {name: float(told[name]) for name in BROUGHT} == BROUGHT


def leave(page: Page, stack: Stack) -> None:
    """The buyer wants no more of it: that counts against the campaign, and their purchase stays."""
    stack.modem(do="inject", sender=BUYER, text="STOP")
    until(lambda: "you will get no more offers" in stack.shown(BUYER)[-1], "the confirmation")
    page.reload()
    expect(figure(page, "Said STOP")).to_contain_text("50.0 % 1 of 2")
    expect(figure(page, "Replied")).to_contain_text("0.0 % 0 of 2")
    expect(figure(page, "Revenue")).to_contain_text("€45.00")
