"""Who was spoken with: the list of numbers, and what was said with one of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import wake
from gateway.access import people
from gateway.access.roles import reaches
from gateway.errors import GatewayError
from gateway.messages import conversations, decisions, outbox, replies, routing, threads
from gateway.messages.lifecycle import State
from gateway.messages.outbox import Draft
from gateway.messages.threads import MOST, SHOWS, Choice, Said
from gateway.store import database
from gateway.store.models import Conversation, ConversationNote, Inbound, Message, Part, User
from web import formats, roles, sign_in
from web.office import office
from web.pages import names, search
from web.pages.form import sentence

log = logging.getLogger(__name__)

pages = Blueprint("conversations", __name__)
pages.register_blueprint(search.pages)

A_PAGE = 40
AGAIN = (*decisions.REPEATABLE, State.UNCERTAIN)

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the two boxes of a conversation, and what was wrong with it."""

    text: str = ""
    note: str = ""
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing said or noted, ready to be read."""

    kind: str  # ours, theirs, note
    item: Said
    at: datetime
    parts: list[Part]  # of a message of several: those that did not arrive, or may not have
    is_lost: bool  # a person may send it again


@pages.get("/conversations")
def listing() -> str:
    choice = chosen()
    page = threads.listing(choice, request.args.get("cursor"), A_PAGE)
    names.load(talk.number for talk in page.items)
    return render_template(
        "conversations.html",
        conversations=page.items,
        next=page.next,
        shows=SHOWS,
        chosen=choice.show,
        counts={show: threads.count(Choice(show, choice.me)) for show in SHOWS[1:]},
        most=MOST,
    )


@pages.get("/conversations/<number>")
def thread(number: str) -> Page:
    if sought := request.args.get("at", ""):
        whose, before = threads.around(sought)
        return redirect(url_for(".thread", number=whose, before=before, _anchor=f"m-{sought}"))
    return _thread(number, Typed())


@pages.post("/conversations/<number>")
def reply(number: str) -> Page:
    text, key, here = request.form.get("text", ""), request.form.get("key", ""), office()
    if wanted := request.form.get("insert", ""):
        return _thread(number, Typed(text=_with_reply(number, text, wanted)))
    try:
        outbox.submit(Draft(to=number, text=text, client_ref=key or None), sign_in.caller(), here.clock.now())
    except GatewayError as error:
        return _thread(number, Typed(text=text, faults={"text": sentence(error)})), 422
    wake.ring(here.config.appliance.runtime_dir)
    return _back(number)


@pages.post("/conversations/<number>/assign")
def assign(number: str) -> Response:
    """Have a colleague look after it; nobody in particular where none is named."""
    name = request.form.get("to", "")
    to = people.named(name).name if name else None
    if conversations.assign(number, to, sign_in.caller().source, office().clock.now()):
        done = _("%(name)s looks after this conversation.", name=to) if to else ""
        flash(done or _("Nobody looks after this conversation now."), "good")
    return _back(number)


@pages.post("/conversations/<number>/notes")
def write_note(number: str) -> Page:
    text = request.form.get("note", "")
    try:
        conversations.write_note(number, text, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        return _thread(number, Typed(note=text, faults={"note": sentence(error)})), 422
    return _back(number)


@pages.post("/conversations/<number>/notes/<int:note>/remove")
def remove_note(number: str, note: int) -> Response:
    conversations.remove_note(number, note, sign_in.caller().source, office().clock.now())
    flash(_("The note is removed."), "good")
    return _back(number)


def _back(number: str) -> Response:
    """To the latest that was said, in the list through which the reader goes."""
    return redirect(url_for(".thread", number=number, show=request.args.get("show"), _anchor="end"))


def can_answer(number: str) -> bool:
    """Whether something can be sent there: a name of a sender is no number."""
    return number.removeprefix("+").isdigit()


def chosen() -> Choice:
    """Which conversations the reader goes through."""
    someone, show = sign_in.person(), request.args.get("show", "")
    return Choice(show if show in SHOWS else SHOWS[0], someone.name if someone else "")


def _thread(number: str, typed: Typed) -> str:
    """Oldest first, day by day; looking at it marks it as read, where the reader is one who answers."""
    choice, talk = chosen(), threads.find(number)
    page = threads.thread(number, before=request.args.get("before"), limit=A_PAGE)
    newer, older = threads.neighbours(talk, choice) if talk else (None, None)
    _mark_read(talk)
    names.load([number])
    said = _bubbles(list(reversed(page.items)))
    days = [(title, list(items)) for title, items in groupby(said, lambda bubble: formats.day(bubble.at))]
    return render_template(
        "conversation.html",
        number=number,
        talk=talk,
        days=days,
        earlier=page.next,
        newer=newer,
        older=older,
        chosen=choice.show,
        typed=typed,
        key=office().ids.token(),
        can_answer=can_answer(number) and roles.may("conversations.reply"),
        is_number=can_answer(number),
        colleagues=_colleagues(talk),
        replies=replies.to(number) if can_answer(number) else [],
        modem=_answers(number),
        several=len(office().config.modem_names) > 1,
        source=sign_in.caller().source,
    )


def _mark_read(talk: Conversation | None) -> None:
    if talk is None or not talk.unread or not roles.may("conversations.reply"):
        return
    try:
        conversations.mark_read(talk.number)
    except database.Trouble as trouble:  # it is shown all the same
        log.warning("cannot note that a conversation was read: %s", trouble)


def _bubbles(said: list[Said]) -> list[Bubble]:
    lost = [item for item in said if isinstance(item, Message) and item.state in AGAIN]
    parts = threads.parts(message for message in lost if message.part_count > 1)
    return [_bubble(item, parts) for item in said]


def _bubble(item: Said, parts: dict[int, list[Part]]) -> Bubble:
    at = threads.said_at(item)
    if isinstance(item, Message):
        lost = [part for part in parts.get(item.id, []) if part.state not in (State.SENT, State.DELIVERED)]
        return Bubble("ours", item, at, lost, item.state in AGAIN and bool(item.text))
    return Bubble("theirs" if isinstance(item, Inbound) else "note", item, at, [], is_lost=False)


def _with_reply(number: str, text: str, wanted: str) -> str:
    """The ready answer behind what was typed already."""
    ready = [one.text for one in replies.to(number) if str(one.id) == wanted]
    return "\n".join([*([text.rstrip()] if text.strip() else []), *ready])


def _colleagues(talk: Conversation | None) -> list[str]:
    """Who may look after it: everybody who comes in and answers, and whoever does already."""
    able: list[User] = [one for one in people.everybody() if one.disabled_at is None]
    found = {one.name for one in able if reaches(one.role, roles.least("conversations.reply"))}
    return sorted(found | ({talk.assigned_to} if talk and talk.assigned_to else set()), key=str.casefold)


def _answers(number: str) -> dict[str, Any] | None:
    """The modem whose SIM an answer leaves by, where there is a choice; "" for whichever is free first."""
    here = office()
    modems, now = here.config.modem_names, here.clock.now()
    if len(modems) < 2:
        return None
    able = routing.able(here.config.appliance.runtime_dir, now)
    bound = routing.bind(number, None, modems, lambda: able)
    return {"name": bound, "is_theirs": bound == routing.written_to(number)}


@pages.app_template_global()
def author(note: ConversationNote) -> str:
    """Who wrote it, as colleagues call each other."""
    return str(note.written_by).removeprefix("page:")
