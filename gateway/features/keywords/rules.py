"""The rules: which words, and what each does.  A word belongs to one rule, and never to one of the law."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import audience, groups, tags
from gateway.errors import Conflict, Invalid, NotFound, on_field
from gateway.features.keywords import matching
from gateway.features.mail import outgoing
from gateway.ids import Ids
from gateway.messages import joining, texts
from gateway.store import database
from gateway.store.models import KeywordRule, KeywordWord

BETWEEN = re.compile(r"[,;\n]")
LONGEST_WORD, MOST_SPELLINGS, MOST = 40, 20, 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as somebody wants it: `words` with commas between them, `group` by its name."""

    words: str
    whole: bool = False
    reply: str = ""
    tag: str = ""
    group: str = ""
    adds: bool = False
    asks: bool = False
    mail: str = ""


def everything() -> Sequence[KeywordRule]:
    """All rules, by their first word."""
    return sorted(KeywordRule.select(), key=lambda rule: matching.plain(spelled(rule)[0]))


def get(uid: str) -> KeywordRule:
    """Raises NotFound `keyword_unknown`."""
    found: KeywordRule | None = KeywordRule.get_or_none(KeywordRule.uid == uid)
    if found is None:
        raise NotFound("keyword_unknown", value=uid)
    return found


def called(word: str) -> KeywordRule:
    """The rule of a word, however it is spelled; raises NotFound `keyword_unknown`."""
    found = KeywordWord.get_or_none(KeywordWord.word == matching.plain(word))
    if found is None:
        raise NotFound("keyword_unknown", value=word)
    rule: KeywordRule = found.rule
    return rule


def spelled(rule: KeywordRule) -> list[str]:
    """Its words as they were typed; the first one names the rule."""
    rows = KeywordWord.select().where(KeywordWord.rule == rule.id)
    return [row.spelled for row in rows.order_by(KeywordWord.position)]


def wish(rule: KeywordRule) -> Wish:
    """The rule as somebody would type it."""
    group = rule.group.name if rule.group else ""
    words = ", ".join(spelled(rule))
    return Wish(words, rule.whole, rule.reply, rule.tag, group, rule.adds, rule.asks, rule.mail)


def add(wanted: Wish, site: Appliance, by: str, now: datetime, ids: Ids) -> KeywordRule:
    """A new rule; raises Invalid with the field at fault, or Conflict `keyword_taken`, `mail_no_relay`."""
    with database.transaction():
        if KeywordRule.select().count() >= MOST:
            raise Invalid("keyword_rules_full", field="words", most=MOST)
        rule = KeywordRule(uid=ids.uid(now), created_at=now)
        return _keep(rule, wanted, site, by, now)


def change(uid: str, wanted: Wish, site: Appliance, by: str, now: datetime) -> KeywordRule:
    """Raises NotFound, Invalid or Conflict; its uses go on being counted."""
    with database.transaction():
        return _keep(get(uid), wanted, site, by, now)


def remove(uid: str, by: str, now: datetime) -> str:
    """What it did stays; who was asked by it and has not answered joins no group.  Its first word; raises
    NotFound."""
    with database.transaction():
        rule = get(uid)
        name = spelled(rule)[0]
        rule.delete_instance()
        audit.write(by, "keyword_removed", now, shown=name)
    return name


def _keep(rule: KeywordRule, wanted: Wish, site: Appliance, by: str, now: datetime) -> KeywordRule:
    words = _words(wanted.words, rule.id)
    for name, value in _checked(wanted, rule, site).items():
        setattr(rule, name, value)
    rule.written_by = by
    rule.save()
    KeywordWord.delete().where(KeywordWord.rule == rule.id).execute()
    for position, (word, typed) in enumerate(words.items()):
        KeywordWord.create(word=word, spelled=typed, position=position, rule=rule.id)
    audit.write(by, "keyword_kept", now, shown=next(iter(words.values())))
    return rule


def _words(typed: str, rule: int | None) -> dict[str, str]:
    """As it is compared → as it was typed."""
    join = joining.read()
    found: dict[str, str] = {}
    for piece in filter(str.strip, BETWEEN.split(typed)):
        spelling = " ".join(_clean(piece, "words").split())
        word = matching.plain(spelling)
        if not word:
            raise Invalid("keyword_empty", field="words", value=spelling)
        if (
            len(spelling) > LONGEST_WORD
            or len(word) > LONGEST_WORD
            or len(word.split()) > matching.MOST_WORDS
        ):
            raise Invalid("keyword_long", field="words", most=LONGEST_WORD, words=matching.MOST_WORDS)
        if code := matching.law(spelling, join):
            raise Invalid(code, field="words", value=spelling)
        _refuse_taken(word, spelling, rule)
        found.setdefault(word, spelling)
    if not found:
        raise Invalid("keyword_missing", field="words")
    if len(found) > MOST_SPELLINGS:
        raise Invalid("keyword_spellings", field="words", most=MOST_SPELLINGS)
    return found


def _refuse_taken(word: str, spelling: str, rule: int | None) -> None:
    other = KeywordWord.get_or_none(KeywordWord.word == word)
    if other is not None and other.rule_id != rule:
        raise Conflict("keyword_taken", field="words", value=spelling, name=spelled(other.rule)[0])


def _checked(wanted: Wish, rule: KeywordRule, site: Appliance) -> dict[str, Any]:
    name = " ".join(wanted.group.split())
    group = groups.called(name) if name else None
    if name and group is None:
        raise Invalid("group_unknown", field="group", name=name)
    if wanted.asks and group is None:
        raise Invalid("keyword_asks_no_group", field="group")
    return {
        "whole": wanted.whole,
        "reply": _reply(wanted.reply),
        "tag": tags.tidy(_clean(wanted.tag, "tag")) if wanted.tag.strip() else "",
        "group": group,
        "adds": wanted.adds,
        "asks": wanted.asks,
        "mail": _mail(wanted.mail.strip(), rule, site),
    }


def _reply(typed: str) -> str:
    reply = _clean(typed, "reply").strip()
    with on_field("reply"):
        audience.check(reply)
    parts = texts.preview(reply).parts
    if parts > texts.MOST_PARTS:
        raise Invalid("too_many_parts", field="reply", parts=parts, most=texts.MOST_PARTS)
    return reply


def _clean(typed: str, field: str) -> str:
    with on_field(field):
        return texts.clean(typed)


def _mail(typed: str, rule: KeywordRule, site: Appliance) -> str:
    if typed and typed != rule.mail:  # what stands there may stay without a relay
        outgoing.check_relay(site, "mail")
    return outgoing.address(typed, "mail") if typed else ""
