"""Who agreed to what, when and how; who said no.  Acts are added, never changed.

Source: GDPR art. 7.1 (the controller can show it) and 7.3 (taking back is as easy as giving).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.consent import seal, standing
from gateway.errors import Conflict, Invalid
from gateway.policy.consent import Ground
from gateway.store import database, statements
from gateway.store.models import Consent, Contact, Opposition

CHANNELS = ("form", "paper", "counter", "phone", "sms", "import", "api")
CATEGORIES = ("marketing", "notification")  # what one may say no to
LONGEST, LONGEST_PURPOSE = 2000, 200


@dataclass(frozen=True, slots=True)
class Act:
    """How it came about: the words that the person was shown, where, and what proves it."""

    channel: str
    by: str  # "page:ana", "key:shop", "sms"
    wording: str = ""
    proof: str = ""
    purpose: str = ""


def give(
    number: str, ground: Ground, act: Act, now: datetime, event: str = "given", despite: bool = False
) -> None:
    """This person may get marketing.  Raises Conflict `opposed_marketing` for somebody who said no, unless
    the act is newer than that (`despite`), and then only with a proof."""
    _check(act)
    if ground is Ground.OPT_IN and not act.wording.strip():
        raise Invalid("wording_missing", field="wording")
    with database.transaction():
        since = standing.opposed_since(number, "marketing")
        if since is not None and not despite:
            raise Conflict("opposed_marketing", since=since)
        if since is not None and not act.proof.strip():
            raise Invalid("proof_missing", field="proof")
        if since is not None:
            _end(number, "marketing", now)
        _write(number, event, act, now, ground)


def withdraw(number: str, act: Act, now: datetime) -> None:
    """The consent is taken back; no more than that: the person may be asked again."""
    _check(act)
    with database.transaction():
        _write(number, "withdrawn", act, now)


def ask(number: str, act: Act, now: datetime) -> None:
    """The person was asked; until the answer comes, there is no consent."""
    _check(act)
    with database.transaction():
        _write(number, "asked", act, now)


def oppose(number: str, category: str, act: Act, now: datetime) -> bool:
    """This person wants no more of that category, for good; False when they had said so before."""
    _check(act)
    _known(category)
    with database.transaction():
        if standing.opposed_since(number, category) is not None:
            return False
        row = {"digest": seal.digest(number), "category": category, "at": now, "channel": act.channel}
        Opposition.create(**row)
        _write(number, "opposed", act, now, purpose=category)
    return True


def resume(number: str, category: str, act: Act, now: datetime) -> bool:
    """The objection is taken back; a consent that stood before stands again.  False: there was none."""
    _check(act)
    _known(category)
    with database.transaction():
        if not _end(number, category, now):
            return False
        _write(number, "resumed", act, now, purpose=category)
    return True


def history(number: str) -> list[Consent]:
    """Every act of this person, the newest first."""
    return list(Consent.select().where(Consent.number == number).order_by(Consent.id.desc()))


def _end(number: str, category: str, now: datetime) -> bool:
    standing_one = Opposition.update(ended_at=now).where(
        Opposition.digest == seal.digest(number),
        Opposition.category == category,
        Opposition.ended_at.is_null(),
    )
    return bool(standing_one.execute())


def _write(
    number: str, event: str, act: Act, now: datetime, ground: Ground | None = None, purpose: str = ""
) -> None:
    row = {
        "number": number,
        "at": now,
        "event": event,
        "ground": str(ground) if ground else None,
        "purpose": purpose or act.purpose,
        "channel": act.channel,
        "wording": act.wording,
        "proof": act.proof,
        "written_by": act.by,
    }
    statements.insert(Consent, row)
    if event != "asked":  # that one is our act
        statements.update(Contact, {"last_act_at": now}, {"number": number})


def _check(act: Act) -> None:
    if act.channel not in CHANNELS:
        raise Invalid("channel_unknown", field="channel", value=act.channel, known=", ".join(CHANNELS))
    for field, most in (("wording", LONGEST), ("proof", LONGEST), ("purpose", LONGEST_PURPOSE)):
        if len(getattr(act, field)) > most:
            raise Invalid("text_long", field=field, most=most)


def _known(category: str) -> None:
    if category not in CATEGORIES:
        raise Invalid("category_unknown", field="category", value=category, known=", ".join(CATEGORIES))
