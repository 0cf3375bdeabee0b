"""People found by rules: each question against people who fit and people who nearly do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from campaign_history import Planted
from gateway import audit
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book, conditions, fields, groups, particulars, segments, tags
from gateway.contacts.book import Entry
from gateway.contacts.segments import Rule, Rules
from gateway.errors import Conflict, Invalid, NotFound
from gateway.policy.consent import Ground
from gateway.store.models import Contact, Inbound, Message, Survey
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN, CLEO, DORA = "+33612345678", "+33698765432", "+33611111111", "+33622222222"
BY = "page:ana"
DAY = timedelta(days=1)


def add(bench: Bench, number: str, name: str, **rest: str) -> Contact:
    return book.add(number, Entry(name, **rest), BY, bench.now)


def found(bench: Bench, *pairs: tuple[str, str], some: bool = False) -> list[str]:
    rules = segments.typed(pairs, some)
    names = [contact.name for contact in segments.numbers(rules, bench.now)]
    assert segments.count(rules, bench.now).found == len(names)
    return names


@pytest.fixture
def town(bench: Bench) -> Bench:
    """Anna and Ben of Strasbourg, Cleo of Paris, Dora of nowhere; Anna is a regular with a tag."""
    for number, name, postcode in (
        (ANNA, "Anna", "67000"),
        (BEN, "Ben", "67100"),
        (CLEO, "Cléo", "75011"),
        (DORA, "Dora", ""),
    ):
        add(bench, number, name, postcode=postcode)
    size = fields.add("Pointure", "number", BY, bench.now)
    place = fields.add("Ville", "text", BY, bench.now)
    born = fields.add("Naissance", "date", BY, bench.now)
    regulars = groups.add("Habitués", BY, bench.now)
    values = {size.id: "38,5", place.id: "Strasbourg", born.id: "31/12/1990"}
    particulars.keep(ANNA, BY, bench.now, values, ["VIP", "été"], [regulars.id])
    particulars.keep(BEN, BY, bench.now, {size.id: "42", place.id: "STRASBOURG"}, ["vips"])
    return bench


def field(name: str, of: str) -> str:
    known = fields.called(name)
    assert known
    return f"field_{known.id}_{of}"


@pytest.mark.parametrize(
    ("test", "value", "names"),
    [
        ("tag_has", "vip", ["Anna"]),
        ("tag_has", "ÉTÉ", []),  # capitals of accented letters are letters of their own to SQLite
        ("tag_has", "été", ["Anna"]),
        ("tag_lacks", "VIP", ["Ben", "Cléo", "Dora"]),
        ("group_in", "habitués", ["Anna"]),
        ("group_out", "Habitués", ["Ben", "Cléo", "Dora"]),
        ("name_has", "cleo", ["Cléo"]),
        ("postcode_begins", "67", ["Anna", "Ben"]),
        ("postcode_begins", "670, 75;", ["Anna", "Cléo"]),
        ("Pointure_least", "40", ["Ben"]),
        ("Pointure_most", "40", ["Anna"]),
        ("Pointure_is", "38.50", ["Anna"]),
        ("Pointure_filled", "", ["Anna", "Ben"]),
        ("Pointure_empty", "", ["Cléo", "Dora"]),
        ("Ville_is", "strasbourg", ["Anna", "Ben"]),
        ("Ville_begins", "stras", ["Anna", "Ben"]),
        ("Ville_has", "bourg", ["Anna", "Ben"]),
        ("Naissance_since", "31/12/1990", ["Anna"]),
        ("Naissance_until", "1990-12-30", []),
    ],
)
def test_a_rule_finds_who_fits_it_and_nobody_else(
    town: Bench, test: str, value: str, names: list[str]
) -> None:
    name, _, of = test.partition("_")
    code = field(name, of) if name[0].isupper() else test
    assert found(town, (code, value)) == names


def test_all_rules_or_one_of_them(town: Bench) -> None:
    pairs = [("postcode_begins", "67"), ("tag_lacks", "vip")]
    assert found(town, *pairs) == ["Ben"]
    assert found(town, *pairs, some=True) == ["Anna", "Ben", "Cléo", "Dora"]


def test_the_time_since_something_happened(bench: Bench) -> None:
    add(bench, ANNA, "Anna")
    bench.clock.move(10 * DAY)
    add(bench, BEN, "Ben")
    for state, number in (("delivered", ANNA), ("canceled", BEN)):
        message = bench.submit(to=number)
        Message.update(state=state).where(Message.id == message.id).execute()
    row = {"uid": "x", "sender": ANNA, "text": "Oui", "complete": True, "modem": "sim1", "sim": "1"}
    Inbound.create(received_at=bench.now, **row)
    agree(BEN, bench.now)
    bench.clock.move(5 * DAY)
    assert found(bench, ("added_within", "5")) == ["Ben"]
    assert found(bench, ("added_before", "5")) == ["Anna"]
    assert found(bench, ("sent_within", "5")) == ["Anna"]
    assert found(bench, ("sent_within", "4")) == []
    assert found(bench, ("sent_before", "4")) == ["Anna", "Ben"]
    assert found(bench, ("sent_never", "")) == ["Ben"]
    assert found(bench, ("answered_within", "5")) == ["Anna"]
    assert found(bench, ("answered_before", "4")) == ["Anna", "Ben"]
    assert found(bench, ("answered_never", "")) == ["Ben"]
    assert found(bench, ("act_within", "5")) == ["Ben"]
    assert found(bench, ("act_before", "4")) == ["Anna", "Ben"]


def test_who_may_get_marketing_is_what_the_gate_says(bench: Bench) -> None:
    for number, name in ((ANNA, "agreed"), (BEN, "opposed"), (CLEO, "withdrawn"), (DORA, "asked")):
        add(bench, number, name)
    add(bench, "+33633333333", "never")
    act = Act("form", BY, wording="[x] yes")
    for number in (ANNA, BEN, CLEO):
        ledger.give(number, Ground.OPT_IN, act, bench.now)
    ledger.withdraw(CLEO, act, bench.now)
    ledger.ask(DORA, act, bench.now)
    ledger.oppose(BEN, "marketing", act, bench.now)
    for code in ("agreed", "opposed", "withdrawn", "asked", "never"):
        assert found(bench, (f"consent_{code}", "")) == [code]
    ledger.resume(BEN, "marketing", Act("sms", "sms"), bench.now)
    assert found(bench, ("consent_agreed", "")) == ["agreed", "opposed"]


def test_who_said_no_and_was_erased_meanwhile_is_still_known_to_have_said_no(bench: Bench) -> None:
    ledger.oppose(ANNA, "marketing", Act("sms", "sms"), bench.now)
    ledger.Consent.delete().execute()
    add(bench, ANNA, "Anna")
    assert found(bench, ("consent_opposed", "")) == ["Anna"]
    assert found(bench, ("consent_never", "")) == []


@pytest.mark.parametrize(
    ("pairs", "place", "code"),
    [
        ([], "rule-0", "rules_missing"),
        ([("", "x")], "rule-0", "rules_missing"),
        ([("", ""), ("tag_has", " ")], "rule-1", "value_missing"),
        ([("nobody_knows", "x")], "rule-0", "test_unknown"),
        ([("field_99_is", "x")], "rule-0", "test_unknown"),
        ([("group_in", "Nobody's")], "rule-0", "group_unknown"),
        ([("sent_within", "soon")], "rule-0", "out_of_range"),
        ([("sent_within", "0")], "rule-0", "out_of_range"),
        ([("tag_has", "x" * 41)], "rule-0", "text_long"),
        ([("name_has", "x" * 201)], "rule-0", "text_long"),
        ([("tag_has", "x")] * 21, "rule-20", "too_many_rules"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_line(
    bench: Bench, pairs: list[tuple[str, str]], place: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        segments.typed(pairs)
    assert (refused.value.field, refused.value.code) == (place, code)


def test_a_value_is_never_sql(town: Bench) -> None:
    for test in ("tag_has", "name_has", "postcode_begins", field("Ville", "is"), field("Ville", "has")):
        for evil in ("' OR 1=1 --", '") OR 1=1 --', "%", "_", "x'; DROP TABLE contacts; --"):
            assert found(town, (test, evil)) == []
    assert Contact.select().count() == 4


def test_a_count_goes_on_where_it_stopped(bench: Bench) -> None:
    for index in range(7):
        add(bench, f"+3363998000{index}", f"P{index}")
    rules = segments.typed([("tag_lacks", "vip")])
    first = segments.count(rules, bench.now, looked_at=3)
    assert (first.found, first.next) == (3, 3)
    rest = segments.count(rules, bench.now, after=3, looked_at=4)
    assert (rest.found, rest.next) == (4, None)


def test_a_long_list_is_read_in_batches_and_nobody_comes_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BATCH", 3)
    for index in range(7):
        add(bench, f"+3363998000{index}", f"P{index}")
    reading = segments.numbers(segments.typed([("tag_lacks", "vip")]), bench.now)
    names = [next(reading).name]
    book.remove("+33639980005", BY, bench.now)  # who leaves meanwhile is not written to
    names += [contact.name for contact in reading]
    assert names == ["P0", "P1", "P2", "P3", "P4", "P6"]


# ---- kept by name ----------------------------------------------------------------------------


def test_a_segment_is_kept_and_finds_who_fits_later(bench: Bench) -> None:
    rules = segments.typed([("tag_has", "vip"), ("postcode_begins", "67")], some=True)
    kept = segments.save("  Mes   amis ", rules, BY, bench.now)
    assert (kept.name, segments.stored(segments.get(kept.id).rules)) == ("Mes amis", rules)
    add(bench, ANNA, "Anna", postcode="67000")
    assert [one.name for one in segments.numbers(segments.stored(kept.rules), bench.now)] == ["Anna"]
    assert [row.action for row in audit.recent()][-1] == "segment_saved"


def test_names_are_taken_once_whatever_their_capitals(bench: Bench) -> None:
    rules = Rules((Rule("sent_never"),))
    kept = segments.save("Amis", rules, BY, bench.now)
    with pytest.raises(Conflict, match="name_taken"):
        segments.save("AMIS", rules, BY, bench.now)
    assert segments.save("AMIS", rules, BY, bench.now, kept.id).name == "AMIS"
    with pytest.raises(Invalid, match="name_missing"):
        segments.save(" ", rules, BY, bench.now)


def test_what_a_segment_asks_for_cannot_be_taken_away_under_it(town: Bench) -> None:
    size, group = fields.called("Pointure"), groups.called("Habitués")
    assert size
    assert group
    pairs = [(field("Pointure", "least"), "40"), ("group_in", "Habitués")]
    kept = segments.save("Grands pieds", segments.typed(pairs), BY, town.now)
    with pytest.raises(Conflict, match="used_by_segment"):
        fields.remove(size.id, BY, town.now)
    with pytest.raises(Conflict, match="used_by_segment"):
        groups.remove(group.id, BY, town.now)
    segments.remove(kept.id, BY, town.now)
    fields.remove(size.id, BY, town.now)
    groups.remove(group.id, BY, town.now)
    assert particulars.of([book.get(ANNA)])[book.get(ANNA).id].groups == []
    with pytest.raises(NotFound, match="segment_unknown"):
        segments.get(kept.id)


def test_a_rule_whose_field_is_gone_finds_nobody(bench: Bench) -> None:
    add(bench, ANNA, "Anna")
    rules = Rules((Rule("field_7_empty"),))
    assert list(segments.numbers(rules, bench.now)) == []


def test_every_test_can_be_asked(bench: Bench) -> None:
    """None is forgotten when a table changes."""
    add(bench, ANNA, "Anna")
    groups.add("G", BY, bench.now)
    Planted(bench.now, "C")
    Survey.create(uid="s", name="S", state="done", written_by=BY, created_at=bench.now)
    values = {"tag": "x", "group": "G", "text": "x", "": "", "campaign": "C", "followed": "C", "survey": "S"}
    values |= dict.fromkeys(("days", "times", "money"), "3")
    for code, test in conditions.TESTS.items():
        found(bench, (code, values[test.takes]))
    assert tags.everything() == []
