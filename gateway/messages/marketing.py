"""A marketing text as it leaves: with the way to stop it, and refused where the law's signs are missing."""

from __future__ import annotations

from gateway import letters
from gateway.config import Appliance
from gateway.errors import Invalid
from gateway.policy import good_text, marketing_text
from gateway.policy.categories import CATEGORIES
from gateway.policy.marketing_text import Finding


def complete(text: str, category: str, site: Appliance) -> str:
    """The text that leaves: a marketing one gets the STOP mention where it has none."""
    if not CATEGORIES[category].needs_consent:
        return text
    return marketing_text.with_mention(text, letters.text("stop_mention", site.language, site))


def findings(text: str, category: str, site: Appliance) -> list[Finding]:
    """What is missing in a marketing text, or wrong; nothing for the other categories."""
    if not CATEGORIES[category].needs_consent:
        return []
    name = letters.chosen_name()
    return marketing_text.findings(text, name, letters.text("stop_mention", site.language, site))


def hints(text: str, category: str) -> list[str]:
    """Codes of what makes people distrust a marketing text; nothing for the other categories."""
    return good_text.hints(text, letters.chosen_name()) if CATEGORIES[category].needs_consent else []


def check(text: str, category: str, site: Appliance) -> None:
    """Raises Invalid on the field `text` for what must be mended first."""
    for finding in findings(text, category, site):
        if finding.wrong:
            raise Invalid(finding.code, field="text", **finding.facts)
