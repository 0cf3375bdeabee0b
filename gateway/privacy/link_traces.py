"""What one person of a campaign did after it: the links that were followed, the codes that came back.

When the person is erased, these rows stay for the figures and are nobody's: they hold an id of a row that
is gone, and that no other row ever gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.store.models import CampaignPerson, Conversion, Link, LinkSlug

LINK = ("clicks", "first_at", "last_at")
CONVERSION = ("code", "amount_cents", "at", "source", "reference")


def of(person: CampaignPerson) -> dict[str, list[dict[str, Any]]]:
    """For the export of that person, whose campaign was read along."""
    slugs = LinkSlug.select(LinkSlug, Link).join(Link)
    theirs = (Link.owner == f"campaign:{person.campaign.uid}") & (LinkSlug.person == str(person.id))
    bought = Conversion.select().where(Conversion.person_id == person.id).order_by(Conversion.id)
    return {
        "links": [
            {"url": row.link.url, **_entry(row, LINK)} for row in slugs.where(theirs).order_by(Link.id)
        ],
        "conversions": [_entry(row, CONVERSION) for row in bought],
    }


def forget(names: Sequence[str]) -> None:
    """What a program called a purchase of theirs – an order, a slip – goes: elsewhere it may name them.

    In the caller's transaction, while the people of the campaigns are still there.
    """
    theirs = CampaignPerson.select(CampaignPerson.id).where(CampaignPerson.number.in_(names))
    bought = Conversion.person_id.in_(theirs) & Conversion.reference.is_null(False)
    Conversion.update(reference=None).where(bought).execute()


def _entry(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}
