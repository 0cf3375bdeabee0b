"""A code and what is kept of it: drawn evenly, known again by a keyed digest, compared in constant time."""

from __future__ import annotations

import hmac
import ipaddress
import re

from gateway.errors import Invalid
from gateway.ids import Ids

SHORTEST, LONGEST = 4, 10
USUAL_LENGTH = 6
OWN = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}")
LONGEST_DEVICE = 200
KEPT = 32  # hex digits of what stands for an address or a device
DRAWN = 8  # octets


def draw(length: int, ids: Ids) -> str:
    """So many digits, each as likely as any other; raises Invalid on `length`."""
    if not SHORTEST <= length <= LONGEST:
        raise Invalid("out_of_range", field="length", least=SHORTEST, most=LONGEST)
    codes = 10**length
    even = 2 ** (8 * DRAWN) // codes * codes  # what lies above would make small codes likelier
    while (number := int.from_bytes(ids.random(DRAWN))) >= even:
        pass
    return f"{number % codes:0{length}}"


def own(code: str) -> str:
    """A code that the caller chose; raises Invalid on `code`."""
    if not OWN.fullmatch(code):
        raise Invalid("code_bad", field="code", least=SHORTEST, most=LONGEST)
    return code


def digest(code: str, uid: str, key: bytes) -> str:
    """What is kept of a code: without the appliance's secret nobody can try all codes against it."""
    return hmac.digest(key, f"code {uid} {code}".encode(), "sha256").hex()


def fits(typed: str, kept: str, uid: str, key: bytes) -> bool:
    """Whether this is the code; takes as long for a wrong one.  Spaces and dashes do not count."""
    return hmac.compare_digest(digest(re.sub(r"[\s-]", "", typed), uid, key), kept)


def address(typed: str, key: bytes) -> str:
    """What stands for an end user's IP address, an IPv6 one by its /64; "" for none.  Raises Invalid."""
    if not typed.strip():
        return ""
    try:
        found = ipaddress.ip_address(typed.strip())
    except ValueError as error:
        raise Invalid("address_bad", field="address", value=typed[:60]) from error
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return _token("address", str(ipaddress.ip_network((int(found), 64), strict=False)), key)
        found = found.ipv4_mapped
    return _token("address", str(found), key)


def device(typed: str, key: bytes) -> str:
    """What stands for an end user's device; "" for none.  Raises Invalid."""
    if len(typed) > LONGEST_DEVICE:
        raise Invalid("text_long", field="device", most=LONGEST_DEVICE)
    return _token("device", typed.strip(), key) if typed.strip() else ""


def _token(kind: str, value: str, key: bytes) -> str:
    return hmac.digest(key, f"{kind} {value}".encode(), "sha256").hex()[:KEPT]
