"""Rules that ask what people did: each against a slow reckoning over a planted book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from campaign_history import Planted
from gateway.contacts import condition_values, conditions, fields, segments
from gateway.contacts.segments import Rule, Rules
from gateway.errors import Invalid
from gateway.privacy import erase
from gateway.store import database
from gateway.store.models import Campaign, Contact, Survey
from planted_deeds import BY, DAY, LEFT, Book, Person

if TYPE_CHECKING:
    from conftest import Bench

STOOD = ("planned", "confirmed")


def found(book: Book, code: str, value: str) -> list[str]:
    rules = Rules((Rule(code, value),))
    names = [contact.name for contact in segments.numbers(rules, book.now)]
    assert segments.count(rules, book.now).found == len(names)
    return names


def next_states(book: Book, person: Person) -> set[str]:
    """Of those that begin together, first of all that stand and are to come."""
    coming = [one for one in person.appointments if one[0] > book.now and one[1] in STOOD]
    first = min((at for at, _ in coming), default=None)
    return {state for at, state in coming if at == first}


Reckons = Callable[[Book, Person, int], bool]


def _since(book: Book, days: int) -> datetime:
    return book.now - days * DAY


def _counts(person: Person) -> dict[str, str | None]:
    return {kind: value for kind, (value, state, _) in person.answers.items() if state == "counted"}


def _recently(book: Book, person: Person, days: int, *states: str) -> bool:
    return any(_since(book, days) <= at <= book.now and state in states for at, state in person.appointments)


# The code, the values that it is asked with, and who should be found.  A campaign is its place, as asked.
RECKONED: Mapping[str, tuple[tuple[int, ...], Reckons]] = {
    "bought_ever": ((0,), lambda book, one, n: bool(one.purchases)),
    "bought_never": ((0,), lambda book, one, n: not one.purchases),
    "bought_within": (
        (1, 3),
        lambda book, one, n: any(at >= _since(book, n) for _, at, _, _ in one.purchases),
    ),
    "bought_before": (
        (1, 3),
        lambda book, one, n: not any(at >= _since(book, n) for _, at, _, _ in one.purchases),
    ),
    "bought_times_least": ((1, 3), lambda book, one, n: len(one.purchases) >= n),
    "bought_times_most": ((1, 3), lambda book, one, n: len(one.purchases) <= n),
    "bought_sum_least": (
        (50, 100),
        lambda book, one, n: sum(cents for *_, cents, _ in one.purchases) >= 100 * n,
    ),
    "bought_sum_most": (
        (50, 100),
        lambda book, one, n: sum(cents for *_, cents, _ in one.purchases) <= 100 * n,
    ),
    "clicked_within": ((1, 3), lambda book, one, n: any(at >= _since(book, n) for at in one.clicks.values())),
    "clicked_before": (
        (1, 3),
        lambda book, one, n: not any(at >= _since(book, n) for at in one.clicks.values()),
    ),
    "clicked_never": ((0,), lambda book, one, n: not one.clicks),
    "campaign_got": ((1, 2), lambda book, one, n: one.got.get(n - 1) in LEFT),
    "campaign_not": ((1, 2), lambda book, one, n: one.got.get(n - 1) not in LEFT),
    "campaign_clicked": ((1, 2), lambda book, one, n: n - 1 in one.clicks),
    "campaign_unclicked": (
        (1, 2),
        lambda book, one, n: one.got.get(n - 1) in LEFT and n - 1 not in one.clicks,
    ),
    "campaign_coded": (
        (1, 2),
        lambda book, one, n: any(place == n - 1 and code for place, _, _, code in one.purchases),
    ),
    "campaign_uncoded": (
        (1, 2),
        lambda book, one, n: (
            one.got.get(n - 1) in LEFT
            and not any(place == n - 1 and code for place, _, _, code in one.purchases)
        ),
    ),
    "survey_answered": ((1,), lambda book, one, n: bool(_counts(one))),
    "survey_unanswered": ((1,), lambda book, one, n: one.asked and not _counts(one)),
    "question_1_said_yes": ((0,), lambda book, one, n: _counts(one).get("yes_no") == "yes"),
    "question_1_said_no": ((0,), lambda book, one, n: _counts(one).get("yes_no") == "no"),
    "question_2_said_2": ((0,), lambda book, one, n: _counts(one).get("choice") == "2"),
    "question_3_least": ((0, 9), lambda book, one, n: int(_counts(one).get("score") or -1) >= n),
    "question_3_most": ((2, 10), lambda book, one, n: 0 <= int(_counts(one).get("score") or -1) <= n),
    "appointment_ahead": (
        (1, 2),
        lambda book, one, n: any(
            book.now < at <= book.now + n * DAY and state in STOOD for at, state in one.appointments
        ),
    ),
    "appointment_none": ((0,), lambda book, one, n: not next_states(book, one)),
    "appointment_within": ((1, 2), lambda book, one, n: _recently(book, one, n, *STOOD)),
    "appointment_before": ((1, 2), lambda book, one, n: not _recently(book, one, n, *STOOD)),
    "appointment_confirmed": ((0,), lambda book, one, n: "confirmed" in next_states(book, one)),
    "appointment_unconfirmed": ((0,), lambda book, one, n: "planned" in next_states(book, one)),
    "appointment_given_up": ((1, 2), lambda book, one, n: _recently(book, one, n, "declined", "canceled")),
}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_question_finds_whom_a_slow_reckoning_finds(bench: Bench, seed: int) -> None:
    book = Book(bench.now, seed, 60)
    parted = set()
    for code, (values, reckons) in RECKONED.items():
        for value in values:
            expected = [one.name for one in book.people if reckons(book, one, value)]
            assert found(book, code, str(value)) == expected, (code, value)
            parted |= {code} if 0 < len(expected) < len(book.people) else set()
    assert parted == RECKONED.keys()  # a question that finds all or nobody proves nothing


def test_none_of_the_new_questions_is_forgotten_here() -> None:
    begins = ("bought_", "clicked_", "campaign_", "survey_", "appointment_")
    assert {code for code in conditions.TESTS if code.startswith(begins)} <= RECKONED.keys()


def test_words_of_a_free_answer(bench: Bench) -> None:
    book = Book(bench.now, 3, 30)
    wrote = [one.name for one in book.people if "open" in _counts(one)]
    assert found(book, "question_4_has", "très") == wrote != []
    assert found(book, "question_4_has", "%") == []


def test_what_a_survey_does_not_ask_is_no_question(bench: Bench) -> None:
    Book(bench.now, 3, 1)
    for code in (
        "question_1_least",
        "question_2_said_3",
        "question_3_said_3",
        "question_4_said_yes",
        "question_9_has",
    ):
        assert conditions.known(code) is None


def test_asking_about_somebody_costs_the_same_however_many_the_others_are(bench: Bench) -> None:
    """What no index answers grows with the book."""
    book = Book(bench.now, 4, 300)
    field_of = f"field_{fields.add('Naissance', 'date', BY, bench.now).id}_"
    every = dict.fromkeys(conditions.TESTS, 1) | RECKONED | dict.fromkeys(("question_4_has",), 1)
    every |= {f"{field_of}{of}": 1 for of in conditions.OF_KIND["date"]}
    dear = {code for code in every if _steps(code, book) > 150}
    assert dear == set()


def _steps(code: str, book: Book) -> int:
    """What SQLite's machine does to answer for one contact."""
    counted = 0

    def step() -> int:
        nonlocal counted
        counted += 1
        return 0

    value = "2026-01-01" if code.endswith(("_is", "_since", "_until")) else "1"
    asked = segments.condition(Rules((Rule(code, value),)), book.now)
    rows = Contact.select(Contact.id).where(Contact.id == 75, asked)
    machine = database.db.connection()
    machine.set_progress_handler(step, 1)
    list(rows)
    machine.set_progress_handler(None, 1)
    return counted


# ---- what is typed --------------------------------------------------------------------------------


def test_names_are_kept_by_their_ids_and_money_as_it_is_written(bench: Bench) -> None:
    Book(bench.now, 5, 1)
    Campaign.update(name="Été 2027").where(Campaign.id == 1).execute()
    pairs = [("campaign_got", " Été  2027 "), ("survey_answered", "avis"), ("bought_sum_least", "49,9")]
    assert [rule.value for rule in segments.typed(pairs).rules] == ["1", "1", "49.90"]
    assert condition_values.named("campaign", "1") == "Été 2027"
    assert condition_values.named("survey", "1") == "Avis"
    assert condition_values.named("campaign", "9") == "?"


@pytest.mark.parametrize(
    ("test", "value", "code"),
    [
        ("campaign_got", "Nobody's", "campaign_unknown"),
        ("campaign_got", "Brouillon", "campaign_not_begun"),
        ("campaign_clicked", "Sans lien", "campaign_not_followed"),
        ("survey_answered", "Nobody's", "survey_unknown"),
        ("survey_answered", "À venir", "survey_not_begun"),
        ("bought_sum_least", "-1", "out_of_range"),
        ("bought_sum_least", "1000000.01", "out_of_range"),
        ("bought_sum_least", "9" * 200, "out_of_range"),
        ("bought_sum_least", "much", "not_a_number"),
        ("bought_times_least", "0", "out_of_range"),
        ("question_3_least", "11", "out_of_range"),
        ("question_5_said_yes", "", "test_unknown"),
    ],
)
def test_what_cannot_be_asked_of_deeds_is_refused(bench: Bench, test: str, value: str, code: str) -> None:
    Book(bench.now, 6, 1)
    Planted(bench.now, "Sans lien", follow_links=False)
    draft = Planted(bench.now, "Brouillon").campaign
    Campaign.update(state="draft").where(Campaign.id == draft.id).execute()
    Survey.create(uid="t", name="À venir", state="draft", written_by=BY, created_at=bench.now)
    with pytest.raises(Invalid) as refused:
        segments.typed([(test, value)])
    assert (refused.value.code, refused.value.field) == (code, "rule-0")


def test_whoever_is_erased_is_found_by_nothing_they_did(bench: Bench) -> None:
    book = Book(bench.now, 7, 12)
    gone = next(one for one in book.people if one.purchases and one.clicks and one.appointments)
    number = Contact.get(Contact.name == gone.name).number
    for _ in erase.steps(number, "FR", BY, bench.now):
        pass
    Contact.create(number=number, name="Back", created_at=bench.now, updated_at=bench.now)
    for code in ("bought_ever", "clicked_within", "campaign_got", "survey_answered", "appointment_ahead"):
        assert "Back" not in found(book, code, "1")
    assert "Back" in found(book, "bought_never", "")
