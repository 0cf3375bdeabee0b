"""The text that brings a code, one for each language, and the last line that browsers read.

`codes.text` holds what people made of the texts in config/texts; {code} must stand in each.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from gateway import audit, letters
from gateway.config import LANGUAGES, Appliance
from gateway.errors import Invalid
from gateway.store import choices, database
from modem import segments, transliteration

ROW = "codes.text"
PLACEHOLDERS = ("code", "name", "minutes")
DOMAIN = re.compile(r"(?=.{1,100}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
SAMPLE = "0" * 6


def template(language: str) -> str:
    """The text with its placeholders, as it stands now."""
    return chosen().get(language) or original(language)


def original(language: str) -> str:
    """The file's text, whatever people made of it."""
    return letters.table("code", language)["text"]


def chosen() -> dict[str, str]:
    """What people made of the texts, by language."""
    return choices.find(ROW) or {}


def known(language: str | None, site: Appliance) -> str:
    """The language that is meant, None the appliance's; "fr-FR" is "fr".  Raises Invalid on `language`."""
    if not language:
        return site.language
    short = language[:2].lower()
    if short not in LANGUAGES or language[2:3] not in ("", "-", "_"):
        raise Invalid("code_language", field="language", value=language, known=", ".join(LANGUAGES))
    return short


def domain_of(typed: str | None) -> str:
    """The domain as it stands in the last line, "" for none; raises Invalid on `domain`."""
    name = (typed or "").strip().lower()
    if name and not DOMAIN.fullmatch(name):
        raise Invalid("domain_bad", field="domain", value=name[:100])
    return name


def text(code: str, language: str, domain: str, life: timedelta, site: Appliance) -> str:
    """The text as it leaves; with the domain's line in one part where that can be, perhaps in fewer words."""
    written = _said(template(language), code, life, site)
    if not domain:
        return written
    last = f"\n@{domain} #{code}"  # https://wicg.github.io/sms-one-time-codes/
    short = _said(letters.table("code", language)["short"], code, life, site)
    in_one = (text for text in (written + last, short + last) if _parts(text) == 1)
    return next(in_one, written + last)


def choose(language: str, wanted: str, by: str, site: Appliance, now: datetime) -> None:
    """Let this text leave instead of the file's; "" goes back to the file's.

    Raises Invalid on `text`: an unknown placeholder, {code} missing, a character outside the GSM alphabet,
    or more than two parts.
    """
    written = wanted.strip()
    texts = chosen()
    if written and written != original(known(language, site)):
        check(written, site)
        texts[language] = written
    else:
        texts.pop(language, None)
    with database.transaction():
        choices.keep(ROW, texts)
        audit.write(by, "text_changed", now, shown=f"code.{language}")


def check(written: str, site: Appliance) -> int:
    """How many parts such a text takes; raises Invalid on `text`."""
    if "code" not in letters.placeholders(written, PLACEHOLDERS):
        raise Invalid("text_needs_code", field="text")
    return letters.parts_of(_said(written, SAMPLE, timedelta(minutes=10), site))


def _said(written: str, code: str, life: timedelta, site: Appliance) -> str:
    minutes = max(1, round(life.total_seconds() / 60))
    name = letters.business(site).name
    return transliteration.cheaper(written.format(code=code, name=name, minutes=minutes)).text


def _parts(text: str) -> int:
    return len(segments.split(text).spans)
