"""What one person of a campaign did after it: the links that were followed, the codes that came back.

When the person is erased, these rows stay and are nobody's: they hold an id of a row that is gone.
"""

from __future__ import annotations

from typing import Any

from gateway.store.models import CampaignPerson, Conversion, Link, LinkSlug

LINK = ("clicks", "first_at", "last_at")
CONVERSION = ("code", "amount_cents", "at")


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


def _entry(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}
