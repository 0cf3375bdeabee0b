"""What was typed or pasted as addressees, cut into pieces: lists with commas, lines, columns of a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

PIECE = re.compile(r'(?:"[^"\n]*"|[^,;\n\t])+')
NUMBER = re.compile(r"\s*[+(]?[0-9][0-9 ().\-/\u00a0\u202f\u2011]{5,}")
DIVIDERS = ("\t", ";", ",")


def pieces(typed: str) -> list[str]:
    """One piece an addressee, in order.

    A table – lines of as many cells each, and numbers in exactly one column – gives that column alone,
    without its heading.  Quotes keep a comma together: "Durand, Ana" <06 39 98 00 01>.
    """
    lines = [line for line in typed.replace("\r", "\n").split("\n") if line.strip()]
    column = next((found for divider in DIVIDERS if (found := _column(lines, divider))), None)
    cells = column if column is not None else [piece for line in lines for piece in PIECE.findall(line)]
    return [piece for cell in cells if (piece := cell.strip())]


def quoted(name: str) -> str:
    """A name in which nothing divides."""
    plain = name.replace('"', " ").replace("<", " ").replace(">", " ")
    return plain if is_whole(plain) else f'"{plain}"'


def is_whole(name: str) -> bool:
    return not re.search(r"[,;\t]", name)


def _column(lines: Sequence[str], divider: str) -> list[str] | None:
    """The one column in which most lines have a number; None where this is no table of that divider."""
    if len(lines) < (1 if divider == "\t" else 2):
        return None
    rows = list(csv.reader(lines, delimiter=divider))
    width = len(rows[0])
    if width < 2 or any(len(row) != width for row in rows):
        return None
    filled = [sum(NUMBER.fullmatch(row[at]) is not None for row in rows) for at in range(width)]
    numbered = [at for at in range(width) if filled[at]]
    if len(numbered) != 1 or filled[numbered[0]] * 2 < len(rows):
        return None
    column = [row[numbered[0]] for row in rows]
    return column if re.search(r"\d", column[0]) else column[1:]
