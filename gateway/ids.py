"""Names nobody can guess, made from a source of randomness that is an argument."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Ids:
    """Makes public ids and secrets; `random(n)` gives n octets."""

    def __init__(self, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.random = random

    def uid(self, now: datetime) -> str:
        """32 hex digits: 12 of milliseconds since 1970, then 80 random bits; rises with time."""
        milliseconds = max(0, int((now - EPOCH).total_seconds() * 1000))
        return f"{milliseconds & 0xFFFFFFFFFFFF:012x}{self.random(10).hex()}"

    def token(self) -> str:
        """A secret of 192 bits, safe in a URL."""
        return base64.urlsafe_b64encode(self.random(24)).decode()


def digest(secret: str) -> str:
    """What is kept of a secret with enough randomness of its own: SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
