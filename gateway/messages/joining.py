"""The word by which a person joins the list, and the notice under which it is made known.

What comes of it is done in `gateway/messages/keywords.py`.

Source: GDPR art. 7.1: the notice on the poster or the counter is what the person agreed to, so its exact
words are kept with each consent that comes of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from gateway import audit
from gateway.errors import Invalid
from gateway.policy import stop_words
from gateway.policy.stop_words import Keyword, Meaning
from gateway.store import choices, database

NAME = "law.join"
LONGEST_WORD, LONGEST_NAME, LONGEST_WORDING = 20, 40, 1000


@dataclass(frozen=True, slots=True)
class Join:
    """`word` joins alone, or followed by `name`: "REJOINDRE", "REJOINDRE boulangerie"."""

    word: str
    name: str = ""
    wording: str = ""  # the notice
    asks_first: bool = False  # the word alone is no consent: a question goes back, and its yes is


def read() -> Join | None:
    """How one joins by a message; None: one cannot."""
    found = choices.find(NAME)
    return Join(**found) if found is not None else None


def meant(keyword: Keyword, join: Join) -> bool:
    """The person wrote the word alone, or with this list's name."""
    return keyword.meaning is Meaning.JOIN and keyword.word in ("", stop_words.plain(join.name))


def choose(join: Join | None, by: str, now: datetime) -> None:
    """Let people join by this word, or (None) by none; raises Invalid on `word`, `name` or `wording`."""
    if join is not None:
        _check(join)
    with database.transaction():
        if join is not None:
            choices.keep(NAME, asdict(join))
        else:
            choices.forget(NAME)
        audit.write(by, "join_changed", now, shown=join.word if join else "")


def _check(join: Join) -> None:
    longest = {"word": LONGEST_WORD, "name": LONGEST_NAME, "wording": LONGEST_WORDING}
    for field, most in longest.items():
        if len(getattr(join, field)) > most:
            raise Invalid("text_long", field=field, most=most)
    if not join.wording.strip():
        raise Invalid("wording_missing", field="wording")
    meaning = stop_words.read(join.word).meaning
    if not stop_words.plain(join.word) or meaning not in (Meaning.JOIN, Meaning.NOTHING):
        raise Invalid("word_taken", field="word", value=join.word)
