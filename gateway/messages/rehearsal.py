"""What would become of a text to a list of people, before anything is queued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gateway import rulebook
from gateway.errors import GatewayError, Invalid
from gateway.messages import numbers, pace, routing
from gateway.messages.gathering import Asked, Judge
from gateway.messages.outbox import Caller, Draft, look_over
from gateway.policy import gate, quiet_hours
from gateway.policy.categories import CATEGORIES
from gateway.policy.territories import Place
from gateway.policy.verdict import Answer, Verdict
from gateway.store import claims


@dataclass(frozen=True, slots=True)
class Group:
    """People of whom the same is true: a reason, with the facts of the first of them."""

    reason: str
    count: int
    facts: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None  # when the first of them leaves
    last: datetime | None = None  # and the last


@dataclass(frozen=True, slots=True)
class Wrong:
    """A recipient that cannot be one, as typed."""

    typed: str
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would become of it.  `begins` None: nothing would ever leave.

    `seconds` is how long those take that leave first, behind the `ahead` parts of the queue; `closes` is
    when the first of these people's phones may not ring any more that day, and `resumes` when it may again.
    """

    text: str
    people: Sequence[str]  # who would get it, now or later
    recipients: int
    doubles: int
    wrong: Sequence[Wrong]
    now: int
    held: Sequence[Group]
    refused: Sequence[Group]
    parts_each: int  # of the dearest
    parts_least: int  # and of the cheapest: they differ where people read their own texts
    parts: int  # all that is paid for
    ahead: int
    seconds: float
    begins: datetime | None
    closes: datetime | None
    resumes: datetime | None

    @property
    def ends_at(self) -> datetime | None:
        return self.begins + timedelta(seconds=self.seconds) if self.begins else None

    @property
    def fits(self) -> bool:
        """It ends before the hours do."""
        return self.closes is None or self.ends_at is None or self.ends_at <= self.closes


@dataclass(frozen=True, slots=True)
class Answered:
    """One person, with the gate's answer."""

    number: str
    place: Place
    verdict: Verdict
    parts: int

    def leaves(self, now: datetime) -> datetime | None:
        """When; None for never, or where nobody knows."""
        return now if self.verdict.answer is Answer.ALLOW else self.verdict.until


MOST_AHEAD = 100_000


def rehearse(to: Sequence[str], draft: Draft, caller: Caller, now: datetime) -> Rehearsal:
    """Ask every rule for everybody on the list, as of the hour the message falls due; changes nothing.

    Raises Invalid for what can be sent to nobody; a wrong recipient is told, and does not spoil the others.
    """
    look_over(draft, caller, now)
    known, doubles, wrong = sort_out(to, caller.site.country)
    return foretell(known, draft, caller, now, doubles=doubles, wrong=wrong)


def foretell(
    known: Sequence[str],
    draft: Draft,
    caller: Caller,
    now: datetime,
    *,
    texts: Mapping[str, str] | None = None,
    doubles: int = 0,
    wrong: Sequence[Wrong] = (),
    note: Callable[[int], None] = lambda done: None,
) -> Rehearsal:
    """The same for numbers that are known to be numbers, each once.

    `texts` are those of people who read something else than `draft.text`; who would read what cannot be sent
    is told as wrong.  `note` is told how many were asked about.  Raises Invalid.
    """
    written, expires_at = look_over(draft, caller, now)
    sizes = _Sizes(draft, caller, now, len(written.split.spans))
    judge = Judge(caller.site, caller.trusted)
    asked, unfit = [], []
    for done, number in enumerate(known, 1):
        try:
            parts = sizes.of((texts or {}).get(number, draft.text))
        except Invalid as error:
            unfit.append(Wrong(number, error.code, dict(error.facts)))
        else:
            asked.append(_ask(number, draft, expires_at, judge, now, parts))
        note(done)
    return _summed(asked, draft, caller, now, written.text, doubles, [*wrong, *unfit])


def _summed(
    asked: Sequence[Answered],
    draft: Draft,
    caller: Caller,
    now: datetime,
    text: str,
    doubles: int,
    wrong: Sequence[Wrong],
) -> Rehearsal:
    answers = [one.verdict for one in asked]
    going = [one for one in asked if one.verdict.answer is not Answer.REFUSE]
    begins = min((at for one in asked if (at := one.leaves(now))), default=None)
    first = [one for one in asked if begins and one.leaves(now) == begins]
    ahead = claims.waiting_in_lane(CATEGORIES[draft.category].lane, MOST_AHEAD) if begins == now else 0
    closes, resumes = _hours(first, draft.category, begins)
    return Rehearsal(
        text=text,
        people=[one.number for one in going],
        recipients=len(asked),
        doubles=doubles,
        wrong=wrong,
        now=sum(verdict.answer is Answer.ALLOW for verdict in answers),
        held=_groups(answers, Answer.HOLD),
        refused=_groups(answers, Answer.REFUSE),
        parts_each=max((one.parts for one in going or asked), default=0),
        parts_least=min((one.parts for one in going or asked), default=0),
        parts=sum(one.parts for one in going),
        ahead=ahead,
        seconds=_seconds(ahead + sum(one.parts for one in first), _modems(draft, caller, now)),
        begins=begins,
        closes=closes,
        resumes=resumes,
    )


class _Sizes:
    """How many parts each text takes, counted once."""

    def __init__(self, draft: Draft, caller: Caller, now: datetime, usual: int) -> None:
        self.draft, self.caller, self.now = draft, caller, now
        self.known = {draft.text: usual}

    def of(self, text: str) -> int:
        """Raises Invalid for one that cannot be sent."""
        if text not in self.known:
            written, _ = look_over(replace(self.draft, text=text), self.caller, self.now)
            self.known[text] = len(written.split.spans)
        return self.known[text]


def sort_out(to: Iterable[str], country: str) -> tuple[list[str], int, list[Wrong]]:
    """The numbers in order, each once; how many came again; what is none."""
    people: dict[str, None] = {}
    doubles, wrong = 0, []
    for typed in to:
        try:
            number = numbers.parse(typed, country)
        except GatewayError as error:
            wrong.append(Wrong(typed, error.code, dict(error.facts)))
            continue
        doubles += number in people
        people[number] = None
    return list(people), doubles, wrong


def _ask(
    number: str, draft: Draft, expires_at: datetime, judge: Judge, now: datetime, parts: int
) -> Answered:
    """The gate's answer now; for one that may not leave yet, what it would say at its hour where that is
    the stricter."""
    book = rulebook.read()
    due = max(now, draft.send_at or now)
    facts = judge.facts(Asked(number, draft.category, draft.send_at, expires_at), book, due)
    later = gate.judge(facts, book, due)
    verdict = later if later.answer is not Answer.ALLOW else gate.judge(facts, book, now)
    return Answered(number, facts.place, verdict, parts)


def _hours(
    first: Sequence[Answered], category: str, begins: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """When the hours of those who come first are over, the earliest of them, and when they open again."""
    hours = rulebook.read().hours[category]
    if begins is None or hours is None:
        return None, None
    ends = [(at, one.place) for one in first if (at := quiet_hours.closing(hours, one.place, begins))]
    if not ends:
        return None, None
    closes, place = min(ends, key=lambda end: end[0])
    return closes, quiet_hours.next_opening(hours, place, closes)


def _groups(answers: Iterable[Verdict], wanted: Answer) -> list[Group]:
    """The biggest first."""
    of = [verdict for verdict in answers if verdict.answer is wanted]
    counted = Counter(verdict.reason for verdict in of)
    groups = []
    for reason, count in counted.most_common():
        same = [verdict for verdict in of if verdict.reason == reason]
        hours = sorted(verdict.until for verdict in same if verdict.until)
        first, last = (hours[0], hours[-1]) if hours else (None, None)
        groups.append(Group(str(reason), count, same[0].facts, first, last))
    return groups


def _modems(draft: Draft, caller: Caller, now: datetime) -> Sequence[str]:
    """Who would carry it: the one that is asked for, those that may send now, else all."""
    if draft.modem is not None:
        return [draft.modem]
    able = set(routing.able(caller.site.runtime_dir, now))
    return [modem for modem in caller.modems if modem in able] or caller.modems


def _seconds(parts: int, modems: Sequence[str]) -> float:
    """How long so many parts take on all these modems together, at the pace of each."""
    together = sum(1 / pace.of(modem) for modem in modems)
    return parts / together if together else 0.0
