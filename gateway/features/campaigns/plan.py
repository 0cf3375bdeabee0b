"""What a campaign is to do, as somebody chose it: read from its row, and checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.contacts import fields
from gateway.contacts.recipients import MOST_TYPED, Recipients
from gateway.errors import Invalid, on_field
from gateway.features.campaigns import code_lists
from gateway.features.campaigns.paces import MOST_DAYS, MOST_PER_HOUR, Pace
from gateway.features.campaigns.split import Split
from gateway.features.campaigns.states import CATEGORIES, CODE_KINDS, LETTERS, PERSONAL, WINS_BY
from gateway.features.links import verbs as links
from gateway.messages import templating
from gateway.store.models import Campaign, CampaignText

MOST_RESTED, MOST_CONTROL, LEAST_TEST, MOST_AFTER_H = 365, 50, 5, 168
LONGEST_VALUE = 100_000_000  # cents
GAP = "code"  # the variable that stands for a code
PAGE = re.compile(r"\{\s*page\s*:[^{}\n]*\}")  # a landing page, which becomes an address


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who: as `recipients.read` understands it, without others, and who got nothing for so many days."""

    typed: str = ""
    without: str = ""
    rested_days: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """What comes of comparing: the winner is found by this, so many hours after the last of the test."""

    by: str = "hand"
    after_h: int = 24


@dataclass(frozen=True, slots=True)
class Wording:
    """One of the texts; `send_at` where hours are compared."""

    text: str
    send_at: datetime | None = None


def wanted(campaign: Campaign) -> Wanted:
    kept = campaign.audience
    return Wanted(kept.get("typed", ""), kept.get("without", ""), int(kept.get("rested_days") or 0))


def pace(campaign: Campaign) -> Pace:
    return Pace.of(campaign.pace)


def split(campaign: Campaign) -> Split:
    return Split(int(campaign.split.get("control", 0)), int(campaign.split.get("test", 100)))


def trial(campaign: Campaign) -> Trial:
    return Trial(campaign.split.get("by", "hand"), int(campaign.split.get("after_h", 24)))


def texts(campaign: Campaign) -> dict[str, Wording]:
    """Letter → what is said, A first."""
    rows = CampaignText.select().where(CampaignText.campaign == campaign.id).order_by(CampaignText.letter)
    return {row.letter: Wording(row.text, row.send_at) for row in rows}


# ---- checks: each raises Invalid, naming the field ------------------------------------------------


def check_wanted(found: Recipients, without: Recipients, rested_days: int) -> None:
    """Each piece means somebody: a campaign names its people exactly."""
    if not found.people and not found.many and not found.wrong:
        raise Invalid("campaign_people_missing", field="to")
    for field, people in (("to", found), ("without", without)):
        for one in people.wrong:
            raise Invalid(one.code, field=field, **one.facts)
        if len(people.people) > MOST_TYPED:
            raise Invalid("too_many_recipients", field=field, most=MOST_TYPED)
    _within("rested_days", rested_days, 0, MOST_RESTED)


def check_texts(chosen: Sequence[Wording], code_kind: str, follow_links: bool) -> None:
    """One to four; a gap is known, and each kind of code or link is there for what the text says."""
    if not chosen:
        raise Invalid("text_empty", field="text")
    if len(chosen) > len(LETTERS):
        raise Invalid("campaign_texts_many", field="text", most=len(LETTERS))
    for letter, wording in zip(LETTERS, chosen, strict=False):
        with on_field(f"text-{letter}"):
            _check_text(wording.text, code_kind, follow_links)
    if len(set(chosen)) < len(chosen):
        raise Invalid("campaign_texts_same", field="text")


def _check_text(text: str, code_kind: str, follow_links: bool) -> None:
    if not text.strip():
        raise Invalid("text_empty", field="text")
    if PAGE.search(text) and not follow_links:
        raise Invalid("campaign_page_unfollowed", field="text")
    links.check(text)
    plain = PAGE.sub("", text)
    own = [field.name for field in fields.everything()]
    templating.check(plain, [*own, GAP] if code_kind != "none" else own)


def check_codes(kind: str, code: str) -> str:
    """The one for all, tidied; "" for the other kinds."""
    if kind not in CODE_KINDS:
        raise Invalid("campaign_word_unknown", field="code_kind", value=kind, known=", ".join(CODE_KINDS))
    if kind != "one":
        return ""
    if not code_lists.CODE.fullmatch(code.strip()):
        raise Invalid("campaign_code_bad", field="code", value=code)
    return code.strip()


def check_said(chosen: Sequence[Wording], code_kind: str) -> None:
    """Whoever is given a code of their own can read it somewhere."""
    if code_kind not in PERSONAL:
        return
    said = (gap.name for wording in chosen for gap in templating.gaps(PAGE.sub("", wording.text)))
    if not any(templating.fold(name) == GAP for name in said):
        raise Invalid("campaign_code_unsaid", field="code_kind")


def check_pace(chosen: Pace) -> dict[str, int]:
    """As the row keeps it."""
    if chosen.per_hour is not None and chosen.days is not None:
        raise Invalid("campaign_pace_both", field="per_hour")
    if chosen.per_hour is not None:
        return {"per_hour": _within("per_hour", chosen.per_hour, 1, MOST_PER_HOUR)}
    if chosen.days is not None:
        return {"days": _within("days", chosen.days, 1, MOST_DAYS)}
    return {}


def check_split(shares: Split, chosen: Trial) -> dict[str, Any]:
    """As the row keeps it."""
    _within("control", shares.control, 0, MOST_CONTROL)
    _within("test", shares.test, LEAST_TEST, 100)
    _within("after_h", chosen.after_h, 1, MOST_AFTER_H)
    if chosen.by not in WINS_BY:
        raise Invalid("campaign_word_unknown", field="by", value=chosen.by, known=", ".join(WINS_BY))
    return {"control": shares.control, "test": shares.test, "by": chosen.by, "after_h": chosen.after_h}


def check_category(category: str) -> str:
    if category not in CATEGORIES:
        raise Invalid("category_unknown", field="category", value=category, known=", ".join(CATEGORIES))
    return category


def check_value(cents: int | None) -> int | None:
    return None if cents is None else _within("value_cents", cents, 0, LONGEST_VALUE)


def _within(field: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise Invalid("out_of_range", field=field, least=least, most=most)
    return number
