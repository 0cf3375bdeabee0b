"""What an answer to a question says: certain only what cannot be meant otherwise; the rest is asked again.

text ─▶ plain spelling ─▶ phrases ─▶ tokens ─▶ one value, with nothing beside it that changes it
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from gateway.features.surveys import vocabulary as said
from gateway.features.surveys.states import CHOICE, FREE, NO, SCORE, YES, YES_NO

LONGEST = 1000  # characters that are read
MOST_SCORE = 10
BREAKS = ".,;:!()…–—-\n"
QUOTED = re.compile(r"^> *[^\d\s].*$\n?", re.MULTILINE)
TOKEN = re.compile(
    r"\x01\d+"  # a choice by its label
    r"|[-+−<>=~≈±]\d[\d.,]*|\d+(?:[.,:/–-]\d+)+|\d+\s?[%€$£°½]"  # a number that is another one
    r"|[^\W_]+|[.,;:!()…–—-]+|\n|\S"
)


class Kind(Enum):
    VALUE = auto()  # `value` is what it says
    BREAK = auto()  # a mark
    LINE = auto()  # the end of a line
    FIX = auto()  # takes back what was said
    POLITE = auto()
    NUMBER = auto()  # where none is asked for
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """What understanding needs of a question; `labels` are those of a choice."""

    kind: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """`value` is yes, no, the number of a choice or a score; None for any text, and where it is not certain.

    `mends`: it takes something back that was not said in this text ("non, 2 en fait", "2 en fait").
    """

    value: str | None
    certain: bool
    mends: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    word: str
    value: str = ""


UNCLEAR = Understood(None, False)


def understand(question: Question, text: str) -> Understood:
    """What this text answers.  Every text has an answer; of two answers in one text only the first counts,
    and only where the second cannot be about the same question."""
    if question.kind == FREE:
        return Understood(None, _says_something(text))
    tokens = list(_tokens(question, text))
    value = _value(tokens, question.kind)
    if value is None:
        return UNCLEAR
    begin = next(token for token in tokens if token.kind in (Kind.VALUE, Kind.FIX))
    is_soft = any(token.word in said.SOFT_FIXES for token in tokens) and len(_said(tokens)) == 1
    return Understood(value, True, begin.kind is Kind.FIX or is_soft)


def _says_something(text: str) -> bool:
    """ "?" and "..." do not, nor does what a telephone says of a heart on our message."""
    says = any(unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So" for char in text)
    return says and not said.REACTION.match(plain(text))


def plain(text: str) -> str:
    """Small letters without accents; marks and the ends of lines stay."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in spelled if char in "\n\r\t" or unicodedata.category(char)[0] not in "MC")
    kept = re.sub("[\u2019'`\u00b4\u02bc]", " ", kept.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[^\S\n]+", " ", kept).strip()


def label_of(text: str) -> str:
    """A label's words alone."""
    return " ".join(re.findall(r"[^\W_]+", plain(text)))


def leading(label: str) -> int | None:
    """The number with which a label begins ("2 children"): who answers 2 may mean that one."""
    first = label_of(label).split(" ")[0]
    if first.isdecimal():
        return int(first)
    return None if first in said.ARTICLES else said.NUMBERS.get(first)


# ---- the text as tokens ----------------------------------------------------------------------------


def _tokens(question: Question, text: str) -> Iterator[Token]:
    spelled = QUOTED.sub("", text[:LONGEST]) or text[:LONGEST]
    if question.kind == YES_NO:
        for sign, meant in said.THUMBS.items():
            spelled = spelled.replace(sign, meant)
    spelled = _with_labels(plain(spelled), question.labels) if question.kind == CHOICE else plain(spelled)
    if question.kind == SCORE:
        spelled = re.sub(rf"\b(\w+) ?(?:/|sur|out of|of) ?(?:{MOST_SCORE}|dix|ten)\b", r"\1", spelled)
    for pattern, meant in said.PHRASES:
        spelled = re.sub(" +", " ", pattern.sub(meant, spelled))
    for word in TOKEN.findall(spelled):
        if (token := _token(word, question)) is not None:
            yield token


def _with_labels(spelled: str, labels: Sequence[str]) -> str:
    """Each label as one token; the longest first, for a short one may lie within."""
    numbered = sorted(enumerate(labels, 1), key=lambda pair: -len(pair[1]))
    bare = [_bare(label) for label in labels]
    for number, label in numbered:
        for words in (label_of(label), bare[number - 1]):
            if words and (words == label_of(label) or bare.count(words) == 1):
                pattern = r"[\W_]+".join(re.escape(word) for word in words.split())
                spelled = re.sub(rf"(?<![\w\x01])(?<!ce ){pattern}(?!\w)", f" \x01{number} ", spelled)
    return spelled


def _bare(label: str) -> str:
    """Without the article in front: to "Le samedi" people answer "samedi".  "" where a number is left."""
    article, _, rest = label_of(label).partition(" ")
    is_word = bool(rest) and not rest[0].isdigit() and rest.split()[0] not in said.NUMBERS
    return rest if article in said.LABEL_ARTICLES and is_word else ""


def _token(word: str, question: Question) -> Token | None:
    """None for what says nothing: an emoji, a quote."""
    if word == "\n":
        return Token(Kind.LINE, word)
    if word[0] in BREAKS and not any(char.isdigit() for char in word):
        return Token(Kind.BREAK, word)
    if len(word) == 1 and not word.isalnum():
        silent = unicodedata.category(word)[0] in "PSC" and unicodedata.category(word) not in ("Sm", "Sc")
        return None if silent and word not in "?&%" else Token(Kind.OTHER, word)
    return _yes_or_no(word) if question.kind == YES_NO else _number(word, question)


def _yes_or_no(word: str) -> Token:
    if word in said.YES or word in said.NO:
        return Token(Kind.VALUE, word, YES if word in said.YES else NO)
    if word in said.SOFT_FIXES - {"enfait"} or word in said.HEDGES:
        return Token(Kind.OTHER, word)
    if word in said.FIXES:
        return Token(Kind.FIX, word)
    if word in said.POLITE:
        return Token(Kind.POLITE, word)
    is_number = word.isdigit() or word in said.NUMBERS.keys() - said.ARTICLES
    return Token(Kind.NUMBER if is_number else Kind.OTHER, word)


def _number(word: str, question: Question) -> Token:
    if word[0] == "\x01":
        return Token(Kind.VALUE, word, word[1:])
    number = int(word) if word.isdecimal() and len(word) < 3 else said.NUMBERS.get(word)
    if number is not None:
        return _within(word, number, question)
    if word in said.FIXES:
        return Token(Kind.FIX, word)
    is_polite = word in said.POLITE | said.LEADS | said.UNITS | said.PRAISE
    return Token(Kind.POLITE if is_polite else Kind.OTHER, word)


def _within(word: str, number: int, question: Question) -> Token:
    """A number that is no answer here, or that another choice is called by, says nothing certain."""
    if question.kind == SCORE:
        return Token(Kind.VALUE if 0 <= number <= MOST_SCORE else Kind.OTHER, word, str(number))
    names = [place for place, label in enumerate(question.labels, 1) if number == leading(label)]
    fits = 1 <= number <= len(question.labels) and all(place == number for place in names)
    return Token(Kind.VALUE if fits else Kind.OTHER, word, str(number))


# ---- the tokens as one value -----------------------------------------------------------------------


def _value(tokens: Sequence[Token], kind: str) -> str | None:
    """The one value that these tokens say; None where it is not certain."""
    begin = next((at for at, token in enumerate(tokens) if token.kind is Kind.VALUE), None)
    if begin is None or any(not _may_lead(token, kind) for token in tokens[:begin]):
        return None
    value = tokens[begin].value
    at = begin + 1
    was_marked = False
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.LINE:
            return None if _takes_back(tokens[at:], value) else value
        if token.kind is Kind.FIX:
            is_of_another = any(token.kind is Kind.NUMBER for token in tokens)
            return None if is_of_another else _mended(tokens[at:], value)
        if token.kind is Kind.BREAK:
            was_marked = True
        elif not _agrees(token, value, kind):
            return value if was_marked and _is_a_remark(tokens[at:], kind) else None
        at += 1
    return value


def _said(tokens: Sequence[Token]) -> list[str]:
    return [token.value for token in tokens if token.kind is Kind.VALUE]


def _may_lead(token: Token, kind: str) -> bool:
    if token.kind is Kind.FIX:  # "non, 2 en fait", "finalement oui"
        return kind != YES_NO or token.word == "enfait"
    return token.kind in (Kind.POLITE, Kind.BREAK, Kind.LINE)


def _agrees(token: Token, value: str, kind: str) -> bool:
    """Says nothing new."""
    if token.kind is Kind.VALUE:
        return token.value == value
    if kind == YES_NO and token.word in said.YES_TAILS | said.NO_TAILS:
        return (token.word in said.YES_TAILS) == (value == YES)
    return token.kind is Kind.POLITE or (kind == YES_NO and token.kind is Kind.NUMBER)


def _takes_back(rest: Sequence[Token], value: str) -> bool:
    """Another line may answer another question; one that mends what was said leaves a doubt, and so does one
    that names another choice: somebody sent our own list back."""
    other = any(token.word[0] == "\x01" and token.value != value for token in rest)
    return other or any(token.kind is Kind.FIX or token.word in ("ou", "or", "?") for token in rest)


def _mended(rest: Sequence[Token], value: str) -> str | None:
    """ "2, non, 3": the last one, where nothing else is said; "2 en fait": that."""
    last = _said(rest)
    known = (Kind.VALUE, Kind.FIX, Kind.POLITE, Kind.BREAK)
    if len(last) > 1 or any(token.kind not in known for token in rest):
        return None
    if last:
        return last[0]
    is_soft = all(token.word in said.SOFT_FIXES for token in rest if token.kind is Kind.FIX)
    return value if is_soft or rest[0].word == "sorry" else None


def _is_a_remark(rest: Sequence[Token], kind: str) -> bool:
    """A sentence behind a mark that leaves the value as it is: "8, very kind people"."""
    changes = said.HEDGES if kind == YES_NO else said.NUMBER_HEDGES
    for token in rest:
        if token.word in changes or token.word == "?" or token.kind is Kind.FIX:
            return False
        if token.kind is Kind.VALUE and token.word not in said.ARTICLES:
            return False
        if kind != YES_NO and any(char.isdigit() for char in token.word):
            return False
    return True
