"""Open sessions of the page: a row each, so that signing out is deleting it."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.ids import Ids, digest
from gateway.store import database
from gateway.store.models import SignIn, User

LIFE = timedelta(days=14)


def open(user: User, now: datetime, ids: Ids) -> str:
    """Sign in: returns the token that the cookie carries; only its digest is kept."""
    token = ids.token()
    with database.transaction():
        SignIn.delete().where(SignIn.expires_at <= now).execute()
        SignIn.create(user=user, digest=digest(token), created_at=now, expires_at=now + LIFE)
    return token


def find(token: str, now: datetime) -> User | None:
    """Whose open session this is."""
    query = SignIn.select(SignIn, User).join(User)
    found = query.where(SignIn.digest == digest(token), SignIn.expires_at > now).first()
    return found.user if found else None


def close(token: str) -> None:
    SignIn.delete().where(SignIn.digest == digest(token)).execute()
