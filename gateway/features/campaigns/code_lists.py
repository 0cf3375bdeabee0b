"""A list of codes from elsewhere, pasted or as a file: each is looked at before any is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from gateway.contacts.book import fold
from gateway.contacts.imports import files
from gateway.errors import Invalid, on_field

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{1,39}")
ALIEN = re.compile(r"[^0-9A-Za-z_-]")
LONGEST = 40
MOST_CODES = 100_000
MOST_OCTETS = 5 * 1024 * 1024
HEADING = re.compile(r"(les )?codes?( .*)?|(code |bon )?promo[a-z]*|coupons?|bons?|vouchers?")

Placed = tuple[int, str]  # (line, code)


def pasted(typed: str) -> list[str]:
    """As they were typed: one on each line, or blanks, commas or semicolons between them.

    Raises Invalid on `codes`, with the line.
    """
    lines = enumerate(typed.splitlines(), 1)
    return _checked(((line, code) for line, text in lines for code in re.split(r"[\s,;]+", text)), "codes")


def read(path: Path) -> list[str]:
    """Of a text file with one on each line, or of the column of a CSV file whose heading says code; without a
    heading its first one.  Raises Invalid on `codes_file`, with the line."""
    if path.stat().st_size > MOST_OCTETS:
        raise Invalid("import_too_large", field="codes_file", most=MOST_OCTETS // 1024 // 1024)
    with on_field("codes_file"):
        return _checked(_column(path), "codes_file")


def _column(path: Path) -> Iterator[Placed]:
    shape = replace(files.look(path), heading=False)
    first = next(files.lines(path, shape))[1]
    place = next((n for n, cell in enumerate(first) if HEADING.fullmatch(fold(cell))), None)
    if place is None and len(first) > 1:
        raise Invalid("campaign_codes_no_column", field="codes_file")
    lines = files.lines(path, shape, after=0 if place is None else 1)
    return ((line, cells[place or 0].strip()) for line, cells in lines if len(cells) > (place or 0))


def _checked(coming: Iterable[Placed], field: str) -> list[str]:
    found: dict[str, Placed] = {}  # by what a till would read, whatever its capitals
    for line, code in coming:
        if not code:
            continue
        _check(line, code, field)
        if (known := found.get(code.casefold())) is not None:
            raise Invalid("campaign_code_twice", field=field, line=line, value=code, first=known[0])
        if len(found) == MOST_CODES:
            raise Invalid("campaign_codes_many", field=field, most=MOST_CODES)
        found[code.casefold()] = line, code
    return [code for _, code in found.values()]


def _check(line: int, code: str, field: str) -> None:
    """Only what every telephone shows as it was meant, and every till can read."""
    if CODE.fullmatch(code):
        return
    shown = code[:LONGEST]
    if len(code) > LONGEST:
        raise Invalid("campaign_code_long", field=field, line=line, value=shown, most=LONGEST)
    if (alien := ALIEN.search(code)) is not None:
        raise Invalid("campaign_code_char", field=field, line=line, value=shown, char=alien[0])
    raise Invalid("campaign_code_line", field=field, line=line, value=shown)
