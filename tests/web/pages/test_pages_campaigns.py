"""Campaigns on the page: the steps that lead to one, and one while it goes on."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fakes import FakeClock, counting_ids
from gateway.contacts import book, groups, particulars
from gateway.contacts.book import Entry
from gateway.features.api import House
from gateway.features.campaigns import plan, verbs
from gateway.features.campaigns.feature import Campaigns
from gateway.store import database
from gateway.store.models import Campaign, CampaignCode, CampaignPerson, Contact, Message, Setting
from journeys.visitor import Visitor
from people import agree

BY = "page:ana"
OFFER = "Chappe: -10% samedi, {prénom|bonjour}. STOP 36180"

CODED = "Chappe: {code}. STOP 36180"


def number(place: int) -> str:
    return f"+3363998{place:04d}"


@pytest.fixture
def town(ana: Visitor, clock: FakeClock) -> Visitor:
    """Twelve people in a group; one of them never agreed to offers."""
    with database.connection(), database.transaction():
        club = groups.add("Club", BY, clock.now())
        Setting.create(name="letters.shop", value={"name": "Chappe"})
        for place in range(12):
            book.add(number(place), Entry(f"Ana{place} Durand"), BY, clock.now())
            particulars.keep(number(place), BY, clock.now(), wanted_groups=[club.id])
            if place:
                agree(number(place), clock.now())
    return ana


def drafted(town: Visitor) -> str:
    """A draft with its people and its text; where its steps are."""
    page = town.send("/campaigns/new", name="Rentrée")
    found = re.search(r"/campaigns/([0-9a-f]{32})/step/text", page)
    assert found
    steps = f"/campaigns/{found[1]}/step"
    town.send(f"{steps}/people", to="@Club", action="next")
    town.send(f"{steps}/text", **{"text-A": OFFER, "category": "marketing", "code_kind": "none"})
    return steps


class Gateway:
    """The gateway's part, a step at a time."""

    def __init__(self, app: Flask, clock: FakeClock) -> None:
        site = app.extensions["chappe"].config.appliance
        self.feature, self.clock = Campaigns(), clock
        self.house = House(site, ("sim1",), counting_ids(), lambda told: None, lambda: True)

    def run(self) -> None:
        with database.connection():
            while self.feature.step(self.house, self.clock.now()):
                pass


@pytest.fixture
def gateway(app: Flask, clock: FakeClock) -> Gateway:
    return Gateway(app, clock)


def of(uid: str) -> Campaign:
    with database.connection():
        return verbs.find(uid)


# ---- the steps -----------------------------------------------------------------------------------


def test_without_a_campaign_the_page_says_what_to_do_first(ana: Visitor) -> None:
    assert "No campaign yet. Begin with one" in ana.read("/campaigns")


def test_a_draft_becomes_a_campaign_in_six_steps(town: Visitor, gateway: Gateway) -> None:
    steps = drafted(town)
    town.send(
        f"{steps}/hours", when="now", pace="per_hour", per_hour="600", control="0", test="100", by="hand"
    )
    seen = town.look(f"{steps}/look")
    assert "Chappe: -10% samedi, Ana0. STOP 36180" in seen
    assert "11 people get it" in seen
    assert "Nobody recorded that they agreed to marketing." in seen
    page = town.send(f"{steps}/test", numbers="0639980001", action="stay", **{"letter-A": "1"})
    assert "1 test message is on its way." in page
    assert "11 people get it" in town.look(f"{steps}/go")
    page = town.send(f"{steps}/go", action="go")
    assert "Gathering the people" in page
    gateway.run()
    uid = steps.split("/")[2]
    page = town.read(f"/campaigns/{uid}")
    assert "0 of 11 people" in page
    assert "1 person is left out" in page
    with database.connection():
        test = Message.get(Message.source == "page:ana")
    assert (test.category, test.metadata) == ("notification", {"campaign_test": uid})
    assert "Rentrée" in town.read("/campaigns")


WRONG = (
    ("people", {"to": "@Nobody"}, "Nobody"),
    ("people", {"to": ""}, "Nobody is chosen yet"),
    ("people", {"to": "@Club", "rested_days": "often"}, "“often” is not a number."),
    ("text", {"text-A": " "}, "text"),
    ("text", {"text-A": "Chappe {ville}"}, "ville"),
    ("text", {"text-A": OFFER, "code_kind": "one", "code": "é"}, "“é” is no code"),
    ("text", {"text-A": CODED, "code_kind": "list"}, "Paste the list of codes"),
    (
        "text",
        {"text-A": CODED, "code_kind": "list", "codes": "A1\nB2\na1"},
        "Line 3: “a1” is on line 1 already",
    ),
    ("text", {"text-A": OFFER, "code_kind": "made"}, "Write {code} in the text"),
    ("text", {"text-A": OFFER, "text-B": OFFER}, "Two texts are the same"),
    ("hours", {"when": "later", "at": ""}, "Choose the day and the hour"),
    ("hours", {"pace": "per_hour", "per_hour": "0"}, "must be between 1 and 100000"),
    ("hours", {"pace": "days", "days": "x"}, "“x” is not a number."),
    ("hours", {"control": "80"}, "50"),
    ("test", {"numbers": "", "letter-A": "1", "action": "stay"}, "Give a number."),
)


def with_file(town: Visitor, path: str, text: str, **given: str) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', town.read(path))
    assert token
    file = (io.BytesIO(text.encode()), "codes.csv")
    form = {"csrf_token": token[1], "code_kind": "list", "text-A": CODED, "codes_file": file, **given}
    return town.client.post(path, data=form, content_type="multipart/form-data")


def test_a_list_of_codes_comes_as_a_file_larger_than_a_form_and_stays(town: Visitor) -> None:
    path = f"{drafted(town)}/text"
    many = "\n".join(["Code", *(f"CHAPPE-{place:06d}" for place in range(6000))])
    assert len(many) > 64 * 1024
    assert with_file(town, path, many).status_code == 302
    assert "6,000 codes are kept" in town.read(path)
    town.send(path, **{"text-A": f"{CODED}!", "category": "marketing", "code_kind": "list"})
    assert "6,000 codes are kept" in town.read(path)


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("A1\nB€2", {}, "Line 2: “€” in “B€2” cannot stand in a code"),
        ("A1\nB2", {"codes": "C3"}, "There are a file and codes that were pasted"),
        ("", {}, "The file is empty."),
    ],
)
def test_a_file_of_codes_that_is_wrong_is_said_at_its_field(
    town: Visitor, text: str, given: dict[str, str], said: str
) -> None:
    answer = with_file(town, f"{drafted(town)}/text", text, **given)
    assert answer.status_code == 422
    assert said in answer.text.partition('id="codes_file-fault"')[2].partition("</p>")[0]
    with database.connection():
        assert CampaignCode.select().count() == 0


def test_a_draft_with_nobody_in_it_says_what_to_choose_first(town: Visitor) -> None:
    page = town.send("/campaigns/new", name="Empty")
    found = re.search(r"/campaigns/([0-9a-f]{32})/step/", page)
    assert found
    steps = f"/campaigns/{found[1]}/step"
    for name in ("look", "go"):
        assert "Nobody is chosen yet" in town.read(f"{steps}/{name}")
    town.send(f"{steps}/people", to="@Club", action="next")
    assert "Write a text" in town.look(f"{steps}/look")


def test_the_look_ahead_counts_whom_the_rules_leave_out_once(town: Visitor) -> None:
    """Half of the people are held out, some of these without consent: they get nothing for that reason."""
    steps = drafted(town)
    with database.connection():
        for place in range(12, 40):
            book.add(number(place), Entry(f"Ana{place}"), BY, FakeClock().now())
            particulars.keep(number(place), BY, FakeClock().now(), wanted_groups=[1])
    town.send(f"{steps}/text", **{"text-A": OFFER, "text-B": f"{OFFER}!", "code_kind": "none"})
    town.send(f"{steps}/hours", when="now", pace="none", control="50", test="50", by="hand", after_h="24")
    page = re.sub(r"<[^>]*>|\s+", " ", town.look(f"{steps}/look"))
    going = int(re.search(r"(\d+) (?:people get|person gets) it", page)[1])
    refused = int(re.search(r"(\d+) +Nobody recorded", page)[1])
    control = re.search(r"(\d+) +Drawn by lot", page)
    waits = re.search(r"(\d+) +of them wait", page)
    reads = [int(found) for found in re.findall(r"Text [AB], (\d+) p", page)]
    assert refused == 29
    assert going + (int(control[1]) if control else 0) == 11
    assert sum(reads) + (int(waits[1]) if waits else 0) == going


def test_what_is_wrong_is_said_at_its_field_and_what_was_kept_stays(town: Visitor) -> None:
    steps = drafted(town)
    for step, form, said in WRONG:
        page = town.send(f"{steps}/{step}", expect=422, **form)
        assert said in page, (step, form)
    with database.connection():
        (campaign,) = Campaign.select()
        assert plan.texts(campaign)["A"].text == OFFER
        assert campaign.audience["typed"] == "@Club"
        assert campaign.pace == {}


def test_what_lacks_is_named_with_the_way_to_it_before_it_may_begin(town: Visitor) -> None:
    page = town.send("/campaigns/new", name="Vide")
    steps = re.search(r"(/campaigns/[0-9a-f]{32}/step)/text", page)
    assert steps
    page = town.read(f"{steps[1]}/go")
    assert "Before it can begin:" in page
    assert f"{steps[1]}/people" in page
    assert "Nobody is chosen yet" in town.send(
        f"{steps[1]}/go", form_at=f"{steps[1]}/people", expect=422, action="go"
    )


def test_two_campaigns_have_two_names(town: Visitor) -> None:
    town.send("/campaigns/new", name="Rentrée")
    assert "rentrée" in town.send("/campaigns/new", expect=422, name="rentrée").lower()


# ---- while it goes on ----------------------------------------------------------------------------


def test_it_rests_goes_on_and_is_stopped_for_good(town: Visitor, gateway: Gateway) -> None:
    steps = drafted(town)
    uid = steps.split("/")[2]
    town.send(f"{steps}/go", action="go")
    gateway.run()
    page = town.send(f"/campaigns/{uid}/pause", form_at=f"/campaigns/{uid}")
    assert "It rests: nothing more of it leaves until you go on." in page
    gateway.run()
    assert {message.reason for message in messages()} == {"campaign_paused"}
    town.send(f"/campaigns/{uid}/resume", form_at=f"/campaigns/{uid}")
    gateway.run()
    assert {message.state for message in messages()} == {"queued"}
    page = town.send(f"/campaigns/{uid}/stop", form_at=f"/campaigns/{uid}")
    gateway.run()
    assert {message.state for message in messages()} == {"canceled"}
    assert "Stopped" in town.read(f"/campaigns/{uid}")
    page = town.send(f"/campaigns/{uid}/resume", form_at=f"/campaigns/{uid}")
    assert "In the state in which this campaign is, that cannot be done." in page


def messages() -> list[Message]:
    with database.connection():
        return list(Message.select().where(Message.source.startswith("campaign:")))


def test_texts_are_compared_and_the_rest_gets_the_one_that_a_person_takes(
    town: Visitor, gateway: Gateway
) -> None:
    steps = drafted(town)
    uid = steps.split("/")[2]
    town.send(f"{steps}/text", **{"text-A": OFFER, "text-B": f"{OFFER} !", "category": "marketing"})
    town.send(f"{steps}/hours", test="50", by="hand", control="0", after_h="24")
    town.send(f"{steps}/go", action="go")
    gateway.run()
    page = town.read(f"/campaigns/{uid}")
    assert "Which text does better?" in page
    assert "for it and get it from now on. That cannot be taken back" in page
    page = town.send(f"/campaigns/{uid}/winner", form_at=f"/campaigns/{uid}", letter="B")
    assert "Text B was chosen." in page
    gateway.run()
    with database.connection():
        rest = CampaignPerson.select().where(CampaignPerson.role == "rest")
        assert {person.letter for person in rest} == {"B"}
    page = town.send(f"/campaigns/{uid}/winner", form_at=f"/campaigns/{uid}", letter="A")
    assert "Text B was chosen already." in page


def test_numbers_that_do_not_answer_are_listed_after_it_and_get_a_tag(
    town: Visitor, gateway: Gateway, clock: FakeClock
) -> None:
    steps = drafted(town)
    uid = steps.split("/")[2]
    town.send(f"{steps}/go", action="go")
    gateway.run()
    with database.connection():
        Message.update(state="delivered").execute()
        gone = {"state": "undelivered", "facts": {"status": "undelivered", "code": 0x43}}
        Message.update(gone).where(Message.recipient == number(3)).execute()
        Campaign.update(state="done", ended_at=clock.now()).execute()
    page = town.read(f"/campaigns/{uid}")
    assert "The network knows no such number." in page
    page = town.send(
        f"/campaigns/{uid}/clean", form_at=f"/campaigns/{uid}", act="tag", name="gone", number=number(3)
    )
    assert "Done for 1 contact." in page
    with database.connection():
        contact = Contact.get(Contact.number == number(3))
        assert particulars.of([contact])[contact.id].tags == ["gone"]


def test_another_one_like_it_is_a_draft(town: Visitor) -> None:
    uid = drafted(town).split("/")[2]
    town.send(f"/campaigns/{uid}/step/go", action="go")
    town.send(f"/campaigns/{uid}/again", form_at=f"/campaigns/{uid}")
    page = town.read("/campaigns")
    assert "Rentrée (2)" in page
    assert "Draft" in page


def test_a_draft_is_removed(town: Visitor) -> None:
    uid = drafted(town).split("/")[2]
    page = town.send(f"/campaigns/{uid}/remove", form_at=f"/campaigns/{uid}/step/people")
    assert "The draft “Rentrée” is gone." in page
    assert of_all() == []


def of_all() -> list[Any]:
    with database.connection():
        return list(Campaign.select())
