"""API keys: shown once, kept as a digest; the Twilio dialect's account and token come with each."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import Ids, digest
from gateway.store import database
from gateway.store.models import ApiKey

SCOPES = ("send", "read", "admin")
NAME = re.compile(r"[\w.\- ]{1,40}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is shown once, at creation."""

    name: str
    key: str
    account_sid: str
    auth_token: str
    scopes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "scopes": list(self.scopes)}


def create(name: str, scopes: Iterable[str], now: datetime, ids: Ids, secret: bytes) -> NewKey:
    """Make a key; without scopes it may send and read."""
    wanted = tuple(scopes) or ("send", "read")
    for scope in wanted:
        if scope not in SCOPES:
            raise Invalid("scope_unknown", field="scope", value=scope, known=", ".join(SCOPES))
    if not NAME.fullmatch(name):
        raise Invalid("name_bad", field="name")
    key, account_sid = "chp_" + ids.token(), "AC" + ids.random(16).hex()
    with database.transaction():
        if ApiKey.get_or_none(ApiKey.name == name):
            raise Conflict("name_taken", field="name", name=name)
        ApiKey.create(
            name=name,
            digest=digest(key),
            account_sid=account_sid,
            scopes=" ".join(wanted),
            created_at=now,
        )
    return NewKey(name, key, account_sid, auth_token(account_sid, secret), wanted)


def auth_token(account_sid: str, secret: bytes) -> str:
    """The account's token: derived from the appliance's secret, so that it need not be kept."""
    return hmac.new(secret, b"auth_token " + account_sid.encode(), hashlib.sha256).hexdigest()[:32]


def find(key: str) -> ApiKey | None:
    """The key's row, unless unknown or revoked."""
    return ApiKey.get_or_none(ApiKey.digest == digest(key), ApiKey.revoked_at.is_null())


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that this key was used."""
    ApiKey.update(last_used_at=now).where(ApiKey.id == key.id).execute()


def everything() -> list[ApiKey]:
    return list(ApiKey.select().order_by(ApiKey.name))


def revoke(name: str, now: datetime) -> None:
    """The key opens nothing any more; its name stays taken, so that old rows keep their meaning."""
    query = ApiKey.update(revoked_at=now).where(ApiKey.name == name, ApiKey.revoked_at.is_null())
    if not query.execute():
        raise NotFound("key_unknown", name=name)
