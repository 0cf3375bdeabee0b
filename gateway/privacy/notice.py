"""What the shop adds to the public notice: whom to ask about data, and where its own policy is read.

Source: GDPR art. 13.1 (b): the contact of the data protection officer, where there is one.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from gateway import audit
from gateway.errors import Invalid
from gateway.store import choices, database

NAME = "law.notice"
LONGEST_DPO, LONGEST_POLICY = 160, 300
POLICY = re.compile(r"https?://[^\s<>\"/]+(/[^\s<>\"]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addition:
    """ "" where there is none."""

    dpo: str = ""  # how whoever answers for data is reached: a mail address, a telephone number, a name
    policy: str = ""  # an address of the web


def read() -> Addition:
    """What is chosen now."""
    return Addition(**(choices.find(NAME) or {}))


def choose(choice: Addition, by: str, now: datetime) -> None:
    """Remember it; raises Invalid on the field `dpo` or `policy`."""
    mended = Addition(" ".join(choice.dpo.split()), choice.policy.strip())
    for field, most in (("dpo", LONGEST_DPO), ("policy", LONGEST_POLICY)):
        if len(getattr(mended, field)) > most:
            raise Invalid("text_long", field=field, most=most)
    if mended.policy and not POLICY.fullmatch(mended.policy):
        raise Invalid("policy_bad", field="policy", value=mended.policy[:60])
    with database.transaction():
        choices.keep(NAME, asdict(mended))
        audit.write(by, "settings_changed", now, shown=NAME)
