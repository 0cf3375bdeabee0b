"""How a program knows that it was us: the signatures of both styles, and the secrets behind them.

Sources: the Standard Webhooks specification, 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`);
Twilio's webhook security page for `X-Twilio-Signature`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from gateway.store.models import ApiKey, Webhook

PREFIX = "whsec_"


def of_webhook(webhook: Webhook, secret: bytes) -> str:
    """The webhook's own secret, "whsec_" and base64: derived from the appliance's, it stands nowhere."""
    return _derived(f"webhook {webhook.uid} {webhook.generation}", secret)


def of_key(key: ApiKey, secret: bytes) -> str:
    """What signs the callbacks of a key's messages."""
    return _derived(f"callback {key.account_sid}", secret)


def standard(secret: str, name: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers; `name` is the same at every try, `seconds` is when this one began, since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{name}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }


def twilio(token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: over the URL as it was configured, and the form by its names."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _derived(of: str, secret: bytes) -> str:
    return PREFIX + base64.b64encode(hmac.digest(secret, of.encode(), "sha256")).decode()
