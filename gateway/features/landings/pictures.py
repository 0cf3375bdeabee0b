"""What kind of picture some octets are, by how they begin: whatever their name says.  Pure.

Sources: ISO 10918-1 annex B (JPEG), PNG third edition section 5.2, RFC 9649 section 2.4 (WebP).
"""

from __future__ import annotations

from gateway.errors import Invalid

MOST_OCTETS = 500 * 1024
LEAST_OCTETS = 32


def kind(octets: bytes) -> str:
    """ "image/jpeg", "image/png" or "image/webp"; raises Invalid on `picture`."""
    if len(octets) > MOST_OCTETS:
        raise Invalid("picture_large", field="picture", most=MOST_OCTETS // 1024)
    found = _begins(octets) if len(octets) >= LEAST_OCTETS else ""
    if not found:
        raise Invalid("picture_unknown", field="picture")
    return found


def _begins(octets: bytes) -> str:
    if octets.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if octets.startswith(b"RIFF") and octets[8:12] == b"WEBP":
        return "image/webp"
    return ""
