"""A command line, taken apart (V.250 section 5, 27.007 section 4).

| typed | name | form | arguments |
|---|---|---|---|
| `ATE0` | `E` | set | `0` |
| `AT&F` | `&F` | set | none |
| `ATS0=0` | `S` | set | `0`, `0` |
| `AT+CSQ` | `+CSQ` | run | none |
| `AT+CMGF?` | `+CMGF` | read | none |
| `AT+CMGF=?` | `+CMGF` | test | none |
| `AT+CPMS="SM",,"ME"` | `+CPMS` | set | `SM`, empty, `ME` |

Several follow each other on one line; extended ones end at a semicolon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BASIC = re.compile(r"(&?[A-RT-Z])(\d*)", re.IGNORECASE)
REGISTER = re.compile(r"S(\d+)(?:=(\d*)|(\?))", re.IGNORECASE)
EXTENDED = re.compile(r'([+^%*$#_][A-Z0-9_]*)((?:"[^"]*"|[^";])*)(?:;|$)', re.IGNORECASE)
ARGUMENT = re.compile(r'\s*("[^"]*"|[^,]*)\s*(,|$)')


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `form` is run, read, test or set; quotes are taken off the arguments."""

    name: str
    form: str = "run"
    arguments: tuple[str, ...] = ()


class Unreadable(ValueError):
    """The line is no sequence of commands."""


def commands(body: str) -> list[Command]:
    """The commands of a line, its "AT" already taken off; Unreadable when it makes no sense."""
    found: list[Command] = []
    rest = body.strip()
    while rest:
        for pattern, build in ((EXTENDED, _extended), (REGISTER, _register), (BASIC, _basic)):
            if match := pattern.match(rest):
                found.append(build(match))
                rest = rest[match.end() :].lstrip(" ;")
                break
        else:
            raise Unreadable(body)
    return found


def _basic(match: re.Match[str]) -> Command:
    return Command(match[1].upper(), "set", (match[2],) if match[2] else ())


def _register(match: re.Match[str]) -> Command:
    if match[3]:
        return Command("S", "read", (match[1],))
    return Command("S", "set", (match[1], match[2] or "0"))


def _extended(match: re.Match[str]) -> Command:
    name, tail = match[1].upper(), match[2].strip()
    if not tail:
        return Command(name)
    if tail in ("?", "=?"):
        return Command(name, "read" if tail == "?" else "test")
    if not tail.startswith("="):
        raise Unreadable(match[0])
    return Command(name, "set", tuple(arguments(tail[1:])))


def arguments(text: str) -> list[str]:
    """Comma-separated values; a comma between quotes separates nothing."""
    values = []
    at = 0
    while True:
        match = ARGUMENT.match(text, at)
        if not match:
            raise Unreadable(text)
        values.append(match[1].strip().strip('"'))
        if not match[2]:
            return values
        at = match.end()
