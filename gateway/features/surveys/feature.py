"""The gateway's own part in surveys: it hears the answers, and takes one short step after the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.features.api import Feature, House
from gateway.features.surveys import asking, ending, hearing
from gateway.features.surveys.gathering import Gathering
from gateway.features.surveys.states import GATHERING, MOVING, RUNNING, SOURCE, STOPPING, source
from gateway.messages.drafts import Caller
from gateway.store import database
from gateway.store.models import Inbound, Survey
from gateway.store.terms import state_in

LOOK_AGAIN = timedelta(seconds=5)  # whether somebody may be asked now, or all is said

_MOVING = state_in("t1", *MOVING)


class Surveys(Feature):
    """All that it keeps in memory is made anew from the rows."""

    name = "surveys"
    asks = SOURCE

    def __init__(self) -> None:
        self.gatherings: dict[str, Gathering] = {}
        self.rests: dict[str, datetime] = {}  # survey → until when there is nothing to do
        self.turn = 0  # the survey that was served last

    def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
        taken = hearing.hear(message, number, _caller(house, None), now)
        if taken:
            self.rests.clear()
        return taken

    def step(self, house: House, now: datetime) -> bool:
        """The next bit of the survey whose turn it is; while nobody vouches for the clock, of none."""
        if not house.trusted():
            return False
        moving = list(Survey.select().where(_MOVING).order_by(Survey.id))
        for survey in sorted(moving, key=lambda one: (one.id <= self.turn, one.id)):
            if self.rests.get(survey.uid, now) <= now and self._serve(survey, house, now):
                self.turn = survey.id
                return True
        return bool(moving) and self._look_after(house, now)

    def due(self, now: datetime) -> datetime | None:
        return min((at for at in self.rests.values() if at > now), default=None)

    def _look_after(self, house: House, now: datetime) -> bool:
        """Reminders, and the end of people's time."""
        people = asking.overdue(now)
        if people:
            with database.transaction():
                for person in people:
                    asking.look_after(person, _caller(house, person.survey), now)
        return len(people) == asking.BATCH

    def _serve(self, survey: Survey, house: House, now: datetime) -> bool:
        """One short transaction of it; True where there is more to do at once."""
        if survey.state == GATHERING:
            known = self.gatherings.get(survey.uid) or Gathering.begin(survey, house.site, now)
            self.gatherings[survey.uid] = known
            try:
                known.step(now)
            except BaseException:
                self.gatherings.pop(survey.uid, None)  # what it had read is lost: from the beginning
                raise
            return True
        self.gatherings.pop(survey.uid, None)
        if survey.state == STOPPING:
            return ending.stop(survey, now)
        if asking.invite(survey, _caller(house, survey), now):
            return True
        if survey.state == RUNNING and ending.finish(survey, now):
            self.rests.pop(survey.uid, None)
            return False
        self.rests[survey.uid] = now + LOOK_AGAIN
        return False


def _caller(house: House, survey: Survey | None) -> Caller:
    return house.caller(source(survey.uid) if survey else "gateway:surveys")
