"""The people: the list, and one person's card – who they are, where, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit, letters, rulebook, wake
from gateway.consent import asking, ledger
from gateway.contacts import book, choosing, consents, fields, groups, particulars, segments, tags
from gateway.contacts.book import Entry
from gateway.contacts.consents import Recorded
from gateway.errors import GatewayError, Invalid, NotFound
from gateway.policy.consent import Ground
from gateway.store import database
from gateway.store.models import Contact
from web import sign_in
from web.language import say
from web.office import office
from web.pages import card_form, chosen, names, whereabouts
from web.pages.consent_words import ACTS, ANSWERS, day, sentences

pages = Blueprint("contact_pages", __name__)
pages.app_template_global("called")(names.called)

Answer = str | tuple[str, int]

A_PAGE = 40
STEPS = 8  # of the history on a card
CHANNELS = ("form", "paper", "counter", "phone")  # those by which a person at the page hears of it


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: which one, what was wrong, and what had been typed."""

    form: str = ""
    faults: dict[str, str] = field(default_factory=dict)  # by "form-field", the field's id
    typed: dict[str, str] = field(default_factory=dict)


@pages.app_template_filter()
def card_word(name: str) -> str:
    """What a field of a card is called: one of ours by its word, one of the shop's by its name."""
    said = say(f"column.{name}")
    return name if said == f"column.{name}" else said


@pages.get("/contacts")
def listing() -> str:
    return _listing(Mistake())


@pages.post("/contacts")
def add() -> Answer | Response:
    here = office()
    try:
        number = book.parse(request.form.get("number", ""), here.config.appliance.country)
        book.add(number, Entry(request.form.get("name", "")), sign_in.caller().source, here.clock.now())
    except GatewayError as error:
        return _listing(_mistake("new", error)), 422
    flash(_("Written down."), "good")
    return redirect(url_for(".card", number=number))


@pages.get("/contacts/<number>")
def card(number: str) -> Answer | Response:
    known = _number(number)
    return _card(known, Mistake()) if known == number else redirect(url_for(".card", number=known))


@pages.post("/contacts/<number>")
def keep(number: str) -> Answer | Response:
    """Remember what is known of this person; they come into the book if they were not there."""
    here, known = office(), _number(number)
    now, by = here.clock.now(), sign_in.caller().source
    try:
        with database.transaction():
            before = book.find(known)
            book.put(known, card_form.entry(request.form, before), by, now)
            card_form.keep(known, request.form, before, by, now)
    except Invalid as error:
        return _card(known, _mistake("person", error)), 422
    flash(_("Written down."), "good")
    return redirect(url_for(".card", number=known))


@pages.post("/contacts/<number>/remove")
def remove(number: str) -> Response:
    removed = book.remove(_number(number), sign_in.caller().source, office().clock.now())
    flash(_("%(name)s is no longer in the contacts.", name=removed.name), "good")
    return redirect(url_for(".listing"))


@pages.post("/contacts/<number>/consents/<any(given,withdrawn,opposed,resumed):event>")
def record(number: str, event: str) -> Answer | Response:
    """Write down what this person agreed to, took back, or refuses."""
    known, form = _number(number), request.form
    given = {
        name: form.get(name, "") for name in ("channel", "proof", "wording", "ground", "purpose", "category")
    }
    try:
        what = Recorded(event, **given, newer="newer" in form)
        written = consents.record(known, what, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        return _card(known, _mistake(_form_of(event), error)), 422
    flash(_("Written down.") if written else _("It stood already: nothing was changed."), "good")
    return redirect(url_for(".card", number=known, _anchor="consent"))


@pages.post("/contacts/<number>/ask")
def ask(number: str) -> Answer | Response:
    """Send the question whether offers are welcome; the answer comes as a message."""
    here, known = office(), _number(number)
    try:
        asking.ask(known, sign_in.caller(), here.clock.now())
    except GatewayError as error:
        return _card(known, _mistake("ask", error)), 409
    wake.ring(here.config.appliance.runtime_dir)
    flash(_("The question leaves in a moment. The answer appears here by itself."), "good")
    return redirect(url_for(".card", number=known, _anchor="consent"))


def _form_of(event: str) -> str:
    """The form's name: there may be one of taking back for each objection."""
    return f"{event}-{request.form.get('category', '')}" if event == "resumed" else event


def _number(typed: str) -> str:
    """The number of an address; raises NotFound for what is none."""
    try:
        return book.parse(typed, office().config.appliance.country)
    except Invalid as error:
        raise NotFound("contact_unknown", number=typed) from error


def _mistake(form: str, error: GatewayError) -> Mistake:
    instants = {name: day(value) for name, value in error.facts.items() if isinstance(value, datetime)}
    said = say(f"error.{error.code}", **{**error.facts, **instants})
    return Mistake(form, {f"{form}-{error.field or 'form'}": said}, request.form.to_dict())


def _listing(mistake: Mistake) -> str:
    asked, now = chosen.of(request.args), office().clock.now()
    page = book.page(
        cursor=request.args.get("cursor"), limit=A_PAGE, among=choosing.wanted(asked.choice, now)
    )
    return render_template(
        "contacts.html",
        contacts=page.items,
        more=particulars.of(page.items),
        next=page.next,
        asked=asked,
        sought=asked.choice.sought,
        counted=chosen.count(asked.choice, now) if page.items else None,
        tags=tags.everything(),
        groups=groups.everything(),
        segments=segments.everything(),
        mistake=mistake,
    )


def _card(number: str, mistake: Mistake) -> str:
    site, now = office().config.appliance, office().clock.now()
    contact = book.find(number)
    answer, last = consents.answer(number), consents.last_given()
    return render_template(
        "contact.html",
        number=number,
        contact=contact,
        filled=_shown(contact, mistake),
        was=card_form.was(request.form) if mistake.form == "person" else card_form.standing(contact),
        own=fields.everything(),
        all_groups=groups.everything(),
        all_tags=tags.everything(),
        steps=audit.recent(number, limit=STEPS) if contact else (),
        place=whereabouts.of(number, now),
        zones=whereabouts.zones(contact.timezone if contact else None),
        answer=answer,
        opposed=(refused := consents.opposed(number)),
        sentences=sentences(answer, refused),
        acts=ledger.history(number),
        last=last,
        question=letters.text("ask", site.language, site),
        grounds=tuple(Ground),
        channels=CHANNELS,
        marketing=consents.marketing_this_month(number, now),
        most=rulebook.read().caps.a_month,
        looks={"answer": ANSWERS, "act": ACTS},
        mistake=mistake,
    )


def _shown(contact: Contact | None, mistake: Mistake) -> dict[str, str]:
    """What stands in the fields of the person: as typed just now, else as known."""
    if mistake.form == "person":
        inside = {f"group-{group}": "1" for group in request.form.getlist("group")}
        return {**mistake.typed, **inside}
    shown = card_form.standing(contact)
    ids = shown.pop("groups", "").split(",")
    return shown | {f"group-{group}": "1" for group in ids}
