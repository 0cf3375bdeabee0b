"""Finds words in the help, whatever their case, accents and number, and marks them where they stand.

What people call a thing otherwise than the help does stands in `templates/help/LANGUAGE/synonyms.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import Markup, escape

MOST_WORDS, MOST_HITS = 8, 20
BEFORE, EXCERPT = 60, 200  # characters
HEADING, SYNONYM, MENTIONS = 100, 60, 20  # of a word in a heading, as a synonym, and at most in a text
TEXTS = Path(__file__).parents[1] / "templates" / "help"
TOGETHER = {"œ": "oe", "æ": "ae", "’": "'", "\u00a0": " "}  # what has no other spelling in Unicode

# What a question has besides its matter, in both languages, folded; and what French binds to a word.
SMALL = frozenset(
    (
        *("a", "an", "and", "can", "do", "for", "how", "i", "in", "is", "my", "of", "on", "the", "to"),
        *("comment", "de", "des", "du", "en", "est", "et", "faire", "je", "la", "le", "les", "mes", "mon"),
        *("ou", "par", "peut", "pour", "que", "qui", "sur", "un", "une", "with"),
    )
)
BOUND = re.compile(r"(?:[cdjlmnst]|qu)'(?=\w)")

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a topic and what stands below it; the topic's own beginning has no anchor."""

    topic: str
    title: str  # the topic's
    anchor: str
    heading: str
    text: str
    also: str = ""  # other words for what it is about; not shown


@dataclass(frozen=True, slots=True)
class Hit:
    section: Section
    heading: Markup
    excerpt: Markup


def synonyms(language: str) -> dict[str, str]:
    """What people may look for, by "topic#anchor", or "topic" for what stands above its headings."""
    return dict(tomllib.loads((TEXTS / language / "synonyms.toml").read_text(encoding="utf-8")))


def place(topic: str, anchor: str) -> str:
    """The name by which `synonyms` knows a section."""
    return f"{topic}#{anchor}" if anchor else topic


def sections(topic: str, title: str, page: str, also: Mapping[str, str]) -> list[Section]:
    """A topic's HTML, cut at its second-level headings."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [
        Section(
            topic,
            title,
            anchor,
            " ".join(heading.split()),
            " ".join(text.split()),
            also.get(place(topic, anchor), ""),
        )
        for anchor, heading, text in reader.found
    ]


def find(among: Sequence[Section], asked: str) -> list[Hit]:
    """The sections that have every word that was asked for, those that name it in a heading first."""
    words = _matter(asked)
    if not words:
        return []
    begins = [re.compile(rf"(?<!\w){re.escape(word)}[\w'-]*") for word in words]
    scored = [(score, section) for section in among if (score := _score(section, begins))]
    scored.sort(key=lambda found: -found[0])
    return [_hit(section, begins) for _, section in scored[:MOST_HITS]]


def fold(text: str) -> tuple[str, list[int]]:
    """The text in small letters without accents; for each of its characters the place in `text`."""
    folded, places = [], []
    for place, char in enumerate(text):
        plain = TOGETHER.get(char.lower()) or unicodedata.normalize("NFKD", char).casefold()
        kept = [one for one in plain if not unicodedata.combining(one)]
        folded += kept
        places += [place] * len(kept)
    return "".join(folded), [*places, len(text)]


def _matter(asked: str) -> list[str]:
    """The words to look for, folded: without small words where others remain, without an s of the plural."""
    all_words = fold(asked)[0].split()
    words = [word for word in (BOUND.sub("", one, count=1) for one in all_words) if word not in SMALL]
    return [_singular(word) for word in (words or all_words)[:MOST_WORDS]]


def _singular(word: str) -> str:
    """What both numbers begin with: an s or x at the end of a long word says how many, in both languages."""
    return word[:-1] if len(word) > 4 and word[-1] in "sx" and word[-2] != "s" else word


def _score(section: Section, words: Sequence[re.Pattern[str]]) -> int:
    """0 unless every word is there; a topic's title or a heading weighs more than any text."""
    heads = [fold(section.title)[0], fold(section.heading or section.title)[0]]
    text, also = fold(section.text)[0], fold(section.also)[0]
    each = [
        sum(HEADING for head in heads if word.search(head))
        + (SYNONYM if word.search(also) else 0)
        + min(len(word.findall(text)), MENTIONS)
        for word in words
    ]
    return sum(each) if all(each) else 0


def _hit(section: Section, words: Sequence[re.Pattern[str]]) -> Hit:
    heading = section.heading or section.title
    return Hit(section, _marked(heading, words), _excerpt(section.text, words))


def _excerpt(text: str, words: Sequence[re.Pattern[str]]) -> Markup:
    """What stands around the first word found, cut between words."""
    spans = _spans(text, words)
    first = spans[0][0] if spans else 0
    begin = text.rfind(" ", 0, max(0, first - BEFORE)) + 1
    end = len(text) if len(text) <= begin + EXCERPT else text.rfind(" ", begin, begin + EXCERPT)
    marked = _marked(text[begin:end], words)
    return Markup("{}{}{}").format("… " if begin else "", marked, " …" if end < len(text) else "")


def _marked(text: str, words: Sequence[re.Pattern[str]]) -> Markup:
    marked, done = Markup(), 0
    for begin, end in _spans(text, words):
        if begin >= done:
            marked += escape(text[done:begin]) + Markup("<mark>{}</mark>").format(text[begin:end])
            done = end
    return marked + escape(text[done:])


def _spans(text: str, words: Sequence[re.Pattern[str]]) -> Spans:
    """Where the words stand in the text as it is written."""
    folded, places = fold(text)
    found = (match.span() for word in words for match in word.finditer(folded))
    return sorted((places[begin], places[end - 1] + 1) for begin, end in found)


class _Reader(HTMLParser):
    """Collects (anchor, heading, text); a block's end parts the words on both sides of it."""

    def __init__(self) -> None:
        super().__init__()
        self._cuts: list[list[str]] = [["", "", ""]]
        self._part = 2

    @property
    def found(self) -> Iterator[tuple[str, str, str]]:
        return ((anchor, heading, text) for anchor, heading, text in self._cuts if heading or text.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h2":
            self._cuts.append([dict(attrs).get("id") or "", "", ""])
            self._part = 1

    def handle_endtag(self, tag: str) -> None:
        self._part = 2 if tag == "h2" else self._part
        if tag not in ("a", "strong", "kbd", "code", "span"):
            self._cuts[-1][self._part] += " "

    def handle_data(self, data: str) -> None:
        self._cuts[-1][self._part] += data
