"""The mixed load of the crash bench: sends, the same again by its key, cancellations, messages that come in.

It goes on whatever is killed meanwhile, and remembers what was acknowledged: nothing else is promised.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stack import NotReady, Stack

RATE = 20.0  # actions a second
AGAIN = 0.05  # seconds until what had no answer is asked for again
BEGUN = 5  # messages acknowledged: a storm over nothing would show nothing
RECENT = 12  # a cancellation takes one of so many latest messages
CATEGORIES = ("otp", "alert", "notification", "marketing")

# Few phones, so that two messages to one are often on their way at the same time; and three that are
# difficult: a failure report, a network that refuses twice, never a report.
SILENT = "+33639980008"
RECIPIENTS = [f"+3363998500{digit}" for digit in range(10)] + ["+33639980002", "+33639980004", SILENT]

# part length in characters: of the 7-bit alphabet, of the other one
GSM7, UCS2 = 153, 67
NUMBERED = re.compile(r"[mЖi](\d+) ")


@dataclass
class Asked:
    """One message somebody wanted to send, and what was answered."""

    number: int  # in its text, in every part of it
    content: dict[str, Any]
    key: str | None
    uids: set[str] = field(default_factory=set)  # under which it was acknowledged: more than one is wrong
    canceled: bool = False  # a cancellation was acknowledged


def text_of(letter: str, number: int, parts: int) -> str:
    """A text of so many parts in each of which `NUMBERED` finds its number."""
    word, per_part = f"{letter}{number}", UCS2 if letter == "Ж" else GSM7
    length = (parts - 1) * per_part + per_part // 2
    return " ".join([word] * (length // (len(word) + 1)))


def number_in(text: str) -> int | None:
    """The number of the message this is a part of; None for a foreign text."""
    found = NUMBERED.search(text)
    return int(found[1]) if found else None


class Load(threading.Thread):
    """Acts at random instants from `begin` to `finish`."""

    def __init__(self, stack: Stack, seed: int) -> None:
        super().__init__(name="load", daemon=True)
        self.asked: list[Asked] = []
        self.acknowledged: list[str] = []  # uids; only grows
        self.injected: list[str] = []  # texts
        self.answered_again = 0  # by an idempotency key
        self.unanswered = 0
        self._stack = stack
        self._caller = stack.api()
        self._chance = random.Random(seed)
        self._begun = threading.Event()
        self._over = threading.Event()
        self._error: Exception | None = None

    def run(self) -> None:
        actions: list[Callable[[], None]] = [self._send, self._send_again, self._cancel, self._inject]
        try:
            self._inject()  # so that also a short run has one
            while not self._over.wait(self._chance.expovariate(RATE)):
                self._chance.choices(actions, (64, 8, 10, 18))[0]()
        except Exception as error:
            self._error = error
            self._begun.set()

    def begin(self, patience: float) -> None:
        """Start, and wait until the first messages are acknowledged, at most `patience` seconds."""
        self.start()
        if not self._begun.wait(patience):
            raise NotReady(f"{len(self.acknowledged)} messages were acknowledged in {patience:.0f} s")

    def finish(self) -> None:
        """End; raises what ended it before."""
        self._over.set()
        self.join()
        if self._error is not None:
            raise NotReady(f"the load ended by itself: {self._error!r}") from self._error

    # ---- the actions -----------------------------------------------------------------------------

    def _send(self) -> None:
        chance, number = self._chance, len(self.asked)
        content: dict[str, Any] = {
            "to": chance.choice(RECIPIENTS),
            "text": text_of(chance.choice("mmmЖ"), number, chance.choice((1, 1, 2, 3))),
            "category": chance.choice(CATEGORIES),
        }
        if chance.random() < 0.1:
            content["send_at"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        asked = Asked(number, content, f"key {number}" if chance.random() < 0.5 else None)
        self.asked.append(asked)
        self._submit(asked)

    def _send_again(self) -> None:
        keyed = [asked for asked in self.asked if asked.key and asked.uids]
        if keyed:
            self._submit(self._chance.choice(keyed))
            self.answered_again += 1

    def _cancel(self) -> None:
        known = [asked for asked in self.asked[-RECENT:] if asked.uids]
        if known:
            asked = self._chance.choice(known)
            answer = self._post(f"/api/v1/messages/{min(asked.uids)}/cancel", {}, None, (200, 409))
            asked.canceled |= answer is not None and answer[0] == 200

    def _inject(self) -> None:
        number = len(self.injected)
        text = text_of("i", number, self._chance.choice((1, 1, 2, 3)))
        self.injected.append(text)
        self._stack.simulator(do="inject", sender=f"+336399866{number % 100:02}", text=text)

    # ---- asking a page that may be killed at any instant ------------------------------------------

    def _submit(self, asked: Asked) -> None:
        """Once; with a key, again until there is an answer."""
        while True:
            answer = self._post("/api/v1/messages", asked.content, asked.key, (202,))
            if answer is not None:
                uid = answer[1]["id"]
                if uid not in asked.uids:
                    asked.uids.add(uid)
                    self.acknowledged.append(uid)
                    if len(self.acknowledged) >= BEGUN:
                        self._begun.set()
                return
            if asked.key is None or self._over.wait(AGAIN):
                return

    def _post(
        self, path: str, content: object, key: str | None, expected: tuple[int, ...]
    ) -> tuple[int, dict[str, Any]] | None:
        """Status and answer; None when there was none, or an honest "not now"."""
        self._caller.headers.pop("Idempotency-Key", None)
        if key is not None:
            self._caller.headers["Idempotency-Key"] = key
        try:
            status, body = self._caller.post(path, content)
        except (OSError, http.client.HTTPException):
            self._caller.connection.close()
            self.unanswered += 1
            return None
        if status == 503:
            self.unanswered += 1
            return None
        if status not in expected:
            raise NotReady(f"POST {path} answered {status}: {body[:300]!r}")
        return status, json.loads(body)
