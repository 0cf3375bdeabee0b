"""Which question comes next: always a later one, so that no survey goes round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.features.surveys.states import CHOICE, END, FREE, NO, SCORE, YES, YES_NO

DETRACTORS, PASSIVES, PROMOTERS = "0-6", "7-8", "9-10"
BANDS = (DETRACTORS, PASSIVES, PROMOTERS)
ANY = "any"  # whatever was said


@dataclass(frozen=True, slots=True)
class Stop:
    """A question as branching sees it; `onward`: branch → the id of a later question, or END."""

    id: int
    kind: str
    onward: Mapping[str, int]


def branches(kind: str, labels: Sequence[str] = ()) -> list[str]:
    """What the way on may depend on, for a question of this kind."""
    if kind == YES_NO:
        return [YES, NO]
    if kind == CHOICE:
        return [str(number) for number in range(1, len(labels) + 1)]
    return [*BANDS] if kind == SCORE else [ANY]


def branch(kind: str, value: str | None) -> str:
    """Which of them an answer takes."""
    if kind == FREE or value is None:
        return ANY
    return band(int(value)) if kind == SCORE else value


def band(score: int) -> str:
    """Of the net promoter score: who would not recommend, who might, who would."""
    return DETRACTORS if score <= 6 else PASSIVES if score <= 8 else PROMOTERS


def onward(stops: Sequence[Stop], here: int, value: str | None) -> int:
    """The id of the question after this one, or END; a way that leads nowhere, or back, is the next one."""
    place = next(at for at, stop in enumerate(stops) if stop.id == here)
    later = [stop.id for stop in stops[place + 1 :]]
    following = later[0] if later else END
    chosen = stops[place].onward.get(branch(stops[place].kind, value))
    return chosen if chosen is not None and (chosen == END or chosen in later) else following
