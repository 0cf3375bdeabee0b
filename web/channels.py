"""A connection to the page, with what waitress leaves open: how many one address may hold, and by when a
request must be there.  Whoever wants to hold the page up holds up no more than their share of it."""

from __future__ import annotations

from time import monotonic
from typing import Any

from waitress.channel import HTTPChannel

IN_ALL = 300  # connections
PER_ADDRESS = 40  # a browser takes six, and one for each open page; a household has several
HEAD_WITHIN, WHOLE_WITHIN = 15.0, 300.0  # seconds: the largest list by the slowest radio
IDLE = 60  # seconds in which nothing is asked
HEAD_LIMIT = 32 * 1024  # octets
OURSELVES = (
    "127.0.0.1",
    "::ffff:127.0.0.1",
    "::1",
    "localhost",
)  # the pulse, a proxy that speaks for many, a socket file


class Channel(HTTPChannel):  # type: ignore[misc]
    """Closed at once where its address has too many, and where its request takes too long."""

    head_within, whole_within = HEAD_WITHIN, WHOLE_WITHIN

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:
        super().__init__(server, sock, addr, adj, map)
        self.began: float | None = None  # the request that is not there yet
        if addr[0] not in OURSELVES:
            alike = sum(other.addr[0] == addr[0] for other in server.active_channels.values())
            self.will_close = alike > PER_ADDRESS

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        self.began = None if self.request is None else self.began or monotonic()
        return taken

    def readable(self) -> bool:
        """Asked in every round, and at least once a second."""
        if self._is_late():
            self.will_close = True
        answer: bool = super().readable()
        return answer

    def _is_late(self) -> bool:
        if self.began is None or self.request is None:
            return False
        within = self.whole_within if self.request.headers_finished else self.head_within
        return monotonic() - self.began > within
