"""What a modem heard is stored here, keyed by a digest: reading it twice is harmless.

Store, then delete: the caller has the modem forget a TPDU only after this committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from gateway.messages import conversations, keywords, reassembly, reports, search
from gateway.messages.outbox import Caller
from gateway.store import database
from gateway.store.models import Contact, Inbound, InboundPart, Quarantine
from modem import api

Ear = Callable[[Inbound, str, datetime], None]  # a message, its sender's number, now


def take(heard: api.Heard, caller: Caller, now: datetime, ear: Ear | None = None) -> bool:
    """Store one TPDU, whatever it is, in one transaction; False when it was stored before.

    What it asks for (STOP) is done in the same transaction; `caller` is where the answer leaves.  `ear`
    hears of a complete message that was none of the words of the law.
    """
    with database.transaction():
        if isinstance(heard.item, api.Report):
            return reports.take(heard.item, heard.sim, digest(heard), now)
        if isinstance(heard.item, api.InboundPart):
            return _take_part(heard.item, heard, caller, now, ear)
        return _quarantine(heard, heard.item.why, now)


def digest(heard: api.Heard) -> str:
    """What makes two readings the same TPDU: the SIM and every octet, the network's time stamp included."""
    return hashlib.sha256(f"{heard.sim} {heard.tpdu.upper()}".encode()).hexdigest()


def _take_part(
    part: api.InboundPart, heard: api.Heard, caller: Caller, now: datetime, ear: Ear | None
) -> bool:
    key = digest(heard)
    if InboundPart.select().where(InboundPart.digest == key).exists():
        return False
    message = reassembly.home(part, heard.sim, now) or _begin(part, heard, caller, now)
    joined = reassembly.is_joined(part)
    InboundPart.create(
        inbound=message,
        seq=part.concat.seq if joined and part.concat else 1,
        text=_text(part),
        tpdu=heard.tpdu,
        digest=key,
        received_at=now,
    )
    _show(message)
    conversations.note(message.sender, message.text, now, inbound=True)
    Contact.update(last_act_at=now).where(Contact.number == message.sender).execute()
    obeyed = keywords.obey(message, caller, now)
    number = keywords.number_of(message.sender, caller.site.country)
    if ear is not None and message.complete and number is not None and not obeyed:
        ear(message, number, now)
    return True


def _begin(part: api.InboundPart, heard: api.Heard, caller: Caller, now: datetime) -> Inbound:
    concat = part.concat if reassembly.is_joined(part) else None
    return Inbound.create(
        uid=caller.ids.uid(now),
        sender=part.sender,
        text="",
        received_at=now,
        sent_at=part.sent_at,
        complete=False,
        modem=heard.modem,
        sim=heard.sim,
        concat_reference=concat.reference if concat else None,
        concat_wide=concat.wide if concat else False,
        part_count=concat.total if concat else 1,
    )


def _show(message: Inbound) -> None:
    """Write the text as far as it is known."""
    texts = {part.seq: part.text for part in InboundPart.select().where(InboundPart.inbound == message.id)}
    before, message.text = message.text, reassembly.join(texts, message.part_count)
    message.complete = len(texts) == message.part_count
    message.save(only=[Inbound.text, Inbound.complete])
    search.reword(message, before)


def _text(part: api.InboundPart) -> str:
    """8-bit data has no text: its octets are shown as hex."""
    return part.text or part.data.hex(" ")


def _quarantine(heard: api.Heard, why: str, now: datetime) -> bool:
    row = {"modem": heard.modem, "sim": heard.sim, "tpdu": heard.tpdu, "why": why[:200]}
    query = Quarantine.insert(**row, digest=digest(heard), received_at=now).on_conflict_ignore()
    return bool(query.as_rowcount().execute())
