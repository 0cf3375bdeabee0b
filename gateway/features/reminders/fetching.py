"""One look at a calendar's address, by a thread: checked as a program's address is, and read elsewhere.

The address is a secret, and stands in no error and in no log.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from gateway.errors import Invalid
from gateway.features.reminders import calendar
from gateway.features.reminders.calendar import Occurrence
from gateway.features.reminders.looks import Look, Seen
from gateway.features.webhooks import targets
from gateway.features.webhooks.targets import Address, Allowed, Target

CONNECT, WHOLE = 10.0, 45.0  # seconds
MOST = 5 * 1024 * 1024  # octets
MOST_REDIRECTS = 3
ALLOWED = Allowed()
REDIRECTED = (301, 302, 303, 307, 308)
NOT_MODIFIED = 304
AGENT = "Chappe"


class _Failed(Exception):
    """It could not be had; the code says why."""


Unfold = Callable[[bytes, datetime, datetime, ZoneInfo, str], Sequence[Occurrence]]


def see(
    look: Look, allowed: Allowed = ALLOWED, whole: float = WHOLE, unfold: Unfold = calendar.unfold
) -> Seen:
    """Fetch and read it; never raises for anything that a network, a server or a file may do."""
    try:
        answer, body = _fetched(look, allowed, monotonic() + whole)
    except _Failed as failed:
        return Seen(look, str(failed))
    except (socket.gaierror, UnicodeError):
        return Seen(look, "host_unknown")
    except TimeoutError:
        return Seen(look, "no_answer")
    except ssl.SSLError:
        return Seen(look, "certificate_bad")
    except OSError:
        return Seen(look, "unreachable")
    except HTTPException:
        return Seen(look, "answer_garbled")
    if answer.status == NOT_MODIFIED:
        return Seen(look)
    digest = hashlib.sha256(body).hexdigest()
    if digest == look.digest:
        return Seen(look)
    try:
        found = unfold(body, look.begin, look.until, look.zone, look.country)
    except Invalid as error:
        return Seen(look, error.code)
    told = (answer.headers.get("ETag", "")[:200], answer.headers.get("Last-Modified", "")[:60])
    return Seen(look, None, found, *told, digest)


def _fetched(look: Look, allowed: Allowed, deadline: float) -> tuple[HTTPResponse, bytes]:
    url = look.url
    for _ in range(MOST_REDIRECTS + 1):
        target = _target(url)
        addresses = targets.admits(target, _addresses(target), allowed)
        if not addresses:
            raise _Failed("address_forbidden")
        answer, body = _asked(look, target, addresses[0], deadline)
        if answer.status not in REDIRECTED:
            return answer, body
        url = urljoin(url, answer.headers.get("Location", ""))
        if not url.startswith("https://"):
            raise _Failed("calendar_led_astray")
        near = any(not address.is_global for address in addresses)
        allowed = allowed if near else replace(allowed, loopback=False, private=False)
    raise _Failed("calendar_led_astray")


def _target(url: str) -> Target:
    try:
        return targets.read(url)
    except Invalid:
        raise _Failed("calendar_led_astray") from None


def _addresses(target: Target) -> list[Address]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return [ip_address(one) for one in dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)]


def _asked(look: Look, target: Target, address: Address, deadline: float) -> tuple[HTTPResponse, bytes]:
    """One GET; whoever trickles gets no more time than the deadline."""
    with closing(_connection(target, address)) as line:
        guard = threading.Timer(max(0.0, deadline - monotonic()), _cut, [line.sock])
        guard.daemon = True
        guard.start()
        try:
            line.sock.settimeout(max(0.01, deadline - monotonic()))
            line.request("GET", target.path, headers=_headers(look, target))
            answer = line.getresponse()
            body = b"" if answer.status in (*REDIRECTED, NOT_MODIFIED) else answer.read(MOST + 1)
        finally:
            guard.cancel()
    if monotonic() >= deadline:
        raise TimeoutError  # what was read may have been cut
    if answer.status not in (200, NOT_MODIFIED, *REDIRECTED):
        raise _Failed("calendar_refused")
    if len(body) > MOST:
        raise _Failed("calendar_too_large")
    return answer, body


def _connection(target: Target, address: Address) -> HTTPConnection:
    """To the address that was checked; its certificate is the host's all the same."""
    sock = socket.create_connection((str(address), target.port), timeout=CONNECT)
    if target.scheme == "https":
        sock = _trust().wrap_socket(sock, server_hostname=target.host)
    line = HTTPConnection(target.host, target.port)
    line.sock = sock
    return line


def _headers(look: Look, target: Target) -> dict[str, str]:
    headers = {"User-Agent": AGENT, "Accept": "text/calendar", "Connection": "close"}
    if targets.PORTS[target.scheme] == target.port:
        headers["Host"] = f"[{target.host}]" if ":" in target.host else target.host
    if (target.user or target.password) and target.url == look.url:
        secret = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    if look.etag:
        headers["If-None-Match"] = look.etag
    if look.modified:
        headers["If-Modified-Since"] = look.modified
    return headers


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


@cache
def _trust() -> ssl.SSLContext:
    """The machine's authorities: read once."""
    return ssl.create_default_context()
