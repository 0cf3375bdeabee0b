"""The form of a contact's card changes only what its reader changed: what was written meanwhile – by a
keyword, a program, a colleague – stays.  What stood there when it was read comes back with it, as `was-…`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from werkzeug.datastructures import MultiDict

from gateway import digits
from gateway.contacts import fields, groups, particulars, tags
from gateway.contacts.book import Entry
from gateway.errors import on_field
from gateway.store.models import Contact

NAMES = ("name", "timezone", "postcode", "note")
WAS = "was-"

Form = MultiDict[str, str]


def standing(contact: Contact | None) -> dict[str, str]:
    """What is known, by the names of the inputs; `groups`: their ids."""
    shown = {name: getattr(contact, name, "") or "" for name in NAMES}
    if contact:
        shown["tags"] = ", ".join(tags.of(contact.id))
        shown |= {f"field-{field}": value for field, value in fields.of(contact.id).items()}
        shown["groups"] = ",".join(str(group.id) for group in groups.of(contact.id))
    return shown


def was(form: Form) -> dict[str, str]:
    """What its reader saw, of a form that came back."""
    return {name.removeprefix(WAS): value for name, value in form.items() if name.startswith(WAS)}


def entry(form: Form, contact: Contact | None) -> Entry:
    """Who they are, as it is to be from now on."""
    known = standing(contact) if contact else None
    return Entry(**{name: _one(form, name, known) for name in NAMES})


def keep(number: str, form: Form, before: Contact | None, by: str, now: datetime) -> None:
    """The form's own fields, tags and groups; a form without them changes none.  Raises Invalid."""
    if "particulars" not in form:
        return
    known = standing(before) if before else None
    names = {field.id: f"field-{field.id}" for field in fields.everything()}
    values = {field: _one(form, name, known) for field, name in names.items()}
    with on_field("tags"):
        wanted = _tags(form, tags.of(before.id) if before else ())
    inside = {group.id for group in groups.of(before.id)} if before else set()
    particulars.keep(number, by, now, values, wanted, _groups(form, inside))


def _one(form: Form, name: str, known: Mapping[str, str] | None) -> str:
    typed, seen = form.get(name, ""), form.get(WAS + name)
    is_same = seen is not None and _plain(typed) == _plain(seen)
    return known.get(name, "") if is_same and known is not None else typed


def _plain(typed: str) -> str:
    """As browsers send it back."""
    return typed.replace("\r\n", "\n").strip()


def _tags(form: Form, now: Collection[str]) -> list[str]:
    typed = tags.listed(form.get("tags", ""))
    if WAS + "tags" not in form:
        return typed
    seen = {tag.casefold() for tag in tags.listed(form[WAS + "tags"])}
    gone = seen - {tag.casefold() for tag in typed}
    new = [tag for tag in typed if tag.casefold() not in seen]
    return tags.once([*(tag for tag in now if tag.casefold() not in gone), *new])


def _groups(form: Form, now: set[int]) -> set[int]:
    ticked = _ids(form.getlist("group"))
    if WAS + "groups" not in form:
        return ticked
    seen = _ids(form[WAS + "groups"].split(","))
    return (now - (seen - ticked)) | (ticked - seen)


def _ids(typed: Collection[str]) -> set[int]:
    return {number for one in typed if (number := digits.number(one)) is not None}
