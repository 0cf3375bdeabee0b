"""What a column of a file is for, and a guess at it from its heading and its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.contacts import fields
from gateway.contacts.book import fold
from gateway.contacts.imports import cells as read

SKIP = ""
# Each but `number` stands above one column at the most.
TARGETS = (
    "number",
    "other_number",  # used where the number is missing or wrong
    "name",
    "first_name",
    "last_name",
    "postcode",
    "note",
    "tags",
    "consent",
    "consent_date",
)
OWN = re.compile(r"field:(?P<field>\d{1,9})|new:(?P<kind>text|number|date)")

# A heading, without accents and all small → what it is for.  The first that fits.
HEADINGS = (
    (r"(n[o°]? |num\w* )?(de )?(tel\w* )?(port\w*|mobile\w*|gsm|cell\w*|smartphone)", "number"),
    (r"sms|mobile (phone|number)|(n[o°]? |num\w* )(de )?sms", "number"),
    (r"(n[o°]? |num\w* )?(de )?(tel\w*|phone\w*|fixe)( \w+)?|num(ero)?|number|telephone number", "phone"),
    (r"prenoms?|first ?name|given ?name|forename", "first_name"),
    (r"nom (complet|et prenoms?)|prenoms? et nom|full ?name|name|contact|client", "name"),
    (r"noms?( de famille)?|last ?name|surname|family ?name", "last_name"),
    (r"cp|c p|code ?postal|post ?code|zip( ?code)?|postal code", "postcode"),
    (r"notes?|remarques?|commentaires?|comments?|observations?", "note"),
    (r"tags?|etiquettes?|labels?|mots? ?cles?", "tags"),
    (r"date (du |de |d['’])?(consentement|accord|inscription|opt.?in)", "consent_date"),
    (r"(consent|opt.?in) date", "consent_date"),
    (r"(consent\w*|accord|opt.?in|rgpd|gdpr|newsletter|publicite|offres)( sms)?", "consent"),
    (r"(date (de )?)?naiss\w*|ne\(?e?\)? le|birth ?da(y|te)|anniversaire", "new:date"),
    (r"villes?|localite|commune|town|city|adresse|address|societe|company", "new:text"),
    (r"e-?mails?|courriels?|mails?", "new:text"),
)
SAMPLED = 0.6  # of the cells that hold something must be numbers, for a column without a telling heading


def guess(headings: Sequence[str], sample: Sequence[Sequence[str]], country: str) -> list[str]:
    """A target for each column; "" where nobody can say."""
    found = [_by_heading(heading) for heading in headings]
    if "number" not in found and "phone" in found:
        found[found.index("phone")] = "number"
    found = _once(["other_number" if target == "phone" else target for target in found])
    if "number" not in found:
        _by_cells(found, sample, country)
    if "last_name" in found and "first_name" not in found and "name" not in found:
        found[found.index("last_name")] = "name"
    own = {fold(field.name): f"field:{field.id}" for field in fields.everything()}
    return [
        own.get(fold(heading), target) if target in ("", "new:text", "new:date") else target
        for heading, target in zip(headings, found, strict=True)
    ]


def is_target(target: str) -> bool:
    return target in (SKIP, *TARGETS) or OWN.fullmatch(target) is not None


def named(typed: str) -> str | None:
    """The target that somebody names at the command line: a code, "none", or the name of an own field."""
    text = typed.strip()
    if text.casefold() == "none":
        return SKIP
    if is_target(text.casefold()):
        return text.casefold()
    field = fields.called(text)
    return f"field:{field.id}" if field else None


def called(target: str) -> str:
    """The name of the field that a target means; "" for any other target."""
    match = OWN.fullmatch(target)
    return str(fields.get(int(match["field"])).name) if match and match["field"] else ""


def is_single(target: str) -> bool:
    """Whether only one column can be for it."""
    return target not in (SKIP, "other_number") and not target.startswith("new:")


def _by_heading(heading: str) -> str:
    plain = re.sub(r"[_\s:*.]+", " ", fold(heading)).strip()
    return next((target for form, target in HEADINGS if re.fullmatch(form, plain)), SKIP)


def _once(found: list[str]) -> list[str]:
    """A second column of the same kind is left out, but for a second number and fields of one's own."""
    seen: set[str] = set()
    for place, target in enumerate(found):
        if target == "number" and target in seen:
            target = "other_number"
        found[place] = SKIP if target in seen and not target.startswith("new:") else target
        seen.add(target)
    return found


def _by_cells(found: list[str], sample: Sequence[Sequence[str]], country: str) -> None:
    """The column that is full of numbers."""
    best, most = None, SAMPLED
    for place, target in enumerate(found):
        filled = [row[place] for row in sample if place < len(row) and row[place].strip()]
        share = sum(read.is_number(cell, country) for cell in filled) / len(filled) if filled else 0
        if target == SKIP and share > most:
            best, most = place, share
    if best is not None:
        found[best] = "number"
