"""Codes are sent, typed back and looked up here; a code stands nowhere but in the text on its way.

start(wanted, caller, now)                          a code leaves; the newest one is the one that counts
check(key, code, caller, now, uid=…, number=…)      what somebody typed
fetch(key, uid_or_number, now)                      the newest one
cancel(key, uid_or_number, now)
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.access import allowances
from gateway.errors import Conflict, Forbidden, GatewayError, Invalid, Limited, NotFound
from gateway.features.verify import code as codes
from gateway.features.verify import guard, letter
from gateway.features.verify.guard import End
from gateway.messages import numbers, outbox
from gateway.messages.drafts import SHORTEST_VALIDITY, Caller, Draft
from gateway.policy.pumping import Refusal
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.codes import refused, waiting
from gateway.store.models import ApiKey, CodeSend, Message, Verification

PENDING, APPROVED, CANCELED = "pending", "approved", "canceled"
EXHAUSTED, EXPIRED = "exhausted", "expired"  # too many wrong ones; too late
STATES = (PENDING, APPROVED, CANCELED, EXHAUSTED, EXPIRED)

ATTEMPTS = 5
SHORTEST_LIFE, USUAL_LIFE, LONGEST_LIFE = 60, 600, 3600  # seconds
UID = re.compile(r"[0-9a-f]{32}")
FOR_GOOD = ("code_barred", "code_country", "code_number_type")  # refusals that asking later does not change


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program asks for, as it was typed; `address` and `device` are those of its own end user."""

    to: str
    key: ApiKey
    language: str | None = None
    code: str | None = field(default=None, repr=False)  # its own, instead of one drawn here
    address: str = ""
    device: str = ""
    length: int | None = None
    life_s: int | None = None
    domain: str | None = None  # of the page where it is typed: the last line that browsers read


@dataclass(frozen=True, slots=True)
class Checked:
    """The same with everything in it known to be right."""

    end: End
    key: ApiKey
    language: str
    code: str = field(repr=False)
    life: timedelta
    domain: str


def start(wanted: Wanted, caller: Caller, now: datetime) -> Verification:
    """Send a code to a number; while one is pending there, a new one replaces it.

    What the key may send (`allowances`) is asked and used up here.  Raises Invalid; Forbidden
    `category_not_allowed`, `modem_not_allowed`, `code_barred`, `code_country` or `code_number_type`; Limited
    `too_many_a_minute`, `too_many_a_day` or the rule (`gateway.policy.pumping.REFUSALS`), which is counted.
    """
    checked = _check(wanted, caller)
    with database.transaction():
        before = _open(checked, now)
        refusal = guard.ask(checked.end, before, caller.site.country, now)
        if refusal is None:
            return _send(checked, before, caller, now)
        refused(now.replace(minute=0, second=0, microsecond=0), checked.key.id, refusal.code)
    raise _refused(refusal)


def check(
    key: ApiKey, code: str, caller: Caller, now: datetime, uid: str | None = None, number: str | None = None
) -> Verification:
    """The row as it is after this try: approved, still pending (a wrong code), or exhausted.

    Raises NotFound `verification_unknown` where none of this key waits for a code (over, never there), and
    Limited `code_attempts` while it is exhausted.
    """
    secret = appliance_secret(caller.site.data_dir, caller.ids)
    with database.transaction():
        row = _newest(key, uid or numbers.parse(number or "", caller.site.country))
        if row is None or row.state not in (PENDING, EXHAUSTED) or row.expires_at <= now:
            raise _unknown(uid or number)
        if row.state == EXHAUSTED:
            raise Limited("code_attempts", row.expires_at, field="code", most=ATTEMPTS)
        fits = codes.fits(code, row.digest, row.uid, secret)
        changes = {"state": APPROVED, "checked_at": now} if fits else _wrong(row)
        if not _change(row, changes):
            raise _unknown(uid or number)
    return row


def fetch(key: ApiKey, uid_or_number: str, now: datetime) -> Verification:
    """The one with this id, or the newest to this number (E.164); raises NotFound `verification_unknown`."""
    row = _newest(key, uid_or_number.replace(" ", ""))
    if row is None:
        raise _unknown(uid_or_number)
    if row.state == PENDING and row.expires_at <= now:
        row.state = EXPIRED  # the minute will write it down
    return row


def cancel(key: ApiKey, uid_or_number: str, now: datetime) -> Verification:
    """Its code opens nothing any more, and does not leave if it has not left.

    Raises NotFound, or Conflict `verification_over` with its state.
    """
    with database.transaction():
        row = fetch(key, uid_or_number, now)
        if row.state != PENDING or not _change(row, {"state": CANCELED}):
            raise Conflict("verification_over", state=row.state)
        withdraw(row.message, f"key:{key.name}", now)
    return row


def withdraw(message: str, by: str, now: datetime) -> None:
    """A code that counts no more need not leave."""
    with suppress(NotFound, Conflict):
        outbox.cancel(message, by, now)


# ---- starting ------------------------------------------------------------------------------------


def _check(wanted: Wanted, caller: Caller) -> Checked:
    number = numbers.parse(wanted.to, caller.site.country)
    secret = appliance_secret(caller.site.data_dir, caller.ids)
    allowances.category(wanted.key, "otp")
    life = USUAL_LIFE if wanted.life_s is None else wanted.life_s
    if not SHORTEST_LIFE <= life <= LONGEST_LIFE:
        raise Invalid("out_of_range", field="life_s", least=SHORTEST_LIFE, most=LONGEST_LIFE)
    length = codes.USUAL_LENGTH if wanted.length is None else wanted.length
    end = End(
        wanted.key,
        number,
        codes.address(wanted.address, secret),
        codes.device(wanted.device, secret),
    )
    return Checked(
        end=end,
        key=wanted.key,
        language=letter.known(wanted.language, caller.site),
        code=codes.own(wanted.code) if wanted.code is not None else codes.draw(length, caller.ids),
        life=timedelta(seconds=life),
        domain=letter.domain_of(wanted.domain),
    )


def _open(checked: Checked, now: datetime) -> Verification | None:
    """The one that waits for a code from this number, for this key."""
    found = waiting(checked.end.number, checked.key.id)
    row = Verification.get_by_id(found) if found else None
    return row if row is not None and row.expires_at > now else None


def _send(checked: Checked, before: Verification | None, caller: Caller, now: datetime) -> Verification:
    if before is not None:
        withdraw(before.message, caller.source, now)
    message = _submit(checked, caller, now)
    uid = before.uid if before is not None else caller.ids.uid(now)
    secret = appliance_secret(caller.site.data_dir, caller.ids)
    columns: dict[str, Any] = {
        "digest": codes.digest(checked.code, uid, secret),
        "message": message.uid,
        "sent_at": now,
        "expires_at": now + checked.life,
        "facts": {"language": checked.language},
        "address": checked.end.address,
        "device": checked.end.device,
    }
    if before is not None:
        row = before
        _change(row, {**columns, "sends": row.sends + 1})
    else:
        row = Verification.create(uid=uid, created_at=now, state=PENDING, **checked.end.columns(), **columns)
    kept = checked.end.columns() | {"address": checked.end.address, "device": checked.end.device}
    CodeSend.create(verification=row, at=now, key_id=kept.pop("key"), message=message.uid, **kept)
    return row


def _submit(checked: Checked, caller: Caller, now: datetime) -> Message:
    """The message in its lane; raises Limited where the key may send no more, whatever it is."""
    if checked.key.modems:
        allowances.check_modem(checked.key, None, caller.modems)
    allowances.take(checked.key, 1, now, caller.site.timezone)
    draft = Draft(
        to=checked.end.number,
        text=letter.text(checked.code, checked.language, checked.domain, checked.life, caller.site),
        category="otp",
        validity=max(checked.life, SHORTEST_VALIDITY),
        secret=checked.code,
    )
    allowed = allowances.modems(checked.key, caller.modems)
    bounded = replace(caller, modems=allowed, bounded=bool(checked.key.modems))
    return outbox.submit(draft, bounded, now)


def _refused(refusal: Refusal) -> GatewayError:
    if refusal.code in FOR_GOOD:
        return Forbidden(refusal.code, field="to", **refusal.facts)
    return Limited(refusal.code, refusal.until, **refusal.facts)


# ---- the row -------------------------------------------------------------------------------------


def _newest(key: ApiKey, uid_or_number: str) -> Verification | None:
    column = Verification.uid if UID.fullmatch(uid_or_number) else Verification.number
    mine = Verification.select().where(column == uid_or_number, Verification.key == key.id)
    found: Verification | None = mine.order_by(Verification.sent_at.desc(), Verification.id.desc()).first()
    return found


def _wrong(row: Verification) -> dict[str, Any]:
    tries = row.attempts + 1
    return {"attempts": tries, "state": EXHAUSTED if tries >= ATTEMPTS else PENDING}


def _change(row: Verification, changes: dict[str, Any]) -> bool:
    """Compare and swap: nothing is written over what somebody else has written meanwhile."""
    mine = (
        Verification.id == row.id,
        Verification.state == PENDING,
        Verification.attempts == row.attempts,
        Verification.digest == row.digest,
    )
    if not Verification.update(**changes).where(*mine).execute():
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True


def _unknown(named: str | None) -> NotFound:
    return NotFound("verification_unknown", id=named or "")
