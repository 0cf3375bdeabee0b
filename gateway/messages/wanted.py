"""What was typed into the search, as a question to the index: all of the words, each by its beginning;
in quotes, one after the other.

Pure.  Words are read as SQLite's tokenizer does it: whatever is neither letter nor digit parts them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.errors import Invalid

LONGEST = 200  # characters
MOST = 12  # words and phrases
SHORTEST_BEGINNING = 3  # letters; too many words begin with two
QUOTES = str.maketrans(dict.fromkeys("“”„«»″", '"'))
PIECES = re.compile(r'"([^"]*)"?|([^\s"]+)')
DIGITS = re.compile(r"[0-9+().\-/\s\u00a0\u202f]+")
SHORTEST_NUMBER = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same question twice: where words count by their beginnings, and as whole words only."""

    beginnings: str
    whole: str


def read(typed: str) -> Wanted:
    """Raises Invalid on the field `q` where there is no word, or too much."""
    if len(typed) > LONGEST:
        raise Invalid("search_long", field="q", most=LONGEST)
    found = [piece for piece in PIECES.findall(typed.translate(QUOTES)) if _has_word("".join(piece))]
    if not found:
        raise Invalid("search_empty", field="q")
    if len(found) > MOST:
        raise Invalid("search_words", field="q", most=MOST)
    whole = [_quoted(phrase or word) for phrase, word in found]
    begun = [f"{said} *" if _is_begun(word) else said for said, (_, word) in zip(whole, found, strict=True)]
    return Wanted(" AND ".join(begun), " AND ".join(whole))


def digits(typed: str) -> str:
    """The digits of a number, or of a piece of one, as the ledger would have it; "" for what is none.

    "06 12…" and "0033 6 12…" are kept as "+33612…": the zeros in front go.
    """
    found = re.sub(r"[^0-9]", "", typed) if DIGITS.fullmatch(typed) else ""
    kept = re.sub(r"^00?", "", found)
    return kept if len(kept) >= SHORTEST_NUMBER else ""


def _quoted(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return f'"{clean}"'


def _is_begun(word: str) -> bool:
    """Its last letters are enough to be the beginning of a word; what is in quotes is meant as it stands."""
    last = re.findall(r"[^\W_]+", word)
    return bool(last) and len(last[-1]) >= SHORTEST_BEGINNING


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in text)
