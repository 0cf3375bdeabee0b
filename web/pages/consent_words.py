"""What a person agreed to or refused, in words and drawings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date

from gateway.contacts.consents import Answer
from web import formats
from web.language import current, say
from web.tones import Look

# How an answer, and an act of the history, look.
ANSWERS = {
    "agreed": Look("good", "check"),
    "asked": Look("wait", "question"),
    "withdrawn": Look("quiet", "barred"),
    "never": Look("quiet", "barred"),
    "opposed": Look("bad", "barred"),
}
ACTS = {
    "asked": Look("wait", "question"),
    "given": Look("good", "check"),
    "confirmed": Look("good", "checks"),
    "withdrawn": Look("quiet", "barred"),
    "opposed": Look("bad", "barred"),
    "resumed": Look("going", "up"),
}


def day(at: datetime) -> str:
    """A day in full: "3 November 2026"."""
    return str(format_date(formats.local(at), "d MMMM y", locale=current()))


def sentences(answer: Answer, refused: Mapping[str, datetime]) -> list[str]:
    """What may be sent to this person, and why or why not."""
    facts = {"when": day(answer.since) if answer.since else ""}
    if answer.act and answer.act.ground:
        facts["ground"] = say(f"ground.{answer.act.ground}")
        facts["channel"] = say(f"channel.{answer.act.channel}")
    said = [say(f"consent.{answer.code}", **facts)]
    if "notification" in refused:
        said.append(say("consent.opposed_notification", when=day(refused["notification"])))
    return said
