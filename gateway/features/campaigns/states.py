"""The words of a campaign: its states, the roles of its people, and what these wait for."""

from __future__ import annotations

from datetime import UTC, datetime

DRAFT, SCHEDULED, GATHERING, RUNNING = "draft", "scheduled", "gathering", "running"
PAUSED, STOPPING, STOPPED, DONE = "paused", "stopping", "stopped", "done"
STATES = (DRAFT, SCHEDULED, GATHERING, RUNNING, PAUSED, STOPPING, STOPPED, DONE)
MOVING = (SCHEDULED, GATHERING, RUNNING, PAUSED, STOPPING)  # the gateway looks at these
OVER = (STOPPED, DONE)

EXPOSED, REST, CONTROL = "exposed", "rest", "control"  # roles
WAITING, WRITTEN, LEFT_OUT = "waiting", "written", "left_out"  # states of a person

LETTERS = "ABCD"
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # due when somebody, or the figures, have chosen a text
CODE_KINDS = ("none", "one", "list", "made")
PERSONAL = ("list", "made")  # codes that tell who came back
WINS_BY = ("hand", "clicks", "replies", "conversions")
CATEGORIES = ("marketing", "notification")


def source(uid: str) -> str:
    """Who writes the messages of a campaign, as the ledger remembers it; the owner of its links too."""
    return f"campaign:{uid}"


def reference(uid: str, person: int) -> str:
    """The client reference of one person's message: once more is the same message."""
    return f"{uid}:{person}"
