"""Who calls: a key in the Authorization header, and what that key may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from gateway.access import keys
from gateway.store.models import ApiKey
from web import footprints
from web.api.framework import Section, View, refuses
from web.problems import Fault, Problem

SCHEME = "bearer"
SCOPES = {
    "send": "Submit, rehearse, preview and cancel messages; keep contacts, groups and templates.",
    "read": "See messages, received messages, contacts with their consents, groups, templates, and modems.",
    "admin": "Everything, and alone: record what people agreed to or refused.",
}


def needs(*scopes: str) -> Callable[[View], View]:
    """The view runs only for a key with one of these scopes, before anything of the body is read."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.api_key = authorize(*scopes)
            return view(*args, **kwargs)

        wanted = [{SCHEME: [scope]} for scope in scopes]
        documented: View = Section.doc(security=wanted)(refuses(401, 403)(guarded))
        return documented

    return decorator


def source() -> str:
    """How messages of this call are marked."""
    return f"key:{g.api_key.name}"


def authorize(*scopes: str) -> ApiKey:
    """The unrevoked key of this request; raises a Problem 401, or 403 where it has none of the scopes."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise _unknown("key_missing", "Bearer")
    key = keys.find(secret.strip())
    if key is None:
        raise _unknown("key_wrong", 'Bearer error="invalid_token"')
    if not {*scopes, "admin"} & set(key.scopes.split()):
        scope = scopes[0]
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        fault = Fault("scope_missing", None, {"scope": scope})
        raise Problem(403, fault, headers={"WWW-Authenticate": challenge})
    footprints.of_key(key)
    return key


def _unknown(code: str, challenge: str) -> Problem:
    return Problem(401, Fault(code), headers={"WWW-Authenticate": challenge})
