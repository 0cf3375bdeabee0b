"""What people ask of a modem: a row, a ring, and the answer in the same row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway import audit
from gateway.errors import Invalid, NotFound
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import ModemRequest
from gateway.store.terms import state_in

KINDS = ("ussd", "reset", "confirm", "resume", "selftest")
USSD = re.compile(r"[*#0-9]{1,40}")
PATIENCE = timedelta(minutes=3)  # an answer that has not come by then will not come

_WAITING = state_in("t1", "waiting")
_OPEN = ["waiting", "asked"]


def ask(
    modem: str, kind: str, argument: str, by: str, modems: Sequence[str], now: datetime, ids: Ids
) -> ModemRequest:
    """Write the request down; the caller rings.  Raises NotFound for the modem, Invalid for the code."""
    if modem not in modems:
        raise NotFound("modem_unknown", value=modem, known=", ".join(modems))
    if kind not in KINDS:
        raise Invalid("request_unknown", field="kind", value=kind)
    if kind == "ussd" and not USSD.fullmatch(argument):
        raise Invalid("ussd_bad", field="code", value=argument)
    with database.transaction():
        audit.write(by, f"modem_{kind}", now, shown=modem)
        return ModemRequest.create(
            uid=ids.uid(now),
            modem=modem,
            kind=kind,
            argument=argument,
            asked_by=by,
            asked_at=now,
            state="waiting",
        )


def take() -> list[ModemRequest]:
    """The requests nobody has looked at yet, marked as asked."""
    waiting = list(ModemRequest.select().where(_WAITING).order_by(ModemRequest.id))
    if waiting:
        with database.transaction():
            ids = [request.id for request in waiting]
            ModemRequest.update(state="asked").where(ModemRequest.id.in_(ids)).execute()
    return waiting


def finish(request: int, now: datetime, answer: str = "", error: str | None = None) -> None:
    """Write the answer down, or what went wrong."""
    changes = {"state": "failed" if error else "done", "answer": answer, "error": error, "done_at": now}
    query = ModemRequest.update(changes).where(ModemRequest.id == request, ModemRequest.state.in_(_OPEN))
    query.execute()


def give_up_on_old(now: datetime) -> None:
    """Each minute, and when the gateway starts: nobody waits for ever."""
    query = ModemRequest.update(state="failed", error="no_answer", done_at=now)
    query.where(ModemRequest.state.in_(_OPEN), ModemRequest.asked_at <= now - PATIENCE).execute()


def look(uid: str) -> ModemRequest:
    found = ModemRequest.get_or_none(ModemRequest.uid == uid)
    if found is None:
        raise NotFound("request_unknown", value=uid)
    return found


def last(modem: str, kind: str) -> ModemRequest | None:
    """The newest request of a kind, whatever became of it."""
    query = ModemRequest.select().where(ModemRequest.modem == modem, ModemRequest.kind == kind)
    return query.order_by(ModemRequest.id.desc()).first()
