"""What a survey is to be, as somebody chose it: checked before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.config import Appliance
from gateway.contacts import audience, recipients, tags
from gateway.contacts.recipients import MOST_TYPED, Recipients
from gateway.errors import Invalid, on_field
from gateway.features.surveys import flow, understanding, wording
from gateway.features.surveys.states import CATEGORIES, CHOICE, END, KINDS
from gateway.messages import marketing, texts
from gateway.store.models import SurveyQuestion

MOST_QUESTIONS = 10
LEAST_CHOICES, MOST_CHOICES, LONGEST_LABEL = 2, 9, 40
LONGEST_TEXT, LONGEST_HINT = 480, 160
MOST_HOURS, MOST_TRIAL = 720, 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom it is for, as `recipients.read` understands it, and how long; hours, 0: no reminder."""

    typed: str
    category: str = "notification"
    thanks: str = ""
    remind_h: int = 24
    limit_h: int = 72


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `hint` None: the usual words.  `onward`: branch → the id of a later question, or 0;
    `tags`: branch → the tag that whoever says so gets, "" for none."""

    kind: str
    text: str
    labels: Sequence[str] = ()
    hint: str | None = None
    onward: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept_tags(self) -> dict[str, str]:
        """As they are kept; raises Invalid on `tag-BRANCH`."""
        return {branch: _tag(branch, typed) for branch, typed in self.tags.items() if typed.strip()}


def understood(typed: str, site: Appliance, now: datetime) -> Recipients:
    """Whom it is for; raises Invalid on `to` for a piece that means nobody, or several."""
    found = recipients.read(typed, site.country, now)
    for one in found.wrong:
        raise Invalid(one.code, field="to", **one.facts)
    if len(found.people) > MOST_TYPED:
        raise Invalid("too_many_recipients", field="to", most=MOST_TYPED)
    return found


def check_people(found: Recipients) -> None:
    if not found.people and not found.many:
        raise Invalid("number_missing", field="to")


def check_terms(terms: Terms) -> None:
    if terms.category not in CATEGORIES:
        known = ", ".join(CATEGORIES)
        raise Invalid("category_unknown", field="category", value=terms.category, known=known)
    within("limit_h", terms.limit_h, 1, MOST_HOURS)
    within("remind_h", terms.remind_h, 0, MOST_HOURS)
    if terms.remind_h >= terms.limit_h:
        raise Invalid("survey_reminder_late", field="remind_h", hours=terms.limit_h)
    if terms.thanks.strip():
        _check_text("thanks", terms.thanks)


def check_question(asked: Asked, later: Sequence[int]) -> None:
    """Raises Invalid, naming the field; `later` are the ids of the questions after it."""
    if asked.kind not in KINDS:
        raise Invalid("survey_kind_unknown", field="kind", value=asked.kind, known=", ".join(KINDS))
    _check_text("text", asked.text)
    if asked.hint is not None and len(asked.hint) > LONGEST_HINT:
        raise Invalid("text_long", field="hint", most=LONGEST_HINT)
    if asked.hint:
        with on_field("hint"):
            texts.clean(asked.hint)
    if asked.kind == CHOICE:
        _check_labels(asked.labels)
    known = flow.branches(asked.kind, asked.labels)
    for branch, target in asked.onward.items():
        if branch not in known or (target != END and target not in later):
            raise Invalid("survey_branch_back", field=f"onward-{branch}")
    for branch in asked.kept_tags:
        if branch not in known:
            raise Invalid(
                "survey_branch_unknown", field=f"tag-{branch}", value=branch, known=", ".join(known)
            )


def check_law(question: SurveyQuestion, category: str, site: Appliance) -> None:
    """The invitation of a marketing survey says who writes and how to stop it."""
    whole = marketing.complete(wording.question(question), category, site)
    marketing.check(whole, category, site)


def within(name: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise Invalid("out_of_range", field=name, least=least, most=most)
    return number


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise Invalid("text_empty", field=name)
    if len(text) > LONGEST_TEXT:
        raise Invalid("text_long", field=name, most=LONGEST_TEXT)
    with on_field(name):
        texts.clean(text)
        audience.check(text)


def _tag(branch: str, typed: str) -> str:
    with on_field(f"tag-{branch}"):
        return tags.tidy(typed)


def _check_labels(labels: Sequence[str]) -> None:
    """Each can be told from the others, and from the numbers in front of them."""
    within("labels", len(labels), LEAST_CHOICES, MOST_CHOICES)
    plain = [understanding.label_of(label) for label in labels]
    for place, label in enumerate(labels, 1):
        if len(label) > LONGEST_LABEL:
            raise Invalid("text_long", field="labels", most=LONGEST_LABEL)
        with on_field("labels"):
            texts.clean(label)
        number = understanding.leading(label)
        if not any(char.isalpha() for char in plain[place - 1]) or (
            number is not None and number != place and 1 <= number <= len(labels)
        ):
            raise Invalid("survey_label_number", field="labels", value=label)
    if len(set(plain)) < len(plain):
        raise Invalid("survey_labels_same", field="labels")
