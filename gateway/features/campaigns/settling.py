"""What was queued when a campaign is paused or stopped: held until it goes on, or canceled; a few a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.features.campaigns.states import source
from gateway.messages import lifecycle
from gateway.messages.lifecycle import WAITING, Event, State, Step
from gateway.store import database
from gateway.store.models import Campaign, Message
from gateway.store.terms import fn

BATCH = 25  # messages a step
LOOKED_AT = 500  # of a campaign's messages at once
PAUSED = "campaign_paused"


class Sweep:
    """Goes through a campaign's messages by their client reference and gives each that waits one step; it
    remembers how far it came, and begins anew after a restart."""

    def __init__(self, campaign: Campaign, event: Event, reason: str | None, states: Sequence[str]) -> None:
        self.campaign, self.event, self.reason, self.states = campaign, event, reason, states
        self.after = 0  # the id of the last message that was looked at

    def step(self, now: datetime, by: str) -> bool:
        """One short transaction; False at the end."""
        rows = Message.select(Message.id, Message.state, Message.reason).where(
            Message.source == source(self.campaign.uid), Message.id > self.after
        )
        looked_at = list(rows.order_by(Message.id).limit(LOOKED_AT))
        wanted = [row for row in looked_at if self._fits(row)]
        some, is_more = wanted[:BATCH], len(wanted) > BATCH or len(looked_at) == LOOKED_AT
        with database.transaction():
            for row in some:
                self._advance(row.id, by, now)
        last = some[-1] if len(wanted) > BATCH else looked_at[-1] if looked_at else None
        self.after = last.id if last is not None else self.after
        return is_more

    def _fits(self, message: Message) -> bool:
        if self.event is Event.ENQUEUE:
            return message.state == State.HELD and message.reason == PAUSED
        return message.state in self.states

    def _advance(self, message_id: int, by: str, now: datetime) -> None:
        message = Message.get_by_id(message_id)
        parts = [part for part in lifecycle.all_parts(message) if part.state in self.states]
        if not parts or message.state == State.SENDING:
            return  # a modem has it by now
        facts = {"by": by} if self.event is Event.CANCEL else {}
        lifecycle.advance(message, parts, Step(self.event, now, self.reason, facts=facts))


def hold(campaign: Campaign) -> Sweep:
    """What waits for its turn waits until somebody says go on."""
    return Sweep(campaign, Event.HOLD, PAUSED, [State.QUEUED])


def let_go(campaign: Campaign) -> Sweep:
    """What was held for a pause waits for its turn again."""
    return Sweep(campaign, Event.ENQUEUE, None, [State.HELD])


def cancel(campaign: Campaign) -> Sweep:
    """Nothing of it leaves any more."""
    return Sweep(campaign, Event.CANCEL, "canceled_by", [*WAITING])


def waits(campaign: Campaign) -> bool:
    """Some message of it has not left, or is just leaving.  The newest are asked first."""
    state = fn.LOWER(Message.state)  # else SQLite walks the index of states
    rows = Message.select(Message.id).where(
        Message.source == source(campaign.uid), state.in_([*WAITING, State.SENDING])
    )
    return bool(rows.order_by(Message.id.desc()).limit(1).exists())
