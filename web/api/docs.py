"""/docs and /api/v1/openapi.json: one document, for people and for programs; no key, no internet."""

from __future__ import annotations

import json
import re
from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from gateway.words import say
from web import doorplate
from web.api import outline
from web.api.auth import SCOPES
from web.api.codes import CODES
from web.api.recipes import recipes
from web.api.samples import samples
from web.problems import BODY_LIMIT, language

DOCUMENT = "chappe-openapi"  # where the application keeps it
PLACES = {"number": "+33639980001", "group": "3", "segment": "2", "template": "7", "name": "NAME"}

pages = Blueprint(
    "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs"
)


def keep(spec: APISpec) -> None:
    """The document is made once: it does not change while the process lives."""
    current_app.extensions[DOCUMENT] = spec.to_dict()


@pages.get("/openapi.json")
def moved() -> AnyResponse:
    """Where programs look first; the document belongs to its version of the API."""
    return redirect(url_for(".document"))


@pages.get("/api/v1/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    response = current_app.response_class(
        json.dumps(current_app.extensions[DOCUMENT], ensure_ascii=False), mimetype="application/json"
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.app_template_filter("ticked")
def ticked(text: str) -> Markup:
    """Text in which `this` is code."""
    plain, *rest = text.split("`")
    marked = Markup(escape(plain))
    for index, piece in enumerate(rest):
        marked += piece if index % 2 else Markup("<code>{}</code>").format(piece)
    return marked


@pages.get("/docs")
def page() -> str:
    """The same on a page, with examples that can be pasted."""
    described: dict[str, Any] = current_app.extensions[DOCUMENT]
    reader = language()
    return render_template(
        "api/docs.html",
        info=described["info"],
        groups=outline.groups(described),
        shapes=outline.shapes(described),
        scopes=SCOPES,
        errors=_errors(reader),
        samples=_samples,
        recipes=recipes(_root()),
        reader=reader,
        limit=BODY_LIMIT // 1024,
        root=_root(),
    )


def _errors(reader: str) -> list[tuple[int, str, str]]:
    """Every code with its status and its sentence; what a case fills in shows as an ellipsis."""
    return [(status, code, say(f"error.{code}", reader)) for status, codes in CODES.items() for code in codes]


def _root() -> str:
    """Where callers find this appliance: as configured, else as this reader found it."""
    return doorplate.root()


def _samples(call: outline.Call) -> dict[str, str]:
    path = re.sub(r"{(\w+)}", lambda gap: PLACES.get(gap[1], "ID"), call.path)
    return samples(call.method, _root() + path, call.scope is not None, call.example)
