"""Who calls as the Twilio dialect's clients do: an account, and its token or the key itself."""

from __future__ import annotations

import hmac

from gateway.access import keys
from gateway.ids import digest
from gateway.store.models import ApiKey


def enter(account_sid: str, password: str, secret: bytes) -> ApiKey | None:
    """The unrevoked key of this account, if the password is its token or the key; `secret`: the appliance's.

    Both have more than 120 random bits: nobody guesses them, however often, and nobody is slowed down.
    """
    key: ApiKey | None = ApiKey.get_or_none(ApiKey.account_sid == account_sid, ApiKey.revoked_at.is_null())
    if key is None:
        return None
    token = keys.auth_token(account_sid, secret)
    is_token = hmac.compare_digest(token.encode(), password.encode())
    is_key = hmac.compare_digest(str(key.digest), digest(password))
    return key if is_token or is_key else None
