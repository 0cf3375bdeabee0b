"""Who wants to hear what, as the rows say at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.store.models import ApiKey, Callback, Message, Webhook


@dataclass(frozen=True, slots=True)
class Listeners:
    """The webhooks that are on, the keys that are told what comes in, whether any message has a callback."""

    webhooks: tuple[Webhook, ...]
    inbound_keys: tuple[ApiKey, ...]
    callbacks: bool

    @property
    def any(self) -> bool:
        return bool(self.webhooks or self.inbound_keys or self.callbacks)

    def of(self, event: str, at: datetime, source: str = "") -> Iterator[Webhook]:
        """The webhooks to be told of what happened then; `source` is whose message it was."""
        for webhook in self.webhooks:
            mine = webhook.key is None or source == f"key:{webhook.key.name}"
            if mine and event in webhook.events["events"] and webhook.created_at <= at:
                yield webhook


def now() -> Listeners:
    on = Webhook.select(Webhook, ApiKey).left_outer_join(ApiKey).where(Webhook.disabled_at.is_null())
    keys = ApiKey.select().where(ApiKey.inbound_url != "", ApiKey.revoked_at.is_null())
    living = tuple(webhook for webhook in on if webhook.key is None or webhook.key.revoked_at is None)
    return Listeners(living, tuple(keys), Callback.select().limit(1).exists())


def callbacks(messages: Iterable[int]) -> dict[int, Callback]:
    """Message's id → where its program wants to hear of it, unless its key was revoked."""
    rows = (
        Callback.select(Callback, ApiKey)
        .left_outer_join(ApiKey)
        .where(Callback.message.in_(list(messages)))
        .order_by(Callback.message)
    )
    return {
        row.__data__["message"]: row for row in rows if row.key is not None and row.key.revoked_at is None
    }


def messages(ids: Iterable[int]) -> dict[int, Message]:
    return {message.id: message for message in Message.select().where(Message.id.in_(list(ids)))}
