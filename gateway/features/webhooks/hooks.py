"""The programs that are told: made, changed, switched off and on, tried out, removed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.access.keys import NAME
from gateway.config import Appliance
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.webhooks import deliveries, payloads, permits, signing, targets
from gateway.features.webhooks.deliveries import STANDARD, WAITING, Listener
from gateway.features.webhooks.events import EVENTS, TEST
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import ApiKey, Delivery, Webhook

MOST = 50
GONE = "gateway:webhooks"  # who switches one off that says it is gone


def everything() -> list[Webhook]:
    """By name, each with its key."""
    return list(Webhook.select(Webhook, ApiKey).left_outer_join(ApiKey).order_by(Webhook.name))


def get(uid: str) -> Webhook:
    found = Webhook.get_or_none(Webhook.uid == uid)
    if found is None:
        raise NotFound("webhook_unknown", value=uid)
    return found


def called(name: str) -> Webhook:
    found = Webhook.get_or_none(Webhook.name == name)
    if found is None:
        raise NotFound("webhook_unknown", value=name)
    return found


def add(
    name: str, url: str, events: Iterable[str], by: str, now: datetime, ids: Ids, key: str | None = None
) -> Webhook:
    """`key` is the name of the key whose messages alone it is told of; raises Invalid or Conflict."""
    with database.transaction():
        if Webhook.select().count() >= MOST:
            raise Conflict("webhooks_many", most=MOST)
        columns = {**_checked(name, url, events), "key": _key(key)}
        webhook = Webhook.create(uid=ids.uid(now), created_at=now, **columns)
        audit.write(by, "webhook_added", now, shown=webhook.name, url=targets.read(url.strip()).receiver)
    return get(webhook.uid)


def change(
    uid: str, name: str, url: str, events: Iterable[str], by: str, now: datetime, key: str | None = None
) -> Webhook:
    """Everything of it anew; what waits goes to the new address."""
    with database.transaction():
        webhook = get(uid)
        columns = {**_checked(name, url, events, webhook.id), "key": _key(key)}
        Webhook.update(columns).where(Webhook.id == webhook.id).execute()
        receiver = targets.read(columns["url"]).receiver
        if columns["url"] != webhook.url:
            waiting = (Delivery.webhook == webhook.id, Delivery.state == WAITING)
            Delivery.update(url=columns["url"], receiver=receiver[:200]).where(*waiting).execute()
        audit.write(by, "webhook_changed", now, shown=columns["name"], url=receiver)
    return get(uid)


def remove(uid: str, by: str, now: datetime) -> Webhook:
    """With all that waits for it, and its log."""
    with database.transaction():
        webhook = get(uid)
        Webhook.delete().where(Webhook.id == webhook.id).execute()
        audit.write(by, "webhook_removed", now, shown=webhook.name)
    return webhook


def disable(uid: str, by: str, now: datetime) -> Webhook:
    """It is told nothing; what waits for it is given up, and may be sent again when it is on."""
    with database.transaction():
        webhook = get(uid)
        if webhook.disabled_at is None:
            _switch_off(webhook, by, now)
    return get(uid)


def enable(uid: str, by: str, now: datetime) -> Webhook:
    """It is told what happens from now on."""
    with database.transaction():
        webhook = get(uid)
        if webhook.disabled_at is not None:
            Webhook.update(disabled_at=None).where(Webhook.id == webhook.id).execute()
            audit.write(by, "webhook_enabled", now, shown=webhook.name)
    return get(uid)


def gone(webhook: Webhook, now: datetime) -> None:
    """It answered 410: it is there no more, and says so.  In the caller's transaction."""
    if webhook.disabled_at is None:
        _switch_off(webhook, GONE, now)


def roll(uid: str, by: str, now: datetime) -> Webhook:
    """It has a new secret at once; what waits is signed with that."""
    with database.transaction():
        webhook = get(uid)
        Webhook.update(generation=Webhook.generation + 1).where(Webhook.id == webhook.id).execute()
        audit.write(by, "webhook_rolled", now, shown=webhook.name)
    return get(uid)


def try_out(uid: str, site: Appliance, now: datetime, ids: Ids) -> Delivery:
    """Tell it something that means nothing; raises Conflict `webhook_off`."""
    with database.transaction():
        webhook = get(uid)
        if webhook.disabled_at is not None:
            raise Conflict("webhook_off", name=webhook.name)
        data = {"appliance": site.name, "webhook": webhook.name}
        payload = payloads.envelope(TEST, now, data, site.timezone)
        listener = Listener(webhook.url, STANDARD, webhook=webhook)
        row = deliveries.write(listener, TEST, f"test {webhook.uid}", payload, now, ids)
        return Delivery.get_by_id(row.id)


def secret(webhook: Webhook, appliance: bytes) -> str:
    """What its signatures are made with ("whsec_…")."""
    return signing.of_webhook(webhook, appliance)


def _switch_off(webhook: Webhook, by: str, now: datetime) -> None:
    Webhook.update(disabled_at=now).where(Webhook.id == webhook.id).execute()
    Delivery.update(state=deliveries.GIVEN_UP, next_at=None, answered_at=now, error="switched_off").where(
        Delivery.webhook == webhook.id, Delivery.state == WAITING
    ).execute()
    audit.write(by, "webhook_disabled", now, shown=webhook.name)


def _checked(name: str, url: str, events: Iterable[str], but: int = 0) -> dict[str, Any]:
    name, url, wanted = name.strip(), url.strip(), list(dict.fromkeys(events))
    if not NAME.fullmatch(name):
        raise Invalid("name_bad", field="name")
    if Webhook.select().where(Webhook.name == name, Webhook.id != but).exists():
        raise Conflict("name_taken", field="name", name=name)
    targets.check(url, permits.read())
    if not wanted:
        raise Invalid("events_none", field="events")
    for event in wanted:
        if event not in EVENTS:
            raise Invalid("event_unknown", field="events", value=event, known=", ".join(EVENTS))
    return {"name": name, "url": url, "events": {"events": wanted}}


def _key(name: str | None) -> ApiKey | None:
    if not name:
        return None
    found = ApiKey.get_or_none(ApiKey.name == name, ApiKey.revoked_at.is_null())
    if found is None:
        raise Invalid("key_unknown", field="key", name=name)
    return found
