"""Who may be written to: an objection ends it, and marketing needs a consent that stands.

Sources: CPCE art. L.34-5 (prior consent, the customer's exception, the way to object in each message);
GDPR art. 7 (proof, withdrawal) and 21.2-3 (objection to marketing is absolute).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Verdict, allow, refuse

OBJECTION = "opposition"
CONSENT = "consent"


class Ground(StrEnum):
    """Why a person may get marketing."""

    OPT_IN = "opt_in"  # B2C: a positive act, before
    CUSTOMER = "customer"  # number given at a sale, similar products, objection offered each time
    B2B = "b2b"  # a professional, about the profession: informed, and free to object


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of one person: `pending` is a question that nobody has answered yet."""

    ground: Ground | None = None
    since: datetime | None = None
    pending: bool = False


NOBODY = Standing()


def opposed(category: str, since: datetime | None) -> Verdict:
    """Refuse what this person said no to."""
    if since is None:
        return allow(OBJECTION)
    return refuse(OBJECTION, f"opposed_{category}", since=since.isoformat())


def judge(category: str, standing: Standing) -> Verdict:
    """Refuse marketing without a consent that stands; the other categories need none."""
    if not CATEGORIES[category].needs_consent or standing.ground is not None:
        return allow(CONSENT)
    return refuse(CONSENT, "consent_pending" if standing.pending else "no_consent")
