"""A list of conversions from a till: CSV, one a line, with what every line came to.

The same file once more changes nothing: a line without a reference gets one, of its day and its content
where it tells a day, else of the file and its place there.  A line without a code may tell whose sale it
is by the telephone number; most people of a till's list are in no comparison, and theirs is no fault.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.contacts.book import fold
from gateway.contacts.imports import files
from gateway.errors import GatewayError, Invalid
from gateway.features.conversions import amounts, codes, verbs
from gateway.messages import numbers
from gateway.store import database

MOST_LINES = 2000
MOST_OCTETS = 1024 * 1024
BATCH = 50  # lines a transaction
SHOWN = 200  # faults that are kept
COLUMNS = ("code", "amount", "at", "reference")  # of a file without a heading, in this order

# A heading, without accents and all small → what it is for.
HEADINGS = (
    (r"code|(code |bon )?promo\w*|coupon|bon|code (bon|avantage|campagne)|voucher", "code"),
    (r"(numero( de)? |n[o°] )?(tel\w*|portable|mobile|gsm)( .*)?|(mobile )?phone.*", "number"),
    (r"montant.*|total.*|ca|chiffre.*|prix.*|amount.*|value|price|ttc|somme", "amount"),
    (r"date.*|jour|le|day|at|horodat\w*|timestamp", "at"),
    (r"ref\w*|ticket.*|n[o°]?( .*)?|num\w*( .*)?|id|receipt.*|facture.*|commande|order.*", "reference"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was not taken: why, and the code or the number that stands there."""

    line: int
    code: str
    why: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Report:
    """What a file came to: so many written down, for so many cents, so many known before, so many of
    people who are in no comparison, and the others."""

    recorded: int = 0
    cents: int = 0
    known: int = 0
    strangers: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)


def take(
    path: Path, by: str, zone: ZoneInfo, now: datetime, again: bool = False, country: str = ""
) -> Report:
    """Write each line down; raises Invalid on `file` where the file cannot be read, or has no codes.

    `again`: the code of one person that was used before counts once more; `country`: where a number without
    a prefix belongs.
    """
    if path.stat().st_size > MOST_OCTETS:
        raise Invalid("import_too_large", field="file", most=MOST_OCTETS // 1024 // 1024)
    shape = files.look(path)
    first = next(files.lines(path, replace(shape, heading=False)))[1]
    columns = guess(first)
    if shape.lines + shape.heading - (columns is not None) > MOST_LINES:
        raise Invalid("import_too_long", field="file", most=MOST_LINES)
    shape = replace(shape, heading=columns is not None)
    if columns is None and len(first) > len(COLUMNS):
        raise Invalid("conversion_no_code_column", field="file")
    reading = _Reading(columns or COLUMNS, by, zone, country, now, again, _digest(path))
    coming = files.lines(path, shape)
    while batch := list(islice(coming, BATCH)):
        with database.transaction():
            for line, cells in batch:
                reading.take(line, cells)
    return reading.report


def guess(first: Sequence[str]) -> tuple[str, ...] | None:
    """What each column is for ("" for nothing), by the file's first line; None where that is no heading."""
    found: list[str] = []
    for cell in first:
        target = _target(cell)
        found.append("" if target in found else target)
    return tuple(found) if "code" in found or "number" in found else None


def _target(cell: str) -> str:
    name = fold(cell)
    return next((target for shape, target in HEADINGS if re.fullmatch(shape, name)), "")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:20]


class _Reading:
    """One file while it is gone through."""

    def __init__(
        self,
        columns: Sequence[str],
        by: str,
        zone: ZoneInfo,
        country: str,
        now: datetime,
        again: bool,
        digest: str,
    ) -> None:
        self.columns, self.by, self.zone, self.now, self.again = columns, by, zone, now, again
        self.country, self.digest = country, digest
        self.report, self.seen = Report(), Counter[str]()

    def take(self, line: int, cells: Sequence[str]) -> None:
        told = {name: cell.strip() for name, cell in zip(self.columns, cells, strict=False) if name}
        try:
            taken = self._take(line, told)
        except GatewayError as error:
            self._refused(line, told, error)
            return
        self.report.recorded += taken.is_new
        self.report.known += not taken.is_new
        self.report.cents += taken.conversion.amount_cents if taken.is_new else 0

    def _refused(self, line: int, told: Mapping[str, str], error: GatewayError) -> None:
        if error.code == "conversion_number_unknown":
            self.report.strangers += 1
            return
        self.report.refused += 1
        if len(self.report.faults) < SHOWN:
            shown = told.get("code") or told.get("number", "")
            self.report.faults.append(Fault(line, shown, error.code, error.facts))

    def _take(self, line: int, told: Mapping[str, str]) -> verbs.Taken:
        amount = amounts.cents(told.get("amount", ""))
        at = amounts.instant(told.get("at", ""), self.zone)
        reference = told.get("reference") or self._reference(line, told)
        return verbs.take(
            told.get("code", ""),
            amount,
            at or self.now,
            "csv",
            self.by,
            self.now,
            reference,
            again=self.again,
            number=self._number(told),
        )

    def _number(self, told: Mapping[str, str]) -> str:
        """In E.164; beside a code, one that cannot be read is left aside."""
        typed = told.get("number", "").lstrip("'")
        try:
            return numbers.parse(typed, self.country) if typed else ""
        except Invalid:
            if told.get("code"):
                return ""
            raise

    def _reference(self, line: int, told: Mapping[str, str]) -> str:
        if not told.get("at"):
            return f"csv:{self.digest}:{line}"
        whose = codes.tidy(told.get("code", "")).casefold() or codes.tidy(told.get("number", ""))
        content = "\n".join([whose, told.get("amount", ""), told["at"]])
        self.seen[content] += 1
        alike = f"{content}\n{self.seen[content]}"
        return f"csv:{hashlib.sha256(alike.encode()).hexdigest()[:40]}"
