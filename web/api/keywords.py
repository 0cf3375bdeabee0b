"""/api/v1/keywords: words of the shop's own that people text, and what each does."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for
from marshmallow import fields

from gateway.features.keywords import matching, rules
from gateway.features.keywords.rules import BETWEEN, Wish
from gateway.store.models import KeywordRule
from web.api.auth import needs, source
from web.api.fields import WHEN, Flag, Instant, Text, Texts, about
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import UID, Answer, PageSchema, always, maybe
from web.office import office

section = Section(
    "keywords", __name__, url_prefix="/api/v1", description="Words that people text, and what each does."
)

WORDS = about("Its spellings, the first one names it; capitals, accents and marks do not count.", ["RSVP"])
WHOLE = about("true: only when nothing else stands in the text.", False)
REPLY = about("The answer, with gaps as in a template; empty: none.", "Thank you {first name}.")
TAG = about("Stuck on the contact; empty: none.", "party")
GROUP = about("The name of the group into which the contact comes; empty: none.", "Regulars")
ADDS = about("true: whoever is not in the contacts comes into them.", False)
ASKS = about("true: they are asked whether they want offers, and join the group only with their yes.", False)
MAIL = about("Where every one is mailed to; empty: nowhere.", "")


class KeywordInputSchema(Strict):
    words = Texts(required=True, metadata=WORDS)
    whole = Flag(load_default=False, metadata=WHOLE)
    reply = Text(load_default="", metadata=REPLY)
    tag = Text(load_default="", metadata=TAG)
    group = Text(load_default="", metadata=GROUP)
    adds = Flag(load_default=False, metadata=ADDS)
    asks = Flag(load_default=False, metadata=ASKS)
    mail = Text(load_default="", metadata=MAIL)


class KeywordSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the rule.", UID))
    words = always(fields.List, fields.String(), metadata=WORDS)
    whole = always(fields.Boolean, metadata=WHOLE)
    reply = always(Text, metadata=REPLY)
    tag = always(Text, metadata=TAG)
    group = always(Text, metadata=GROUP)
    adds = always(fields.Boolean, metadata=ADDS)
    asks = always(fields.Boolean, metadata=ASKS)
    mail = always(Text, metadata=MAIL)
    conflicts = always(
        fields.List, fields.String(), metadata=about("Its words that something else hears first.", [])
    )
    uses = always(fields.Integer, metadata=about("How often it came.", 12))
    used_at = maybe(Instant, metadata=about("When it came last.", WHEN))
    created_at = always(Instant, metadata=about("When it was made.", WHEN))


class KeywordPageSchema(PageSchema):
    items = always(fields.Nested, KeywordSchema(many=True), metadata=about("By the first word."))


SHAPE = KeywordSchema()


@section.route("/keywords")
@needs("admin")
@section.doc(operationId="listKeywords")
@section.response(200, KeywordPageSchema())
def find() -> dict[str, Any]:
    """List the rules: there are at most 200."""
    return {"items": [_told(rule) for rule in rules.everything()], "next": None}


@section.route("/keywords", methods=["POST"], endpoint="create")
@needs("admin")
@section.doc(operationId="addKeyword")
@section.arguments(KeywordInputSchema())
@section.response(201, KeywordSchema(), description="Heard from now on")
@refuses(400, 409, 413, 415)
def create(body: dict[str, Any]) -> Response:
    """Make a rule; a word of the law is refused, and 409 says that another rule has the word."""
    here = office()
    made = rules.add(_wish(body), here.config.appliance, source(), here.clock.now(), here.ids)
    answer: Response = jsonify(SHAPE.dump(_told(made)))
    answer.status_code = 201
    answer.headers["Location"] = url_for("keywords.detail", uid=made.uid)
    return answer


@section.route("/keywords/<uid>", endpoint="detail")
@needs("admin")
@section.doc(operationId="getKeyword")
@section.response(200, KeywordSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one rule."""
    return _told(rules.get(uid))


@section.route("/keywords/<uid>", methods=["PUT"], endpoint="keep")
@needs("admin")
@section.doc(operationId="putKeyword")
@section.arguments(KeywordInputSchema())
@section.response(200, KeywordSchema())
@refuses(400, 404, 409, 413, 415)
def keep(body: dict[str, Any], uid: str) -> dict[str, Any]:
    """Write a rule anew; its uses go on being counted."""
    here = office()
    return _told(rules.change(uid, _wish(body), here.config.appliance, source(), here.clock.now()))


@section.route("/keywords/<uid>", methods=["DELETE"], endpoint="remove")
@needs("admin")
@section.doc(operationId="deleteKeyword")
@section.response(200, KeywordSchema(), description="Removed; this is what stood there")
@refuses(404)
def remove(uid: str) -> dict[str, Any]:
    """Remove a rule; what it did stays."""
    removed = _told(rules.get(uid))
    rules.remove(uid, source(), office().clock.now())
    return removed


def _wish(body: dict[str, Any]) -> Wish:
    words = ", ".join(BETWEEN.sub(" ", word) for word in body["words"])
    return Wish(**{**body, "words": words})


def _told(rule: KeywordRule) -> dict[str, Any]:
    """A rule as callers see it."""
    names = ("whole", "reply", "tag", "adds", "asks", "mail", "uses", "used_at", "created_at")
    return {
        **{name: getattr(rule, name) for name in names},
        "uid": rule.uid,
        "words": rules.spelled(rule),
        "group": rule.group.name if rule.group else "",
        "conflicts": list(matching.conflicts(rule)),
    }
