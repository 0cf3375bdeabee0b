"""A text with gaps for each person: `{prénom}`, `{prénom|cher client}`; a brace that is meant is typed `{{`.

Pure: the values come from whoever knows the person.  A name means the same whatever its accents, capitals,
spaces and underscores.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import Invalid

LONGEST_NAME = 40
MARK = re.compile(r"\{\{|\}\}|\{(?P<gap>[^{}\n]*)\}|\{")
TITLES = frozenset({"m", "mr", "mme", "mlle", "mrs", "ms", "dr", "me", "pr", "mx"})

# variable → how it may be typed; the first spelling is the one that is offered
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "first": ("prénom", "first name", "firstname"),
    "last": ("nom", "last name", "lastname", "nom de famille", "surname"),
    "whole": ("nom complet", "name", "full name", "fullname"),
    "number": ("numéro", "number", "phone", "téléphone"),
    "postcode": ("code postal", "postcode", "cp", "zip"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One variable in a text, as it was typed, and what stands there for who has no value."""

    name: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """One person's text, and the names of the gaps for which nothing is known."""

    text: str
    missing: tuple[str, ...] = ()


def parse(text: str) -> list[str | Gap]:
    """The text in pieces; raises Invalid on the field `text` for a brace that names nothing."""
    pieces: list[str | Gap] = []
    end = 0
    for mark in MARK.finditer(text):
        pieces.append(text[end : mark.start()])
        pieces.append(_piece(mark, text))
        end = mark.end()
    return [*pieces, text[end:]]


def gaps(text: str) -> list[Gap]:
    """The variables of a text in order, each name once; raises Invalid."""
    found: dict[str, Gap] = {}
    for piece in parse(text):
        if isinstance(piece, Gap):
            found.setdefault(fold(piece.name), piece)
    return list(found.values())


def is_plain(text: str) -> bool:
    """Nothing in it is a brace: everybody reads the same, as it stands."""
    return "{" not in text and "}}" not in text


def check(text: str, own: Sequence[str] = ()) -> None:
    """Raises Invalid on the field `text` where a gap is neither ours nor one of the shop's `own` fields."""
    known = {fold(name) for name in own} | KNOWN.keys()
    for gap in gaps(text):
        if fold(gap.name) not in known:
            offered = [f"{{{name}}}" for name in (*(each[0] for each in SPELLINGS.values()), *own)]
            raise Invalid("variable_unknown", field="text", value=gap.name, known=" ".join(offered))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """The text as one person reads it; `values` by folded name.  A gap without value takes the blank before
    it along: "Bonjour {prénom}," becomes "Bonjour,".  Raises Invalid."""
    written, missing = "", {}
    for piece in parse(text):
        if isinstance(piece, str):
            written += piece
            continue
        value = " ".join(values.get(fold(piece.name), "").split())
        if not value and piece.instead is None:
            missing[fold(piece.name)] = piece.name
            written = written.removesuffix(" ")
        written += value or piece.instead or ""
    return Filled(written, tuple(missing.values()))


def values(
    name: str, number: str, postcode: str = "", own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What is known of one person, by folded name; a field of the shop's own goes before what we guess."""
    first, last = halves(name)
    ours = {"first": first, "last": last, "whole": name, "number": number, "postcode": postcode}
    told = {spelling: ours[variable] for spelling, variable in KNOWN.items()}
    return {**told, **{fold(field): value for field, value in (own or {}).items() if value.strip()}}


def halves(name: str) -> tuple[str, str]:
    """First and last name: of "Ana Durand", "DURAND Ana", "Mme Durand"; one word is a first name."""
    words = name.split()
    titled = bool(words) and words[0].casefold().strip(".") in TITLES and len(words) > 1
    if titled:
        words = words[1:]
        return ("", words[0]) if len(words) == 1 else _order(words)
    return ("".join(words), "") if len(words) < 2 else _order(words)


def literal(words: str) -> str:
    """Words as they stand in a text with gaps: a brace in them stays one."""
    return words.replace("{", "{{").replace("}", "}}")


def fold(name: str) -> str:
    """A variable's name as it is compared."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("_", " "))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


KNOWN = {fold(spelling): variable for variable, each in SPELLINGS.items() for spelling in each}


def _order(words: Sequence[str]) -> tuple[str, str]:
    """Capitals say which is the last name, where only it has them; else the first word is the first name."""
    loud = [word for word in words if len(word) > 1 and word.isupper()]
    if loud and len(loud) < len(words) and words[: len(loud)] == loud:
        return " ".join(words[len(loud) :]), " ".join(loud)
    return words[0], " ".join(words[1:])


def _piece(mark: re.Match[str], text: str) -> str | Gap:
    if mark[0] in ("{{", "}}"):
        return mark[0][0]
    if mark["gap"] is None:
        raise Invalid("brace_open", field="text", value=text[mark.start() : mark.start() + 20])
    name, bar, instead = mark["gap"].partition("|")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("brace_open", field="text", value=mark[0][:20])
    return Gap(name, instead.strip() if bar else None)
