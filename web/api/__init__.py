"""The native HTTP API: a key, JSON in, JSON out, and a document that says all of it.

request ──▶ problems.guard_paths ──▶ auth.needs ──▶ inputs ──▶ a gateway verb ──▶ outputs
"""

from __future__ import annotations

from flask import Flask

from web import problems
from web.api import (
    appointments,
    auth,
    automations,
    campaigns,
    consents,
    conversions,
    docs,
    events,
    groups,
    health,
    inbound,
    keywords,
    lookup,
    modems,
    preview,
    rehearsal,
    results,
    sending,
    surveys,
    verify,
    webhooks,
    wordings,
)
from web.api.framework import INTRODUCTION, NativeApi
from web.api.outputs import RefusedSchema, SeveralSchema

SECTIONS = (
    sending.section,
    preview.section,
    rehearsal.section,
    inbound.section,
    consents.section,
    groups.section,
    wordings.section,
    verify.section,
    lookup.section,
    webhooks.section,
    campaigns.section,
    results.section,
    surveys.section,
    automations.section,
    events.section,
    keywords.section,
    conversions.section,
    appointments.section,
    modems.section,
    health.section,
)
VERSION = "1"


def register(app: Flask) -> None:
    """Serve the API in the application."""
    app.config.setdefault("API_TITLE", "Chappe")
    app.config.setdefault("API_VERSION", VERSION)
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # a person may read it too
    app.json.sort_keys = False  # type: ignore[attr-defined]  # what matters most comes first
    problems.guard_paths(app)
    api = NativeApi(app, spec_kwargs={"info": {"description": INTRODUCTION}})
    key = {"type": "http", "scheme": auth.SCHEME, "description": "A key made by `chappe key create NAME`."}
    api.spec.components.security_scheme(auth.SCHEME, key)
    for name, schema in (("Several", SeveralSchema), ("Refused", RefusedSchema)):
        api.spec.components.schema(name, schema=schema)
    for section in SECTIONS:
        api.register_blueprint(section)
    app.register_blueprint(docs.pages)
    with app.app_context():
        docs.keep(api.spec)
