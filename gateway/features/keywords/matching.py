"""Which rule a text is for, and whether the words of the law take it before.

Capitals, accents and marks count for nothing: "Café !" is "cafe".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.messages import joining
from gateway.messages.joining import Join
from gateway.policy import stop_words
from gateway.policy.stop_words import Meaning
from gateway.store.models import KeywordRule, KeywordWord

MOST_WORDS = 5  # in one keyword
ABBREVIATION = re.compile(r"(?<![^\W_])[^\W\d_](?:[.-][^\W\d_])+(?![^\W_])")  # V.I.P., V-I-P

# what the core hears first → the code that says so
LAW: Mapping[Meaning, str] = {
    Meaning.STOP: "keyword_is_stop",
    Meaning.PERHAPS_STOP: "keyword_is_stop",
    Meaning.START: "keyword_is_start",
    Meaning.HELP: "keyword_is_help",
    Meaning.YES: "keyword_is_answer",
    Meaning.NO: "keyword_is_answer",
    Meaning.JOIN: "keyword_is_join",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A rule, and the one of its words that was found, as it was typed into the rule."""

    rule: KeywordRule
    word: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a text: the code of what hears it first, or the match, or neither."""

    law: str | None = None
    match: Match | None = None


def plain(text: str) -> str:
    """As words are compared: the letters of an abbreviation are one word, whatever stands between them."""
    return stop_words.plain(ABBREVIATION.sub(lambda found: re.sub(r"[.-]", "", found[0]), text))


def find(text: str) -> Match | None:
    """The rule whose word the text begins with, or is; the longest word wins."""
    words = plain(text[: stop_words.LONGEST]).split()
    beginnings = [" ".join(words[:count]) for count in range(1, min(len(words), MOST_WORDS) + 1)]
    rows = KeywordWord.select(KeywordWord, KeywordRule).join(KeywordRule)
    known = {row.word: row for row in rows.where(KeywordWord.word.in_(beginnings))}
    for beginning in reversed(beginnings):
        row = known.get(beginning)
        if row is not None and not (row.rule.whole and len(beginning.split()) < len(words)):
            return Match(row.rule, row.spelled)
    return None


def law(text: str, join: Join | None) -> str | None:
    """The code of the core's own word that this text is, whoever else wants it."""
    keyword = stop_words.read(text, join.word if join else "")
    if keyword.meaning is Meaning.JOIN and not (join and joining.meant(keyword, join)):
        return None
    return LAW.get(keyword.meaning)


def fate(text: str) -> Fate:
    """What would become of this text, if no survey and no appointment waits for an answer."""
    taken = law(text, joining.read())
    return Fate(law=taken) if taken else Fate(match=find(text))


def conflicts(rule: KeywordRule) -> dict[str, str]:
    """Word → the code of what hears it first, though it was free when the rule was written."""
    join = joining.read()
    found = {row.spelled: law(row.spelled, join) for row in rule.words}
    return {word: code for word, code in found.items() if code}
