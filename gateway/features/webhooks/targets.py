"""Which addresses may be told: a rule over scheme, host and the addresses that the host has.

http goes to machines nearby alone, https anywhere; what names no machine of its own – link-local, where a
cloud keeps its secrets, multicast, unspecified, reserved – is refused always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote, urlsplit

from gateway.errors import Invalid

LONGEST = 500
PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
NEARBY = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
TRANSLATED = ip_network("64:ff9b::/96")  # an IPv4 address behind a translator (RFC 6052)

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an administrator allows: this machine, machines nearby; where `hosts` names any, those alone."""

    loopback: bool = True
    private: bool = True
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; `path` is what is asked for, `user` and `password` are for Basic authentication."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    user: str = ""
    password: str = ""

    @property
    def receiver(self) -> str:
        """The unit that may be slow or dead: scheme://host:port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def check(url: str, allowed: Allowed, field: str = "url") -> None:
    """Raises Invalid `url_bad`, `url_long` or `url_forbidden` on the field.

    A host by its name is not looked up here: its addresses are checked each time that it is told something.
    """
    target = read(url, field)
    literal = _literal(target.host)
    if literal is None and target.host.rstrip(".") == "localhost":
        literal = ip_address("127.0.0.1")
    here = [] if literal is None else [literal]
    if not _is_listed(target.host, allowed) or (here and not usable(target.scheme, here, allowed)):
        raise Invalid("url_forbidden", field=field, host=target.host)


def read(url: str, field: str = "url") -> Target:
    """Take it apart; raises Invalid `url_bad` or `url_long` on the field."""
    if len(url) > LONGEST:
        raise Invalid("url_long", field=field, most=LONGEST)
    target = _read(url)
    if target is None:
        raise Invalid("url_bad", field=field, value=url)
    return target


def usable(scheme: str, addresses: Iterable[Address], allowed: Allowed) -> list[Address]:
    """Those of a host's addresses that may be connected to, in their order."""
    return [address for address in addresses if _is_usable(scheme, _meant(address), allowed)]


def admits(target: Target, addresses: Iterable[Address], allowed: Allowed) -> list[Address]:
    """The addresses of a target that may be connected to now; none where its host is not on the list."""
    return usable(target.scheme, addresses, allowed) if _is_listed(target.host, allowed) else []


def _read(url: str) -> Target | None:
    if not url.isascii() or not url.isprintable() or re.search(r"[\s#\\\"<>]", url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not host or port == 0:
        return None
    if _literal(host) is None and not _is_name(host):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secret = (unquote(parts.username or ""), unquote(parts.password or ""))
    return Target(url, scheme, host, port or PORTS[scheme], path, *secret)


def _is_name(host: str) -> bool:
    """A last label of digits alone would be an address in a spelling that only some resolvers know."""
    last = host.rstrip(".").rpartition(".")[2]
    return bool(HOST.fullmatch(host)) and not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) and len(host) <= 253


def _is_listed(host: str, allowed: Allowed) -> bool:
    return not allowed.hosts or host.rstrip(".") in {one.lower().rstrip(".") for one in allowed.hosts}


def _is_usable(scheme: str, address: Address, allowed: Allowed) -> bool:
    if any(address in net for net in LOOPBACK):
        return allowed.loopback
    if any(address in net for net in NEARBY):
        return allowed.private
    return scheme == "https" and address.is_global and not address.is_multicast


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
