"""The texts that leave by themselves: those of config/texts, or what a person made of them.

A row `text.KEY` is the changed one; without it the file's holds.  `law.business` is who the shop says it is.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.errors import Invalid, NotFound
from gateway.store import database
from gateway.store.models import Setting
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
    "stop_mention",
)
PLACEHOLDERS = ("name", "contact", "word")
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
    found = _row(BUSINESS)
    return Business(found.get("name") or site.name, found.get("contact", ""))


def chosen_name() -> str:
    """The name that marketing must show; "" until the shop has said it."""
    return str(_row(BUSINESS).get("name", ""))


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
        _write(BUSINESS, asdict(mended))
        audit.write(by, "business_changed", now, shown=mended.name)


def template(key: str, language: str) -> str:
    """The text with its placeholders, as it stands now; raises NotFound."""
    _known(key)
    return str(_row(f"text.{key}").get("text") or original(key, language))


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
    return transliteration.cheaper(template(key, language).format_map(means)).text


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
            _write(f"text.{key}", {"text": written})
        else:
            Setting.delete().where(Setting.name == f"text.{key}").execute()
        audit.write(by, "text_changed", now, shown=key)


def check(key: str, written: str, site: Appliance) -> int:
    """How many parts this text would take, said by this shop; raises Invalid on the field `text`."""
    _placeholders_known(written)
    shop = business(site)
    contact = shop.contact or _file(site.language)["contact"]["none"]
    said = written.format_map(
        {
            "name": transliteration.cheaper(shop.name).text,
            "contact": transliteration.cheaper(contact).text,
            "word": word(key, site.language),
        }
    )
    if found := alphabet.culprits(said):
        raise Invalid("text_not_gsm", field="text", chars=" ".join(dict.fromkeys(one.char for one in found)))
    parts = len(segments.split(said).spans)
    if parts > MOST_PARTS:
        raise Invalid("too_many_parts", field="text", parts=parts, most=MOST_PARTS)
    if word(key, site.language).casefold() not in said.casefold():
        raise Invalid("text_needs_word", field="text", word=word(key, site.language))
    return parts


def _placeholders_known(written: str) -> None:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        found = [(name, form, turn) for _, name, form, turn in string.Formatter().parse(written)]
    except ValueError as error:
        raise Invalid("placeholder_unknown", field="text", value="{", known=known) from error
    for name, form, turn in found:
        if name is not None and (name not in PLACEHOLDERS or form or turn):
            raise Invalid("placeholder_unknown", field="text", value=f"{{{name}}}", known=known)


def _known(key: str) -> None:
    if key not in KEYS:
        raise NotFound("text_unknown", value=key)


@cache
def _file(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def _row(name: str) -> dict[str, Any]:
    found = Setting.get_or_none(Setting.name == name)
    return dict(found.value) if found is not None else {}


def _write(name: str, value: dict[str, Any]) -> None:
    Setting.insert(name=name, value=value).on_conflict(
        conflict_target=[Setting.name], preserve=[Setting.value]
    ).execute()
