"""A call that waits until a message is final: one look for all of them, four times a second."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, request

from gateway.messages import lookup
from gateway.messages.lifecycle import FINAL
from gateway.store import database
from gateway.store.models import Message
from web.memory import Kept
from web.office import office
from web.watch import Ear, Seen, Watch

MOST = 4  # calls at once: each keeps one of the server's twelve threads
EVERY = 0.25  # seconds

patience = Kept(lambda _: Watch(_look, MOST, EVERY))  # who waits


def close(app: Flask) -> None:
    """Let every call be answered at once: the server leaves."""
    patience.of(app).close()


def until_final(message: Message, seconds: int) -> Message:
    """The message as it is when it is final, or when the time is over; at once where nobody more may wait.

    No transaction is open meanwhile, and whoever hangs up is waited for no longer.
    """
    if not seconds or message.state in FINAL:
        return message
    gone = request.environ.get("waitress.client_disconnected", bool)
    ear, watch = Ear(message.uid, message.uid, message.state, gone), patience()
    if not watch.listen(ear):
        return message
    try:
        _hear(watch, ear, seconds)
    finally:
        watch.leave(ear)
    return lookup.message(message.uid)


def _hear(watch: Watch, ear: Ear, seconds: float) -> None:
    clock, known = office().clock, ear.version
    deadline = clock.monotonic() + seconds
    while known not in FINAL and (left := deadline - clock.monotonic()) > 0:
        heard = watch.hear(ear, known, left)
        if heard is None or heard == known:
            return
        known = heard


def _look(ears: Sequence[Ear]) -> Seen:
    """The state of each message; a row that is gone counts as an end."""
    wanted = {ear.of for ear in ears}
    with database.connection():
        rows = Message.select(Message.uid, Message.state).where(Message.uid.in_(wanted))
        states = {str(row.uid): str(row.state) for row in rows}
    return Seen(versions={uid: states.get(uid, "") for uid in wanted}, standing=set(states))
