"""The mails that wait for the relay, and what became of them: rows, so that none is lost with a process."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from gateway.config import Appliance
from gateway.errors import Conflict, Invalid
from gateway.features.mail.parcels import Outcome
from gateway.ids import Ids
from gateway.store.models import Mail
from gateway.store.terms import fn, state_in

WAITING, DONE, GIVEN_UP = "waiting", "done", "given_up"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
LONGEST_ADDRESS, LONGEST_TITLE, LONGEST_TEXT = 254, 200, 20_000

STEPS = (60, 300, 900, 1800, 3600)  # seconds after each failure; then hourly, for two days in all
KEPT_TRYING = timedelta(hours=48)
LATEST = timedelta(hours=2)  # later than any pause: the clock was put back since
SHOWN = 300  # characters of the relay's answer that are kept


def address(typed: str, field: str = "to") -> str:
    """The address, without what stands around it; raises Invalid `mail_address` on the field."""
    found = typed.strip()
    if len(found) > LONGEST_ADDRESS or not ADDRESS.fullmatch(found) or ".." in found:
        raise Invalid("mail_address", field=field, value=typed)
    return found


def check_relay(site: Appliance, field: str = "to") -> None:
    """Raises Conflict `mail_no_relay` on the field where the configuration names no relay."""
    if not site.mail.host:
        raise Conflict("mail_no_relay", field=field)


def queue(to: str, subject: str, text: str, now: datetime, ids: Ids, number: str = "") -> Mail:
    """One mail more that waits, in the caller's transaction; `number` is the person whom it is about.

    Raises Invalid `mail_address` on the field `to`.  A subject becomes one line, and what is too long is
    cut.  Where there is no relay (`check_relay`) it waits for two days, and is given up.
    """
    return Mail.create(
        uid=ids.uid(now),
        address=address(to),
        title=" ".join(subject.split())[:LONGEST_TITLE],
        text=text[:LONGEST_TEXT],
        number=number,
        state=WAITING,
        next_at=now,
        created_at=now,
    )


def backlog() -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest of them."""
    found = Mail.select(fn.COUNT(Mail.id), fn.MIN(Mail.created_at)).where(state_in("t1", WAITING))
    count, oldest = found.scalar(as_tuple=True)
    return count, oldest


def newest() -> Mail | None:
    """The last one that anybody wrote."""
    found: Mail | None = Mail.select().order_by(Mail.id.desc()).first()
    return found


def failing() -> Mail | None:
    """The last one that waits because it was refused."""
    tried = Mail.select().where(state_in("t1", WAITING), Mail.error.is_null(False))
    found: Mail | None = tried.order_by(Mail.id.desc()).first()
    return found


def next_one() -> Mail | None:
    """Whose turn it is, or will be."""
    waiting = Mail.select().where(state_in("t1", WAITING))
    found: Mail | None = waiting.order_by(Mail.next_at, Mail.id).first()
    return found


def is_due(mail: Mail, now: datetime) -> bool:
    return not now < mail.next_at < now + LATEST


def settle(outcome: Outcome, now: datetime, trusted: bool) -> None:
    """Write down what the relay said; nothing is given up for its age by a clock that nobody vouches for."""
    mail = Mail.get_or_none(Mail.id == outcome.name)
    if mail is None or mail.state != WAITING:
        return  # erased meanwhile
    mail.attempts += 1
    mail.error, mail.answer = outcome.error, outcome.answer.replace("\0", "")[:SHOWN]
    is_over = outcome.is_final or (trusted and now - mail.created_at >= KEPT_TRYING)
    if outcome.error is None or is_over:
        _end(mail, DONE if outcome.error is None else GIVEN_UP, now)
    else:
        mail.next_at = now + timedelta(seconds=STEPS[min(mail.attempts, len(STEPS)) - 1])
    mail.save()


def give_up_old(now: datetime) -> None:
    """What has waited for two days goes, though nobody tried: there is no relay."""
    for mail in Mail.select().where(state_in("t1", WAITING), Mail.created_at <= now - KEPT_TRYING):
        mail.error = mail.error or "mail_no_relay"
        _end(mail, GIVEN_UP, now)
        mail.save()


def forget(before: datetime) -> None:
    """What ended before that instant."""
    Mail.delete().where(Mail.ended_at.is_null(False), Mail.ended_at < before).execute()


def _end(mail: Mail, state: str, now: datetime) -> None:
    mail.state, mail.next_at, mail.ended_at = state, None, now
    mail.title = mail.text = ""
