"""How a family says a line: its framing, its colons and its quotes (V.250 section 5.7 is what most do)."""

from __future__ import annotations

import re

from modem.simulator.families import Family

COLON = re.compile(r"^([+^*]\w+): ")
NAME = re.compile(r"^[+^*]\w+")


def dressed(line: str, family: Family) -> str:
    """One line in the family's manner; what has no name before a colon stays as it is."""
    name = NAME.match(line)
    if name and name[0] in family.unquoted:
        line = line.replace('"', "")
    return COLON.sub(r"\1:", line) if family.tight else line


def answer(lines: list[str], family: Family, *, in_words: bool) -> str:
    """The data lines of a command; without words (ATV0) nothing stands before them."""
    start, end = family.framing
    said = end.join(dressed(line, family) for line in lines) + end
    return (start if in_words else "") + said


def result(code: str, family: Family) -> str:
    """The final result, in words."""
    start, end = family.framing
    return f"{start}{code}{end}"


def unasked(lines: tuple[str, ...], family: Family) -> str:
    """A URC of one line or two."""
    start, end = family.framing
    return start + end.join(dressed(line, family) for line in lines) + end
