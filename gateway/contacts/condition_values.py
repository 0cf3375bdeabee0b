"""The value of a rule: from what somebody typed to what is kept; a name becomes the id of what it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from gateway.contacts import fields, groups, tags
from gateway.errors import Conflict, Invalid, on_field
from gateway.store.models import Campaign, ContactField, ContactGroup, Survey

LONGEST = 200
MOST_DAYS, MOST_YEARS, MOST_TIMES = 3650, 130, 9999
MOST_MONEY = 1_000_000
UNBEGUN = ("draft", "scheduled")  # such a campaign may still go, and nobody got it

NEWEST = 100  # campaigns and surveys whose names are offered

# What is kept by its id, and typed by its name.
NAMED: Mapping[str, Any] = {
    "group": ContactGroup,
    "campaign": Campaign,
    "followed": Campaign,
    "survey": Survey,
}


def read(takes: str, typed: str) -> str:
    """A value as it is kept; raises Invalid on `value`."""
    text = " ".join(typed.split())
    if not takes:
        return ""
    if not text:
        raise Invalid("value_missing", field="value")
    if len(text) > LONGEST:
        raise Invalid("text_long", field="value", most=LONGEST)
    return READ[takes](text)


def named(takes: str, kept: str) -> str:
    """The value as somebody types it: what is kept by its id, by its name; "?" where it is gone."""
    table = NAMED.get(takes)
    if table is None:
        return kept
    found = table.get_or_none(table.id == int(kept))
    return str(found.name) if found is not None else "?"


def names() -> dict[str, list[str]]:
    """What one may name, by what a test takes."""
    begun = Campaign.select().where(Campaign.state.not_in(UNBEGUN)).order_by(Campaign.id.desc())
    asked = Survey.select().where(Survey.state != "draft").order_by(Survey.id.desc())
    campaigns = list(begun.limit(NEWEST))
    return {
        "tag": list(tags.everything()),
        "group": [group.name for group in groups.everything()],
        "campaign": [campaign.name for campaign in campaigns],
        "followed": [campaign.name for campaign in campaigns if campaign.follow_links],
        "survey": [survey.name for survey in asked.limit(NEWEST)],
    }


def _group(typed: str) -> str:
    found = groups.called(typed)
    if found is None:
        raise Invalid("group_unknown", field="value", name=typed)
    return str(found.id)


def _campaign(typed: str) -> str:
    return str(_begun(typed).id)


def _followed(typed: str) -> str:
    """One whose links are followed: of another nobody knows who came."""
    found = _begun(typed)
    if not found.follow_links:
        raise Invalid("campaign_not_followed", field="value", name=found.name)
    return str(found.id)


def _begun(typed: str) -> Campaign:
    found: Campaign | None = Campaign.get_or_none(Campaign.name == typed)
    if found is None:
        raise Invalid("campaign_unknown", field="value", id=typed)
    if found.state in UNBEGUN:
        raise Invalid("campaign_not_begun", field="value", name=found.name)
    return found


def _survey(typed: str) -> str:
    found: Survey | None = Survey.get_or_none(Survey.name == typed)
    if found is None:
        raise Invalid("survey_unknown", field="value", id=typed)
    if found.state == "draft":
        raise Invalid("survey_not_begun", field="value", name=found.name)
    return str(found.id)


def _whole(least: int, most: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if not re.fullmatch(r"[0-9]{1,4}", typed) or not least <= int(typed) <= most:
            raise Invalid("out_of_range", field="value", least=least, most=most)
        return str(int(typed))

    return read


def _money(typed: str) -> str:
    """Of the shop's currency, as "50" or "49.90"."""
    amount = Decimal(_tidy("number")(typed))
    if not 0 <= amount <= MOST_MONEY:
        raise Invalid("out_of_range", field="value", least=0, most=MOST_MONEY)
    return str(amount.quantize(Decimal("0.01"))).removesuffix(".00")


def _tidy(kind: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        try:
            return fields.tidy(ContactField(id=0, kind=kind), typed)
        except (Invalid, Conflict) as error:
            raise Invalid(error.code, field="value", **error.facts) from error

    return read


def _tag(typed: str) -> str:
    with on_field("value"):
        return tags.tidy(typed)


READ: Mapping[str, Callable[[str], str]] = {
    "tag": _tag,
    "group": _group,
    "text": str,
    "campaign": _campaign,
    "followed": _followed,
    "survey": _survey,
    "days": _whole(1, MOST_DAYS),
    "years": _whole(1, MOST_YEARS),
    "times": _whole(1, MOST_TIMES),
    "score": _whole(0, 10),
    "money": _money,
    "number": _tidy("number"),
    "date": _tidy("date"),
}
