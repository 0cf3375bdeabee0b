"""/api/v1/preview: what a text would cost, before it is sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from unicodedata import name

from gateway.messages import texts
from web.api.auth import needs
from web.api.framework import Section, refuses
from web.api.inputs import PreviewRequestSchema
from web.api.outputs import PreviewSchema

section = Section(
    "preview", __name__, url_prefix="/api/v1", description="What a text would cost, before it is sent."
)


@section.route("/preview", methods=["POST"])
@needs("send")
@section.doc(operationId="previewText")
@section.arguments(PreviewRequestSchema())
@section.response(200, PreviewSchema())
@refuses(400, 413, 415)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """Measure a text: its alphabet, its parts, and what makes it dear."""
    seen = texts.preview(body["text"], body["smart_encoding"])
    return {
        **asdict(seen),
        "culprits": [
            {"char": dear.char, "index": dear.index, "name": _name(dear.char)} for dear in seen.culprits
        ],
        "changes": [{"old": old, "new": new, "index": index} for old, new, index in seen.changes],
    }


def _name(char: str) -> str:
    """The character's Unicode name, or its code point where it has none."""
    return name(char, f"U+{ord(char):04X}")
