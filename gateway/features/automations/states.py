"""The words of an automation: its states, what sets it off, its steps, its runs and their history."""

from __future__ import annotations

DRAFT, RUNNING, PAUSED = "draft", "running", "paused"
STATES = (DRAFT, RUNNING, PAUSED)

BIRTHDAY, AFTER, BEFORE, EVENT, GROUP = "birthday", "after", "before", "event", "group"
KINDS = (BIRTHDAY, AFTER, BEFORE, EVENT, GROUP)  # what sets it off
DATED = (BIRTHDAY, AFTER, BEFORE)

WAIT, SEND, TAG, UNTAG, ONLY = "wait", "send", "tag", "untag", "only"
STEPS = (SEND, WAIT, TAG, UNTAG, ONLY)

# of a run: goes on at `next_at`, all steps taken, ended before, never begun
WAITING, DONE, ENDED, LEFT_OUT = "waiting", "done", "ended", "left_out"
RUNS = (WAITING, DONE, ENDED, LEFT_OUT)

CATEGORIES = ("notification", "marketing")
SOURCE = "automation:"  # what the source of its messages begins with


def source(uid: str) -> str:
    """Who writes the messages of an automation, as the ledger remembers it."""
    return f"{SOURCE}{uid}"
