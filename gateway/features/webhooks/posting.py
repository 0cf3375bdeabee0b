"""One POST to one program: to an address that was checked, within a deadline, following nothing.

The door of urllib3, which is imported at the first delivery, as is TLS; the workers' threads alone come here.
"""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING, Any

from gateway.features.webhooks import targets
from gateway.features.webhooks.targets import Address, Allowed, Target

if TYPE_CHECKING:
    import ssl

CONNECT, WHOLE = 5.0, 10.0  # seconds
MOST = 64 * 1024  # octets of an answer that are read
AGENT = "Chappe"
LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent, and whereto; `name` is the delivery's row."""

    name: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    allowed: Allowed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: HTTP's status and the answer, or the code of what went wrong before one came."""

    name: int
    status: int | None = None
    kind: str = ""  # the answer's media type
    answer: bytes = b""
    error: str | None = None
    whole: bool = True  # the answer was not longer than what is read

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(post: Post, connect: float = CONNECT, whole: float = WHOLE) -> Outcome:
    """What became of it; an answer that is not there within `whole` seconds is none."""
    import ssl

    _load()
    from urllib3.exceptions import HTTPError, NameResolutionError, SSLError

    try:
        target = targets.read(post.url)
        addresses = targets.admits(target, _addresses(target), post.allowed)
        if not addresses:
            return Outcome(post.name, error="address_forbidden")
        return _exchange(post, target, addresses[0], connect, monotonic() + whole)
    except (socket.gaierror, NameResolutionError, UnicodeError):
        return Outcome(post.name, error="host_unknown")
    except TimeoutError:
        return Outcome(post.name, error="no_answer")
    except (ssl.SSLError, SSLError):
        return Outcome(post.name, error="certificate_bad")
    except (OSError, HTTPError) as error:
        return Outcome(post.name, error=_named(error))
    except HTTPException:
        return Outcome(post.name, error="answer_garbled")


def _load() -> None:
    """Several threads that import it at the same time would find it half there."""
    with LOADING:
        import urllib3.connection  # noqa: F401


def _named(error: Exception) -> str:
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, TimeoutError

    if isinstance(error, ConnectTimeoutError | NewConnectionError | ConnectionRefusedError):
        return "unreachable"
    if isinstance(error, TimeoutError):
        return "no_answer"
    return "connection_lost"


def _addresses(target: Target) -> list[Address]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    known = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ip_address(one) for one in known]


def _exchange(post: Post, target: Target, address: Address, connect: float, deadline: float) -> Outcome:
    with closing(_connection(target, address, connect)) as line:
        line.connect()
        guard = threading.Timer(max(0.0, deadline - monotonic()), _cut, [line.sock])
        guard.daemon = True
        guard.start()
        try:
            line.sock.settimeout(max(0.01, deadline - monotonic()))
            line.request("POST", target.path, post.body, _headers(post, target), preload_content=False)
            answer = line.getresponse()
            body = answer.read(MOST + 1, decode_content=False)
            if monotonic() >= deadline:
                raise TimeoutError  # what was read may have been cut
        except Exception:
            if monotonic() >= deadline:
                raise TimeoutError from None
            raise
        finally:
            guard.cancel()
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Outcome(post.name, answer.status, kind, body[:MOST], whole=len(body) <= MOST)


def _connection(target: Target, address: Address, connect: float) -> Any:
    """To the address that was checked; its certificate is the host's all the same."""
    from urllib3.connection import HTTPConnection, HTTPSConnection

    if target.scheme == "http":
        return HTTPConnection(str(address), target.port, timeout=connect)
    return HTTPSConnection(
        str(address),
        target.port,
        timeout=connect,
        ssl_context=_trust(),
        server_hostname=target.host,
    )


def _headers(post: Post, target: Target) -> dict[str, str]:
    usual = targets.PORTS[target.scheme] == target.port
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {"Host": host if usual else f"{host}:{target.port}", "User-Agent": AGENT, "Connection": "close"}
    if target.user or target.password:
        secret = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    return {**headers, **post.headers}


def _cut(sock: socket.socket) -> None:
    """Whoever trickles gets no more time: the thread that reads wakes up with an end."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


@cache
def _trust() -> ssl.SSLContext:
    """The machine's authorities: read once, some milliseconds and a megabyte."""
    import ssl

    return ssl.create_default_context()
