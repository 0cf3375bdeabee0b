"""What somebody records for a person: each act, what it needs, and what all of them amount to."""

from __future__ import annotations

import itertools
import json
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

from gateway import audit
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.contacts import book, consents
from gateway.contacts.book import Entry
from gateway.contacts.consents import Recorded
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.policy import consent as rule
from gateway.policy.consent import Ground
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33612345678"
BY = "page:ana"
WORDS = "[x] Send me the offers of the shop by SMS."
GIVEN = Recorded("given", "form", "sheet 14", WORDS, "opt_in", "offers")
NO = Recorded("opposed", "phone", wording="no more, please")
BACK = Recorded("resumed", "counter", "sheet 15", "asked for it at the counter")


def record(bench: Bench, *acts: Recorded) -> list[bool]:
    """Record these, a minute apart."""
    written = []
    for act in acts:
        bench.clock.move(timedelta(minutes=1))
        written.append(consents.record(ANNA, act, BY, bench.now))
    return written


def answer(bench: Bench, *acts: Recorded) -> str:
    record(bench, *acts)
    return consents.answer(ANNA).code


ANSWERS = [
    ((), "never"),
    ((GIVEN,), "agreed"),
    ((GIVEN, Recorded("withdrawn", "phone")), "withdrawn"),
    ((GIVEN, Recorded("withdrawn", "phone"), GIVEN), "agreed"),
    ((NO,), "opposed"),
    ((GIVEN, NO), "opposed"),
    ((GIVEN, NO, BACK), "agreed"),
    ((NO, BACK), "never"),
    ((NO, Recorded("given", "form", "sheet 16", WORDS, "opt_in", newer=True)), "agreed"),
    ((GIVEN, Recorded("opposed", "phone", category="notification")), "agreed"),
    ((Recorded("given", "counter", ground="customer"),), "agreed"),
    ((Recorded("given", "counter", ground="b2b"),), "agreed"),
]


@pytest.mark.parametrize(("acts", "code"), ANSWERS)
def test_the_acts_amount_to_an_answer(bench: Bench, acts: tuple[Recorded, ...], code: str) -> None:
    assert answer(bench, *acts) == code


def test_an_answer_names_the_act_that_decides(bench: Bench) -> None:
    record(bench, GIVEN)
    given = consents.answer(ANNA)
    assert given.act is not None
    assert (given.act.ground, given.act.wording, given.since) == ("opt_in", WORDS, bench.now)
    record(bench, Recorded("opposed", "sms", category="notification"), NO)
    refused = consents.answer(ANNA)
    assert refused.act is not None
    assert (refused.act.wording, refused.since) == ("no more, please", bench.now)


def test_whoever_was_asked_has_not_agreed(bench: Bench) -> None:
    ledger.ask(ANNA, Act("sms", BY, wording="May we?"), bench.now)
    assert consents.answer(ANNA).code == "asked"


def test_an_objection_outlives_every_other_trace_of_a_person(bench: Bench) -> None:
    record(bench, NO)
    database.db.execute_sql("DELETE FROM consents")
    left = consents.answer(ANNA)
    assert (left.code, left.act, left.since) == ("opposed", None, bench.now)


REFUSED = [
    ((), Recorded("given", "form", ground="opt_in"), "wording_missing", "wording"),
    ((), Recorded("given", "form", wording=WORDS), "ground_unknown", "ground"),
    ((), Recorded("given", "form", ground="because"), "ground_unknown", "ground"),
    ((), Recorded("given", "pigeon", ground="customer"), "channel_unknown", "channel"),
    ((), Recorded("given", "form", ground="customer", category="marketing"), "not_of_this_act", "category"),
    ((), Recorded("given", "form", "a" * 2001, ground="customer"), "text_long", "proof"),
    ((), Recorded("asked", "sms"), "act_unknown", "event"),
    ((), Recorded("withdrawn", "phone", ground="opt_in"), "not_of_this_act", "ground"),
    ((), Recorded("opposed", "phone", newer=True), "not_of_this_act", "newer"),
    ((), Recorded("opposed", "phone", category="otp"), "category_unknown", "category"),
    ((), BACK, "not_opposed", None),
    ((NO,), Recorded("resumed", "counter", "sheet 15"), "reason_missing", "wording"),
    ((NO,), Recorded("resumed", "counter", wording="asked"), "proof_missing", "proof"),
    ((NO,), Recorded("resumed", "counter", " ", "asked"), "proof_missing", "proof"),
    ((NO,), Recorded("resumed", "counter", "x", "asked", category="notification"), "not_opposed", None),
    ((NO,), GIVEN, "opposed_marketing", None),
    ((NO,), Recorded("given", "form", "", WORDS, "opt_in", newer=True), "proof_missing", "proof"),
]


@pytest.mark.parametrize(("before", "wrong", "code", "field"), REFUSED)
def test_an_act_that_lacks_what_it_needs_changes_nothing(
    bench: Bench, before: tuple[Recorded, ...], wrong: Recorded, code: str, field: str | None
) -> None:
    record(bench, *before)
    acts, noted, opposed = len(ledger.history(ANNA)), len(audit.recent()), consents.opposed(ANNA)
    with pytest.raises((Invalid, Conflict)) as refused:
        record(bench, wrong)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (len(ledger.history(ANNA)), len(audit.recent()), consents.opposed(ANNA)) == (acts, noted, opposed)


def test_every_act_is_in_the_audit_log_and_a_second_no_is_not(bench: Bench) -> None:
    assert record(bench, GIVEN, NO, NO, BACK, Recorded("withdrawn", "phone")) == [
        True,
        True,
        False,
        True,
        True,
    ]
    noted = [(row.action, row.facts, row.written_by) for row in reversed(audit.recent(ANNA))]
    assert noted == [
        ("consent_given", {}, BY),
        ("opposed", {"category": "marketing"}, BY),
        ("objection_ended", {"category": "marketing"}, BY),
        ("consent_withdrawn", {}, BY),
    ]


def test_the_words_of_last_time_are_those_that_a_person_recorded(bench: Bench) -> None:
    assert consents.last_given() is None
    record(bench, GIVEN)
    ledger.give("+33698765432", Ground.OPT_IN, Act("sms", "sms", wording="JOIN"), bench.now)
    last = consents.last_given()
    assert last is not None
    assert (last.wording, last.ground, last.channel) == (WORDS, "opt_in", "form")


def test_whatever_happens_the_answer_is_what_the_gate_will_say(bench: Bench) -> None:
    """A storm of acts in any order."""
    dice = random.Random(20261103)
    newer = Recorded("given", "form", "sheet 16", WORDS, "opt_in", newer=True)
    notice = Recorded("opposed", "phone", category="notification")
    acts = [GIVEN, newer, NO, notice, BACK, Recorded("withdrawn", "phone")]
    for step in itertools.count():
        try:
            record(bench, dice.choice(acts))
        except GatewayError:
            pass
        if step % 7 == 0:
            ledger.ask(ANNA, Act("sms", BY), bench.now)
        assert consents.answer(ANNA).may == allowed(bench.now), step
        if step == 150:
            break


def allowed(now: datetime) -> bool:
    """What the two rules about consent answer."""
    opposed = rule.opposed("marketing", standing.opposed_since(ANNA, "marketing"))
    return all(verdict.answer == "allow" for verdict in (opposed, rule.judge("marketing", standing.of(ANNA))))


# ---- at the terminal -------------------------------------------------------------------------


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words, **more: run("consent", *words, **more)


GIVE = ("give", "06 12 34 56 78", "--ground", "opt_in", "--channel", "form", "--wording", WORDS)


def shown(said: Result) -> Any:
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def test_what_stands_is_told_in_a_sentence_and_then_each_act(bench: Bench, run: Run) -> None:
    book.add(ANNA, Entry("Anna"), BY, bench.now)
    assert run("show", ANNA).stdout.splitlines() == [
        f"{ANNA}  Anna",
        "No marketing: never agreed.",
        "Nothing is recorded of this person.",
    ]
    assert "May get marketing. Agreed beforehand (opt-in), on a form, " in run(*GIVE).stdout
    table = run("show", ANNA, language="fr").stdout
    assert "Peut recevoir de la publicité." in table
    assert "A donné son accord" in table.splitlines()[-1]
    assert WORDS in table.splitlines()[-1]


def test_each_act_is_recorded_and_told_to_programs(run: Run) -> None:
    given = shown(run(*GIVE, "--purpose", "offers", "--json"))
    assert (given["number"], given["marketing"], given["answer"]) == (ANNA, True, "agreed")
    assert given["history"][0]["by"].startswith("cli:")
    refused = shown(run("oppose", ANNA, "--channel", "phone", "--json"))
    assert (refused["marketing"], refused["opposed"]) == (False, ["marketing"])
    back = ("resume", ANNA, "--channel", "counter", "--reason", "asked for it", "--proof", "sheet 15")
    assert shown(run(*back, "--json"))["answer"] == "agreed"
    gone = shown(run("withdraw", ANNA, "--channel", "phone", "--json"))
    assert [act["event"] for act in gone["history"]] == ["withdrawn", "resumed", "opposed", "given"]
    assert shown(run("show", ANNA, "--json")) == gone


def test_a_second_no_is_said_to_stand_already(run: Run) -> None:
    no = ("oppose", ANNA, "--category", "notification", "--channel", "phone")
    assert run(*no).stderr == ""
    again = run(*no)
    assert (again.exit_code, again.stderr) == (0, "It stood already; nothing was written.\n")
    assert "No notifications either" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "O612345678"), "letter O"),
        (GIVE[:-2], "exact words"),
        (("resume", ANNA, "--channel", "counter"), "what the person asked for"),
        (("resume", ANNA, "--channel", "counter", "--reason", "x", "--proof", "y"), "no objection"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_one_line(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    said = run(*arguments)
    assert (said.exit_code, said.stdout) == (1, "")
    assert words in said.stderr
    assert said.stderr.count("\n") == 1
