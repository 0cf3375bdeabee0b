"""Numbers of a campaign that the network does not reach, after it: suggested for removal, never removed by
itself.

Source: 23.040 section 9.2.3.15 (TP-ST 0x40 to 0x5F: permanent; 0x43: not obtainable), 24.011 annex E.2
(causes 1, 28 and 30: nobody has this number).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.contacts import choosing, groups
from gateway.contacts.choosing import Choice
from gateway.errors import Invalid, NotFound
from gateway.features.campaigns import diary
from gateway.features.campaigns.states import source
from gateway.messages.lifecycle import FINAL, State
from gateway.store import database
from gateway.store.models import Campaign, Message
from gateway.store.terms import fn

PERMANENT = range(0x40, 0x60)
NOT_OBTAINABLE = 0x43
NOBODY_S = ("cms_1", "cms_28", "cms_30")
TWICE = 2  # messages in a row, where the network did not say so outright
SHOWN = 500
ACTS = ("tag", "leave")
ENDED = (State.DELIVERED, State.UNDELIVERED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Unreached:
    """`why` is "nobody" (the network knows no such number) or "twice" (it could not be reached for good)."""

    number: str
    why: str


def unreached(campaign: Campaign) -> list[Unreached]:
    """Of this campaign's people, up to SHOWN."""
    state = fn.LOWER(Message.state)  # else SQLite walks the index of states
    lost = Message.select(Message.recipient, Message.state, Message.facts).where(
        Message.source == source(campaign.uid), state.in_([State.UNDELIVERED, State.FAILED])
    )
    found: dict[str, Unreached] = {}
    for message in lost.order_by(Message.id):
        why = _why(message)
        if why and message.recipient not in found:
            found[message.recipient] = Unreached(message.recipient, why)
        if len(found) >= SHOWN:
            break
    return list(found.values())


def clean(campaign: Campaign, numbers: Sequence[str], act: str, name: str, by: str, now: datetime) -> int:
    """Stick the tag `name` on these people, or take them out of the group `name`; gives of how many that
    changed something.  Raises Invalid on `act`, `numbers`, `name` or `tag`."""
    if act not in ACTS:
        raise Invalid("campaign_act_unknown", field="act", value=act, known=", ".join(ACTS))
    if not numbers:
        raise Invalid("number_missing", field="numbers")
    choice = Choice(numbers=list(numbers))
    if act == "tag":
        done = choosing.tag(choice, name, by, now)
    elif (group := groups.called(name)) is None:
        raise NotFound("group_unknown", name=name)
    else:
        done = choosing.leave(choice, group.id, by, now)
    with database.transaction():
        diary.note(campaign, "cleaned", by, now, people=done, name=name)
    return done


def _why(message: Message) -> str:
    if message.facts.get("code") == NOT_OBTAINABLE or message.facts.get("error") in NOBODY_S:
        return "nobody"
    return "twice" if _is_for_good(message) and _was_before(message.recipient) else ""


def _is_for_good(message: Message) -> bool:
    return message.state == State.UNDELIVERED and message.facts.get("code") in PERMANENT


def _was_before(number: str) -> bool:
    """The last messages to this number all ended so."""
    rows = Message.select(Message.state, Message.facts).where(Message.recipient == number)
    ended = rows.where(Message.state.in_(FINAL)).order_by(Message.id.desc()).limit(TWICE * 5)
    last = [row for row in ended if row.state in ENDED][:TWICE]
    return len(last) == TWICE and all(_is_for_good(row) for row in last)
