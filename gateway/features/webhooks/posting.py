"""One POST to one program: to an address that was checked, within a deadline, following nothing.

The door of urllib3: with TLS it takes megabytes, so that workers alone come here, with the first delivery.
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from contextlib import closing
from functools import cache
from http.client import HTTPException
from ipaddress import ip_address
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as TooLate

from gateway.features.webhooks import targets
from gateway.features.webhooks.posts import Outcome, Post
from gateway.features.webhooks.targets import Address, Target

CONNECT, WHOLE = 5.0, 10.0  # seconds
MOST = 64 * 1024  # octets of an answer that are read
AGENT = "Chappe"


def send(post: Post, connect: float = CONNECT, whole: float = WHOLE) -> Outcome:
    """What became of it; an answer that is not there within `whole` seconds is none."""
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


def _named(error: Exception) -> str:
    if isinstance(error, ConnectTimeoutError | NewConnectionError | ConnectionRefusedError):
        return "unreachable"
    if isinstance(error, TooLate):
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
    return ssl.create_default_context()
