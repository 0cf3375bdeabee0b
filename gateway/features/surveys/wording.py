"""What a survey says: its question, the possible answers, and how to answer."""

from __future__ import annotations

from collections.abc import Sequence

from gateway import letters
from gateway.features.surveys.states import CHOICE, FREE
from gateway.store.models import SurveyQuestion


def told(name: str, language: str) -> str:
    """A text of config/texts: hint_yes_no, hint_choice, hint_score, again, reminder, thanks."""
    return letters.table("surveys", language)[name]


def hint(kind: str, labels: Sequence[str], language: str) -> str:
    """How to answer, where nobody wrote it otherwise; "" for a question to which any text is an answer."""
    if kind == FREE:
        return ""
    usual = told(f"hint_{kind}", language)
    return usual.format(most=len(labels)) if kind == CHOICE else usual


def labels(question: SurveyQuestion) -> tuple[str, ...]:
    return tuple(question.choices.get("labels", ()))


def value_word(question: SurveyQuestion, value: str | None) -> str:
    """A label for what is one, the value itself otherwise."""
    known = labels(question)
    return known[int(value) - 1] if known and value else value or ""


def compose(text: str, choices: Sequence[str], how: str) -> str:
    """The question as it leaves, its gaps as they stand: the answers, one a line, then how to answer."""
    numbered = [f"{number} {label}" for number, label in enumerate(choices, 1)]
    return "\n".join(line for line in (text.strip(), *numbered, how.strip()) if line)


def question(asked: SurveyQuestion) -> str:
    return compose(asked.text, labels(asked), asked.hint)


def again(asked: SurveyQuestion, language: str) -> str:
    """To somebody whose answer was not understood: the possible ones, once more."""
    return "\n".join((told("again", language), compose("", labels(asked), asked.hint)))


def reminder(asked: SurveyQuestion, language: str) -> str:
    return f"{told('reminder', language)} {question(asked)}"
