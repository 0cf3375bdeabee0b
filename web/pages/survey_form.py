"""What somebody filled in about a survey: its terms, and one question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway import digits
from gateway.errors import GatewayError, Invalid
from gateway.features.surveys import flow, plan, wording
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.surveys.states import CHOICE, FREE, KINDS, YES_NO
from gateway.messages.texts import preview
from gateway.store.models import Survey, SurveyQuestion
from web.office import office

NEXT = ""  # of a branch: whatever follows
Given = Mapping[str, str]


def terms(given: Given) -> Terms:
    """Raises Invalid on the field that is no number."""
    return Terms(
        given.get("to", ""),
        given.get("category", ""),
        _lines(given, "thanks"),
        whole(given, "remind_h", 0),
        whole(given, "limit_h"),
    )


def terms_of(survey: Survey) -> dict[str, str]:
    """The same as the row has them."""
    named = {name: str(getattr(survey, name)) for name in ("category", "thanks", "remind_h", "limit_h")}
    return {"to": survey.typed.replace("\n", ", "), **named}


def asked(given: Given) -> Asked:
    """Raises Invalid on the field that is wrong."""
    kind = given.get("kind", "")
    labels = [line.strip() for line in _lines(given, "labels").splitlines() if line.strip()]
    usual = given.get("hint", "").strip() in _usual_hints(labels)
    branches = flow.branches(kind, labels) if kind in KINDS else []
    chosen = {branch: given.get(f"onward-{branch}", NEXT) for branch in branches}
    numbered = {branch: digits.number(target) for branch, target in chosen.items()}
    onward = {branch: target for branch, target in numbered.items() if target is not None}
    hint = None if usual else _lines(given, "hint")
    tags = {branch: given.get(f"tag-{branch}", "") for branch in branches}
    return Asked(kind, _lines(given, "text"), labels if kind == CHOICE else (), hint, onward, tags)


def asked_of(question: SurveyQuestion) -> dict[str, str]:
    """The same as the row has it."""
    onward = {f"onward-{branch}": str(target) for branch, target in question.onward.items()}
    return {
        "kind": question.kind,
        "text": question.text,
        "labels": "\n".join(wording.labels(question)),
        "hint": question.hint,
        **onward,
        **{f"tag-{branch}": tag for branch, tag in question.tags.items()},
    }


def blank() -> dict[str, str]:
    return {"kind": YES_NO, "text": "", "labels": "", "hint": ""}


def parts(text: str) -> int:
    """How many parts the text takes, its gaps as they stand; 0 where that cannot be told."""
    try:
        return preview(text).parts
    except GatewayError:
        return 0


def whole(given: Given, name: str, otherwise: int | None = None) -> int:
    """The number in a field; raises Invalid on it."""
    typed = given.get(name, "").strip()
    if not typed and otherwise is not None:
        return otherwise
    if (found := digits.number(typed, 6)) is None:
        raise Invalid("not_a_number", field=name, value=typed)
    return found


def hints() -> dict[str, str]:
    """Kind → how one usually answers; `{most}` stands for the number of choices."""
    language = office().config.appliance.language
    return {kind: "" if kind == FREE else wording.told(f"hint_{kind}", language) for kind in KINDS}


def _usual_hints(labels: list[str]) -> set[str]:
    """What may stand in the field without that anybody wrote it: nothing, or the words for another kind."""
    language = office().config.appliance.language
    numbers = range(plan.MOST_CHOICES + 1)
    choices = {wording.hint(CHOICE, [""] * number, language) for number in numbers}
    return {"", *choices, *(wording.hint(kind, labels, language) for kind in KINDS)}


def _lines(given: Given, name: str) -> str:
    return given.get(name, "").replace("\r\n", "\n").strip()


def faults(error: GatewayError, sentence: str) -> dict[str, Any]:
    return {error.field or "form": sentence}
