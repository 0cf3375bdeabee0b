"""The people of the page: added by name, invited by a one-time link, known by a password of their own."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

from werkzeug.security import check_password_hash, generate_password_hash

from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import Ids, digest
from gateway.store import database
from gateway.store.models import OneTimeLink, SignIn, User

LINK_LIFE = timedelta(hours=24)
SHORTEST, LONGEST = 10, 200
METHOD = "scrypt:16384:8:1"  # 17 MB and some 30 ms a try
NAME = re.compile(r"[\w.\-]{1,40}")

_one_at_a_time = threading.Lock()  # a scrypt needs its memory: never two at once on a small machine
_nobody = generate_password_hash("nobody has this password", METHOD)


def any_user() -> bool:
    return User.select().exists()


def everybody() -> list[User]:
    return list(User.select().order_by(User.name))


def add(name: str, language: str, now: datetime, ids: Ids) -> str:
    """Add a person; returns the token of the one-time link at which a password is chosen."""
    if not NAME.fullmatch(name):
        raise Invalid("name_bad", field="name")
    with database.transaction():
        if User.get_or_none(User.name == name):
            raise Conflict("name_taken", field="name", name=name)
        user = User.create(name=name, language=language, created_at=now)
        return _new_link(user, now, ids)


def link(name: str, now: datetime, ids: Ids) -> str:
    """A new one-time link for somebody; the older ones are void."""
    with database.transaction():
        user = User.get_or_none(User.name == name)
        if user is None:
            raise NotFound("user_unknown", name=name)
        OneTimeLink.delete().where(OneTimeLink.user == user.id).execute()
        return _new_link(user, now, ids)


def open_link(token: str, now: datetime) -> User | None:
    """Whose link this is, if it may still be used; using it up is `choose_password`'s."""
    found = _link(token, now)
    return found.user if found else None


def choose_password(token: str, password: str, now: datetime) -> User:
    """Use the link up: the password is set, every open session of that person ends."""
    hashed = _hash(password)
    with database.transaction():
        found = _link(token, now)
        if found is None:
            raise Invalid("link_used", field="token")
        user = found.user
        User.update(password_hash=hashed).where(User.id == user.id).execute()
        SignIn.delete().where(SignIn.user == user.id).execute()
        OneTimeLink.delete().where(OneTimeLink.user == user.id).execute()
    return user


def enter(token: str, now: datetime) -> User:
    """Use the link up to come in this once, whatever the password; raises Invalid `link_used`."""
    with database.transaction():
        found = _link(token, now)
        if found is None:
            raise Invalid("link_used", field="token")
        user = found.user
        OneTimeLink.delete().where(OneTimeLink.id == found.id).execute()
    return user


def check(name: str, password: str) -> User | None:
    """The person, if the password is right; the same work for a name that nobody has."""
    user = User.get_or_none(User.name == name)
    hashed = user.password_hash if user is not None and user.password_hash else _nobody
    with _one_at_a_time:
        right = check_password_hash(hashed, password[:LONGEST])
    return user if right and user is not None and user.password_hash else None


def speak(user: User, language: str) -> None:
    """Remember the language in which this person reads the page."""
    User.update(language=language).where(User.id == user.id).execute()


def _hash(password: str) -> str:
    if len(password) < SHORTEST:
        raise Invalid("password_short", field="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("password_long", field="password", most=LONGEST)
    with _one_at_a_time:
        return generate_password_hash(password, METHOD)


def _new_link(user: User, now: datetime, ids: Ids) -> str:
    token = ids.token()
    OneTimeLink.create(user=user, digest=digest(token), created_at=now, expires_at=now + LINK_LIFE)
    return token


def _link(token: str, now: datetime) -> OneTimeLink | None:
    return OneTimeLink.get_or_none(OneTimeLink.digest == digest(token), OneTimeLink.expires_at > now)
