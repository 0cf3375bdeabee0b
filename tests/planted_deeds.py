"""A book of people who did this and that by the dice: bought, followed links, answered, came."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaign_history import Planted
from gateway.store import database
from gateway.store.models import (
    Appointment,
    Calendar,
    CampaignPerson,
    Contact,
    Conversion,
    LinkSlug,
    Message,
    Row,
    Survey,
    SurveyAnswer,
    SurveyPerson,
    SurveyQuestion,
)

DAY = timedelta(days=1)
BY = "page:ana"
LEFT = {"sent", "delivered", "undelivered", "uncertain"}
LABELS = ["Rouge", "Bleu"]
KINDS = ("yes_no", "choice", "score", "open")
VALUES: dict[str, list[str | None]] = {
    "yes_no": ["yes", "no"],
    "choice": ["1", "2"],
    "score": [str(score) for score in range(11)],
    "open": [None],
}


@dataclass
class Person:
    """What one of them did; campaigns by their place, questions by their kind."""

    name: str
    got: dict[int, str] = field(default_factory=dict)  # the state of the message, "" without one
    clicks: dict[int, datetime] = field(default_factory=dict)  # the last
    purchases: list[tuple[int, datetime, int, str]] = field(default_factory=list)
    asked: bool = False
    answers: dict[str, tuple[str | None, str, str]] = field(default_factory=dict)  # value, state, text
    appointments: list[tuple[datetime, str]] = field(default_factory=list)


class Book:
    """So many people who did this and that by the dice."""

    def __init__(self, now: datetime, seed: int, size: int) -> None:
        self.now, self.dice = now, random.Random(seed)
        self.campaigns = [Planted(now - place * DAY, f"C{place}").campaign for place in range(3)]
        self.survey = Survey.create(uid="s", name="Avis", state="done", written_by=BY, created_at=now)
        self.questions = {kind: self._question(place, kind) for place, kind in enumerate(KINDS, 1)}
        self.calendar = Calendar.create(uid="c", name="Agenda", url="", written_by=BY, created_at=now)
        self.rows: dict[type[Row], list[dict[str, Any]]] = {}
        with database.transaction():
            self.people = [self._person(place) for place in range(1, size + 1)]
            for table, rows in self.rows.items():
                for begin in range(0, len(rows), 100):
                    table.insert_many(rows[begin : begin + 100]).execute()

    def _question(self, place: int, kind: str) -> SurveyQuestion:
        choices = {"labels": LABELS} if kind == "choice" else {}
        made: SurveyQuestion = SurveyQuestion.create(
            survey=self.survey, position=place, kind=kind, text=f"Q{place} ?", choices=choices
        )
        return made

    def _add(self, table: type[Row], **columns: Any) -> int:
        rows = self.rows.setdefault(table, [])
        rows.append(columns)
        return len(rows)  # its id, where the table has one and was empty

    def _maybe(self, share: float) -> bool:
        return self.dice.random() < share

    def _person(self, place: int) -> Person:
        person, number = Person(f"P{place:03}"), f"+3363998{place:04}"
        added = {"created_at": self.now, "updated_at": self.now}
        self._add(Contact, number=number, name=person.name, folded="", **added)
        for campaign in range(3):
            if self._maybe(0.6):
                self._of_campaign(person, number, campaign)
        if self._maybe(0.7):
            self._of_survey(person, number)
        for _ in range(self.dice.choice((0, 1, 3))):
            starts = self.now + self.dice.randint(-6, 6) * DAY / 2 + self.dice.choice((0, 1)) * DAY / 24
            state = self.dice.choice(("planned", "confirmed", "declined", "canceled"))
            person.appointments.append((starts, state))
            uid = f"{place}-{len(self.rows.get(Appointment, ()))}"
            instants = {"starts_at": starts, "ends_at": starts, "known_at": self.now}
            self._add(
                Appointment,
                uid=uid,
                calendar=self.calendar.id,
                key=uid,
                number=number,
                state=state,
                **instants,
            )
        return person

    def _of_campaign(self, person: Person, number: str, place: int) -> None:
        campaign, state = self.campaigns[place], self.dice.choice((*LEFT, "failed", "queued", ""))
        message = None
        if state:
            message = self._add(
                Message,
                uid=f"{number}{place}",
                recipient=number,
                text="x",
                content_digest="",
                category="marketing",
                state=state,
                alphabet="GSM-7",
                part_count=1,
                source=f"campaign:{campaign.uid}",
                expires_at=self.now,
                created_at=self.now,
                updated_at=self.now,
            )
        person.got[place] = state
        known = {"role": "exposed", "letter": "A", "due_at": self.now, "state": "written"}
        row = self._add(CampaignPerson, campaign=campaign.id, number=number, message_id=message, **known)
        if self._maybe(0.8):
            self._click(person, row, place)
        for _ in range(self.dice.choice((0, 0, 1, 3))):
            at, code = self.now - self.dice.randint(0, 8) * DAY / 2, self.dice.choice(("", "X1"))
            cents = self.dice.choice((0, 1250, 5000))
            person.purchases.append((place, at, cents, code))
            sold = {"code": code, "amount_cents": cents, "at": at, "source": "till", "written_by": BY}
            self._add(Conversion, campaign=campaign.id, person_id=row, **sold)

    def _click(self, person: Person, row: int, place: int) -> None:
        """Or they have a link, and did not come."""
        at = self.now - self.dice.randint(0, 8) * DAY / 2 if self._maybe(0.6) else None
        if at:
            person.clicks[place] = at
        seen = {"clicks": int(at is not None), "robots": 1, "first_at": at and at - DAY, "last_at": at}
        self._add(LinkSlug, slug=f"s{row}", link=place + 1, person=str(row), **seen)

    def _of_survey(self, person: Person, number: str) -> None:
        person.asked = self._maybe(0.8)
        invited = {"invited_at": self.now if person.asked else None, "state": "over"}
        row = self._add(SurveyPerson, survey=self.survey.id, number=number, **invited)
        for kind in KINDS:
            if person.asked and self._maybe(0.5):
                said, state = self.dice.choice(VALUES[kind]), self.dice.choice(("counted", "late"))
                person.answers[kind] = said, state, "Très bien"
                written = {"at": self.now, "text": "Très bien", "value": said, "state": state, "inbound": "x"}
                self._add(SurveyAnswer, person=row, question=self.questions[kind].id, **written)
