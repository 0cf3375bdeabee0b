"""Texts to use again: whole messages with gaps for each person, and quick replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway import audit
from gateway.contacts import audience, fields
from gateway.errors import Conflict, Invalid, NotFound
from gateway.messages import texts
from gateway.policy.categories import CATEGORIES
from gateway.store import database
from gateway.store.models import Template

KINDS = ("message", "reply")
LONGEST_NAME = 60
MOST = 500


@dataclass(frozen=True, slots=True)
class Wording:
    """A template as somebody writes it; a reply has gaps like a message."""

    name: str
    text: str
    kind: str = "message"
    category: str = "notification"


def everything(kind: str | None = None) -> Sequence[Template]:
    """All of one kind, or of both, by name."""
    query = Template.select().order_by(Template.name)
    return list(query.where(Template.kind == kind) if kind else query)


def get(template: int) -> Template:
    """Raises NotFound `template_unknown`."""
    found: Template | None = Template.get_or_none(Template.id == template)
    if found is None:
        raise NotFound("template_unknown", name=template)
    return found


def save(wording: Wording, by: str, now: datetime, template: int | None = None) -> Template:
    """A new template, or the one of that id changed.

    Raises Invalid on `name`, `text`, `kind` or `category`; NotFound; Conflict `name_taken` on `name`.
    """
    mended = _checked(wording)
    with database.transaction():
        known = get(template) if template is not None else Template()
        other = Template.get_or_none(Template.name == mended.name)
        if other is not None and other.id != known.id:
            raise Conflict("name_taken", field="name", name=mended.name)
        if template is None and Template.select().count() >= MOST:
            raise Invalid("too_many_templates", field="name", most=MOST)
        known.name, known.kind, known.text = mended.name, mended.kind, mended.text
        known.category, known.written_by, known.updated_at = mended.category, by, now
        known.save()
        audit.write(by, "template_saved", now, shown=mended.name)
    return known


def remove(template: int, by: str, now: datetime) -> Template:
    """Raises NotFound.  What was sent with it stays as it is."""
    with database.transaction():
        known = get(template)
        known.delete_instance()
        audit.write(by, "template_removed", now, shown=known.name)
    return known


def _checked(wording: Wording) -> Wording:
    name, text = fields.named(wording.name, LONGEST_NAME), texts.clean(wording.text).strip()
    if not text:
        raise Invalid("text_empty", field="text")
    if wording.kind not in KINDS:
        raise Invalid("template_kind_unknown", field="kind", value=wording.kind, known=", ".join(KINDS))
    if wording.category not in CATEGORIES:
        known = ", ".join(CATEGORIES)
        raise Invalid("category_unknown", field="category", value=wording.category, known=known)
    audience.check(text)
    if (parts := texts.preview(text).parts) > texts.MOST_PARTS:
        raise Invalid("too_many_parts", field="text", parts=parts, most=texts.MOST_PARTS)
    return Wording(name, text, wording.kind, wording.category)
