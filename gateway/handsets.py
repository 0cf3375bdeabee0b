"""The simulated phones of the demo: what they show, and an answer typed on one.

They live in the simulated modem; this asks its control socket (one JSON line out, one in).
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError

DEADLINE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message on a phone's screen; `at` is seconds since 1970."""

    from_phone: bool
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Handset:
    number: str
    messages: tuple[Spoken, ...]


def look(control: Path) -> list[Handset]:
    """Every phone that was written to or wrote; raises GatewayError `handsets_unreachable`."""
    answer = _ask(control, {"do": "handsets"})
    return [
        Handset(
            handset["number"],
            tuple(Spoken(m["from_phone"], m["text"], m["at"]) for m in handset["messages"]),
        )
        for handset in answer["handsets"]
    ]


def answer(control: Path, number: str, text: str) -> None:
    """Somebody types `text` on the phone with that number; it arrives at the modem as inbound."""
    _ask(control, {"do": "answer", "number": number, "text": text})


def _ask(control: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(DEADLINE)
            line.connect(str(control))
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                reply = json.loads(answers.readline())
    except (OSError, ValueError) as error:
        raise GatewayError("handsets_unreachable") from error
    if not isinstance(reply, dict) or not reply.get("ok"):
        raise GatewayError("handsets_unreachable")
    return reply
