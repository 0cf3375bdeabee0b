"""The address book: who is in it, who is found, and what stays when somebody leaves it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from gateway import audit
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.contacts import book
from gateway.contacts.book import Entry
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store.database import db
from gateway.store.models import Contact
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, ZOE = "+33612345678", "+33698765432"
BY = "page:ana"


def add(bench: Bench, number: str = ANNA, name: str = "Anna", **rest: Any) -> Contact:
    return book.add(number, Entry(name, **rest), BY, bench.now)


def found(sought: str = "") -> list[str]:
    return [contact.name for contact in book.page(sought).items]


def test_a_contact_is_kept_tidied(bench: Bench) -> None:
    add(bench, name="  Élodie   Martin ", timezone="Indian/Reunion", postcode=" 67 000", note=" early \n")
    kept = book.get(ANNA)
    assert (kept.name, kept.timezone, kept.postcode, kept.note) == (
        "Élodie Martin",
        "Indian/Reunion",
        "67000",
        "early",
    )
    assert (kept.created_at, kept.updated_at, kept.last_act_at) == (bench.now, bench.now, None)


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": " \t"}, "name", "name_missing"),
        ({"name": "a" * 81}, "name", "text_long"),
        ({"note": "a" * 2001}, "note", "text_long"),
        ({"postcode": "67000000000"}, "postcode", "postcode_bad"),
        ({"postcode": "67_000"}, "postcode", "postcode_bad"),
        ({"timezone": "Paris"}, "timezone", "timezone_unknown"),
        ({"timezone": "Europe"}, "timezone", "timezone_unknown"),
        ({"timezone": "../../etc/passwd"}, "timezone", "timezone_unknown"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    bench: Bench, wrong: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(bench, **wrong)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert book.find(ANNA) is None
    assert audit.recent() == []


@pytest.mark.parametrize(
    ("typed", "kept"), [("06 12 34 56 78", ANNA), ("0690 12 34 56", "+590690123456"), ("36111", "36111")]
)
def test_a_number_is_kept_as_it_is_called(typed: str, kept: str) -> None:
    assert book.parse(typed, "FR") == kept


@pytest.mark.parametrize(
    ("typed", "code"), [("O612345678", "number_has_letter"), ("", "number_missing"), ("12", "bad_number")]
)
def test_what_is_no_number_is_refused_at_its_field(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        book.parse(typed, "FR")
    assert (refused.value.code, refused.value.field) == (code, "number")


def test_a_number_is_in_the_book_once(bench: Bench) -> None:
    add(bench)
    with pytest.raises(Conflict) as refused:
        add(bench, name="Somebody else")
    assert (refused.value.code, refused.value.facts) == ("contact_known", {"name": "Anna"})
    assert found() == ["Anna"]


def test_who_did_what_is_kept_without_what_was_written(bench: Bench) -> None:
    add(bench)
    book.change(ANNA, Entry("Anna", note="prefers mornings"), "page:bob", bench.now)
    book.remove(ANNA, "page:bob", bench.now)
    rows = audit.recent(ANNA)
    assert [(row.written_by, row.action) for row in rows] == [
        ("page:bob", "contact_removed"),
        ("page:bob", "contact_changed"),
        (BY, "contact_added"),
    ]
    assert rows[1].facts == {"fields": ["note"]}
    assert {row.shown for row in rows} == {"+336…78"}


def test_the_same_again_changes_nothing(bench: Bench) -> None:
    entry = Entry("Anna", postcode="75011")
    _, added = book.put(ANNA, entry, BY, bench.now)
    _, again = book.put(ANNA, entry, BY, bench.now)
    assert (added, again) == (True, False)
    assert [row.action for row in audit.recent(ANNA)] == ["contact_added"]


def test_whoever_is_in_no_book_cannot_be_changed_or_removed(bench: Bench) -> None:
    for attempt in (
        lambda: book.change(ANNA, Entry("Anna"), BY, bench.now),
        lambda: book.remove(ANNA, BY, bench.now),
        lambda: book.get(ANNA),
    ):
        with pytest.raises(NotFound, match="contact_unknown"):
            attempt()


def test_removing_keeps_the_messages_the_consents_and_the_objection(bench: Bench) -> None:
    add(bench)
    agree(ANNA, bench.now)
    message = bench.submit("Bonjour")
    ledger.oppose(ANNA, "marketing", Act("phone", BY), bench.now)
    book.remove(ANNA, BY, bench.now)
    assert bench.state(message) == "queued"
    assert [act.event for act in ledger.history(ANNA)] == ["opposed", "given"]
    add(bench)
    assert standing.opposed_since(ANNA, "marketing") == bench.now
    refused = bench.submit("Promo", category="marketing")
    assert (refused.state, refused.reason) == ("rejected", "opposed_marketing")


# ---- finding --------------------------------------------------------------------------------


@pytest.fixture
def three(bench: Bench) -> None:
    add(bench, ANNA, "Élodie Martin")
    add(bench, ZOE, "Zoé d’Arc_50%")
    add(bench, "+590690123456", "boulangerie Éclair")


def test_accents_and_capitals_do_not_count_in_the_order(three: None) -> None:
    assert found() == ["boulangerie Éclair", "Élodie Martin", "Zoé d’Arc_50%"]


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ("elodie", ["Élodie Martin"]),
        ("MARTIN él", ["Élodie Martin"]),
        ("É", ["boulangerie Éclair", "Élodie Martin", "Zoé d’Arc_50%"]),
        ("0612", ["Élodie Martin"]),
        ("06 12 34", ["Élodie Martin"]),
        ("+33 6 98", ["Zoé d’Arc_50%"]),
        ("0033698", ["Zoé d’Arc_50%"]),
        ("5678", ["Élodie Martin"]),
        ("0690", ["boulangerie Éclair"]),
        ("50%", ["Zoé d’Arc_50%"]),
        ("50", ["Zoé d’Arc_50%"]),
        ("%", ["Zoé d’Arc_50%"]),
        ("_", ["Zoé d’Arc_50%"]),
        ("' OR 1=1", []),
        ("nobody", []),
        ("   ", ["boulangerie Éclair", "Élodie Martin", "Zoé d’Arc_50%"]),
    ],
)
def test_a_piece_of_a_name_or_of_a_number_finds(three: None, sought: str, names: list[str]) -> None:
    assert found(sought) == names


def test_every_page_goes_on_where_the_one_before_ended(bench: Bench) -> None:
    for index in range(23):
        add(bench, f"+336123456{index:02}", f"É {index % 5}")  # the same names, again and again
    pages, cursor = [], None
    while True:
        page = book.page("e", cursor, 5)
        pages.append([contact.number for contact in page.items])
        cursor = page.next
        if cursor is None:
            break
        book.find(pages[-1][-1]).delete_instance()  # type: ignore[union-attr]  # gone while one reads
    numbers = [number for page in pages for number in page]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert len(set(numbers)) == 23


@pytest.mark.parametrize("cursor", ["x", "é", "////", "eCB5", "=" * 9])
def test_a_cursor_from_elsewhere_is_refused(bench: Bench, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor_unknown"):
        book.page("", cursor)


def test_a_cursor_beyond_every_row_is_an_empty_page(three: None) -> None:
    beyond = base64.urlsafe_b64encode(f"{10**30} zzz".encode()).decode()
    assert book.page("", beyond).items == []


def test_the_names_of_a_page_are_one_question(three: None) -> None:
    asked: list[str] = []
    db.connection().set_trace_callback(asked.append)
    assert book.names([ANNA, ZOE, ANNA, "Orange"]) == {ANNA: "Élodie Martin", ZOE: "Zoé d’Arc_50%"}
    assert len(asked) == 1
    assert book.names([]) == {}
    assert len(asked) == 1


def test_the_list_is_read_along_its_index(bench: Bench) -> None:
    sql, values = Contact.select().order_by(Contact.folded, Contact.id).limit(51).sql()
    plan = " ".join(str(row[-1]) for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values))
    assert "contacts_name" in plan
    assert "TEMP B-TREE" not in plan
