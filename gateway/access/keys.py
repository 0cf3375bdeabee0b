"""API keys: shown once, kept as a digest; the Twilio dialect's account and token come with each."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import Ids, digest
from gateway.store import database, statements
from gateway.store.models import ApiKey

SCOPES = ("send", "read", "admin")
NAME = re.compile(r"[\w.\- ]{1,40}")
USUAL = "notification"  # the category of a call that names none
MOST = 1_000_000  # messages a minute or a day: a limit beyond it limits nothing
LONGEST_URL = 500  # characters


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


@dataclass(frozen=True, slots=True)
class Rules:
    """What a key may send.  No categories or modems: all of them; None: as many messages as it likes."""

    categories: tuple[str, ...] = ()
    modems: tuple[str, ...] = ()
    category: str = ""  # of a call that names none; "": the usual one, else the first that it may use
    per_minute: int | None = None
    per_day: int | None = None
    inbound_url: str = ""  # is told what comes in, in Twilio's way; whether it may be is asked at the door

    @classmethod
    def of(cls, key: ApiKey) -> Rules:
        """As they stand."""
        kept = (key.category, key.per_minute, key.per_day, key.inbound_url)
        return cls(tuple(key.categories.split()), tuple(key.modems.splitlines()), *kept)


def create(
    name: str, scopes: Iterable[str], now: datetime, ids: Ids, secret: bytes, rules: Rules = Rules()
) -> NewKey:
    """Make a key; without scopes it may send and read.  The rules are `mended` ones."""
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
            **_columns(rules),
        )
    return NewKey(name, key, account_sid, auth_token(account_sid, secret), wanted)


def auth_token(account_sid: str, secret: bytes) -> str:
    """The account's token: derived from the appliance's secret, so that it need not be kept."""
    return hmac.new(secret, b"auth_token " + account_sid.encode(), hashlib.sha256).hexdigest()[:32]


def find(key: str) -> ApiKey | None:
    """The key's row, unless unknown or revoked."""
    found: ApiKey | None = statements.one(ApiKey, {"digest": digest(key)})
    return None if found is None or found.revoked_at is not None else found


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that this key was used."""
    ApiKey.update(last_used_at=now).where(ApiKey.id == key.id).execute()


def everything() -> list[ApiKey]:
    return list(ApiKey.select().order_by(ApiKey.name))


def get(name: str) -> ApiKey:
    """A key that is not revoked; raises NotFound `key_unknown`."""
    found = ApiKey.get_or_none(ApiKey.name == name, ApiKey.revoked_at.is_null())
    if found is None:
        raise NotFound("key_unknown", name=name)
    return found


def change(name: str, rules: Rules) -> list[str]:
    """Give a key other rules, `mended` ones; returns which differ from before.  Raises NotFound."""
    with database.transaction():
        key = get(name)
        before, after = _columns(Rules.of(key)), _columns(rules)
        if changed := [column for column in after if after[column] != before[column]]:
            ApiKey.update(after).where(ApiKey.id == key.id).execute()
    return changed


def mended(rules: Rules, categories: Sequence[str], modems: Sequence[str]) -> Rules:
    """The rules with every word known, in the order of the table and of the configuration.

    Raises Invalid on the field at fault: `categories`, `modems`, `category`, `per_minute`, `per_day` or
    `inbound_url`.
    """
    _among(rules.categories, categories, "category_unknown", "categories")
    _among(rules.modems, modems, "modem_unknown", "modems")
    allowed = [name for name in categories if name in rules.categories] or list(categories)
    usual = rules.category or (USUAL if USUAL in allowed else allowed[0])
    if usual not in allowed:
        raise Invalid("category_not_of_key", field="category", value=usual, known=", ".join(allowed))
    for field in ("per_minute", "per_day"):
        limit = getattr(rules, field)
        if limit is not None and not 1 <= limit <= MOST:
            raise Invalid("out_of_range", field=field, least=1, most=MOST)
    if len(rules.inbound_url) > LONGEST_URL:
        raise Invalid("text_long", field="inbound_url", most=LONGEST_URL)
    ordered = tuple(name for name in modems if name in rules.modems)
    return replace(
        rules, categories=tuple(allowed) if rules.categories else (), modems=ordered, category=usual
    )


def _among(chosen: Sequence[str], known: Sequence[str], code: str, field: str) -> None:
    for name in chosen:
        if name not in known:
            raise Invalid(code, field=field, value=name, known=", ".join(known))


def _columns(rules: Rules) -> dict[str, Any]:
    """As the row has them; a modem's name may have a space in it."""
    words = {"categories": " ".join(rules.categories), "modems": "\n".join(rules.modems)}
    return {**asdict(rules), **words, "category": rules.category or USUAL}


def revoke(name: str, now: datetime) -> None:
    """The key opens nothing any more; its name stays taken, so that old rows keep their meaning."""
    query = ApiKey.update(revoked_at=now).where(ApiKey.name == name, ApiKey.revoked_at.is_null())
    if not query.execute():
        raise NotFound("key_unknown", name=name)
