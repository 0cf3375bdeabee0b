"""Whom a survey asks is written down, a few a step; after any end of the process once more from the
beginning: whoever is there already stays as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from gateway.config import Appliance
from gateway.contacts import audience, recipients
from gateway.contacts.audience import Reader
from gateway.features.surveys.states import GATHERING, RUNNING, TRIAL, WAITING
from gateway.store import database, statements
from gateway.store.models import Survey, SurveyPerson

BATCH = 25  # people a step
READ = 200  # people read at once: most of them are known, where a process before this one ended


@dataclass(slots=True)
class Gathering:
    """One survey's, while it lasts; all of it can be made anew."""

    survey: Survey
    site: Appliance
    coming: Iterator[Reader]
    new: list[str] = field(default_factory=list)  # who was read, and is not written down yet

    @classmethod
    def begin(cls, survey: Survey, site: Appliance, now: datetime) -> Gathering:
        found = recipients.read(survey.typed, site.country, now)
        return cls(survey, site, audience.readers(found, now, own=False))

    def step(self, now: datetime) -> None:
        """Write the next few down, in one transaction; after the last of them the asking begins."""
        while not self.new and (read := [reader.number for reader in islice(self.coming, READ)]):
            self.new = self._unknown(read)
        some, rest = self.new[:BATCH], self.new[BATCH:]
        with database.transaction():
            here = (Survey.id == self.survey.id) & (Survey.state == GATHERING)
            if not Survey.select().where(here).exists():
                return  # somebody stopped it
            if some:
                self._write(some)
            else:
                state = TRIAL if self.survey.trial else RUNNING
                Survey.update(state=state, typed=self._lists(now)).where(here).execute()
        self.new = rest

    def _unknown(self, numbers: list[str]) -> list[str]:
        here = (SurveyPerson.survey == self.survey.id) & SurveyPerson.number.in_(numbers)
        known = {row.number for row in SurveyPerson.select(SurveyPerson.number).where(here)}
        return [number for number in numbers if number not in known]

    def _write(self, numbers: list[str]) -> None:
        """The first of the list are the trial."""
        theirs = SurveyPerson.survey == self.survey.id
        tried = (
            SurveyPerson.select().where(theirs, SurveyPerson.trial == 1).count() if self.survey.trial else 0
        )
        rows = [self._row(number, tried + place < self.survey.trial) for place, number in enumerate(numbers)]
        statements.insert_missing(SurveyPerson, rows)

    def _row(self, number: str, is_tried: bool) -> dict[str, Any]:
        first = {"sends": 0, "asked_again": False, "reminded": False}
        return {"survey": self.survey.id, "number": number, "trial": is_tried, "state": WAITING, **first}

    def _lists(self, now: datetime) -> str:
        """What was typed, without the people named one by one: these are rows now."""
        found = recipients.read(self.survey.typed, self.site.country, now)
        return "\n".join(each.typed for each in found.many)
