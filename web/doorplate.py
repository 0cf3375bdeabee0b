"""The address of this appliance, as it is written into links that somebody is to follow later.

What a browser says that it is called (`Host`) is believed only where it can be true here: else whoever can
put a word into a request would choose where a one-time link leads.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from web.office import office

USUAL = {"http": "80", "https": "443"}


def root() -> str:
    """Without a slash at its end: as configured, else as this reader found it, else this machine's name."""
    if office().config.web.public_url:
        return office().config.web.public_url
    found = request.url_root.rstrip("/")
    return found if is_ours(urlsplit(found).hostname or "") else _by_name()


def is_ours(host: str) -> bool:
    """Whether this may be a name or an address of this machine: its own name, whatever network names it
    (chappe, chappe.local, chappe.home), or an address that no machine on the internet has."""
    names = {"localhost", socket.gethostname().casefold(), office().config.web.host.casefold()}
    try:
        address = ip_address(host)
    except ValueError:
        return host.casefold() in names or host.casefold().partition(".")[0] in names - {"localhost"}
    return host in names or address.is_private or address.is_link_local


def _by_name() -> str:
    plain = str(request.environ.get("SERVER_PORT", ""))
    port = str(office().config.web.tls_port) if request.is_secure else plain
    name = f"{request.scheme}://{socket.gethostname()}.local"
    return name if port in ("", USUAL[request.scheme]) else f"{name}:{port}"
