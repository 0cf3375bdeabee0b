"""The rows of what is on its way to programs: written, waiting, over."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.features.webhooks import targets
from gateway.ids import Ids
from gateway.store.models import ApiKey, Delivery, Webhook
from gateway.store.terms import fn, state_in

STANDARD, TWILIO = "standard", "twilio"
WAITING, DONE, GIVEN_UP = "waiting", "done", "given_up"
STATES = (WAITING, DONE, GIVEN_UP)
KEY_REVOKED = "key_revoked"  # why one was given up: for good
LONGEST_SUBJECT = 64

# After each failure; then hourly, for two days in all.
STEPS = (5, 30, 120, 600, 1800, 3600)
KEPT_TRYING = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a delivery goes, and what signs it: a webhook, or a key."""

    url: str
    style: str
    webhook: Webhook | None = None
    key: ApiKey | None = None


def write(listener: Listener, event: str, subject: str, payload: str, now: datetime, ids: Ids) -> Delivery:
    """One more row that waits, in the caller's transaction."""
    return Delivery.create(
        uid=ids.uid(now),
        webhook=listener.webhook,
        key=listener.key,
        style=listener.style,
        url=listener.url,
        receiver=targets.read(listener.url).receiver[:200],
        event=event,
        subject=subject[:LONGEST_SUBJECT],
        payload=payload,
        state=WAITING,
        next_at=now,
        created_at=now,
    )


def written_form(form: dict[str, str]) -> str:
    """A form as a row keeps it."""
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def backlog() -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest of them."""
    found = Delivery.select(fn.COUNT(Delivery.id), fn.MIN(Delivery.created_at)).where(state_in("t1", WAITING))
    count, oldest = found.scalar(as_tuple=True)
    return count, oldest


def pause_after(failures: int, jitter: float) -> timedelta:
    """How long to wait after so many failures in a row; `jitter`, from 0 to 1, is up to a fifth more."""
    seconds = STEPS[min(failures, len(STEPS)) - 1]
    return timedelta(seconds=seconds * (1 + jitter / 5))


def is_over(delivery: Delivery, now: datetime) -> bool:
    """It has been tried for as long as it is."""
    return now - delivery.created_at >= KEPT_TRYING


def is_orphan(delivery: Delivery) -> bool:
    """The key for which it was written down was revoked meanwhile: nobody is to be told any more."""
    keys = (delivery.key, delivery.webhook.key if delivery.webhook is not None else None)
    return any(key is not None and key.revoked_at is not None for key in keys)


def give_up(rows: Iterable[int], error: str | None, now: datetime) -> int:
    """No more tries, for those of these rows that wait."""
    changes = {"state": GIVEN_UP, "next_at": None, "answered_at": now}
    if error is not None:
        changes["error"] = error
    query = Delivery.update(changes).where(Delivery.id.in_(list(rows)), Delivery.state == WAITING)
    return int(query.execute())
