"""One delivery as a worker gets it, and what it tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.features.webhooks.targets import Allowed


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
