"""The doors' dictionary: codes become French or English.  Only web/ and gateway/cli may speak."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")

# Facts that are codes themselves, and the table in which each finds its words.
CODED = {
    "state": "state",
    "category": "category",
    "link_state": "link",
    "status": "report",
    "error": "trouble",
    "limit": "limit",
    "role": "role",
    "problem": "config_problem",
}


class _Facts(dict[str, Any]):
    """A sentence never breaks for want of a fact."""

    def __missing__(self, name: str) -> str:
        return "…"


def say(code: str, language: str, /, **facts: Any) -> str:
    """The sentence for `code` ("reason.quiet_hours"); the code itself where no sentence is known.

    Facts fill the sentence in; those that are codes become words first, an instant the day that its own zone
    has then, and a doer loses its prefix.
    """
    sentence = _sentence(code, language)
    return sentence.format_map(_Facts({**facts, **_worded(facts, language)})) if sentence else code


def _worded(facts: Mapping[str, Any], language: str) -> dict[str, str]:
    worded = {}
    for name, table in CODED.items():
        if word := _sentence(f"{table}.{facts.get(name)}", language):
            inside = word[:1].lower() + word[1:].rstrip(".")  # it stands inside a sentence
            worded[name] = inside.format_map(_Facts(facts))
    worded |= {name: _day(value, language) for name, value in facts.items() if isinstance(value, datetime)}
    if "by" in facts:
        worded["by"] = str(facts["by"]).partition(":")[2]
    return worded


def here(facts: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """The same facts, the instants among them as this zone's clocks show them."""
    return {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _day(at: datetime, language: str) -> str:
    return f"{at:%d/%m/%Y}" if language == "fr" else f"{at.day} {at:%B %Y}"


def _sentence(code: str, language: str) -> str | None:
    table, _, name = code.partition(".")
    return words(language if language in LANGUAGES else "en").get(table, {}).get(name)


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """The whole dictionary of one language: table → word → sentence."""
    path = Path(__file__).parent / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
