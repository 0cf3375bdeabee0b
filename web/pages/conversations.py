"""Who was spoken with: the list of numbers, and what was said with one of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import GatewayError
from gateway.messages import lookup
from gateway.messages.outbox import Draft, submit
from gateway.store.models import Inbound, Message
from web import formats, sign_in
from web.office import office
from web.pages.write import sentence

pages = Blueprint("conversations", __name__)

A_PAGE = 40


@pages.get("/conversations")
def listing() -> str:
    page = lookup.conversations(cursor=request.args.get("cursor"), limit=A_PAGE)
    return render_template("conversations.html", conversations=page.items, next=page.next)


@pages.get("/conversations/<number>")
def thread(number: str) -> str:
    return _thread(number)


@pages.post("/conversations/<number>")
def reply(number: str) -> str | Response | tuple[str, int]:
    text, key, here = request.form.get("text", ""), request.form.get("key", ""), office()
    try:
        submit(Draft(to=number, text=text, client_ref=key or None), sign_in.caller(), here.clock.now())
    except GatewayError as error:
        return _thread(number, text, sentence(error)), 422
    wake.ring(here.config.appliance.runtime_dir)
    return redirect(url_for(".thread", number=number, _anchor="end"))


def can_answer(number: str) -> bool:
    """Whether something can be sent there: a name of a sender is no number."""
    return number.removeprefix("+").isdigit()


def _thread(number: str, typed: str = "", fault: str = "") -> str:
    """Oldest first, day by day; looking at it marks it as read."""
    page = lookup.thread(number, before=request.args.get("before"), limit=A_PAGE)
    lookup.mark_read(number)
    said = [_bubble(item) for item in reversed(page.items)]
    days = [(title, list(items)) for title, items in groupby(said, lambda bubble: formats.day(bubble["at"]))]
    return render_template(
        "conversation.html",
        number=number,
        days=days,
        older=page.next,
        typed=typed,
        fault_words=fault,
        key=office().ids.token(),
        can_answer=can_answer(number),
    )


def _bubble(item: Message | Inbound) -> dict[str, Any]:
    ours = isinstance(item, Message)
    at = item.created_at if isinstance(item, Message) else item.received_at
    return {"ours": ours, "item": item, "at": at}
