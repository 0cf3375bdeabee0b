"""The texts of an automation to one's own telephone, at once and in order: they count for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway.errors import GatewayError, Invalid, on_field
from gateway.features.automations import plan, verbs, walking
from gateway.features.automations.states import SEND
from gateway.messages import marketing, numbers, outbox
from gateway.messages.drafts import Caller, Draft
from gateway.store.models import Automation, Message

MOST = 5  # texts


def send(known: Automation, typed: str, caller: Caller, now: datetime) -> list[Message | GatewayError]:
    """Raises Invalid on `number` or `text`.  It is no offer to anybody: it leaves as a notification."""
    with on_field("number"):
        number = numbers.parse(typed, caller.site.country)
    texts = [step.text for step in verbs.steps(known) if step.kind == SEND][:MOST]
    if not texts:
        raise Invalid("automation_empty", field="number")
    drafts = [_draft(known, text, number, caller, now) for text in texts]
    return outbox.submit_many(drafts, caller, now)


def _draft(known: Automation, text: str, number: str, caller: Caller, now: datetime) -> Draft:
    read = walking.text_for(number, text, _examples(text), now)
    whole = marketing.complete(read, known.category, caller.site)
    return Draft(number, whole, "notification", smart_encoding=True, metadata={"automation_test": known.uid})


def _examples(text: str) -> Mapping[str, str]:
    """Each fact of an event says its own name."""
    return {name[len(plan.TOLD) :]: name for name in plan.told(text)}
