"""What callers ask for, and what is wrong with it whoever it is for.  Changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.config import Appliance
from gateway.errors import Invalid
from gateway.ids import Ids
from gateway.messages import marketing, sealing, texts
from gateway.policy.categories import CATEGORIES

SHORTEST_VALIDITY = timedelta(minutes=5)  # what TP-VP can say at the least
LONGEST_VALIDITY = timedelta(days=63)
FURTHEST = timedelta(days=366)
LATE = timedelta(minutes=5)  # a send_at up to this long ago means now: clocks differ
NOT_ASKED = ("client_ref", "hold_until", "secret")  # of a draft: what does not make it another one


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller asks for, as it was typed."""

    to: str
    text: str
    category: str = "notification"
    send_at: datetime | None = None
    validity: timedelta | None = None
    modem: str | None = None
    smart_encoding: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    client_ref: str | None = None
    hold_until: datetime | None = None  # what would leave now waits until then: it can still be taken back
    secret: str | None = field(default=None, repr=False)  # within the text; the ledger never has it
    callback: Callback | None = None

    def towards(self, to: str, text: str, client_ref: str | None) -> Draft:
        """The same to somebody else."""
        return replace(self, to=to, text=text, client_ref=client_ref)


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the caller wants to hear what becomes of the message; `style` is "standard" or "twilio"."""

    url: str
    style: str
    key: int | None = None  # the id of the caller's key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where: `source` is "page:ana", "key:shop" or "cli:root"."""

    source: str
    site: Appliance
    modems: Sequence[str]
    ids: Ids
    trusted: bool = True  # the clock
    bounded: bool = False  # to these modems: what it writes leaves through no other, whatever happens


class Fingerprint:
    """What makes two submissions the same one: a digest of all that was asked, but for the recipient worked
    out once."""

    def __init__(self, draft: Draft) -> None:
        text = sealing.hide(draft.text, draft.secret) if draft.secret else draft.text
        asked = replace(draft, text=text)
        content = {name: str(getattr(asked, name)) for name in Draft.__slots__ if name not in NOT_ASKED}
        if draft.callback is None:
            content.pop("callback")  # so that the digests of before there were any stay what they are
        before = {name: said for name, said in content.items() if name < "to"}
        after = {name: said for name, said in content.items() if name > "to"}
        head, tail = json.dumps(before, sort_keys=True), json.dumps(after, sort_keys=True)
        self._head = hashlib.sha256(f'{head[:-1]}, "to": '.encode())
        self._tail = f", {tail[1:]}"

    def of(self, recipient: str) -> str:
        """Of the same towards this recipient: a number, in which JSON would write no character otherwise."""
        whole = self._head.copy()
        whole.update(f'"{recipient}"{self._tail}'.encode())
        return whole.hexdigest()


def look_over(draft: Draft, caller: Caller, now: datetime) -> tuple[texts.Written, datetime]:
    """The text as it leaves, and when it is given up; raises Invalid for what is wrong whoever it is for."""
    if draft.modem is not None and draft.modem not in caller.modems:
        raise Invalid("modem_unknown", field="modem", value=draft.modem, known=", ".join(caller.modems))
    text = written(draft, caller)
    marketing.check(text.text, draft.category, caller.site)
    return text, _expiry(draft, caller.trusted, now)


def written(draft: Draft, caller: Caller) -> texts.Written:
    """The text as it leaves: a marketing one says how to stop it."""
    if draft.category not in CATEGORIES:
        raise Invalid("category_unknown", field="category", value=draft.category, known=", ".join(CATEGORIES))
    text = marketing.complete(draft.text, draft.category, caller.site)
    return texts.write(text, draft.smart_encoding)


def check_hour(send_at: datetime, trusted: bool, now: datetime) -> None:
    """Raises Invalid on `send_at` for an hour that is over or too far away, as far as the clock can tell."""
    if trusted and send_at < now - LATE:
        raise Invalid("send_at_past", field="send_at", value=send_at.isoformat())
    if trusted and send_at > now + FURTHEST:
        raise Invalid("send_at_far", field="send_at", days=FURTHEST.days)


def _expiry(draft: Draft, trusted: bool, now: datetime) -> datetime:
    due = now
    if draft.send_at is not None:
        check_hour(draft.send_at, trusted, now)
        due = max(due, draft.send_at)
    validity = draft.validity or CATEGORIES[draft.category].validity
    if not SHORTEST_VALIDITY <= validity <= LONGEST_VALIDITY:
        raise Invalid(
            "validity_out_of_range",
            field="validity_s",
            least=int(SHORTEST_VALIDITY.total_seconds()),
            most=int(LONGEST_VALIDITY.total_seconds()),
        )
    return due + validity
