"""The doors' dictionary: codes become French or English.  Only web/ and gateway/cli may speak."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")

# Facts that are codes themselves, and the table in which each finds its words.
CODED = {"state": "state", "category": "category", "link_state": "link", "status": "report"}


class _Facts(dict[str, Any]):
    """A sentence never breaks for want of a fact."""

    def __missing__(self, name: str) -> str:
        return "…"


def say(code: str, language: str, /, **facts: Any) -> str:
    """The sentence for `code` ("reason.quiet_hours"); the code itself where no sentence is known.

    Facts fill the sentence in; those that are codes become words first.
    """
    table, _, name = code.partition(".")
    sentence = words(language if language in LANGUAGES else "en").get(table, {}).get(name)
    if sentence is None:
        return code
    spoken = {fact: say(f"{CODED[fact]}.{facts[fact]}", language) for fact in CODED if fact in facts}
    return sentence.format_map(_Facts({**facts, **spoken}))


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """The whole dictionary of one language: table → word → sentence."""
    path = Path(__file__).parent / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
