"""Whose turn it is to be told, and what became of it.

In memory alone: what is on its way, and which receivers rest.  After any end of the process the rows still
wait, and go again.  A receiver has at most two deliveries at once, of one subject only the oldest; one that
failed rests, then is asked by a single one – the next, not always the same, so that one which it does not
like holds up nobody – and wakes up with the first that it takes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.features.api import House
from gateway.features.webhooks import deliveries, hooks, parcels, permits, replies
from gateway.features.webhooks.posts import Outcome, Post
from gateway.features.workers import Workers
from gateway.store import database, delivering
from gateway.store.models import ApiKey, Delivery, Webhook

log = logging.getLogger(__name__)

AT_ONCE = 2  # towards one receiver
WORKERS = 6  # so that a slow one holds up nobody
REST = timedelta(minutes=10)  # at most: then it is asked again, by whatever waits
LATEST = timedelta(hours=2)  # later than any pause: the clock was put back since
STALE = 200  # given up a step
SHOWN = 1000  # characters of an answer that are kept
GONE = 410


@dataclass(frozen=True, slots=True)
class Rest:
    """A receiver that failed, so many times in a row."""

    failures: int
    until: datetime


class Dispatch:
    """Called from the loop's thread alone; `secret` reads the appliance's."""

    def __init__(self, house: House, secret: Callable[[], bytes]) -> None:
        self.house, self.secret = house, secret
        self.workers = Workers("webhook", _send, _garbled, WORKERS)
        self.flying: dict[int, str] = {}  # delivery → receiver
        self.resting: dict[str, Rest] = {}
        self.outcomes: list[Outcome] = []
        self.next: datetime | None = None  # when something may go that may not go now

    def told(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def step(self, now: datetime) -> bool:
        """Write down what came back, then hand out; True where there is more to do at once."""
        if self.outcomes:
            with database.transaction():
                settled = [self._try_to_settle(outcome, now) for outcome in self.outcomes]
            for outcome, well in zip(self.outcomes, settled, strict=True):
                self._landed(outcome, well and outcome.taken, now)
            self.outcomes = []
        return self._hand_out(now)

    # ---- out -------------------------------------------------------------------------------------

    def _hand_out(self, now: datetime) -> bool:
        self.next, more = None, False
        for receiver in delivering.receivers():
            rest = self.resting.get(receiver)
            if rest is not None:
                more |= self._give_up_stale(receiver, now)
                if now < rest.until < now + LATEST:
                    self._await(rest.until)
                    continue
            self._hand_out_to(receiver, 1 if rest else AT_ONCE, now)
        return more

    def _hand_out_to(self, receiver: str, at_once: int, now: datetime) -> None:
        flying = [name for name, whose in self.flying.items() if whose == receiver]
        room = min(at_once - len(flying), self.workers.free)
        if room <= 0:
            return  # what comes back makes room, and calls the next step
        for name, at in delivering.heads(receiver, flying, room + 1):
            if now < at < now + LATEST:
                self._await(at)
            elif room > 0:
                room -= self._give(name, receiver, now)

    def _give(self, name: int, receiver: str, now: datetime) -> bool:
        delivery = (
            Delivery.select(Delivery, Webhook, ApiKey)
            .left_outer_join(Webhook)
            .switch(Delivery)
            .left_outer_join(ApiKey)
            .where(Delivery.id == name)
            .first()
        )
        if delivery is None:
            return False
        if deliveries.is_orphan(delivery):
            with database.transaction():
                deliveries.give_up([name], deliveries.KEY_REVOKED, now)
            return False
        self.flying[name] = receiver
        self.workers.give(parcels.pack(delivery, self.secret(), permits.read(), now), self.house.tell)
        return True

    def _give_up_stale(self, receiver: str, now: datetime) -> bool:
        """What waited for two days goes, though others were those that asked; True where there is more."""
        if not self.house.trusted():
            return False
        stale = delivering.stale(receiver, now - deliveries.KEPT_TRYING, STALE)
        over = [name for name in stale if name not in self.flying]
        if over:
            with database.transaction():
                deliveries.give_up(over, None, now)
        return len(over) == STALE

    def _await(self, instant: datetime) -> None:
        self.next = instant if self.next is None else min(self.next, instant)

    # ---- back ------------------------------------------------------------------------------------

    def _landed(self, outcome: Outcome, well: bool, now: datetime) -> None:
        """Once it is written down: its place is free, its receiver well or resting."""
        self.workers.told()
        receiver = self.flying.pop(outcome.name)
        if well:
            self.resting.pop(receiver, None)
        elif (rest := self.resting.get(receiver)) is None or rest.until <= now:  # else: of the same time
            failures = (rest.failures if rest else 0) + 1
            pause = deliveries.pause_after(failures, self._jitter())
            self.resting[receiver] = Rest(failures, now + min(pause, REST))

    def _try_to_settle(self, outcome: Outcome, now: datetime) -> bool:
        """What something unforeseen breaks goes again later, and the others are settled all the same."""
        try:
            with database.transaction():
                self._settle(outcome, now)
        except database.Trouble:
            raise
        except Exception:
            log.exception("while writing down what became of delivery %d", outcome.name)
            return False
        return True

    def _settle(self, outcome: Outcome, now: datetime) -> None:
        delivery = Delivery.get_or_none(Delivery.id == outcome.name)
        if delivery is None:
            return  # its webhook was removed meanwhile
        changes: dict[str, object] = {
            "attempts": delivery.attempts + 1,
            "status": outcome.status,
            "answer": outcome.answer.decode(errors="replace").replace("\0", "")[:SHOWN],
            "error": _error(outcome),
        }
        if outcome.taken:
            changes |= self._taken(delivery, outcome, now)
        elif delivery.state == deliveries.WAITING:
            changes |= self._refused(delivery, outcome, now)
        Delivery.update(changes).where(Delivery.id == delivery.id).execute()

    def _taken(self, delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
        changes: dict[str, object] = {"state": deliveries.DONE, "next_at": None, "answered_at": now}
        if (trouble := replies.obey(delivery, outcome, self.house, now)) is not None:
            changes["error"] = trouble.code
            changes["answer"] = trouble.detail[:SHOWN]
        return changes

    def _refused(self, delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
        over = deliveries.is_over(delivery, now) and self.house.trusted()
        if outcome.status == GONE and delivery.webhook is not None:
            hooks.gone(delivery.webhook, now)
            over = True
        if over:
            return {"state": deliveries.GIVEN_UP, "next_at": None, "answered_at": now}
        pause = deliveries.pause_after(delivery.attempts + 1, self._jitter())
        return {"next_at": now + pause}

    def _jitter(self) -> float:
        return self.house.ids.random(1)[0] / 255


def _send(post: Post) -> Outcome:
    from gateway.features.webhooks import posting  # with the first delivery: megabytes that many never need

    return posting.send(post)


def _garbled(post: Post) -> Outcome:
    return Outcome(post.name, error="answer_garbled")


def _error(outcome: Outcome) -> str | None:
    """The code of what went wrong: ours, or what HTTP's status means."""
    if outcome.status is None or outcome.taken:
        return outcome.error
    if 300 <= outcome.status < 400:
        return "redirected"
    return "gone" if outcome.status == GONE else "refused"
