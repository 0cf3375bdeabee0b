"""The text of a campaign while it is written: what it costs with all that is put into it and behind it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from fakes import FakeClock, counting_ids
from gateway.config import Config
from gateway.contacts import book, groups, particulars, templates
from gateway.contacts.book import Entry
from gateway.features.campaigns import verbs
from gateway.features.campaigns.plan import Wanted
from gateway.store import database
from gateway.store.models import Setting
from journeys.browser import DESK, PHONE, Witness, faint, unnamed, wider_than
from journeys.visitor import Visitor
from people import agree

BY, PLACE = "page:ana", "https://sms.example"
FAR = "https://tower.example/collections/autumn-and-winter/new-arrivals?from=campaign"  # 77 letters
NEAR = f"{PLACE}/l/xxxxxxx"  # 29


@pytest.fixture
def site(site: Config) -> Config:
    return replace(site, web=replace(site.web, public_url=PLACE))


@pytest.fixture
def draft(app: Flask, site: Config, clock: FakeClock) -> str:
    """A draft for four people; where its text is."""
    now = clock.now()
    with database.connection(), database.transaction():
        Setting.create(name="letters.shop", value={"name": "Tower"})
        Setting.create(name="law.price", value={"cents": "4.5", "currency": "EUR"})
        club = groups.add("Club", BY, now).id
        for place in range(4):
            book.add(f"+3363998000{place}", Entry("Maximilienne Durand"), BY, now)
            particulars.keep(f"+3363998000{place}", BY, now, wanted_groups=[club])
            agree(f"+3363998000{place}", now)
        templates.save(templates.Wording("Sale", "Tower: sale! STOP 36180", "message", "marketing"), BY, now)
        templates.save(templates.Wording("Fire", "Leave the house.", "message", "alert"), BY, now)
        campaign = verbs.draft("Autumn", BY, now, counting_ids())
        verbs.choose_people(campaign.uid, Wanted("@Club"), site.appliance, now)
    return f"/campaigns/{campaign.uid}/step/text"


def shown(page: str, name: str) -> str:
    found = re.search(rf'data-show="{name}">([^<]*)<', page)
    assert found
    return found[1].strip()


def note(page: str) -> str:
    found = re.search(r"data-note[^>]*>([^<]*)<", page)
    assert found
    return found[1]


def measured(ana: Visitor, draft: str, text: str, **more: str) -> dict[str, object]:
    asked = {"box": "A", "text-A": text, "category": "marketing", "code_kind": "none", **more}
    answer: dict[str, object] = json.loads(
        ana.send(draft.replace("step/text", "measure"), form_at=draft, **asked)
    )
    return answer


COUNTED = (  # typed, choices, what stands behind it, the note
    ("Tower: sale", {}, " Reply STOP", "Counted with the mention “Reply STOP”."),
    ("Tower: sale", {"category": "notification"}, "", ""),
    ("Tower: sale STOP 36180", {}, "", ""),
    (f"Tower: {FAR} STOP 1", {"follow_links": "1"}, "", "Counted with 1 short link."),
    (f"Tower: {FAR} STOP 1", {}, "", ""),
    ("Tower: {code} STOP 1", {"code_kind": "made"}, "", "Counted with the code."),
    (
        f"Tower: {{first name}} {{code}} {FAR}",
        {"code_kind": "made", "follow_links": "1"},
        " Reply STOP",
        "Counted with the mention “Reply STOP”, 1 short link, the code, and what is known of "
        "Maximilienne Durand.",
    ),
    ("", {}, "", ""),
)


@pytest.mark.parametrize(("text", "choices", "added", "said"), COUNTED)
def test_what_will_be_added_is_counted_and_said(
    ana: Visitor, draft: str, text: str, choices: dict[str, str], added: str, said: str
) -> None:
    found = measured(ana, draft, text, **choices)
    mention = str(found["added"])
    assert bool(mention) == bool(added)
    assert re.sub(r"“[^”]*”", "“Reply STOP”", str(found["note"])) == said
    if "follow_links" in choices:
        assert found["swaps"][FAR] == NEAR  # type: ignore[index]


def test_the_page_counts_the_same_without_a_script(ana: Visitor, draft: str) -> None:
    """By hand: 8 + 12 + 1 + 29 + 11 letters as the first of them reads it, of 160."""
    text = f"Tower: {{first name}} {FAR} STOP 36180"
    form = {"text-A": text, "category": "marketing", "code_kind": "none", "follow_links": "1"}
    page = ana.send(draft, action="stay", **form)
    read = f"Tower: Maximilienne {NEAR} STOP 36180"
    assert (shown(page, "parts"), shown(page, "characters")) == ("1", str(len(read)))
    assert shown(page, "left") == str(160 - len(read))
    assert "For up to 4 people, in parts:" in page
    assert re.search(r"data-money[^>]*>€0.18<", page)  # four parts at 4.5 cents
    assert "what is known of Maximilienne Durand" in note(page)


def test_a_template_and_the_cheaper_spelling_are_taken_without_a_script(ana: Visitor, draft: str) -> None:
    page = ana.read(draft)
    assert ">Sale</option>" in page
    assert ">Fire</option>" not in page  # no campaign raises an alarm
    number = re.search(r'<option value="(\d+)"[^>]*>Sale<', page)
    assert number
    form = {"category": "marketing", "code_kind": "none"}
    page = ana.send(draft, take="A", **{"template-A": number[1]}, **form)
    assert ">Tower: sale! STOP 36180</textarea>" in page
    page = ana.send(draft, cheaper="A", **{"text-A": "C’est la fête {prénom|ici} …"}, **form)
    assert ">C'est la fete {prénom|ici} ...</textarea>" in page
    page = ana.send(draft, cheaper="A", **{"text-A": "Fête {forêt|ici}"}, **form)
    assert ">Fête {forêt|ici}</textarea>" in page  # a gap keeps its name


def test_the_count_follows_the_typing_in_each_box(
    phone: Page, origin: str, draft: str, witness: Witness
) -> None:
    phone.goto(f"{origin}{draft}")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Compare with one text more").click()
    first, second = (phone.locator(f"[data-text-box={letter}]") for letter in "AB")
    first.locator("textarea").fill("Tower: " + "a" * 153)
    expect(first.locator("[data-show=parts]")).to_have_text("2")  # the mention is added
    expect(first.locator("[data-note]")).to_contain_text("the mention")
    expect(first.locator("[data-times]")).to_have_text("8")
    expect(first.locator("[data-counted] [data-money]")).to_have_text("€0.36")
    expect(second.locator("[data-counted]")).to_be_hidden()
    second.locator("textarea").fill(f"Tower: {{first name}}, {FAR} c’est… STOP 36180")
    expect(second.locator("[data-show=alphabet]")).to_have_text("UCS-2")
    expect(second.locator(".culprits kbd")).to_have_text(["’", "…"])
    phone.locator("[name=follow_links]").check()
    read = f"Tower: Maximilienne, {NEAR} c’est… STOP 36180"
    expect(second.locator("[data-show=characters]")).to_have_text(str(len(read)))
    second.get_by_role("button", name="Use this spelling").click()
    expect(second.locator("textarea")).to_have_value(f"Tower: {{first name}}, {FAR} c'est... STOP 36180")
    expect(second.locator("[data-show=alphabet]")).to_have_text("GSM-7")
    second.locator("[data-template]").select_option(label="Sale")
    expect(second.locator("textarea")).to_have_value("Tower: sale! STOP 36180")
    expect(second.locator("[data-show=parts]")).to_have_text("1")
    for size in (PHONE, DESK):
        phone.set_viewport_size(size)
        assert wider_than(phone) == 0
        assert faint(phone) == []
        assert unnamed(phone) == []
    assert witness.complaints == []
