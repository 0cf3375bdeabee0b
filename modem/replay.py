"""A trace played again: what was typed, and what the modem said from then until the next command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CTRL_Z = "Ctrl-Z"  # stands for whatever TPDU was typed: recipients and texts are masked in a trace
_LINE = re.compile(r"(\S+) ([<>]) (.*)")


@dataclass(frozen=True, slots=True)
class Step:
    """`typed` is a command line, CTRL_Z, or "" for the time before the first command."""

    typed: str
    said: str


class NotATrace(ValueError):
    """A line is none of a trace's; the message is the line."""


def steps(lines: Iterable[str]) -> list[Step]:
    """The conversation in order.  An ESC is no step of its own: it only ends what was typed before."""
    found = [Step("", "")]
    for line in lines:
        direction, text = _read(line)
        if direction == "<":
            found[-1] = Step(found[-1].typed, found[-1].said + text)
        elif text != "\x1b":
            found.append(Step(CTRL_Z if text.endswith("\x1a") else text.rstrip("\r"), ""))
    return found


def script(conversation: Iterable[Step]) -> dict[str, list[str]]:
    """For each command what was answered to it, the first time, the second time ..."""
    answers: dict[str, list[str]] = {}
    for step in conversation:
        answers.setdefault(step.typed, []).append(step.said)
    return answers


def _read(line: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line.rstrip("\n"))
    if not found:
        raise NotATrace(line)
    return found[2], found[3].encode("ascii").decode("unicode_escape")
