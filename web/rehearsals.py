"""What would become of a text to very many people, reckoned behind the page that waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gateway.contacts import audience, foresight, mailing
from gateway.contacts.foresight import Foresight
from gateway.contacts.mailing import Mail
from gateway.contacts.recipients import Recipients
from gateway.messages.outbox import Caller, Draft
from gateway.store.models import Message
from web import looks
from web.memory import Kept
from web.office import office
from web.pages import twins
from web.pages.letter import Letter


@dataclass(slots=True, kw_only=True)
class Look(looks.Look[Foresight]):
    """One of a letter, for whoever wrote it."""

    letter: Letter
    source: str
    same: Sequence[Message] = ()


Desk = looks.Desk[Look]


desk = Kept(lambda _: Desk("rehearsals"))


def find(key: str, source: str) -> Look | None:
    """Only whoever asked for it gets it."""
    look = desk().find(key)
    return look if look and look.source == source else None


def begin(letter: Letter, caller: Caller) -> None:
    """Reckon under the letter's key; the same key once more begins anew.  Raises Invalid on `at`."""
    found, draft, mail = letter.people, letter.draft(), letter.mail()
    look = Look(letter=letter, source=caller.source, total=found.most)
    desk().begin(letter.key, look, lambda: _reckon(look, found, draft, mail, caller))


def _reckon(look: Look, found: Recipients, draft: Draft, mail: Mail, caller: Caller) -> None:
    now = office().clock.now()
    answer = foresight.look(found, draft, caller, now, look.note)
    first = islice(audience.readers(found, now), twins.LOOKED_AT)
    look.same = twins.of(mailing.drafts(first, mail, look.letter.key, None), caller, now)
    look.answer = answer
