"""Who else learns that a word came: programs by their webhooks, somebody by mail."""

from __future__ import annotations

from datetime import datetime

from gateway import letters
from gateway.contacts import book
from gateway.features.keywords.matching import Match
from gateway.features.mail import outgoing
from gateway.features.webhooks import events, news, payloads
from gateway.messages.drafts import Caller
from gateway.store.models import Inbound


def tell(found: Match, message: Inbound, number: str, caller: Caller, now: datetime) -> None:
    """To every webhook that asked for it, and to the rule's address; in the caller's transaction."""
    said = {**payloads.of_inbound(message, caller.site.timezone), "from": number}
    data = {"keyword": found.word, "rule": found.rule.uid, "message": said}
    news.tell(events.KEYWORD, message.uid, data, now, caller.site, caller.ids)
    if found.rule.mail:
        title, text = _letter(found.word, message, number, caller)
        outgoing.queue(found.rule.mail, title, text, now, caller.ids, number)


def _letter(word: str, message: Inbound, number: str, caller: Caller) -> tuple[str, str]:
    words, known = letters.table("keyword_mail", caller.site.language), book.find(number)
    who = f"{known.name} ({number})" if known and known.name != number else number
    at = message.received_at.astimezone(caller.site.timezone)
    facts = {"word": word, "who": who, "text": message.text, "shop": letters.business(caller.site).name}
    text = words["text"].format(hour=f"{at:%H:%M}", date=f"{at:%d/%m/%Y}", **facts)
    return words["title"].format(**facts), text
