"""The words of a survey: its states, those of its people and answers, and the kinds of questions."""

from __future__ import annotations

DRAFT, GATHERING, TRIAL, RUNNING = "draft", "gathering", "trial", "running"
STOPPING, STOPPED, DONE = "stopping", "stopped", "done"
STATES = (DRAFT, GATHERING, TRIAL, RUNNING, STOPPING, STOPPED, DONE)
MOVING = (GATHERING, TRIAL, RUNNING, STOPPING)  # the gateway looks at these
OVER = (STOPPED, DONE)

# of a person: not asked yet, was asked, all said, the time is over, somebody ended the survey, nobody to ask
WAITING, OPEN, ANSWERED, TIMED_OUT, CLOSED, LEFT_OUT = "waiting", "open", "done", "over", "closed", "left_out"
PEOPLE = (WAITING, OPEN, ANSWERED, TIMED_OUT, CLOSED, LEFT_OUT)

# of an answer
COUNTED, UNCLEAR, REPLACED = "counted", "unclear", "replaced"
LATE, DISMISSED = "late", "dismissed"

YES_NO, CHOICE, SCORE, FREE = "yes_no", "choice", "score", "open"  # kinds of questions
KINDS = (YES_NO, CHOICE, SCORE, FREE)
YES, NO = "yes", "no"
AS_IS = "as_is"  # what a person decides of an open question: it is an answer

CATEGORIES = ("notification", "marketing")
SOURCE = "survey:"  # what the source of its messages begins with
END = 0  # where a branch leads that ends the survey


def source(uid: str) -> str:
    """Who writes the messages of a survey, as the ledger remembers it."""
    return f"{SOURCE}{uid}"


def reference(person: int, sends: int) -> str:
    """The client reference of one message to one person: once more is the same message."""
    return f"{person}:{sends}"
