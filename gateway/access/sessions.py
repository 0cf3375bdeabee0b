"""Open sessions of the page: a row each, so that signing out is deleting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from gateway.ids import Ids, digest
from gateway.store import database
from gateway.store.models import SignIn, User

LIFE = timedelta(days=14)


def open(user: User, now: datetime, ids: Ids, instead: str = "") -> str:
    """Sign in: returns the token that the cookie carries; only its digest is kept.

    The token is always a new one; `instead` is the one that the browser brought, which ends.
    """
    token = ids.token()
    with database.transaction():
        SignIn.delete().where(SignIn.expires_at <= now).execute()
        close(instead)
        SignIn.create(user=user, digest=digest(token), created_at=now, expires_at=now + LIFE)
    return token


def find(token: str, now: datetime) -> User | None:
    """Whose open session this is; nobody's whose account is disabled."""
    query = SignIn.select(SignIn, User).join(User)
    found = query.where(
        SignIn.digest == digest(token), SignIn.expires_at > now, User.disabled_at.is_null()
    ).first()
    return found.user if found else None


def close(token: str) -> None:
    SignIn.delete().where(SignIn.digest == digest(token)).execute()


def close_all(user: User, but: str = "") -> int:
    """Sign somebody out everywhere, or everywhere but where this token is; how many sessions ended."""
    theirs = SignIn.delete().where(SignIn.user == user.id, SignIn.digest != digest(but))
    return int(theirs.execute())


def standing(now: datetime) -> dict[int, int]:
    """How many sessions are open, by the person's id."""
    found: Iterable[Any] = SignIn.select(SignIn.user).where(SignIn.expires_at > now).tuples()
    return Counter(user for (user,) in found)
