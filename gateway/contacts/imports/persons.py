"""One line of a file as the person it is about; every cell that cannot be is named with why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gateway.config import Appliance
from gateway.contacts import book, fields, tags
from gateway.contacts.imports import cells
from gateway.contacts.imports.plans import Plan
from gateway.errors import GatewayError, Invalid
from gateway.store.models import ContactField


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be: the column, and why."""

    column: int
    code: str
    facts: dict[str, Any]


@dataclass(slots=True)
class Person:
    """`number` is "" where the line says none: then it cannot be taken in.  Cells at fault are left out."""

    line: int
    cells: Sequence[str]
    number: str = ""
    mended: bool = False  # a zero was put back before the number
    name: str = ""
    postcode: str = ""
    note: str = ""
    values: dict[int, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    agreed: bool = False
    agreed_on: date | None = None
    faults: list[Fault] = field(default_factory=list)


class Reader:
    """Reads lines by one plan, at one day."""

    def __init__(self, plan: Plan, site: Appliance, now: datetime) -> None:
        self._plan, self._country = plan, site.country
        self._today = now.astimezone(site.timezone).date()
        self._fields: Mapping[int, ContactField] = {one.id: one for one in fields.everything()}
        self._common_tags = tags.listed(plan.tags)
        self._numbers = [
            place
            for wanted in ("number", "other_number")
            for place, target in enumerate(plan.targets)
            if target == wanted
        ]

    def read(self, line: int, found: Sequence[str]) -> Person:
        """The person of one line; raises nothing."""
        person = Person(line, found)
        self._number(person)
        self._name(person)
        self._take(person, "postcode", self._postcode)
        self._take(person, "note", _note)
        self._take(person, "tags", tags.listed)
        person.tags = tags.once([*self._common_tags, *person.tags])
        self._values(person)
        self._consent(person)
        return person

    def _number(self, person: Person) -> None:
        faults: list[Fault] = []
        for place in self._numbers:
            text = _cell(person.cells, place)
            if not text and faults:
                continue
            try:
                read = cells.number(text, self._country)
            except GatewayError as error:
                faults.append(Fault(place, error.code, error.facts))
                continue
            person.number, person.mended = read.number, read.mended
            return
        said = [fault for fault in faults if fault.code != "number_missing"]
        person.faults.append((said or faults)[0])

    def _name(self, person: Person) -> None:
        if (place := self._plan.place("name")) is not None:
            parts = [(place, _cell(person.cells, place))]
        else:
            places = [self._plan.place(target) for target in ("first_name", "last_name")]
            parts = [(place, _cell(person.cells, place)) for place in places if place is not None]
        name = " ".join(" ".join(text for _, text in parts).split())
        if len(name) > book.LONGEST_NAME:
            person.faults.append(Fault(parts[0][0], "text_long", {"most": book.LONGEST_NAME}))
        else:
            person.name = name

    def _take(self, person: Person, target: str, read: Callable[[str], Any]) -> None:
        place = self._plan.place(target)
        if place is None or not (text := _cell(person.cells, place)):
            return
        try:
            setattr(person, target, read(text))
        except GatewayError as error:
            person.faults.append(Fault(place, error.code, error.facts))

    def _postcode(self, text: str) -> str:
        return book.tidy_postcode(cells.postcode(text, self._country))

    def _values(self, person: Person) -> None:
        for place, target in enumerate(self._plan.targets):
            kind, _, which = target.partition(":")
            if not which or not (text := _cell(person.cells, place)):
                continue
            one = self._fields[int(which)] if kind == "field" else ContactField(id=-place - 1, kind=which)
            try:
                person.values[one.id] = fields.tidy(one, text)
            except GatewayError as error:
                person.faults.append(Fault(place, error.code, error.facts))

    def _consent(self, person: Person) -> None:
        if not self._plan.consent:
            return
        place = self._plan.place("consent")
        said = place is not None and cells.says_yes(_cell(person.cells, place))
        person.agreed = self._plan.consent == "everybody" or said
        on = self._plan.place("consent_date")
        if not person.agreed or on is None or not (text := _cell(person.cells, on)):
            return
        person.agreed_on = fields.read_date(text)
        if person.agreed_on is None or person.agreed_on > self._today:
            code = "not_a_date" if person.agreed_on is None else "date_to_come"
            person.faults.append(Fault(on, code, {"value": text}))
            person.agreed = False


def _cell(found: Sequence[str], place: int) -> str:
    return found[place].strip() if place < len(found) else ""


def _note(text: str) -> str:
    if len(text) > book.LONGEST_NOTE:
        raise Invalid("text_long", field="note", most=book.LONGEST_NOTE)
    return text
