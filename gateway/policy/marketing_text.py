"""What every marketing text must hold: who sends it, how to stop it, and links that work.

Source: CPCE art. L.34-5 (identity not hidden, a way to object in each message).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

# "STOP" in capitals, or a verb that tells what to do with it: a "non-stop" is neither.  What repeats is
# bounded, or begins only where a word does: a text of any length is looked through in one go.
STOP = re.compile(
    r"(?<![\w-])STOP\b|(?i:(?:r[eé]p|envo|reply|send|text)\w{0,12}\.?\s{1,9}[«“\"']?\s{0,3}stop\b)"
)
LINK = re.compile(
    r"(?:https?|htt?ps?|www)[:./]\S*|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE
)
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?", re.IGNORECASE)
TAIL = ".,;:!?)»\"'"  # ends a sentence, not a link


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` becomes words at the door; `wrong` must be mended before the text may leave."""

    code: str
    wrong: bool
    facts: dict[str, Any] = field(default_factory=dict)


def findings(text: str, name: str, mention: str) -> list[Finding]:
    """What is missing or wrong; "" for `name` asks for none."""
    found = []
    if name and plain(name) not in plain(text):
        found.append(Finding("sender_missing", True, {"name": name}))
    if not STOP.search(text):
        found.append(Finding("stop_added", False, {"mention": mention}))
    found += [Finding("link_broken", True, {"link": link}) for link in broken_links(text)]
    return found


def with_mention(text: str, mention: str) -> str:
    """The text with the way to stop it, which is added where it is missing; an empty text stays so."""
    if not text.strip() or STOP.search(text):
        return text
    return f"{text.rstrip()} {mention}"


def broken_links(text: str) -> list[str]:
    """What looks like a link and leads nowhere."""
    return [link for link in links(text) if not _leads_somewhere(link)]


def links(text: str) -> list[str]:
    """What looks like one, without what ends the sentence."""
    return [match.group().rstrip(TAIL) for match in LINK.finditer(text)]


def split_link(link: str) -> SplitResult | None:
    """Its scheme, host and more; None where there is no host by name."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return None
    return parts if HOST.fullmatch(parts.netloc) else None


def _leads_somewhere(link: str) -> bool:
    parts = split_link(link)
    return parts is not None and parts.scheme in ("http", "https")


def plain(text: str) -> str:
    """Without case, accents and runs of spaces: "Café  Léa" is named by "CAFE LEA"."""
    spelled = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in spelled if not unicodedata.combining(char))
    return " ".join(letters.split())
