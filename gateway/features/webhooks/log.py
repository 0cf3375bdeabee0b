"""What programs were told: each delivery with its answer, the newest first; what was given up, sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway import audit
from gateway.errors import Conflict, NotFound
from gateway.features.webhooks.deliveries import GIVEN_UP, KEY_REVOKED, WAITING
from gateway.messages import paging
from gateway.messages.paging import Page
from gateway.store import database
from gateway.store.models import ApiKey, Delivery, Webhook

AGAIN = 1000  # rows a transaction


def page(
    webhook: Webhook | None = None, state: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Delivery]:
    """Of one webhook, or of all and of the callbacks too; raises Invalid `cursor_unknown`."""
    query = (
        Delivery.select(Delivery, Webhook, ApiKey)
        .left_outer_join(Webhook)
        .switch(Delivery)
        .left_outer_join(ApiKey)
    )
    if webhook is not None:
        query = query.where(Delivery.webhook == webhook.id)
    if state:
        query = query.where(Delivery.state == state)
    return paging.page(query, Delivery, cursor, limit)


def get(uid: str) -> Delivery:
    found = Delivery.get_or_none(Delivery.uid == uid)
    if found is None:
        raise NotFound("delivery_unknown", id=uid)
    return found


def replay(uid: str, by: str, now: datetime) -> Delivery:
    """Send it again under the same id, for two days from now on; raises Conflict for what waits already, for
    what was emptied, and for a webhook that is off."""
    with database.transaction():
        delivery = get(uid)
        if delivery.state == WAITING:
            raise Conflict("delivery_waits")
        if not delivery.payload:
            raise Conflict("delivery_emptied")
        if delivery.webhook is not None and delivery.webhook.disabled_at is not None:
            raise Conflict("webhook_off", name=delivery.webhook.name)
        Delivery.update(_anew(now)).where(Delivery.id == delivery.id).execute()
        audit.write(by, "webhook_replayed", now, shown=delivery.event, count=1)
    return get(uid)


def replay_given_up(webhook: Webhook | None, by: str, now: datetime) -> int:
    """The same for all that was given up, of one webhook or of everybody; those that are off stay as they
    are.  How many there were."""
    if webhook is not None and webhook.disabled_at is not None:
        raise Conflict("webhook_off", name=webhook.name)
    count = 0
    while ids := _given_up(webhook):
        with database.transaction():
            again = Delivery.update(_anew(now)).where(Delivery.id.in_(ids), Delivery.state == GIVEN_UP)
            count += again.execute()
    if count:
        audit.write(by, "webhook_replayed", now, shown=webhook.name if webhook else "", count=count)
    return count


def _given_up(webhook: Webhook | None) -> list[int]:
    off = Webhook.select(Webhook.id).where(Webhook.disabled_at.is_null(False))
    query = Delivery.select(Delivery.id).where(Delivery.state == GIVEN_UP, Delivery.payload != "")
    query = query.where(Delivery.error.is_null() | (Delivery.error != KEY_REVOKED))
    if webhook is not None:
        query = query.where(Delivery.webhook == webhook.id)
    else:
        query = query.where(Delivery.webhook.is_null() | Delivery.webhook.not_in(off))
    return [row.id for row in query.limit(AGAIN)]


def _anew(now: datetime) -> dict[str, Any]:
    """`created_at` is since when it is on its way: the two days begin again."""
    return {
        "state": WAITING,
        "next_at": now,
        "created_at": now,
        "attempts": 0,
        "answered_at": None,
        "error": None,
    }
