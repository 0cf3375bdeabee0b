"""What a survey found: each figure with how many people it is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.features.surveys import flow, hearing, verbs
from gateway.features.surveys.states import COUNTED, FREE, LATE, PEOPLE, SCORE, UNCLEAR
from gateway.store.models import Survey, SurveyAnswer, SurveyPerson, SurveyQuestion
from gateway.store.terms import fn

SHOWN = 100  # texts of an open question
EVERYBODY, TRIED, OTHERS = "all", "trial", "rest"
PARTS = (EVERYBODY, TRIED, OTHERS)  # of the people


@dataclass(frozen=True, slots=True)
class Promoters:
    """The net promoter score: percent of 9 and 10, less percent of 0 to 6; from -100 to 100."""

    score: int
    bands: dict[str, int]  # people


@dataclass(frozen=True, slots=True)
class Found:
    """Of one question.  `answers`: people whose answer counts; the others are in none of the figures."""

    question: SurveyQuestion
    answers: int
    counts: dict[str, int]
    unclear: int
    late: int
    texts: Sequence[str] = ()  # of an open question, the newest first
    promoters: Promoters | None = None

    def share(self, value: str) -> float:
        return self.counts[value] / self.answers if self.answers else 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """`people`: by state; `invited` were written to, `answered` said at least one thing that counts."""

    people: dict[str, int]
    invited: int
    answered: int
    questions: Sequence[Found] = field(default=())

    @property
    def share(self) -> float:
        return self.answered / self.invited if self.invited else 0.0


def of(survey: Survey, part: str = EVERYBODY) -> Results:
    """Of everybody, of the trial alone, or of the others."""
    theirs = of_part(survey, part)
    rows: Any = SurveyPerson.select(SurveyPerson.state, fn.COUNT(SurveyPerson.id)).where(*theirs)
    counted: dict[str, int] = dict(rows.group_by(SurveyPerson.state).tuples())
    invited = SurveyPerson.select().where(*theirs, SurveyPerson.invited_at.is_null(False)).count()
    who = SurveyAnswer.select(fn.COUNT(SurveyAnswer.person.distinct())).join(SurveyPerson)
    answered = who.where(*theirs, SurveyAnswer.state == COUNTED).scalar()
    people = {state: counted[state] for state in PEOPLE if counted.get(state)}
    found = [_found(question, theirs) for question in verbs.questions(survey)]
    return Results(people, int(invited), int(answered), found)


def unclear(survey: Survey, limit: int = 50) -> list[SurveyAnswer]:
    """What a person has to look at, the oldest first."""
    rows = SurveyAnswer.select(SurveyAnswer, SurveyPerson, SurveyQuestion).join(SurveyPerson)
    rows = rows.switch(SurveyAnswer).join(SurveyQuestion)
    here = rows.where(SurveyPerson.survey == survey.id, SurveyAnswer.state == UNCLEAR)
    return list(here.order_by(SurveyAnswer.id).limit(limit))


def late(survey: Survey, limit: int = 50) -> list[SurveyAnswer]:
    """What came after the end, the newest first: shown, not counted."""
    rows = SurveyAnswer.select(SurveyAnswer, SurveyPerson, SurveyQuestion).join(SurveyPerson)
    rows = rows.switch(SurveyAnswer).join(SurveyQuestion)
    here = rows.where(SurveyPerson.survey == survey.id, SurveyAnswer.state == LATE)
    return list(here.order_by(SurveyAnswer.id.desc()).limit(limit))


def left_out(survey: Survey) -> dict[str, int]:
    """Why people could not be asked, the most frequent first."""
    rows: Any = SurveyPerson.select(SurveyPerson.reason, fn.COUNT(SurveyPerson.id))
    rows = rows.where(SurveyPerson.survey == survey.id, SurveyPerson.reason.is_null(False))
    counted: Counter[str] = Counter(dict(rows.group_by(SurveyPerson.reason).tuples()))
    return dict(counted.most_common())


def promoters(counts: dict[str, int]) -> Promoters | None:
    """Of the counts by score; None where nobody answered."""
    bands = dict.fromkeys(flow.BANDS, 0)
    for score, number in counts.items():
        bands[flow.band(int(score))] += number
    total = sum(bands.values())
    if not total:
        return None
    return Promoters(round(100 * (bands[flow.PROMOTERS] - bands[flow.DETRACTORS]) / total), bands)


def of_part(survey: Survey, part: str) -> list[Any]:
    """What tells the people of a part from the others of the survey."""
    theirs: list[Any] = [SurveyPerson.survey == survey.id]
    if part != EVERYBODY:
        theirs.append(SurveyPerson.trial == (part == TRIED))
    return theirs


def _found(question: SurveyQuestion, theirs: list[Any]) -> Found:
    people = fn.COUNT(SurveyAnswer.person.distinct())
    rows: Any = SurveyAnswer.select(SurveyAnswer.state, SurveyAnswer.value, people)
    rows = rows.join(SurveyPerson).where(SurveyAnswer.question == question.id, *theirs)
    counts = dict.fromkeys(hearing.values(question), 0)
    others: Counter[str] = Counter()
    for state, value, number in rows.group_by(SurveyAnswer.state, SurveyAnswer.value).tuples():
        if state == COUNTED and value in counts:
            counts[value] += number
        else:
            others[state] += number
    return Found(
        question,
        others[COUNTED] if question.kind == FREE else sum(counts.values()),
        counts,
        others[UNCLEAR],
        others[LATE],
        _texts(question, theirs) if question.kind == FREE else (),
        promoters(counts) if question.kind == SCORE else None,
    )


def _texts(question: SurveyQuestion, theirs: list[Any]) -> list[str]:
    rows = SurveyAnswer.select(SurveyAnswer.text).join(SurveyPerson)
    here = rows.where(SurveyAnswer.question == question.id, SurveyAnswer.state == COUNTED, *theirs)
    return [row.text for row in here.order_by(SurveyAnswer.id.desc()).limit(SHOWN)]
