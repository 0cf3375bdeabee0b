"""A page of several forms, a section each: what was typed in one, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gateway import digits
from gateway.errors import GatewayError, Invalid
from web.language import trouble

LONGEST_TEXT = 1000  # characters; what leaves is bounded by its parts
UNREADABLE = -1  # for a number that is none: every verb refuses it with its bounds

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: whose it was, its sentences by field, and what was typed."""

    section: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Form = field(default_factory=MultiDict)


@dataclass(frozen=True, slots=True)
class Letter:
    """One text that leaves by itself: as it stands, as the file has it, and what is wrong with it now."""

    key: str
    text: str
    original: str
    parts: int | None
    fault: str = ""

    @property
    def is_changed(self) -> bool:
        return self.text != self.original


def at_fault(section: str, error: GatewayError, where: str = "") -> Mistake:
    """The form of this request, refused for that; `where` is the field of an error that names none."""
    return Mistake(section, {error.field or where: trouble(error)}, request.form)


def remembered(section: str) -> Response:
    """Say so, and go back to the section."""
    flash(_("Remembered. It holds from now on."), "good")
    return redirect(url_for(".show", _anchor=section))


def whole(form: Form, name: str) -> int:
    """The number in that field, UNREADABLE where there is none."""
    found = digits.number("".join(form.get(name, "").split()), 6)
    return UNREADABLE if found is None else found


def within(form: Mapping[str, str], name: str, least: int, most: int) -> int:
    """The number in that field; raises Invalid on it, with its bounds, where there is none between them."""
    found = digits.number(form.get(name, "").strip(), 6)
    if found is None or not least <= found <= most:
        raise Invalid("out_of_range", field=name, least=least, most=most)
    return found


def letter_typed() -> str:
    """The text in the form, "" for the file's; raises Invalid for one that no message could hold."""
    written = "" if request.form.get("action") == "default" else request.form.get("text", "").strip()
    if len(written) > LONGEST_TEXT:
        raise Invalid("text_long", field="text", most=LONGEST_TEXT)
    return written
