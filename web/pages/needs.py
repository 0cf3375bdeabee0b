"""What needs a person, as sentences that lead to where it is done; what nobody need do is not named."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import ngettext

from gateway.messages import doubts, outlook
from gateway.messages.lookup import Counts
from web.roles import may

MOST = 199  # beyond that, the exact number helps nobody


class Need(NamedTuple):
    """`href` is "" where the reader's role does not reach."""

    name: str
    icon: str
    tone: str
    words: str
    href: str


def needs(counts: Counts, now: datetime) -> list[Need]:
    """The most urgent first."""
    decide, talks = _page("attention.show"), _page("conversations.listing", show="unanswered")
    stop, late, lost, silent = doubts.count(), outlook.late(), outlook.failed(now), outlook.unanswered(now)
    found = [
        (stop, Need("doubts", "question", "doubt", _doubts(stop), decide)),
        (counts.uncertain, Need("uncertain", "question", "doubt", _uncertain(counts.uncertain), decide)),
        (late, Need("late", "hourglass", "wait", _late(late), decide)),
        (lost, Need("failed", "cross", "bad", _failed(lost), decide)),
        (silent, Need("unanswered", "talk", "wait", _unanswered(silent), talks)),
    ]
    return [need for count, need in found if count]


def _page(endpoint: str, show: str | None = None) -> str:
    return url_for(endpoint, show=show) if may(endpoint) else ""


def _up_to(number: int) -> str:
    return f"{MOST}+" if number > MOST else str(number)


def _doubts(number: int) -> str:
    shown = _up_to(number)
    return ngettext("%(count)s answer may be a STOP", "%(count)s answers may be a STOP", number, count=shown)


def _uncertain(number: int) -> str:
    shown = _up_to(number)
    return ngettext("%(count)s message is uncertain", "%(count)s messages are uncertain", number, count=shown)


def _late(number: int) -> str:
    shown = _up_to(number)
    return ngettext(
        "%(count)s message was found too late", "%(count)s messages were found too late", number, count=shown
    )


def _failed(number: int) -> str:
    shown = _up_to(number)
    return ngettext(
        "%(count)s message did not arrive", "%(count)s messages did not arrive", number, count=shown
    )


def _unanswered(number: int) -> str:
    shown = _up_to(number)
    return ngettext(
        "%(count)s person wrote this week and has no answer",
        "%(count)s people wrote this week and have no answer",
        number,
        count=shown,
    )
