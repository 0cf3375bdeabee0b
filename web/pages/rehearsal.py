"""What would become of a message to several people, or of marketing: shown before anything is queued."""

from __future__ import annotations

from collections.abc import Sequence

from babel.numbers import format_currency
from flask import render_template

from gateway.contacts.foresight import Foresight
from gateway.errors import Invalid
from gateway.messages.rehearsal import Group, Wrong
from gateway.store.models import Message
from web import formats, postings, prospects
from web.language import current, say, trouble
from web.office import office
from web.pages.letter import Letter
from web.prospects import Cost

SHOWN = 5  # wrong numbers and twins that are named; the others are counted


def page(letter: Letter, answer: Foresight, twins: Sequence[Message], sure: str) -> str:
    seen = answer.seen
    price = prospects.cost(seen)
    return render_template(
        "rehearsal.html",
        letter=letter,
        seen=seen,
        reader=answer.reader,
        missing=answer.missing,
        held=[(group, words(group)) for group in seen.held],
        refused=[(group, words(group)) for group in seen.refused],
        wrong=[wrong_words(one) for one in seen.wrong[:SHOWN]],
        shown=SHOWN,
        cost=money(price) if price else "",
        rooms=prospects.rooms(seen, letter.draft(), office().clock.now()),
        undo=office().config.web.undo_s if letter.category in postings.UNDOABLE and seen.now else 0,
        twins=twins,
        sure=sure,
    )


def words(group: Group) -> str:
    """Why, said of several people."""
    return say(f"group.{group.reason}", **group.facts)


def wrong_words(one: Wrong) -> str:
    """What is wrong with one of the recipients; with the text that they would read, where it is that."""
    said = trouble(Invalid(one.code, field="to", **one.facts))
    return said if str(one.facts.get("value", "")) in said and "value" in one.facts else f"{_who(one)} {said}"


def money(cost: Cost) -> str:
    """An amount as this page's readers write it; a small one keeps the tenths of its cents."""
    is_big = cost.amount >= 1
    return str(format_currency(cost.amount, cost.currency, locale=current(), decimal_quantization=is_big))


def _who(one: Wrong) -> str:
    colon = "\u00a0:" if current() == "fr" else ":"
    return f"{formats.number(one.typed)}{colon}"
