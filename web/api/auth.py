"""Who calls: a key in the Authorization header, and what that key may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from gateway.access import keys
from gateway.store.models import ApiKey
from web.api.framework import Section, View, refuses
from web.problems import Fault, Problem

SCHEME = "bearer"
SCOPES = {
    "send": "Submit, preview and cancel messages.",
    "read": "See messages, received messages and modems.",
    "admin": "Everything.",
}


def needs(scope: str) -> Callable[[View], View]:
    """The view runs only for a key with that scope, before anything of the body is read."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.api_key = authorize(scope)
            return view(*args, **kwargs)

        documented: View = Section.doc(security=[{SCHEME: [scope]}])(refuses(401, 403)(guarded))
        return documented

    return decorator


def source() -> str:
    """How messages of this call are marked."""
    return f"key:{g.api_key.name}"


def authorize(scope: str) -> ApiKey:
    """The unrevoked key of this request; raises a Problem 401 or 403."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise _unknown("key_missing", "Bearer")
    key = keys.find(secret.strip())
    if key is None:
        raise _unknown("key_wrong", 'Bearer error="invalid_token"')
    if not {scope, "admin"} & set(key.scopes.split()):
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        fault = Fault("scope_missing", None, {"scope": scope})
        raise Problem(403, fault, headers={"WWW-Authenticate": challenge})
    return key


def _unknown(code: str, challenge: str) -> Problem:
    return Problem(401, Fault(code), headers={"WWW-Authenticate": challenge})
