"""What was found, as lines that a person reads; whoever is at the door brings the words (`say`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gateway.doctor.findings import Examined, Finding, Level

MARKS = {Level.UNKNOWN: "?", Level.GOOD: "+", Level.NOTE: "i", Level.WARN: "!", Level.BAD: "X"}


class Say(Protocol):
    """The sentence of a code with its facts; the code itself where there is none."""

    def __call__(self, code: str, /, **facts: object) -> str: ...


def sentence(finding: Finding, say: Say) -> str:
    return say(f"doctor.{finding.code}", **finding.facts)


def cure(finding: Finding, say: Say) -> str:
    """What to do; "" where nothing is."""
    said = say(f"cure.{finding.code}", **finding.facts)
    return "" if said == f"cure.{finding.code}" else said


def lines(one: Examined, say: Say, marks: dict[Level, str] = MARKS) -> Iterator[str]:
    """The field, under it a line for each finding, under that what to do."""
    yield say(f"field.{one.field}")
    for finding in one.findings:
        yield f"  {marks[finding.level]} {sentence(finding, say)}"
        if told := cure(finding, say):
            yield f"    -> {told}"


def text(examined: Iterable[Examined], say: Say) -> str:
    return "\n".join(line for one in examined for line in lines(one, say)) + "\n"
