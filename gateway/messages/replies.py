"""Answers that are ready: the shop's short texts, each as one person would read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import Invalid
from gateway.messages import templating
from gateway.store.models import Contact, Template

MOST = 40


@dataclass(frozen=True, slots=True)
class Reply:
    id: int
    name: str
    text: str


def to(number: str) -> list[Reply]:
    """Those texts by their names, with what is known of this person in their gaps."""
    ready = Template.select().where(Template.kind == "reply").order_by(Template.name).limit(MOST)
    values = _values(number) if ready else {}
    return [Reply(one.id, one.name, _filled(one.text, values)) for one in ready]


def _values(number: str) -> Mapping[str, str]:
    known = Contact.get_or_none(Contact.number == number)
    name, postcode = (known.name, known.postcode) if known else ("", "")
    return templating.values(name, number, postcode)


def _filled(text: str, values: Mapping[str, str]) -> str:
    try:
        return templating.fill(text, values).text
    except Invalid:
        return text  # a brace that was not meant: it stands as it was typed
