"""A row becomes what is sent: its body, its headers, its signature."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode

from gateway.access import keys
from gateway.features.webhooks import signing
from gateway.features.webhooks.deliveries import TWILIO
from gateway.features.webhooks.posts import Post
from gateway.features.webhooks.targets import Allowed
from gateway.store.models import Delivery


def pack(delivery: Delivery, secret: bytes, allowed: Allowed, now: datetime) -> Post:
    """`secret` is the appliance's.  At every try the same name, so that a program knows what it has."""
    if delivery.style == TWILIO and delivery.key is not None:
        form: dict[str, str] = json.loads(delivery.payload)
        token = keys.auth_token(delivery.key.account_sid, secret)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": signing.twilio(token, delivery.url, form),
            "I-Twilio-Idempotency-Token": delivery.uid,
        }
        return Post(delivery.id, delivery.url, headers, urlencode(form).encode(), allowed)
    body = delivery.payload.encode()
    headers = {
        "Content-Type": "application/json",
        **signing.standard(_secret(delivery, secret), delivery.uid, int(now.timestamp()), body),
    }
    return Post(delivery.id, delivery.url, headers, body, allowed)


def _secret(delivery: Delivery, secret: bytes) -> str:
    if delivery.webhook is not None:
        return signing.of_webhook(delivery.webhook, secret)
    assert delivery.key is not None  # one of the two is there
    return signing.of_key(delivery.key, secret)
