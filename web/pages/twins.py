"""The same text to the same number a moment ago: a question before it is sent once more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from gateway.errors import Invalid
from gateway.messages.outbox import Caller, Draft, twin
from gateway.store.models import Message

LOOKED_AT = 1000  # people: whoever sends the same to a list again is told by the first of them


def stamp(same: Message) -> str:
    """A word for one text to one number: who changes either is asked again."""
    return hashlib.sha256(f"{same.recipient}\n{same.text}".encode()).hexdigest()[:12]


def of(drafts: Iterable[Draft], caller: Caller, now: datetime) -> list[Message]:
    """What said the same to the same number a moment ago."""
    found = (_twin(draft, caller, now) for draft in islice(drafts, LOOKED_AT))
    return [same for same in found if same is not None]


def _twin(draft: Draft, caller: Caller, now: datetime) -> Message | None:
    try:
        same = twin(draft, caller, now)
    except Invalid:
        return None  # handing it in says what is wrong with it
    if same and draft.client_ref and (same.source, same.client_ref) == (caller.source, draft.client_ref):
        return None  # this very form has sent it: once more is harmless
    return same
