"""Texts by trade that come with the appliance, to be taken into the shop's own templates.

They are data, config/texts/trades.*.toml; once taken, a template is the shop's and knows nothing of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from gateway import letters
from gateway.config import Appliance
from gateway.contacts import templates
from gateway.contacts.templates import Wording
from gateway.errors import NotFound
from gateway.messages import templating
from gateway.store.models import Template

LANGUAGES = ("fr", "en")
SHOP = "{shop}"  # becomes the shop's name when the text is taken
BLANK = "___"  # is filled in by whoever sends it


@dataclass(frozen=True, slots=True)
class TradeText:
    """One text; `key` ("beauty.flash") names the same occasion in every language."""

    key: str
    use: str
    category: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade with its texts."""

    code: str
    title: str
    texts: tuple[TradeText, ...]


@cache
def trades(language: str) -> Sequence[Trade]:
    """All of them in one language, in the order of the file."""
    known = language if language in LANGUAGES else LANGUAGES[-1]
    file = letters.FOLDER / f"trades.{known}.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return [Trade(code, table["title"], _texts(code, table["texts"])) for code, table in tables.items()]


def reads(text: TradeText, site: Appliance) -> str:
    """The text with the shop's name in it, as a template has it."""
    return text.text.replace(SHOP, templating.literal(letters.business(site).name))


def add(key: str, language: str, site: Appliance, by: str, now: datetime) -> Template:
    """Take one into the templates; raises NotFound `trade_text_unknown`, or Conflict `name_taken`."""
    for trade in trades(language):
        for text in trade.texts:
            if text.key == key:
                return templates.save(
                    Wording(text.name, reads(text, site), "message", text.category), by, now
                )
    raise NotFound("trade_text_unknown")


def _texts(code: str, rows: list[dict[str, str]]) -> tuple[TradeText, ...]:
    return tuple(TradeText(key=f"{code}.{row['use']}", **row) for row in rows)
