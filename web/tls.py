"""The page by https: a front of our own before waitress, which speaks none.

One thread with a loop of its own takes TLS off and hands waitress a socket that is open already, together
with the address of whoever called; so both ports are one server, with one count of its connections, and
nobody believes a header.

    browser ══TLS══▶ Front ──socketpair──▶ a Channel of waitress, "https"
"""

from __future__ import annotations

import asyncio
import copy
import logging
import socket
import ssl
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from gateway.errors import Unusable
from web import channels

HANDSHAKE = 5.0  # seconds
STUCK = 60.0  # seconds in which a reader takes nothing
AT_ONCE = 64 * 1024  # octets
IN_ALL, PER_ADDRESS = 64, 20

log = logging.getLogger(__name__)


def context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """What is shown to browsers, and how; raises gateway.errors.Unusable where the files will not do."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_alpn_protocols(["http/1.1"])
    try:
        made.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        problem = getattr(error, "reason", None) or error.strerror or str(error)
        raise Unusable("certificate_unusable", file=str(certificate), problem=problem) from error
    return made


def listen(host: str, port: int) -> socket.socket:
    """Raises gateway.errors.Unusable when the address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=IN_ALL, dualstack_ipv6=host == "::")
    except OSError as error:
        raise Unusable("address_unusable", host=host, port=port, problem=error.strerror) from error


class Front:
    """Takes connections on `listener` for the waitress `server`, from `begin` to the end of the process."""

    def __init__(self, listener: socket.socket, context: ssl.SSLContext, server: Any) -> None:
        self.listener, self._context, self._server = listener, context, server
        self._adj = copy.copy(server.adj)
        self._adj.url_scheme = "https"
        self._held: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="tls", daemon=True)

    def begin(self) -> None:
        self.listener.setblocking(False)
        self._thread.start()

    def end(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        taking = self._loop.create_task(self._take())
        self._loop.run_forever()
        for task in (taking, *self._tasks):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(taking, *self._tasks, return_exceptions=True))
        self._loop.close()
        self.listener.close()

    async def _take(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                caller, address = await loop.sock_accept(self.listener)
            except OSError as error:  # no file to be had just now: the backlog waits
                log.warning("no connection could be taken: %s", error.strerror)
                await asyncio.sleep(1)
                continue
            if not self._has_room(address[0]):
                caller.close()
                continue
            self._held[address[0]] += 1
            task = loop.create_task(self._serve(caller, address))
            self._tasks.add(task)
            task.add_done_callback(partial(self._over, address[0]))

    def _has_room(self, address: str) -> bool:
        share = IN_ALL if address in channels.OURSELVES else PER_ADDRESS
        return self._held.total() < IN_ALL and self._held[address] < share

    def _over(self, address: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._held[address] -= 1
        if not self._held[address]:
            del self._held[address]
        if not task.cancelled() and (error := task.exception()):
            log.error("a connection by https failed", exc_info=error)

    async def _serve(self, caller: socket.socket, address: Any) -> None:
        """One connection, from the handshake until either side hangs up."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer waits 40 ms
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                caller,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE,
                ssl_shutdown_timeout=1,
            )
        except (TimeoutError, OSError):  # no TLS, another's certificate wanted, nothing said
            caller.close()
            return
        outside = asyncio.StreamWriter(transport, protocol, reader, loop)
        here, there = socket.socketpair()
        self._server.trigger.pull_trigger(partial(self._hand_over, there, address))
        answers, inside = await asyncio.open_connection(sock=here)
        ways = [loop.create_task(_carry(reader, inside)), loop.create_task(_carry(answers, outside))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for writer in (inside, outside):
            writer.close()
        await asyncio.gather(*ways, outside.wait_closed(), return_exceptions=True)

    def _hand_over(self, connection: socket.socket, address: Any) -> None:
        """In the thread of waitress."""
        self._server.channel_class(self._server, connection, address, self._adj, map=self._server._map)


async def _carry(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Until the source has ended, or what it said is not taken any more."""
    try:
        while said := await source.read(AT_ONCE):
            to.write(said)
            async with asyncio.timeout(STUCK):
                await to.drain()
    except (OSError, ssl.SSLError, TimeoutError):
        return
