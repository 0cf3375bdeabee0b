"""The doors' dictionary: codes become French or English.  Only web/ and gateway/cli may speak."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")


class _Facts(dict[str, Any]):
    """A sentence never breaks for want of a fact."""

    def __missing__(self, name: str) -> str:
        return "…"


def say(code: str, language: str, /, **facts: Any) -> str:
    """The sentence for `code` ("reason.quiet_hours"); the code itself where no sentence is known."""
    table, _, name = code.partition(".")
    sentence = words(language if language in LANGUAGES else "en").get(table, {}).get(name)
    return sentence.format_map(_Facts(facts)) if sentence else code


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """The whole dictionary of one language: table → word → sentence."""
    path = Path(__file__).parent / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
