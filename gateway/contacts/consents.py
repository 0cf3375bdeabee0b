"""What one person agreed to or refused, as it is recorded and as it is read at every door.

The ledger knows acts; here are the rules for recording one by hand, and the one sentence that they amount to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway import audit
from gateway.consent import ledger, standing
from gateway.consent.ledger import CATEGORIES, Act
from gateway.errors import Conflict, Invalid
from gateway.messages import keywords
from gateway.policy.consent import Ground
from gateway.policy.rulebook import MONTH
from gateway.store import database, rules
from gateway.store.models import Consent

DECIDING = ("asked", "given", "confirmed", "withdrawn")

# act → what may be said of it besides channel and proof
ACTS: Mapping[str, tuple[str, ...]] = {
    "given": ("ground", "wording", "purpose", "newer"),
    "withdrawn": ("wording",),
    "opposed": ("category", "wording"),
    "resumed": ("category", "wording"),
}
AUDITED = {
    "given": "consent_given",
    "withdrawn": "consent_withdrawn",
    "opposed": "opposed",
    "resumed": "objection_ended",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One act as somebody writes it down.  `wording` is what the person was shown, or what they said."""

    event: str  # of ACTS
    channel: str
    proof: str = ""
    wording: str = ""
    ground: str = ""  # of Ground: for `given`
    purpose: str = ""
    category: str = ""  # of CATEGORIES, "" marketing: for `opposed` and `resumed`
    newer: bool = False  # given after an objection, which it ends


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether this person may get marketing: a code of the table `consent`, and the act that decides."""

    code: str  # agreed, asked, withdrawn, never, opposed
    since: datetime | None = None
    act: Consent | None = None

    @property
    def may(self) -> bool:
        return self.code == "agreed"


def record(number: str, what: Recorded, by: str, now: datetime) -> bool:
    """Write the act down, and after a no take back what waits; False: it stood already, nothing was written.

    Raises Invalid, or Conflict `opposed_marketing` (a consent of somebody who said no, and not `newer`) and
    `not_opposed` (there is no objection to end).
    """
    _check(what)
    act = Act(what.channel, by, what.wording.strip(), what.proof.strip(), what.purpose.strip())
    category = what.category or "marketing"
    with database.transaction():
        if what.event == "given":
            ledger.give(number, Ground(what.ground), act, now, despite=what.newer)
        elif what.event == "withdrawn":
            ledger.withdraw(number, act, now)
        elif what.event == "resumed":
            _resume(number, category, act, now)
        elif ledger.oppose(number, category, act, now):
            keywords.take_back(number, category, now, by=by)
        else:
            return False
        facts = {"category": category} if "category" in ACTS[what.event] else {}
        audit.write(by, AUDITED[what.event], now, number, **facts)
    return True


def answer(number: str) -> Answer:
    """What all acts of this person amount to; says of marketing what the gate will say."""
    since = standing.opposed_since(number, "marketing")
    acts = ledger.history(number)
    if since is not None:
        return Answer("opposed", since, _last(acts, "opposed"))
    act = next((act for act in acts if act.event in DECIDING), None)
    if act is None:
        return Answer("never")
    if act.event in ("asked", "withdrawn"):
        return Answer(act.event, act.at, act)
    return Answer("agreed" if act.ground else "never", act.at, act)


def opposed(number: str) -> dict[str, datetime]:
    """The categories that this person refuses, and since when."""
    found = {category: standing.opposed_since(number, category) for category in CATEGORIES}
    return {category: since for category, since in found.items() if since is not None}


def last_given() -> Consent | None:
    """The consent that somebody recorded last, of whomever: the next one probably has the same words."""
    query = Consent.select().where(Consent.event == "given", Consent.channel != "sms")
    found: Consent | None = query.order_by(Consent.id.desc()).first()
    return found


def marketing_this_month(number: str, now: datetime) -> int:
    """How many marketing messages left for this person in the last thirty days."""
    return len(rules.marketing_sent(number, now - MONTH, None))


def _resume(number: str, category: str, act: Act, now: datetime) -> None:
    """Only the person may take an objection back: whoever records it says why and proves it."""
    if not act.wording:
        raise Invalid("reason_missing", field="wording")
    if not act.proof:
        raise Invalid("proof_missing", field="proof")
    if not ledger.resume(number, category, act, now):
        raise Conflict("not_opposed", category=category)


def _check(what: Recorded) -> None:
    if what.event not in ACTS:
        raise Invalid("act_unknown", field="event", value=what.event, known=", ".join(ACTS))
    for field in ("ground", "wording", "purpose", "category", "newer"):
        if getattr(what, field) and field not in ACTS[what.event]:
            raise Invalid("not_of_this_act", field=field, value=field)
    if what.event == "given" and what.ground not in list(Ground):
        raise Invalid("ground_unknown", field="ground", value=what.ground, known=", ".join(Ground))


def _last(acts: list[Consent], event: str) -> Consent | None:
    return next((act for act in acts if act.event == event and act.purpose == "marketing"), None)
