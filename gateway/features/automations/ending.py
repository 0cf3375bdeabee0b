"""A run ends: what waits to leave for it does not leave.  In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import GatewayError
from gateway.features.automations import diary
from gateway.features.automations.states import DONE, ENDED, WAITING, source
from gateway.messages import outbox
from gateway.store import database, tallying
from gateway.store.models import Automation, AutomationRun, CampaignPerson, Consent, Conversion, Cursor
from gateway.store.terms import fn

CURSOR = "automations.consents"
A_LOOK = 200  # acts of consent a step
NO = ("opposed", "withdrawn")


def end(run: AutomationRun, reason: str, now: datetime, **facts: str) -> None:
    """`reason` is a code: event, reply, stop, bought, too_late, lacks_tag."""
    _withdraw(run, now)
    _keep(run, ENDED, reason, now)
    diary.note(run, "ended", now, why=reason, **facts)


def finish(run: AutomationRun, now: datetime) -> None:
    """All steps are taken."""
    _keep(run, DONE, None, now)
    diary.note(run, "done", now)


def on_event(number: str, name: str, now: datetime) -> int:
    """The runs of this person that end by that event; how many."""
    ended = [run for run in waiting(number) if name in run.automation.exits.get("events", ())]
    for run in ended:
        end(run, "event", now, event=name)
    return len(ended)


def on_reply(number: str, now: datetime) -> None:
    """The same for a text from this person, whatever it says."""
    for run in waiting(number):
        if run.automation.exits.get("reply"):
            end(run, "reply", now)


def begin() -> None:
    """A cursor that is not there yet begins at the present: what was said before ends nothing."""
    if Cursor.get_or_none(Cursor.name == CURSOR) is None:
        with database.transaction():
            tallying.move(CURSOR, Consent.select(fn.MAX(Consent.id)).scalar() or 0)


def on_refusals(now: datetime) -> bool:
    """Whoever said no since the last look goes through nothing any more; True where there is more."""
    after = tallying.position(CURSOR)
    last, count = tallying.next_rows("consents", after, A_LOOK)
    if not count:
        return False
    with database.transaction():
        _end_all(after, last, now)
        tallying.move(CURSOR, last)
    return count == A_LOOK


def has_bought(run: AutomationRun) -> bool:
    """Whether a purchase of this person was written down since it began."""
    people = CampaignPerson.select(CampaignPerson.id).where(CampaignPerson.number == run.number)
    bought = Conversion.select().where(Conversion.person_id.in_(people), Conversion.at >= run.started_at)
    return bool(bought.exists())


def waiting(number: str) -> list[AutomationRun]:
    """The runs of this person that go on."""
    rows = AutomationRun.select(AutomationRun, Automation).join(Automation)
    return list(rows.where(AutomationRun.number == number, AutomationRun.state == WAITING))


def _end_all(after: int, until: int, now: datetime) -> None:
    """The runs of whoever said no in these acts."""
    said = Consent.select().where(Consent.id > after, Consent.id <= until, Consent.event.in_(NO))
    for act in said:
        for run in waiting(act.number):
            end(run, "stop", now)


def _withdraw(run: AutomationRun, now: datetime) -> None:
    if run.message:
        try:
            outbox.cancel(run.message, source(run.automation.uid), now)
        except GatewayError:  # it left, or is gone
            return
        diary.note(run, "withdrawn", now)


def _keep(run: AutomationRun, state: str, reason: str | None, now: datetime) -> None:
    run.state, run.reason, run.next_at, run.ended_at = state, reason, None, now
    over = {"state": state, "reason": reason, "next_at": None, "ended_at": now}
    AutomationRun.update(**over).where(AutomationRun.id == run.id).execute()
