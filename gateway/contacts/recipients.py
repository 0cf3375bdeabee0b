"""Whom somebody means who fills in "To": numbers, names, `@groups`, `#tags`, lists from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.contacts import book, choosing, groups, naming, pasted, segments, tags
from gateway.contacts.choosing import Choice
from gateway.errors import Invalid
from gateway.messages import numbers
from gateway.messages.rehearsal import Wrong
from gateway.store.models import Contact, ContactTag, GroupMember

MOST_TYPED = 1000  # persons named one by one
MOST = 20_000  # in all, with groups, tags and segments
NAMESAKES = 6  # of one name, offered to choose from

BESIDE = re.compile(r"(?P<name>[^<>]*)<(?P<number>[^<>]*)>")
BEHIND = re.compile(r"(?P<name>[^\d+#@]*[^\W\d_][^\d+#@]*)\s(?P<number>[+0][0-9 ().\-/\u00a0\u202f]{5,})")


@dataclass(frozen=True, slots=True)
class Person:
    """One addressee: as typed, the number, and what they are called where that is known."""

    typed: str
    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Many:
    """A group, a tag or a segment: `kind` says which.  `count` is MOST + 1 where they are more."""

    typed: str
    kind: str
    name: str
    choice: Choice
    count: int


@dataclass(frozen=True, slots=True)
class Unclear(Wrong):
    """A piece that names nobody, or several: then these are they."""

    namesakes: Sequence[Contact] = ()


@dataclass(frozen=True, slots=True)
class Recipients:
    """What was typed, understood.  `doubles` were named again."""

    people: Sequence[Person] = ()
    many: Sequence[Many] = ()
    wrong: Sequence[Unclear] = ()
    doubles: int = 0

    @property
    def typed(self) -> list[str]:
        """What was right, each once, as it may be typed again."""
        return [person.typed for person in self.people] + [each.typed for each in self.many]

    @property
    def most(self) -> int:
        """How many there are, if nobody is in two of the lists."""
        return len(self.people) + sum(each.count for each in self.many)


@dataclass(slots=True)
class _Found:
    people: dict[str, Person] = field(default_factory=dict)
    many: dict[tuple[str, str], Many] = field(default_factory=dict)
    wrong: list[Unclear] = field(default_factory=list)
    doubles: int = 0

    def add(self, found: Person | Many | Unclear) -> None:
        if isinstance(found, Unclear):
            self.wrong.append(found)
        elif isinstance(found, Person):
            self.doubles += found.number in self.people
            self.people.setdefault(found.number, found)
        else:
            self.many.setdefault((found.kind, found.name), found)


def read(typed: str, country: str, now: datetime) -> Recipients:
    """Understand what was typed or pasted, piece by piece; what is wrong does not spoil the rest."""
    found = _Found()
    for piece in pasted.pieces(typed):
        found.add(_understood(piece, country, now))
    named = book.names(person.number for person in found.people.values() if not person.name)
    people = [
        person if person.name else Person(person.typed, person.number, named.get(person.number, ""))
        for person in found.people.values()
    ]
    return Recipients(people, list(found.many.values()), found.wrong, found.doubles)


def members(many: Iterable[Many], now: datetime) -> Iterator[Contact]:
    """Everybody in these lists, list by list, a few hundred read at a time; who is in two comes twice."""
    for each in many:
        yield from choosing.people(each.choice, now)


def suggestions(sought: str, limit: int = 8) -> tuple[list[Contact], list[tuple[str, str]]]:
    """The contacts and the lists – (kind, name) – that somebody may mean who began to type `sought`."""
    word = sought.lstrip("@#").strip()
    if sought.startswith(("@", "#")):
        return [], [found for found in _lists(word) if (found[0] == "tag") == sought.startswith("#")][:limit]
    if len(word) < 2:
        return [], []
    people = naming.beginning(word, limit)
    return people, _lists(word)[: limit // 2]


def _understood(piece: str, country: str, now: datetime) -> Person | Many | Unclear:
    if piece[0] in "@#":
        return _called(piece, piece[1:].strip(' "'), piece[0], now)
    beside = BESIDE.fullmatch(piece) or BEHIND.fullmatch(piece)
    name, number = (beside["name"].strip(' "\t,'), beside["number"]) if beside else ("", piece)
    if not beside and not re.search(r"\d", piece):
        return _named(piece, now)
    try:
        return Person(piece, numbers.parse(number, country), name)
    except Invalid as error:
        by_name = _named(piece, now)  # "Club 42"
        unknown = isinstance(by_name, Unclear) and not by_name.namesakes
        return Unclear(piece, error.code, dict(error.facts)) if unknown else by_name


def _named(piece: str, now: datetime) -> Person | Many | Unclear:
    """Whoever is called exactly so, else the list of that name."""
    found = naming.namesakes(piece, NAMESAKES)
    if len(found) == 1:
        return Person(written(found[0]), found[0].number, found[0].name)
    if found:
        return Unclear(piece, "name_ambiguous", {"value": piece, "count": len(found)}, found)
    listed = _called(piece, piece, "@#", now)
    if not isinstance(listed, Unclear):
        return listed
    return Unclear(piece, "nobody_called", {"value": piece}, book.page(piece, limit=NAMESAKES).items)


def _called(piece: str, name: str, signs: str, now: datetime) -> Many | Unclear:
    """The group, the segment, or the tag of that name, in this order."""
    if "@" in signs and (group := groups.called(name)):
        choice = Choice(group=group.id)
        return Many(
            listed("group", group.name), "group", group.name, choice, _few(GroupMember.group == group.id)
        )
    if "@" in signs and (segment := segments.called(name)):
        choice = Choice(segment=segment.id)
        return Many(listed("segment", segment.name), "segment", segment.name, choice, _count(choice, now))
    if "#" in signs and (tag := ContactTag.get_or_none(ContactTag.tag == name)):
        choice = Choice(tag=tag.tag)
        return Many(listed("tag", tag.tag), "tag", tag.tag, choice, _few(ContactTag.tag == tag.tag))
    return Unclear(piece, "list_unknown", {"value": piece})


def _count(choice: Choice, now: datetime) -> int:
    """How many, counted no further than one may write to."""
    found: int = 0
    after: int | None = 0
    while after is not None and found <= MOST:
        counted = choosing.count(choice, now, after)
        found, after = found + counted.found, counted.next
    return min(found, MOST + 1)


def _few(condition: Any) -> int:
    """The same of one group or tag: a step into its index for each."""
    table = condition.lhs.model
    return int(table.select(table.contact).where(condition).limit(MOST + 1).count())


def written(contact: Contact) -> str:
    """A contact as it may be typed: no comma of the name divides it."""
    return f"{pasted.quoted(contact.name)} <{contact.number}>"


def listed(kind: str, name: str) -> str:
    """A list as it may be typed."""
    sign = "#" if kind == "tag" else "@"
    return f"{sign}{name}" if pasted.is_whole(name) else f'{sign}"{name}"'


def _lists(word: str) -> list[tuple[str, str]]:
    sought = book.fold(word)
    known = [
        *(("group", group.name) for group in groups.everything()),
        *(("segment", segment.name) for segment in segments.everything()),
        *(("tag", tag) for tag in tags.everything()),
    ]
    return [found for found in known if sought in book.fold(found[1])]
