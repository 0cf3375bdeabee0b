"""The next step of whoever is due: one step a transaction, its line of history in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.consent import standing
from gateway.contacts import audience, book, tags
from gateway.errors import GatewayError
from gateway.features.automations import beginning, days, diary, ending, plan
from gateway.features.automations.states import ONLY, RUNNING, SEND, TAG, WAIT, source
from gateway.messages import outbox, templating
from gateway.messages.drafts import Caller, Draft
from gateway.messages.lifecycle import State
from gateway.store import database
from gateway.store.models import Automation, AutomationRun, AutomationStep
from gateway.store.terms import state_in

LATE = timedelta(days=3)  # what should have happened longer ago is not made up for

_WAITING = state_in("t1", "waiting")


def next_due() -> datetime | None:
    """When somebody's next step is due."""
    run: AutomationRun | None = _waiting().first()
    return run.next_at if run else None


def step(caller: Caller, now: datetime) -> bool:
    """The next step that is due; False where there is none."""
    run = _waiting().where(AutomationRun.next_at <= now).first()
    if run is None:
        return False
    with database.transaction():
        walk(run, caller, now)
    return True


def walk(run: AutomationRun, caller: Caller, now: datetime) -> None:
    """One step of it, or its end.  In the caller's transaction."""
    of: Automation = run.automation
    if now - run.next_at > LATE:
        ending.end(run, "too_late", now)
    elif standing.opposed_since(run.number, of.category):
        ending.end(run, "stop", now)
    elif of.exits.get("bought") and ending.has_bought(run):
        ending.end(run, "bought", now)
    else:
        _take(run, of, caller, now)


def text_for(number: str, text: str, facts: Mapping[str, str], now: datetime) -> str:
    """The text as this person reads it; raises Invalid on the field `text`."""
    reader = audience.reader(number, now)
    told = {templating.fold(plan.TOLD + fact): value for fact, value in facts.items()}
    return templating.fill(text, {**reader.values, **told}).text


# ---- machinery -----------------------------------------------------------------------------------


def _waiting() -> Any:
    rows = AutomationRun.select(AutomationRun, Automation).join(Automation).where(_WAITING)
    return rows.where(Automation.state == RUNNING).order_by(AutomationRun.next_at, AutomationRun.id)


def _take(run: AutomationRun, of: Automation, caller: Caller, now: datetime) -> None:
    here = (AutomationStep.automation == of.id) & (AutomationStep.position == run.position)
    found: AutomationStep | None = AutomationStep.get_or_none(here)
    if found is None:
        ending.finish(run, now)
        return
    run.position, run.next_at = run.position + 1, now
    if found.kind == WAIT:
        run.next_at = days.after_wait(now, found.wait_min, found.at_min, caller.site.timezone)
        diary.note(run, "waits", now, until=run.next_at.isoformat())
    elif found.kind == SEND:
        _send(run, of, found, caller, now)
    elif found.kind == ONLY:
        if not _has_tag(run.number, found.text):
            ending.end(run, "lacks_tag", now, tag=found.text)
            return
        diary.note(run, "only", now, tag=found.text)
    else:
        _tag(run, found, now)
    columns = {"position": run.position, "next_at": run.next_at, "message": run.message}
    AutomationRun.update(**columns).where(AutomationRun.id == run.id).execute()


def _send(run: AutomationRun, of: Automation, step: AutomationStep, caller: Caller, now: datetime) -> None:
    """What cannot be sent is said in the history, and the run goes on; a step that was moved back behind them
    says nothing twice."""
    reference = f"{run.id}:{step.id}"
    if outbox.known(source(of.uid), [reference]):
        diary.note(run, "had_it", now)
        return
    if not beginning.may_write(run.number, caller.site.timezone, now):
        diary.note(run, "too_many", now, most=beginning.MOST_TEXTS)
        return
    try:
        with database.transaction():
            text = text_for(run.number, step.text, run.facts, now)
            draft = Draft(run.number, text, of.category, client_ref=reference)
            draft = replace(draft, smart_encoding=True, metadata={"automation": of.uid})
            message = outbox.submit(draft, replace(caller, source=source(of.uid)), now)
    except GatewayError as error:
        diary.note(run, "refused", now, error=error.code, facts=dict(error.facts))
        return
    if message.state == State.REJECTED:
        diary.note(run, "refused", now, reason=message.reason, facts=dict(message.facts), message=message.uid)
        return
    run.message = message.uid
    diary.note(run, "sent", now, message=message.uid)


def _tag(run: AutomationRun, step: AutomationStep, now: datetime) -> None:
    contact = book.find(run.number)
    if contact is None:
        diary.note(run, "no_contact", now, tag=step.text)
        return
    if step.kind == TAG:
        tags.stick([contact.id], [step.text])
    else:
        tags.peel(contact.id, [step.text])
    diary.note(run, "tagged" if step.kind == TAG else "untagged", now, tag=step.text)


def _has_tag(number: str, tag: str) -> bool:
    contact = book.find(number)
    return contact is not None and tag.casefold() in {one.casefold() for one in tags.of(contact.id)}
