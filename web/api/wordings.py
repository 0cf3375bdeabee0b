"""/api/v1/templates: texts to use again, whole messages with gaps and quick replies."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from gateway.contacts import templates
from gateway.contacts.templates import KINDS, Wording
from gateway.policy.categories import CATEGORIES
from gateway.store.models import Template
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, OneWord, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import Answer, PageSchema, always
from web.office import office

section = Section("templates", __name__, url_prefix="/api/v1", description="Texts to use again.")

ONE = "/templates/<int(min=1, max=2147483647):template>"


class TemplatesQuerySchema(Strict):
    kind = OneWord(KINDS, "template_kind_unknown", metadata=about("Only this kind.", "message"))


class WordingSchema(Strict):
    name = Text(required=True, metadata=about("At most 60 characters.", "Ready"))
    text = Text(
        required=True,
        metadata=about(
            "With gaps for each person where that is wanted: `{first name|dear customer}`.",
            "Hello {first name|dear customer}, your order is ready.",
        ),
    )
    kind = OneWord(
        KINDS,
        "template_kind_unknown",
        load_default="message",
        metadata=about("`reply`: a quick one in a conversation.", "message"),
    )
    category = OneWord(
        CATEGORIES,
        "category_unknown",
        load_default="notification",
        metadata=about("Of the messages that are made of it.", "notification"),
    )


class TemplateSchema(Answer):
    id = always(fields.Integer, metadata=about("Names the template.", 7))
    name = always(Text, metadata=about("As people call it.", "Ready"))
    text = always(Text, metadata=about("With its gaps.", "Your order is ready."))
    kind = always(Text, metadata=about("What it is for.", "message", enum=list(KINDS)))
    category = always(Text, metadata=about("Of its messages.", "notification", enum=list(CATEGORIES)))
    written_by = always(Text, metadata=about("Who wrote it last.", "page:ana"))
    updated_at = always(Instant, metadata=about("When.", WHEN))


class TemplatePageSchema(PageSchema):
    items = always(fields.Nested, TemplateSchema(many=True), metadata=about("By name."))


@section.route("/templates")
@needs("read")
@section.doc(operationId="listTemplates")
@section.arguments(TemplatesQuerySchema(), location="query")
@section.response(200, TemplatePageSchema())
def find(query: dict[str, str]) -> dict[str, Any]:
    """List the templates by name: there are at most 500."""
    return {"items": list(templates.everything(query.get("kind"))), "next": None}


@section.route("/templates", methods=["POST"])
@needs("send")
@section.doc(operationId="addTemplate")
@section.arguments(WordingSchema())
@section.response(201, TemplateSchema())
@refuses(400, 409, 413, 415)
def add(body: dict[str, str]) -> Template:
    """Write a new template; 409 where there is one of that name."""
    return templates.save(Wording(**body), source(), office().clock.now())


@section.route(ONE)
@needs("read")
@section.doc(operationId="getTemplate")
@section.response(200, TemplateSchema())
@refuses(404)
def detail(template: int) -> Template:
    """Look at one template."""
    return templates.get(template)


@section.route(ONE, methods=["PUT"])
@needs("send")
@section.doc(operationId="putTemplate")
@section.arguments(WordingSchema())
@section.response(200, TemplateSchema())
@refuses(400, 404, 409, 413, 415)
def keep(body: dict[str, str], template: int) -> Template:
    """Write a template anew."""
    return templates.save(Wording(**body), source(), office().clock.now(), template)


@section.route(ONE, methods=["DELETE"])
@needs("send")
@section.doc(operationId="deleteTemplate")
@section.response(200, TemplateSchema(), description="Removed; this is what stood there")
@refuses(404)
def remove(template: int) -> Template:
    """Remove a template; what was sent with it stays as it is."""
    return templates.remove(template, source(), office().clock.now())
