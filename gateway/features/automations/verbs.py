"""What people and programs do with an automation.  The gateway does the rest.

Each verb is one transaction: it raises Invalid, NotFound `automation_unknown` or Conflict
`automation_state`, and has changed nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import fields, tags
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.automations import members, plan
from gateway.features.automations.plan import Step, Terms
from gateway.features.automations.states import BIRTHDAY, DRAFT, PAUSED, RUNNING, SEND, WAIT, WAITING
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Automation, AutomationRun, AutomationStep, AutomationTurn
from gateway.store.terms import fn
from gateway.timezones import minute_of

LONGEST_NAME = 80

_WAITS = AutomationRun.state == WAITING


def everything() -> Sequence[Automation]:
    """All automations, by name."""
    return list(Automation.select().order_by(Automation.name))


def version() -> str:
    """A word that changes whenever an automation does, or one more line of a run's history is written."""
    rows = Automation.select(Automation.id, Automation.state, Automation.name).order_by(Automation.id)
    last = AutomationTurn.select(fn.MAX(AutomationTurn.id)).scalar()
    return f"{list(rows.tuples())} {last} {AutomationRun.select(fn.MAX(AutomationRun.id)).scalar()}"


def find(uid: str) -> Automation:
    found: Automation | None = Automation.get_or_none(Automation.uid == uid)
    if found is None:
        raise NotFound("automation_unknown", id=uid)
    return found


def steps(known: Automation) -> list[AutomationStep]:
    """In the order in which they are taken."""
    rows = AutomationStep.select().where(AutomationStep.automation == known.id)
    return list(rows.order_by(AutomationStep.position, AutomationStep.id))


def draft(name: str, by: str, now: datetime, ids: Ids, category: str = "notification") -> Automation:
    """A new one, of no step yet."""
    with database.transaction():
        wanted = fields.named(name, LONGEST_NAME)
        if Automation.select().where(Automation.name == wanted).exists():
            raise Conflict("name_taken", field="name", name=wanted)
        row = {"state": DRAFT, "category": category, "kind": BIRTHDAY, "written_by": by, "created_at": now}
        added: Automation = Automation.create(uid=ids.uid(now), name=wanted, **row)
        audit.write(by, "automation_created", now, shown=added.name[:60])
    return added


def choose(uid: str, terms: Terms, now: datetime) -> Automation:
    """What sets it off, what ends it, how often."""
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        plan.check_terms(terms)
        ends = {"events": list(dict.fromkeys(terms.exits)), "reply": terms.on_reply}
        columns = {name: getattr(terms, name) for name in ("kind", "category", "days", "at_min", "event")}
        return _keep(
            known,
            field_id=terms.field,
            group_id=terms.group,
            exits={**ends, "bought": terms.on_purchase},
            gap_days=terms.gap_days,
            **columns,
        )


def add_step(uid: str, step: Step, site: Appliance) -> AutomationStep:
    """After the others."""
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        position = len(steps(known)) + 1
        if position > plan.MOST_STEPS:
            raise Invalid("too_many_entries", field="kind", most=plan.MOST_STEPS)
        plan.check_step(step, known, site)
        added: AutomationStep = AutomationStep.create(
            automation=known.id, position=position, **_columns(step)
        )
    return added


def change_step(uid: str, number: int, step: Step, site: Appliance) -> None:
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        plan.check_step(step, known, site)
        here = AutomationStep.id == _step(known, number).id
        AutomationStep.update(**_columns(step)).where(here).execute()


def move_step(uid: str, number: int, by: int) -> None:
    """One place up (-1) or down (1); at the end nothing happens.

    Who stands between the two takes both, so that nobody misses a step; a text they had is not sent again.
    """
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        found, order = _step(known, number), steps(known)
        place = found.position - 1
        if 0 <= place + by < len(order):
            order[place], order[place + by] = order[place + by], order[place]
            _number(order)
            upper = min(found.position, found.position + by)
            between = (AutomationRun.automation == known.id) & (AutomationRun.position == upper + 1)
            AutomationRun.update(position=upper).where(between, _WAITS).execute()


def remove_step(uid: str, number: int) -> None:
    """The others move up; who had passed it stays where they were."""
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        found = _step(known, number)
        beyond = (AutomationRun.automation == known.id) & (AutomationRun.position > found.position)
        AutomationRun.update(position=AutomationRun.position - 1).where(beyond).execute()
        found.delete_instance()
        _number(steps(known))


def start(uid: str, by: str, site: Appliance, now: datetime) -> Automation:
    """It begins, or goes on after a pause: what happened before sets nothing off."""
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        plan.check_start(known, steps(known), site)
        today = now.astimezone(site.timezone).date()
        is_over = minute_of(now, site.timezone) >= known.at_min
        seen = today if is_over else today - timedelta(days=1)
        members.forget(known)
        _keep(
            known,
            state=RUNNING,
            scanned_on=seen.isoformat(),
            scan_after=0,
            started_at=known.started_at or now,
        )
        members.remember(known)
        audit.write(by, "automation_started", now, shown=known.name[:60])
    return known


def pause(uid: str, by: str, now: datetime) -> Automation:
    """Nothing begins, and nobody goes on, until it is resumed."""
    with database.transaction():
        known = _in(uid, RUNNING)
        _keep(known, state=PAUSED)
        audit.write(by, "automation_paused", now, shown=known.name[:60])
    return known


def remove(uid: str, by: str, now: datetime) -> Automation:
    """It goes with its runs and their history; what was sent stays among the messages.  Not while it runs."""
    with database.transaction():
        known = _in(uid, DRAFT, PAUSED)
        known.delete_instance()
        audit.write(by, "automation_removed", now, shown=known.name[:60])
    return known


def between(known: Automation) -> dict[int, int]:
    """Position of the next step → how many people on their way stand before it."""
    rows: Any = AutomationRun.select(AutomationRun.position, fn.COUNT(AutomationRun.id))
    here = rows.where(AutomationRun.automation == known.id, _WAITS)
    return dict(here.group_by(AutomationRun.position).tuples())


def waiting(known: Automation) -> int:
    """How many people are on their way through it."""
    return int(AutomationRun.select().where(AutomationRun.automation == known.id, _WAITS).count())


def _columns(step: Step) -> dict[str, Any]:
    """As they are kept: of a wait its minutes, of the others their text or tag."""
    if step.kind == WAIT:
        return {"kind": WAIT, "text": "", "wait_min": step.wait_min, "at_min": step.at_min}
    text = step.text.strip() if step.kind == SEND else tags.tidy(step.text)
    return {"kind": step.kind, "text": text, "wait_min": 0, "at_min": None}


def _step(known: Automation, number: int) -> AutomationStep:
    here = (AutomationStep.id == number) & (AutomationStep.automation == known.id)
    found: AutomationStep | None = AutomationStep.get_or_none(here)
    if found is None:
        raise NotFound("automation_step_gone")
    return found


def _number(order: Sequence[AutomationStep]) -> None:
    for position, one in enumerate(order, 1):
        AutomationStep.update(position=position).where(AutomationStep.id == one.id).execute()


def _in(uid: str, *states: str) -> Automation:
    known = find(uid)
    if known.state not in states:
        raise Conflict("automation_state")
    return known


def _keep(known: Automation, **columns: Any) -> Automation:
    Automation.update(**columns).where(Automation.id == known.id).execute()
    for name, value in columns.items():
        setattr(known, name, value)
    return known
