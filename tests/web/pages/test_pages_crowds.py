"""The contacts' lists: filters, several at once, the export; groups, own fields, segments; merging."""

from __future__ import annotations

import json
import re

import pytest

from fakes import FakeClock
from gateway.contacts import book, fields, groups, particulars, segments
from gateway.contacts.book import Entry
from gateway.store import database
from gateway.store.models import Audit, Contact
from journeys.visitor import Visitor
from planted_deeds import Book

ANNA, BEN, CLEO = "+33639980001", "+33639980002", "+33639980003"
BY = "page:ana"


@pytest.fixture
def town(ana: Visitor, clock: FakeClock) -> Visitor:
    """Anna and Ben with the tag vip, Anna in a group; Cléo with nothing."""
    with database.connection():
        now = clock.now()
        for number, name, postcode in ((ANNA, "Anna", "67000"), (BEN, "=Ben()", ""), (CLEO, "Cléo", "")):
            book.add(number, Entry(name, postcode=postcode), BY, now)
        place = fields.add("Ville", "text", BY, now).id
        regulars = groups.add("Habitués", BY, now).id
        particulars.keep(ANNA, BY, now, {place: "Évry"}, ["vip"], [regulars])
        particulars.keep(BEN, BY, now, None, ["vip"])
    return ana


def listed(page: str) -> list[str]:
    return re.findall(r'<span class="row-head"><strong[^>]*>([^<]*)</strong>', page)


def names(**asked: str) -> list[str]:
    """Who is in it, as the ledger has it."""
    with database.connection():
        found = book.page(**asked).items
        return [one.name for one in found]


def card(number: str) -> particulars.Particulars:
    with database.connection():
        contact = book.get(number)
        return particulars.of([contact])[contact.id]


# ---- the list --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["=Ben()", "Anna", "Cléo"]),
        ("?tag=VIP", ["=Ben()", "Anna"]),
        ("?group=1", ["Anna"]),
        ("?tag=vip&q=ann", ["Anna"]),
        ("?tag=nobody", []),
    ],
)
def test_the_list_is_narrowed_by_tag_group_and_search(town: Visitor, asked: str, found: list[str]) -> None:
    page = town.read(f"/contacts{asked}")
    assert listed(page) == found
    if not found:
        assert "Nobody yet." in page


def test_a_list_of_nobody_s_group_is_not_there(town: Visitor) -> None:
    town.read("/contacts?group=99", expect=404)


def test_a_name_that_is_not_known_is_shown_as_such(town: Visitor, clock: FakeClock) -> None:
    with database.connection():
        Contact.update(name="", folded="").where(Contact.number == CLEO).execute()
    page = town.read("/contacts")
    assert listed(page)[0] == "+33 6 39 98 00 03"
    assert "no name" in page


# ---- several at once -------------------------------------------------------------------------


def test_those_who_are_ticked_get_a_tag(town: Visitor) -> None:
    page = town.send(
        "/contacts/several", form_at="/contacts", who="ticked", act="tag", name="new", number=CLEO
    )
    assert "Tag stuck on 1 contact." in page
    assert card(CLEO).tags == ["new"]
    assert card(ANNA).tags == ["vip"]


def test_all_of_a_list_go_into_a_group_that_is_new(town: Visitor) -> None:
    several = {"form_at": "/contacts?tag=vip", "who": "all", "tag": "vip", "name": "Fidèles"}
    assert "2 contacts put into the group." in town.send("/contacts/several", act="join", **several)
    assert (card(BEN).groups, card(CLEO).groups) == (["Fidèles"], [])
    assert "All of them were in it already." in town.send("/contacts/several", act="join", **several)
    assert "2 contacts taken out of the group." in town.send("/contacts/several", act="leave", **several)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"who": "ticked", "act": "tag", "name": "x"}, "Nobody is ticked: nothing was changed."),
        ({"who": "all", "act": "tag", "name": " "}, "Give a tag."),
        ({"who": "all", "act": "leave", "name": "Nobody’s"}, "There is no group Nobody’s."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(
    town: Visitor, form: dict[str, str], said: str
) -> None:
    assert said in town.send("/contacts/several", form_at="/contacts", **form)
    assert card(CLEO) == particulars.Particulars()


# ---- the export ------------------------------------------------------------------------------


def test_a_list_is_given_out_and_no_cell_acts(town: Visitor) -> None:
    answer = town.client.get("/contacts/export.csv?tag=vip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "Number,Name,Postcode,Time zone,Note,Tags,Groups,Added,Ville"
    assert lines[1:] == [
        f"'{ANNA},Anna,67000,,,vip,Habitués,2026-11-23,Évry",
        f"'{BEN},'=Ben(),,,,vip,,2026-11-23,",
    ]
    with database.connection():
        assert Audit.select().where(Audit.action == "contacts_exported").count() == 1


# ---- the card --------------------------------------------------------------------------------


def test_a_card_keeps_fields_tags_and_groups(town: Visitor) -> None:
    town.send(
        f"/contacts/{BEN}",
        **{"name": "Ben", "particulars": "1", "field-1": "Paris", "tags": "new, VIP", "group": "1"},
    )
    assert card(BEN) == particulars.Particulars({"Ville": "Paris"}, ["new", "VIP"], ["Habitués"])
    page = town.read(f"/contacts/{BEN}")
    assert "Contact changed" in page.partition('id="history-title"')[2]
    assert 'value="Paris"' in page


def test_a_value_that_cannot_be_stands_at_its_field_and_nothing_is_kept(
    town: Visitor, clock: FakeClock
) -> None:
    with database.connection():
        born = fields.add("Naissance", "date", BY, clock.now()).id
    page = town.send(
        f"/contacts/{BEN}",
        expect=422,
        **{"name": "Other", "particulars": "1", f"field-{born}": "31/02/1990", "tags": "kept as typed"},
    )
    assert f'id="person-field-{born}-fault"' in page
    assert "“31/02/1990” is not a day." in page
    assert 'value="kept as typed"' in page
    assert names(sought="other") == []


def test_two_cards_become_one_after_a_look(town: Visitor) -> None:
    page = town.read(f"/contacts/{ANNA}/merge?q=ben")
    assert f"/contacts/{ANNA}/merge?with=%2B33639980002" in page
    foreseen = f"/contacts/{ANNA}/merge?with=%2B33639980002"
    assert "leaves the contacts" in town.read(foreseen)
    page = town.send(f"/contacts/{ANNA}/merge", form_at=foreseen, **{"with": BEN})
    assert "The two cards are one." in page
    assert names() == ["Anna", "Cléo"]


def test_a_card_is_not_merged_with_itself(town: Visitor) -> None:
    page = town.read(f"/contacts/{ANNA}/merge?with=%2B33639980001", expect=422)
    assert "This is the same card. Choose another one." in page


# ---- groups and fields -----------------------------------------------------------------------


def test_groups_are_made_renamed_and_removed(town: Visitor) -> None:
    assert "The group is there." in town.send("/groups", name="Atelier")
    assert "“atelier” exists already." in town.send("/groups", expect=422, name="atelier")
    assert "Renamed." in town.send("/groups/1/rename", form_at="/groups", name="Amis")
    page = town.read("/groups")
    assert listed(page) == ["Amis", "Atelier"]
    assert "1 person" in page
    assert "its members are still in the contacts" in town.send("/groups/1/remove", form_at="/groups")
    assert (card(ANNA).groups, names(sought="anna")) == ([], ["Anna"])


def test_fields_are_made_renamed_and_removed(town: Visitor) -> None:
    page = town.send("/contacts/fields", name="Pointure", kind="number")
    assert "Every card has it now." in page
    assert "Give a name." in town.send("/contacts/fields", expect=422, name=" ", kind="text")
    town.send("/contacts/fields/1/rename", form_at="/contacts/fields", name="Commune")
    assert card(ANNA).values == {"Commune": "Évry"}
    town.send("/contacts/fields/1/remove", form_at="/contacts/fields")
    assert card(ANNA).values == {}


def test_what_a_segment_asks_for_is_not_removed(town: Visitor, clock: FakeClock) -> None:
    with database.connection():
        segments.save("S", segments.typed([("field_1_filled", "")]), BY, clock.now())
    page = town.send("/contacts/fields/1/remove", form_at="/contacts/fields", expect=422)
    assert "The segment “S” asks for it." in page
    assert card(ANNA).values == {"Ville": "Évry"}


# ---- segments --------------------------------------------------------------------------------

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def fill_in(visitor: Visitor, path: str, rules: list[tuple[str, str]], expect: int = 200, **rest: str) -> str:
    """Send the form of a segment, a line a rule."""
    token = TOKEN.search(visitor.read("/segments/new"))
    assert token
    data = {"test": [test for test, _ in rules], "value": [value for _, value in rules]}
    answer = visitor.client.post(path, data={"csrf_token": token[1], **data, **rest}, follow_redirects=True)
    assert answer.status_code == expect
    return answer.get_data(as_text=True)


def test_a_segment_is_counted_kept_shown_and_removed(town: Visitor) -> None:
    rules = [("tag_has", "VIP"), ("group_in", "habitués"), ("", "")]
    page = fill_in(town, "/segments/new", rules, count="1", match="any")
    assert "2 people" in page
    assert '<option value="group_in" data-takes="group" selected>' in page
    fill_in(town, "/segments/new", rules, save="1", name="Amis", match="any")
    page = town.read("/segments")
    assert "has the tag VIP or is in the group Habitués" in page
    assert listed(town.read("/contacts?segment=1")) == ["=Ben()", "Anna"]
    fill_in(town, "/segments/1", [("tag_has", "VIP"), ("group_in", "Habitués")], save="1", name="Amis")
    assert listed(town.read("/contacts?segment=1")) == ["Anna"]
    assert "is gone" in town.send("/segments/1/remove", form_at="/segments/1")
    town.read("/segments/1", expect=404)


def test_one_line_more_keeps_what_was_typed(town: Visitor) -> None:
    page = fill_in(town, "/segments/new", [("tag_has", ""), ("postcode_begins", "67")], more="1", name="N")
    assert page.count('class="rule"') == 4  # three lines, and the blank one of the script
    assert 'value="67"' in page
    assert 'value="N"' in page


def test_a_rule_that_cannot_be_stands_at_its_line(town: Visitor) -> None:
    rules = [("tag_has", "vip"), ("sent_within", "soon")]
    page = fill_in(town, "/segments/new", rules, expect=422, save="1", name="N")
    assert 'id="rule-1-fault"' in page
    assert 'href="#rule-1"' in page
    assert fill_in(town, "/segments/new", [], expect=422, save="1", name="N").count('id="rule-0-fault"') == 1


def test_what_people_did_is_offered_by_name_and_read_as_a_sentence(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        Book(clock.now(), 1, 3)
    page = ana.read("/segments/new")
    assert '<datalist id="known-campaign"><option value="C2"><option value="C1"><option value="C0">' in page
    assert '<optgroup label="Avis"><option value="question_1_said_yes" data-takes="">' in page
    rules = [("campaign_unclicked", "c1"), ("question_2_said_2", ""), ("bought_sum_least", "49,9")]
    fill_in(ana, "/segments/new", rules, save="1", name="Amis", match="all")
    page = ana.read("/segments")
    assert "followed no link of the campaign C1, and was sent it and answered “Bleu” to “Q2 ?”" in page
    assert "bought for at least €49.90 in all" in page
    assert 'list="known-followed"' in ana.read("/segments/1")
    page = fill_in(ana, "/segments/new", [("campaign_got", "C9")], expect=422, save="1", name="N")
    assert "There is no campaign C9." in page


def test_a_count_follows_the_typing(town: Visitor) -> None:
    assert json.loads(fill_in(town, "/segments/count", [("tag_has", "vip")])) == {"found": 2, "next": None}
    assert json.loads(fill_in(town, "/segments/count", [("tag_has", "")])) == {
        "fault": "Say what to look for."
    }
    assert json.loads(fill_in(town, "/segments/count?after=1", [("tag_has", "vip")]))["found"] == 1
