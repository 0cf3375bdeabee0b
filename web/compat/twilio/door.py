"""Who calls: HTTP Basic with an AccountSid and its AuthToken, or the key itself; and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from gateway.access import accounts
from gateway.messages.drafts import Caller
from gateway.secret import appliance_secret
from gateway.store.models import ApiKey
from web import callers, footprints
from web.compat.twilio.refusals import Refusal, refuse
from web.office import office
from web.problems import Fault

View = Callable[..., Any]


def needs(scope: str) -> Callable[[View], View]:
    """The view runs only for a key with this scope, before anything of the body is read.

    An account in the path must be the caller's own; the view does not get it.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            key = g.api_key = _enter()
            if kwargs.pop("account", key.account_sid) != key.account_sid:
                raise refuse(404, 20404, Fault("not_found"))
            require(scope)
            footprints.of_key(key)
            return view(*args, **kwargs)

        return guarded

    return decorator


def require(scope: str) -> None:
    """Raises a Refusal unless the caller's key has this scope, or may do everything."""
    if not {scope, "admin"} & set(api_key().scopes.split()):
        raise refuse(403, 20003, Fault("scope_missing", None, {"scope": scope}))


def api_key() -> ApiKey:
    """Whose call this is."""
    key: ApiKey = g.api_key
    return key


def source() -> str:
    """How messages of this call are marked."""
    return f"key:{api_key().name}"


def caller() -> Caller:
    """Who writes the messages of this call."""
    return callers.of_key(api_key())


def _enter() -> ApiKey:
    given, here = request.authorization, office()
    secret = appliance_secret(here.config.appliance.data_dir, here.ids)
    key = None
    if given is not None and given.type == "basic":
        key = accounts.enter(given.username or "", given.password or "", secret)
    if key is None:
        refusal = refuse(401, 20003, Fault("account_wrong"))
        challenge = {"WWW-Authenticate": 'Basic realm="Twilio API"'}
        raise Refusal(refusal.status, refusal.number, refusal.message, challenge)
    return key
