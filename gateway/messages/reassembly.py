"""Parts that came become one text: which open message a part belongs to, and how the gaps show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gateway.store.models import Inbound, InboundPart
from modem import api, halves

OPEN_FOR = timedelta(hours=72)  # a phone that was off delivers the rest late
GAP = "[…]"


def home(part: api.InboundPart, sim: str, now: datetime) -> Inbound | None:
    """The open message this part completes; None: it begins a new one.

    A reference comes round again after 256 messages: a part whose place is taken, or another total,
    means a new message (23.040 section 9.2.3.24.1).
    """
    concat = part.concat
    if not is_joined(part) or concat is None:
        return None
    candidates = Inbound.select().where(
        Inbound.sender == part.sender,
        Inbound.concat_reference == concat.reference,
        Inbound.complete == False,  # noqa: E712 - SQL
        Inbound.concat_wide == concat.wide,
        Inbound.sim == sim,
        Inbound.part_count == concat.total,
        Inbound.received_at > now - OPEN_FOR,
    )
    for candidate in candidates.order_by(Inbound.id.desc()):
        taken = InboundPart.select().where(InboundPart.inbound == candidate.id, InboundPart.seq == concat.seq)
        if not taken.exists():
            return candidate
    return None


def is_joined(part: api.InboundPart) -> bool:
    """False for a single message, and for a header that contradicts itself: its text stands alone."""
    concat = part.concat
    return concat is not None and concat.total > 1 and 1 <= concat.seq <= concat.total


def join(texts: Mapping[int, str], total: int) -> str:
    """The text of what is there, seq → text; every run of missing parts shows as one mark.

    A character that a foreign sender cut in two between parts is whole again.
    """
    shown: list[str] = []
    for seq in range(1, total + 1):
        if seq in texts:
            shown.append(texts[seq])
        elif not shown or shown[-1] is not GAP:
            shown.append(GAP)
    return halves.mend("".join(shown))
