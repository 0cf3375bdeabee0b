"""Fields, tags and groups; many people at once; two cards that become one; the list given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway import audit
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import (
    book,
    choosing,
    consents,
    fields,
    groups,
    listing,
    merging,
    particulars,
    segments,
    tags,
)
from gateway.contacts.book import Entry
from gateway.contacts.choosing import Choice
from gateway.contacts.particulars import Particulars
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store.models import Contact, ContactTag
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
BY = "page:ana"


def add(bench: Bench, number: str, name: str, **rest: str) -> Contact:
    return book.add(number, Entry(name, **rest), BY, bench.now)


def known(number: str) -> Particulars:
    contact = book.get(number)
    return particulars.of([contact])[contact.id]


def nap(_seconds: float) -> None: ...


# ---- fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  Rue  de la Paix ", "Rue de la Paix"),
        ("number", "1 234,50", "1234.50"),
        ("number", "1\u202f234", "1234"),
        ("number", "-3", "-3"),
        ("number", "+3", "3"),
        ("date", "31/12/1990", "1990-12-31"),
        ("date", "1.2.2026", "2026-02-01"),
        ("date", "01-02-26", "2026-02-01"),
        ("date", "01-02-75", "1975-02-01"),
        ("date", "2026/2/1", "2026-02-01"),
        ("date", "2026-02-01 00:00:00", "2026-02-01"),
        ("date", " ", ""),
    ],
)
def test_a_value_is_kept_in_one_form(bench: Bench, kind: str, typed: str, kept: str) -> None:
    field = fields.add("Own", kind, BY, bench.now)
    assert fields.tidy(field, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("number", "many", "not_a_number"),
        ("number", "1.2.3", "not_a_number"),
        ("date", "31/02/2026", "not_a_date"),
        ("date", "12/31/2026", "not_a_date"),
        ("date", "tomorrow", "not_a_date"),
        ("text", "x" * 201, "text_long"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_field(
    bench: Bench, kind: str, typed: str, code: str
) -> None:
    field = fields.add("Own", kind, BY, bench.now)
    with pytest.raises(Invalid) as refused:
        fields.tidy(field, typed)
    assert (refused.value.code, refused.value.field) == (code, f"field-{field.id}")


def test_fields_have_one_name_one_kind_and_an_order(bench: Bench) -> None:
    town = fields.add("Ville", "text", BY, bench.now)
    fields.add("Pointure", "number", BY, bench.now)
    with pytest.raises(Conflict, match="name_taken"):
        fields.add("VILLE", "text", BY, bench.now)
    with pytest.raises(Invalid, match="kind_unknown"):
        fields.add("Other", "colour", BY, bench.now)
    fields.rename(town.id, "Commune", BY, bench.now)
    assert [field.name for field in fields.everything()] == ["Commune", "Pointure"]
    for index in range(28):
        fields.add(f"f{index}", "text", BY, bench.now)
    with pytest.raises(Invalid, match="too_many_fields"):
        fields.add("one too many", "text", BY, bench.now)


# ---- a card's particulars --------------------------------------------------------------------


def test_particulars_are_replaced_where_given_and_left_where_not(bench: Bench) -> None:
    add(bench, ANNA, "Anna")
    town = fields.add("Ville", "text", BY, bench.now)
    group = groups.add("Habitués", BY, bench.now)
    changed = particulars.keep(ANNA, BY, bench.now, {town.id: "Évry"}, ["VIP", "vip"], [group.id])
    assert changed == ["Ville", "tags", "groups"]
    assert known(ANNA) == Particulars({"Ville": "Évry"}, ["VIP"], ["Habitués"])
    assert particulars.keep(ANNA, BY, bench.now, {town.id: " Évry "}, ["vip"], [group.id]) == []
    assert particulars.keep(ANNA, BY, bench.now, {town.id: ""}) == ["Ville"]
    assert known(ANNA) == Particulars({}, ["VIP"], ["Habitués"])
    assert audit.recent(number=ANNA)[0].facts == {"fields": ["Ville"]}  # which ones, not what they say


def test_one_wrong_value_and_nothing_is_kept(bench: Bench) -> None:
    add(bench, ANNA, "Anna")
    size = fields.add("Pointure", "number", BY, bench.now)
    with pytest.raises(Invalid, match="not_a_number"):
        particulars.keep(ANNA, BY, bench.now, {size.id: "big"}, ["vip"])
    with pytest.raises(NotFound, match="group_unknown"):
        particulars.keep(ANNA, BY, bench.now, {size.id: "38"}, ["vip"], [99])
    assert known(ANNA) == Particulars()


def test_tags_of_a_list_are_each_kept_once() -> None:
    assert tags.listed("VIP; été, vip | Noël \n") == ["VIP", "été", "Noël"]


# ---- many at once ----------------------------------------------------------------------------


@pytest.fixture
def crowd(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Nine people, three a transaction."""
    monkeypatch.setattr(choosing, "WINDOW", 3)
    for index in range(9):
        add(bench, f"+3363998000{index}", f"P{index}", postcode="67000" if index < 5 else "")
    return bench


def test_a_tag_comes_on_everybody_found_and_is_counted_where_it_is_new(crowd: Bench) -> None:
    assert choosing.tag(Choice(sought="p1"), "vip", BY, crowd.now, nap) == 1
    assert choosing.tag(Choice(), " VIP ", BY, crowd.now, nap) == 8
    assert choosing.tag(Choice(), "vip", BY, crowd.now, nap) == 0
    assert choosing.untag(Choice(numbers=["+33639980003", "+33639980004"]), "Vip", BY, crowd.now, nap) == 2
    assert [contact.name for contact in choosing.people(Choice(tag="vip"), crowd.now)] == [
        *("P0", "P1", "P2", "P5", "P6", "P7", "P8"),
    ]
    assert [(row.action, row.shown, row.facts["people"]) for row in audit.recent(limit=3)] == [
        ("contacts_untagged", "Vip", 2),
        ("contacts_tagged", "VIP", 8),
        ("contacts_tagged", "vip", 1),
    ]


def test_a_group_is_filled_and_emptied_by_search_and_by_segment(crowd: Bench) -> None:
    group = groups.add("Strasbourg", BY, crowd.now)
    found = segments.save("67", segments.typed([("postcode_begins", "67")]), BY, crowd.now)
    assert choosing.join(Choice(segment=found.id), group.id, BY, crowd.now, nap) == 5
    assert groups.size(group.id) == 5
    assert choosing.leave(Choice(sought="P1", group=group.id), group.id, BY, crowd.now, nap) == 1
    assert choosing.count(Choice(group=group.id), crowd.now).found == 4
    members = book.page(among=choosing.wanted(Choice(group=group.id), crowd.now)).items
    assert [contact.name for contact in members] == ["P0", "P2", "P3", "P4"]


def test_others_write_in_between(crowd: Bench) -> None:
    pauses: list[float] = []
    choosing.tag(Choice(), "vip", BY, crowd.now, pauses.append)
    assert pauses == [choosing.PAUSE] * 2


@pytest.mark.parametrize("choice", [Choice(group=99), Choice(segment=99)])
def test_who_is_gone_is_nobody_to_act_on(crowd: Bench, choice: Choice) -> None:
    with pytest.raises(NotFound):
        choosing.tag(choice, "vip", BY, crowd.now, nap)
    assert not ContactTag.select().exists()


# ---- two cards -------------------------------------------------------------------------------


def test_two_cards_become_one_and_each_number_keeps_its_own_word(bench: Bench) -> None:
    town, size = (fields.add(name, "text", BY, bench.now) for name in ("Ville", "Pointure"))
    one, two = groups.add("One", BY, bench.now), groups.add("Two", BY, bench.now)
    add(bench, ANNA, "Anna", note="early")
    add(bench, BEN, "A. Martin", postcode="67000", note="late")
    particulars.keep(ANNA, BY, bench.now, {town.id: "Évry"}, ["vip"], [one.id])
    particulars.keep(BEN, BY, bench.now, {town.id: "Paris", size.id: "38"}, ["VIP", "new"], [two.id])
    agree(BEN, bench.now)
    ledger.oppose(ANNA, "marketing", Act("sms", "sms"), bench.now)
    merging.merge(ANNA, BEN, BY, bench.now)
    card = book.get(ANNA)
    assert (card.name, card.postcode, card.note) == ("Anna", "67000", "early\nlate")
    assert card.last_act_at == bench.now
    assert known(ANNA) == Particulars({"Ville": "Évry", "Pointure": "38"}, ["new", "vip"], ["One", "Two"])
    assert book.find(BEN) is None
    assert [consents.answer(number).code for number in (ANNA, BEN)] == ["opposed", "agreed"]
    assert [audit.recent(number=number)[0].action for number in (ANNA, BEN)] == ["contacts_merged"] * 2


def test_a_card_is_not_merged_with_itself_nor_with_nobody(bench: Bench) -> None:
    add(bench, ANNA, "Anna")
    with pytest.raises(Conflict, match="merge_same"):
        merging.merge(ANNA, ANNA, BY, bench.now)
    with pytest.raises(NotFound, match="contact_unknown"):
        merging.merge(ANNA, BEN, BY, bench.now)
    assert book.get(ANNA).name == "Anna"


# ---- the list --------------------------------------------------------------------------------


def test_a_list_has_a_line_a_person_with_all_that_is_noted(bench: Bench) -> None:
    town = fields.add("Ville", "text", BY, bench.now)
    add(bench, ANNA, "Anna", postcode="67000", timezone="Indian/Reunion")
    add(bench, BEN, "Ben")
    particulars.keep(ANNA, BY, bench.now, {town.id: "Évry"}, ["b", "a"])
    rows: list[Any] = list(listing.lines(Choice(), bench.site, BY, bench.now))
    assert rows == [
        [*listing.COLUMNS, "Ville"],
        [ANNA, "Anna", "67000", "Indian/Reunion", "", "a, b", "", "2026-11-23", "Évry"],
        [BEN, "Ben", "", "", "", "", "", "2026-11-23", ""],
    ]
    assert len(list(listing.lines(Choice(tag="a"), bench.site, BY, bench.now))) == 2
    assert [(row.action, row.shown) for row in audit.recent(limit=2)] == [
        ("contacts_exported", "a"),
        ("contacts_exported", ""),
    ]
