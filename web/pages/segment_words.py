"""What a segment asks, in words: the tests to choose from, and the rules of one as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from gateway.contacts import condition_values, conditions, fields
from gateway.contacts.segments import Rule, Rules
from gateway.store.models import SurveyQuestion
from web.language import say
from web.pages.till import money

GAP = "…"
LONGEST = 60  # of a question in a rule


@dataclass(frozen=True, slots=True)
class Offered:
    """A test as one chooses it: its code, its words with a gap, what it takes."""

    code: str
    words: str
    takes: str


def offered(used: Sequence[str] = ()) -> list[tuple[str, list[Offered]]]:
    """All tests, under a heading each; of surveys, the newest, and those of the tests in use."""
    found = [(heading, list(_tests(codes))) for heading, codes in _headings()]
    own = [(field.name, list(_of_field(field.id, field.name, field.kind))) for field in fields.everything()]
    asked = conditions.questions(used)
    return found + own + [(survey, list(_of_answers(questions))) for survey, questions in asked.items()]


def sentences(rules: Rules) -> list[str]:
    """Each rule as one reads it."""
    return [_sentence(rule) for rule in rules.rules]


def typed_value(rule: Rule) -> str:
    """The value as somebody types it: a group, a campaign or a survey by its name."""
    test = conditions.known(rule.test)
    return condition_values.named(test.takes, rule.value) if test else rule.value


def _headings() -> list[tuple[str, tuple[str, ...]]]:
    return [
        (_("Tags and groups"), ("tag_has", "tag_lacks", "group_in", "group_out")),
        (_("Offers"), _beginning("consent_")),
        (_("Messages"), _beginning("sent_", "answered_")),
        (_("Purchases"), _beginning("bought_")),
        (_("Campaigns and links"), _beginning("campaign_", "clicked_")),
        (_("Appointments"), _beginning("appointment_")),
        (_("Surveys"), _beginning("survey_")),
        (
            _("The person"),
            ("postcode_begins", "name_has", "act_within", "act_before", "added_within", "added_before"),
        ),
    ]


def _beginning(*begins: str) -> tuple[str, ...]:
    return tuple(code for code in conditions.TESTS if code.startswith(begins))


def _tests(codes: tuple[str, ...]) -> Iterator[Offered]:
    for code in codes:
        yield Offered(code, say(f"test.{code}", value=GAP), conditions.TESTS[code].takes)


def _of_field(field: int, name: str, kind: str) -> Iterator[Offered]:
    for of in conditions.OF_KIND[kind]:
        words = say(f"test.field_{of}", name=name, value=GAP)
        yield Offered(f"field_{field}_{of}", words, conditions.takes(kind, of))


def _of_answers(questions: Sequence[SurveyQuestion]) -> Iterator[Offered]:
    for question in questions:
        for of, takes in conditions.of_answer(question).items():
            yield Offered(f"question_{question.id}_{of}", _of_question(question, of, GAP), takes)


def _of_question(question: SurveyQuestion, of: str, value: str) -> str:
    text = question.text if len(question.text) <= LONGEST else question.text[:LONGEST].rstrip() + GAP
    if not of.startswith("said_"):
        return say(f"test.question_{of}", question=text, value=value)
    return say("test.question_said", question=text, answer=_answer(question, of.removeprefix("said_")))


def _answer(question: SurveyQuestion, said: str) -> str:
    if question.kind == "choice":
        return str(question.choices["labels"][int(said) - 1])
    return say(f"survey_branch.{said}")


def _sentence(rule: Rule) -> str:
    if match := conditions.OF_FIELD.fullmatch(rule.test):
        names: Mapping[int, str] = {field.id: field.name for field in fields.everything()}
        name = names.get(int(match["field"]), "?")
        return say(f"test.field_{match['of']}", name=name, value=rule.value)
    if match := conditions.OF_QUESTION.fullmatch(rule.test):
        question = conditions.question(int(match["question"]))
        return _of_question(question, match["of"], rule.value) if question else "?"
    return say(f"test.{rule.test}", value=_shown(rule))


def _shown(rule: Rule) -> str:
    test = conditions.known(rule.test)
    if test and test.takes == "money":
        return money(int(Decimal(rule.value) * 100))
    return typed_value(rule)
