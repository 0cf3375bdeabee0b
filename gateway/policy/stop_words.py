"""What a received message asks for in a word or a few: an end above all, in French and English.

Certain is only what cannot be meant otherwise; what may be a STOP is left to a person.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from gateway.policy import stop_vocabulary as said

LONGEST = 2000  # characters that are read
SENTENCE = re.compile(r"[.!;:…]+|(?<=\bnon),|(?<=\bno),", re.IGNORECASE)  # "Non, stop" is not "non-stop"
SIGNS = "🛑⛔🚫"  # a phone's own way to say it


class Meaning(StrEnum):
    STOP = "stop"
    PERHAPS_STOP = "perhaps_stop"  # a person decides
    START = "start"
    HELP = "help"
    YES = "yes"
    NO = "no"
    JOIN = "join"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Keyword:
    """`categories` is what a STOP or a START is about, none for a START of everything; `word` is what
    stands after the word that joins."""

    meaning: Meaning
    categories: tuple[str, ...] = ()
    word: str = ""


NOTHING = Keyword(Meaning.NOTHING)


def read(text: str, join: str = "") -> Keyword:
    """What the text asks for, whatever its case, accents, spaces and marks; `join` is a word that joins
    besides the usual ones.  Every text has an answer."""
    spelled = unicodedata.normalize("NFKC", text[:LONGEST])
    words = plain(spelled)
    if _ends(words) or _ends_in_a_sentence(spelled, words):
        return Keyword(Meaning.STOP, _scope(words))
    if found := _own_message(words) or _joins(words, plain(join)):
        return found
    if _may_end(words) or (not words and any(sign in text for sign in SIGNS)):
        return Keyword(Meaning.PERHAPS_STOP, _scope(words))
    return NOTHING


def plain(text: str) -> str:
    """Small letters without accents or marks, one space between words: "Arrêtez !" is "arretez"."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in spelled if unicodedata.category(char)[0] not in "MC" or char.isspace())
    words = " ".join(re.findall(r"[^\W_]+", kept))
    for pattern, one in said.ALIKE:
        words = pattern.sub(one, words)
    return " ".join(words.split())


# ---- an end that is certain --------------------------------------------------------------------


def _ends(words: str) -> bool:
    left = said.INNOCENT.sub(" ", words)
    if _is_command(left.split()) or _wants_no_more(words):
        return left == words
    if said.HEDGES.search(words) or _leaves_something_else(words):
        return False
    return any(phrase.search(left) for phrase in said.PHRASES) or _begins_with_it(left.split())


def _is_command(words: list[str]) -> bool:
    """Nothing but the word that ends, what is to end, and politeness."""
    what = said.OFFERS | said.MESSAGES | said.REMINDERS
    known = said.ENDS | said.ENDS_WHAT | what | said.EVERYTHING | said.POLITE | said.LITTLE
    if not all(word in known or word.isdecimal() for word in words):
        return False
    return any(word in said.ENDS for word in words) or (
        any(word in said.ENDS_WHAT for word in words) and any(word in what for word in words)
    )


def _wants_no_more(words: str) -> bool:
    """ "Plus de pub", with politeness around it and nothing else."""
    bare = " ".join(word for word in words.split() if word not in said.POLITE)
    found = said.NO_MORE.match(bare)
    return found is not None and found.end() == len(bare) and "rdv" not in bare and "appoint" not in bare


def _begins_with_it(words: list[str]) -> bool:
    """The first word ends it, and another leaves no doubt."""
    start = next((word for word in words if word not in said.POLITE), "")
    certain = said.CERTAIN_BESIDE | said.OFFERS | said.REMINDERS | {"sms", "textos"}
    return start in said.ENDS and start != "arret" and any(word in certain for word in words[1:])


def _ends_in_a_sentence(text: str, words: str) -> bool:
    """One whole sentence is the word that ends: "Bonjour. STOP. Merci." """
    if said.QUOTED.search(words):
        return False
    sentences = [plain(sentence).split() for sentence in SENTENCE.split(text)]
    return any({"stop", "unsubscribe"} & {*found} and _is_command(found) for found in sentences)


def _leaves_something_else(words: str) -> bool:
    known = said.OFFERS | said.MESSAGES | said.REMINDERS | said.LITTLE | said.EVERYTHING
    return any(match[1] not in known for match in said.OTHER_THING.finditer(words))


# ---- what else it may be -------------------------------------------------------------------------


def _may_end(words: str) -> bool:
    left = said.INNOCENT.sub(" ", words)
    known = said.ENDS | said.ENDS_WHAT
    if any(word in known for word in left.split()) or said.ANGRY.search(left):
        return True
    bare = [word for word in left.split() if word not in said.POLITE]
    if len(bare) == 1 and bare[0] in said.ALMOST:
        return True
    return any(phrase.search(left) for phrase in said.PHRASES)


def _own_message(words: str) -> Keyword | None:
    """A word that counts only with nothing around it but politeness."""
    bare = {word for word in words.split() if word not in said.POLITE}
    if bare & said.BEGINS and bare <= said.BEGINS | said.OFFERS | said.REMINDERS | said.EVERYTHING | {"sms"}:
        about = bare & (said.OFFERS | said.REMINDERS)
        return Keyword(Meaning.START, _scope(words) if about else ())
    for meaning, own in ((Meaning.YES, said.YES), (Meaning.NO, said.NO), (Meaning.HELP, said.HELPS)):
        if bare and bare <= own:
            return Keyword(meaning)
    return None


def _joins(words: str, join: str) -> Keyword | None:
    for word in (join, *said.JOINS):
        if word and f"{words} ".startswith(f"{word} "):
            return Keyword(Meaning.JOIN, word=words.removeprefix(word).strip())
    return None


def _scope(words: str) -> tuple[str, ...]:
    """What is to end: reminders, everything, else marketing."""
    found = {*words.split()}
    offers, reminders = bool(found & said.OFFERS), bool(found & said.REMINDERS)
    if (offers and reminders) or (not offers and not reminders and found & said.EVERYTHING):
        return ("marketing", "notification")
    return ("notification",) if reminders else ("marketing",)
