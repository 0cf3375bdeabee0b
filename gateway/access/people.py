"""The people of the page: added by name, invited by a one-time link, known by a password of their own.

Nobody is ever removed: a name stays beside what its owner wrote.  Whoever leaves is disabled.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from gateway.access import roles, sessions
from gateway.access.roles import ADMINISTERS
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import Ids, digest
from gateway.store import database
from gateway.store.models import OneTimeLink, User

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


def named(name: str) -> User:
    """Raises NotFound `user_unknown`."""
    user = User.get_or_none(User.name == name)
    if user is None:
        raise NotFound("user_unknown", name=name)
    found: User = user
    return found


def administrators() -> list[str]:
    """The names of those who may change what others may do."""
    able = User.select(User.name).where(User.role == ADMINISTERS, User.disabled_at.is_null())
    return [user.name for user in able.order_by(User.name)]


# ---- coming in -----------------------------------------------------------------------------------


def add(name: str, language: str, now: datetime, ids: Ids, role: str = ADMINISTERS) -> str:
    """Add a person; returns the token of the one-time link at which a password is chosen."""
    if not NAME.fullmatch(name):
        raise Invalid("name_bad", field="name")
    roles.known(role)
    with database.transaction():
        if User.get_or_none(User.name == name):
            raise Conflict("name_taken", field="name", name=name)
        user = User.create(name=name, language=language, created_at=now, role=role)
        return _new_link(user, now, ids)


def link(name: str, now: datetime, ids: Ids) -> str:
    """A new one-time link for somebody; the older ones are void."""
    with database.transaction():
        user = named(name)
        if user.disabled_at is not None:
            raise Conflict("user_disabled", name=name)
        OneTimeLink.delete().where(OneTimeLink.user == user.id).execute()
        return _new_link(user, now, ids)


def invitations(now: datetime) -> dict[int, datetime]:
    """Until when a link that was not used yet opens, by the person's id."""
    links = OneTimeLink.select(OneTimeLink.user, OneTimeLink.expires_at)
    found: Iterable[Any] = links.where(OneTimeLink.expires_at > now).tuples()
    return dict(found)


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
        user: User = found.user
        _set_password(user, hashed)
    return user


def change_password(user: User, old: str, new: str) -> None:
    """Change one's own; every open session of that person ends.  Raises Invalid with the field at fault.

    Who has no password yet (came in by the link alone) chooses the first one, and `old` does not count.
    """
    if user.password_hash and not _is_right(user.password_hash, old):
        raise Invalid("password_wrong", field="old")
    hashed = _hash(new)
    with database.transaction():
        _set_password(user, hashed)


def enter(token: str, now: datetime) -> User:
    """Use the link up to come in this once, whatever the password; raises Invalid `link_used`."""
    with database.transaction():
        found = _link(token, now)
        if found is None:
            raise Invalid("link_used", field="token")
        user: User = found.user
        OneTimeLink.delete().where(OneTimeLink.id == found.id).execute()
    return user


def check(name: str, password: str) -> User | None:
    """The person, if the password is right; the same work for a name that nobody has or may use."""
    user = User.get_or_none(User.name == name, User.disabled_at.is_null())
    known = user.password_hash if user is not None else None
    right = _is_right(known or _nobody, password)
    return user if right and known else None


# ---- what becomes of somebody --------------------------------------------------------------------


def change_role(name: str, role: str) -> bool:
    """Whether it changed; then every open session of that person ends.

    Raises Conflict `last_administrator`: somebody must always be able to give roles.
    """
    roles.known(role)
    with database.transaction():
        user = named(name)
        if user.role == role:
            return False
        _spare_the_last(user)
        User.update(role=role).where(User.id == user.id).execute()
        sessions.close_all(user)
    return True


def disable(name: str, now: datetime) -> bool:
    """Shut somebody out until `enable`: sessions and links end at once, the password opens nothing."""
    with database.transaction():
        user = named(name)
        if user.disabled_at is not None:
            return False
        _spare_the_last(user)
        User.update(disabled_at=now).where(User.id == user.id).execute()
        OneTimeLink.delete().where(OneTimeLink.user == user.id).execute()
        sessions.close_all(user)
    return True


def enable(name: str) -> bool:
    """Let somebody in again, with the password and the role of before."""
    with database.transaction():
        user = named(name)
        changed = User.update(disabled_at=None).where(User.id == user.id, User.disabled_at.is_null(False))
        return bool(changed.execute())


def speak(user: User, language: str) -> None:
    """Remember the language in which this person reads the page."""
    User.update(language=language).where(User.id == user.id).execute()


def note_seen(user: User, now: datetime) -> None:
    """Remember that this person was here."""
    User.update(seen_at=now).where(User.id == user.id).execute()


def _spare_the_last(user: User) -> None:
    """Raises Conflict unless somebody else, who has a password, gives roles too."""
    if user.role != ADMINISTERS or user.disabled_at is not None:
        return
    others = User.select().where(
        User.role == ADMINISTERS,
        User.disabled_at.is_null(),
        User.password_hash.is_null(False),
        User.id != user.id,
    )
    if not others.exists():
        raise Conflict("last_administrator", name=user.name)


def _hash(password: str) -> str:
    if len(password) < SHORTEST:
        raise Invalid("password_short", field="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("password_long", field="password", most=LONGEST)
    with _one_at_a_time:
        return generate_password_hash(password, METHOD)


def _is_right(hashed: str, password: str) -> bool:
    with _one_at_a_time:
        return check_password_hash(hashed, password[: LONGEST + 1])


def _set_password(user: User, hashed: str) -> None:
    User.update(password_hash=hashed).where(User.id == user.id).execute()
    sessions.close_all(user)
    OneTimeLink.delete().where(OneTimeLink.user == user.id).execute()


def _new_link(user: User, now: datetime, ids: Ids) -> str:
    token = ids.token()
    OneTimeLink.create(user=user, digest=digest(token), created_at=now, expires_at=now + LINK_LIFE)
    return token


def _link(token: str, now: datetime) -> OneTimeLink | None:
    return OneTimeLink.get_or_none(OneTimeLink.digest == digest(token), OneTimeLink.expires_at > now)
