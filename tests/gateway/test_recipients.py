"""What is typed or pasted as addressees is understood: people, lists of people, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.contacts import book, groups, pasted, recipients, segments
from gateway.contacts.book import Entry
from gateway.contacts.recipients import Recipients
from gateway.store.models import ContactTag, GroupMember

if TYPE_CHECKING:
    from conftest import Bench

ME = "test:me"


def add(bench: Bench, name: str, number: str) -> int:
    return int(book.add(number, Entry(name), ME, bench.now).id)


def read(bench: Bench, typed: str) -> Recipients:
    return recipients.read(typed, "FR", bench.now)


def numbers_of(found: Recipients) -> list[str]:
    return [person.number[-2:] for person in found.people]


@pytest.fixture
def club(bench: Bench) -> None:
    """Ana, two Bobs and Zoé Éluard; @Club has Ana and Zoé, #vip Ana, @67 is a segment."""
    people = {"Ana Durand": "01", "Bob": "02", "bob": "03", "Zoé Éluard": "04", "Durand, Luc": "05"}
    ids = {name: add(bench, name, f"+3363998{end:0>4}") for name, end in people.items()}
    group = groups.add("Club", ME, bench.now)
    for name in ("Ana Durand", "Zoé Éluard"):
        GroupMember.create(group=group, contact=ids[name])
    ContactTag.create(contact=ids["Ana Durand"], tag="vip")
    rules = segments.typed([("name_has", "bob")])
    segments.save("Les Bobs", rules, ME, bench.now)


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [
        ("", []),
        (" a ,b;; c\r\n\nd\te,", ["a", "b", "c", "d", "e"]),
        ('"Durand, Ana" <06 39 98 00 01>; b', ['"Durand, Ana" <06 39 98 00 01>', "b"]),
        ("l\"un, l'autre", ['l"un', "l'autre"]),
        ("nom;tél\nAna;06 39 98 00 01\nBob;0639980002", ["06 39 98 00 01", "0639980002"]),
        ("06 39 98 00 01,Ana,67000\n0639980002,Bob,67100", ["06 39 98 00 01", "0639980002"]),
        ("Ana\t06 39 98 00 01", ["06 39 98 00 01"]),
        ('"Durand, Ana",0639980001\n"Martin, Bob",0639980002', ["0639980001", "0639980002"]),
        ("Ana,0639980001\nBob,O639980002\nCid,0639980003", ["0639980001", "O639980002", "0639980003"]),
        ("0639980001,0639980002\n0639980003,0639980004", [f"063998000{n}" for n in (1, 2, 3, 4)]),
        ("Ana,Bob\nCid,Zoé", ["Ana", "Bob", "Cid", "Zoé"]),
    ],
)
def test_what_is_pasted_falls_into_pieces(typed: str, pieces: list[str]) -> None:
    assert pasted.pieces(typed) == pieces


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("06 39 98 00 01\n+33 6 39 98 00 02", ["01", "02"]),
        ("ana durand", ["01"]),
        ("ZOE ELUARD, Ana Durand", ["04", "01"]),
        ("Quelqu'un <06 39 98 00 09>", ["09"]),
        ("Quelqu'un 06 39 98 00 09; Autre\u00a0Nom +33639980008", ["09", "08"]),
        ('"Durand, Luc" <0639980005>', ["05"]),
        ("36608", ["08"]),
    ],
)
def test_people_are_understood_by_number_and_by_name(
    bench: Bench, club: None, typed: str, ends: list[str]
) -> None:
    found = read(bench, typed)
    assert (numbers_of(found), found.wrong) == (ends, [])


def test_who_is_named_twice_comes_once_and_is_counted(bench: Bench, club: None) -> None:
    found = read(bench, "Ana Durand\n06 39 98 00 01\n+33639980001\n@Club, @club")
    assert (numbers_of(found), found.doubles, len(found.many)) == (["01"], 2, 1)


def test_a_contact_is_called_by_name_however_it_was_typed(bench: Bench, club: None) -> None:
    assert [person.name for person in read(bench, "0639980001, Moi <0639980004>").people] == [
        "Ana Durand",
        "Moi",
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "count"),
    [
        ("@Club", "group", 2),
        ("club", "group", 2),
        ("@les bobs", "segment", 2),
        ("#VIP", "tag", 1),
        ("vip", "tag", 1),
    ],
)
def test_lists_are_understood_and_counted(
    bench: Bench, club: None, typed: str, kind: str, count: int
) -> None:
    found = read(bench, typed)
    assert [(each.kind, each.count) for each in found.many] == [(kind, count)]
    assert len({contact.number for contact in recipients.members(found.many, bench.now)}) == count


@pytest.mark.parametrize(
    ("typed", "code", "namesakes"),
    [
        ("O639980001", "number_has_letter", 0),
        ("12", "bad_number", 0),
        ("Bob", "name_ambiguous", 2),
        ("Zoé", "nobody_called", 1),
        ("Personne", "nobody_called", 0),
        ("@Personne", "list_unknown", 0),
        ("#club", "list_unknown", 0),
        ("@", "list_unknown", 0),
    ],
)
def test_what_is_wrong_is_named_and_spoils_nothing(
    bench: Bench, club: None, typed: str, code: str, namesakes: int
) -> None:
    found = read(bench, f"06 39 98 00 01; {typed}")
    assert numbers_of(found) == ["01"]
    assert [(one.typed, one.code, len(one.namesakes)) for one in found.wrong] == [(typed, code, namesakes)]


def test_what_was_right_can_be_typed_again(bench: Bench, club: None) -> None:
    first = read(bench, "Ana Durand; club; vip; 06 39 98 00 05; +33639980008; Durand\u00a0Luc <0639980005>")
    again = read(bench, "\n".join(first.typed))
    assert (numbers_of(again), again.wrong) == (["01", "05", "08"], [])
    assert [each.typed for each in again.many] == ["@Club", "#vip"]


@pytest.mark.parametrize(
    ("sought", "people", "lists"),
    [
        ("du", ["Ana Durand", "Durand, Luc"], []),
        ("zoe", ["Zoé Éluard"], []),
        ("0639980004", ["Zoé Éluard"], []),
        ("bo", ["Bob", "bob"], [("segment", "Les Bobs")]),
        ("@", [], [("group", "Club"), ("segment", "Les Bobs")]),
        ("@cl", [], [("group", "Club")]),
        ("#v", [], [("tag", "vip")]),
        ("b", [], []),
    ],
)
def test_who_begins_to_type_is_offered_people_and_lists(
    bench: Bench, club: None, sought: str, people: list[str], lists: list[tuple[str, str]]
) -> None:
    found, listed = recipients.suggestions(sought)
    assert (sorted(contact.name for contact in found), listed) == (sorted(people), lists)
