"""The form in which a message is written: with its faults, its cost, and how one person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from flask import render_template
from flask_babel import gettext as _

from gateway import letters, rulebook
from gateway.contacts import audience, fields, templates
from gateway.contacts.audience import Reader
from gateway.errors import GatewayError, Invalid
from gateway.messages import templating
from gateway.messages.gathering import Judge
from gateway.messages.texts import Preview, preview
from gateway.policy import territories
from gateway.policy.gate import rehearse
from gateway.policy.territories import Place
from gateway.store.models import Message
from web import formats, sign_in
from web.language import because, current, trouble
from web.office import office
from web.pages.letter import CATEGORIES, Letter, addition, cost, findings
from web.pages.rehearsal import money
from web.pages.twins import stamp
from web.prospects import Cost

# The gateway's name of an input, where the form's differs.
FORM_FIELD = {"send_at": "at"}
LOOKED_AT = 200  # people whose own hour may differ
ELSEWHERE = 3  # of them are told

# The spelling of each variable that is offered, by the language of the page.
OFFERED = {"fr": ("prénom", "nom"), "en": ("first name", "last name")}


@dataclass(slots=True)
class Faults:
    """Sentences by the field they belong to, and those that belong to none."""

    fields: dict[str, str] = field(default_factory=dict)

    def add(self, error: GatewayError) -> None:
        name = FORM_FIELD.get(error.field or "", error.field or "form")
        self.fields.setdefault(name, sentence(error))


@dataclass(frozen=True, slots=True)
class Sample:
    """How one of the people reads the text: `at` counts from 0 among `total`."""

    text: str
    who: str
    at: int
    total: int
    missing: tuple[str, ...]
    values: dict[str, str]  # by the gap as it was typed


def show(letter: Letter, faults: Faults, twins: Sequence[Message] = (), at: int = 0) -> str:
    seen = _sample(letter, at, faults)
    shown = replace(letter, text=seen.text) if seen else letter
    return render_template(
        "write.html",
        letter=letter,
        faults=faults.fields,
        twins=twins,
        sure=" ".join(stamp(same) for same in twins),
        sample=seen,
        preview=_preview(shown, faults),
        added=addition(shown),
        findings=findings(shown),
        is_named=bool(letters.chosen_name()),
        price=(price := rulebook.price()),
        price_of=lambda parts: money(Cost(price.of(parts), price.currency)) if price else "",
        templates=templates.everything("message"),
        offered=offered(),
        categories=CATEGORIES,
        departures=departures(letter),
        elsewhere=elsewhere(letter),
        earliest=formats.local(office().clock.now()).strftime(formats.FIELD),
    )


def sentence(error: GatewayError) -> str:
    """What is wrong and how to mend it."""
    if error.code == "time_unreadable":
        return _("Choose the day and the hour at which it is to leave.")
    if error.code == "idempotency_conflict":
        return _("This form has sent another message already. Send it again if this one is to leave too.")
    return trouble(error)


def offered() -> list[str]:
    """The variables that the page puts within reach."""
    return [*OFFERED[current()], *(each.name for each in fields.everything())]


def sample(letter: Letter, at: int) -> Sample | None:
    """How the person at that place reads a text with gaps; None for a text that everybody reads alike.

    Raises Invalid on the field `text`.
    """
    if not letter.is_personal:
        return None
    audience.check(letter.text)
    people = letter.people
    total = people.most
    at = min(max(at, 0), max(total - 1, 0))
    reader = next(islice(audience.readers(people, office().clock.now()), at, None), None)
    reader = reader or Reader("", "", {})
    read = reader.reads(letter.text)
    gaps = {
        gap.name: reader.values.get(templating.fold(gap.name), "") for gap in templating.gaps(letter.text)
    }
    who = reader.name or formats.number(reader.number)
    return Sample(read.text, who, at, total, read.missing, gaps)


def _sample(letter: Letter, at: int, faults: Faults) -> Sample | None:
    try:
        return sample(letter, at)
    except Invalid as error:
        faults.fields.setdefault("text", sentence(error))
        return None


def _preview(letter: Letter, faults: Faults) -> Preview:
    try:
        return cost(letter)
    except Invalid as error:
        faults.fields.setdefault("text", sentence(error))
        return preview("")


# ---- when it leaves ------------------------------------------------------------------------------


def departures(letter: Letter) -> dict[str, str]:
    """For each category, in words, when a message written now would leave: to the one person that it is for,
    else to somebody here."""
    now, book, trusted = office().clock.now(), rulebook.read(), sign_in.caller().trusted
    send_at, place = _hour(letter), _place(letter)
    sentences = {}
    for category in CATEGORIES:
        verdict = rehearse(category, place, book, now, send_at, trusted)
        until = verdict.until and formats.moment(verdict.until).striptags()
        if verdict.answer == "allow":
            sentences[category] = _("Leaves at once.")
        elif until and verdict.reason == "scheduled":
            sentences[category] = _("Leaves %(when)s.", when=until)
        elif until:
            why = because(verdict.reason or "", verdict.facts)
            sentences[category] = _("Leaves %(when)s. %(why)s", when=until, why=why)
        else:
            sentences[category] = because(verdict.reason or "", verdict.facts)
    return sentences


def elsewhere(letter: Letter) -> list[str]:
    """For the first people in another time zone, the hour there when it leaves."""
    here, book = office().config.appliance, rulebook.read()
    at = _hour(letter) or office().clock.now()
    told = []
    for person in letter.people.people[:LOOKED_AT]:
        zone = Judge(here).place(person.number, book).zone
        if at.astimezone(zone).utcoffset() != at.astimezone(here.timezone).utcoffset():
            who = person.name or formats.number(person.number)
            told.append(_("For %(who)s it is %(hour)s then.", who=who, hour=f"{at.astimezone(zone):%H:%M}"))
        if len(told) == ELSEWHERE:
            break
    return told


def _hour(letter: Letter) -> datetime | None:
    try:
        return letter.send_at()
    except Invalid:
        return None


def _place(letter: Letter) -> Place:
    here, book, found = office().config.appliance, rulebook.read(), letter.people
    if len(found.people) == 1 and not found.many:
        return Judge(here).place(found.people[0].number, book)
    return territories.by_region(here.country, (), here.timezone, book.alsace)
