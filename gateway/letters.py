"""The texts that leave by themselves: those of config/texts, or what a person made of them.

A row `text.KEY` is the changed one; without it the file's holds.  `law.business` is who the shop says it is.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from gateway import audit, rulebook
from gateway.config import Appliance
from gateway.errors import Invalid, NotFound
from gateway.store import choices, database
from modem import alphabet, segments, transliteration

FOLDER = Path(__file__).parents[1] / "config/texts"
KEYS = (
    "stop_confirmed",
    "stop_confirmed_notification",
    "stop_confirmed_all",
    "started",
    "help",
    "ask",
    "joined",
    "joined_already",
    "stop_mention",
)
PLACEHOLDERS = ("name", "contact", "word", "most")
BUSINESS = "law.business"
MOST_PARTS = 2
LONGEST_NAME, LONGEST_CONTACT = 40, 60
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Business:
    """Who writes, and how that shop is reached ("" where it has not said)."""

    name: str
    contact: str = ""


def business(site: Appliance) -> Business:
    """Who the shop says it is; until then the appliance's name."""
    found = choices.find(BUSINESS) or {}
    return Business(found.get("name") or site.name, found.get("contact", ""))


def chosen_name() -> str:
    """The name that marketing must show; "" until the shop has said it."""
    return str((choices.find(BUSINESS) or {}).get("name", ""))


def choose_business(chosen: Business, by: str, now: datetime) -> None:
    """Raises Invalid on `name` or `contact`."""
    mended = Business(chosen.name.strip(), chosen.contact.strip())
    for field, longest in (("name", LONGEST_NAME), ("contact", LONGEST_CONTACT)):
        if len(getattr(mended, field)) > longest:
            raise Invalid("text_long", field=field, most=longest)
        if UNPRINTABLE.search(getattr(mended, field)):
            raise Invalid("one_line", field=field)
    if not mended.name:
        raise Invalid("name_empty", field="name")
    with database.transaction():
        choices.keep(BUSINESS, asdict(mended))
        audit.write(by, "business_changed", now, shown=mended.name)


def template(key: str, language: str) -> str:
    """The text with its placeholders, as it stands now; raises NotFound."""
    _known(key)
    return str((choices.find(f"text.{key}") or {}).get("text") or original(key, language))


def table(name: str, language: str) -> Mapping[str, str]:
    """One table of the file as it stands: the texts of a feature, by their keys."""
    return _file(language)[name]


def original(key: str, language: str) -> str:
    """The file's text, whatever people made of it."""
    return _file(language)["texts"][key]


def word(key: str, language: str) -> str:
    """What {word} says in this text: the answer that it names."""
    return _file(language)["words"][key]


def text(key: str, language: str, site: Appliance, **facts: Any) -> str:
    """The text as it leaves, spelled for the GSM alphabet where that can be done; `facts` go before what the
    placeholders mean otherwise."""
    shop = business(site)
    contact = shop.contact or _file(language)["contact"]["none"]
    means = {"name": shop.name, "contact": contact, "word": word(key, language), **facts}
    written = template(key, language)
    if "{most}" in written:
        means["most"] = most()
    return transliteration.cheaper(written.format_map(means)).text


def model(key: str, site: Appliance, **facts: str) -> str:
    """A wording for paper, to begin from: "notice" (`facts`: the word that joins) or "form"."""
    return _file(site.language)["models"][key].format(name=business(site).name, most=most(), **facts)


def most() -> int:
    """How many offers may reach a person in thirty days: what the rulebook says, and a welcome promises."""
    return rulebook.read().caps.a_month


def choose(key: str, chosen: str, by: str, site: Appliance, now: datetime) -> None:
    """Let this text leave instead of the file's; "" goes back to the file's.

    Raises Invalid on the field `text`: an unknown placeholder, a character outside the GSM alphabet, more
    than two parts, or the word missing that the text must name.
    """
    _known(key)
    written = chosen.strip()
    if written:
        check(key, written, site)
    with database.transaction():
        if written and written != original(key, site.language):
            choices.keep(f"text.{key}", {"text": written})
        else:
            choices.forget(f"text.{key}")
        audit.write(by, "text_changed", now, shown=key)


def check(key: str, written: str, site: Appliance) -> int:
    """How many parts this text would take, said by this shop; raises Invalid on the field `text`."""
    placeholders(written, PLACEHOLDERS)
    shop = business(site)
    contact = shop.contact or _file(site.language)["contact"]["none"]
    said = written.format_map(
        {
            "name": transliteration.cheaper(shop.name).text,
            "contact": transliteration.cheaper(contact).text,
            "word": word(key, site.language),
            "most": most(),
        }
    )
    parts = parts_of(said)
    if word(key, site.language).casefold() not in said.casefold():
        raise Invalid("text_needs_word", field="text", word=word(key, site.language))
    return parts


def placeholders(written: str, known: Sequence[str]) -> set[str]:
    """Those that stand in the text; raises Invalid `placeholder_unknown` on `text`."""
    names = ", ".join(f"{{{name}}}" for name in known)
    try:
        found = [entry[1:] for entry in string.Formatter().parse(written) if entry[1] is not None]
    except ValueError as error:
        raise Invalid("placeholder_unknown", field="text", value="{", known=names) from error
    for name, form, turn in found:
        if name not in known or form or turn:
            raise Invalid("placeholder_unknown", field="text", value=f"{{{name}}}", known=names)
    return {str(name) for name, _, _ in found}


def parts_of(said: str) -> int:
    """How many parts it takes, said so; raises Invalid on `text` for a character outside the GSM alphabet,
    and for more parts than such a text may have."""
    if found := alphabet.culprits(said):
        raise Invalid("text_not_gsm", field="text", chars=" ".join(dict.fromkeys(one.char for one in found)))
    parts = len(segments.split(said).spans)
    if parts > MOST_PARTS:
        raise Invalid("too_many_parts", field="text", parts=parts, most=MOST_PARTS)
    return parts


def _known(key: str) -> None:
    if key not in KEYS:
        raise NotFound("text_unknown", value=key)


@cache
def _file(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
