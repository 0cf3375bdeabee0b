"""How states look: one table of tone and icon.  Colour never stands alone, the word is always beside it."""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    tone: str  # a colour of chappe.css
    icon: str  # a drawing of templates/icons.html


STATES = {
    "scheduled": Look("wait", "clock"),
    "held": Look("wait", "pause"),
    "queued": Look("wait", "queue"),
    "sending": Look("going", "up"),
    "sent": Look("going", "check"),
    "delivered": Look("good", "checks"),
    "undelivered": Look("bad", "cross"),
    "failed": Look("bad", "cross"),
    "expired": Look("bad", "hourglass"),
    "rejected": Look("bad", "barred"),
    "canceled": Look("quiet", "barred"),
    "uncertain": Look("doubt", "question"),
}
LINKS = {
    "closed": Look("bad", "cross"),
    "opening": Look("wait", "clock"),
    "sim": Look("wait", "clock"),
    "registering": Look("wait", "clock"),
    "ready": Look("good", "check"),
    "silent": Look("bad", "cross"),
    "resetting": Look("wait", "clock"),
}
PLAIN = Look("quiet", "dot")

WAITING = ("scheduled", "held", "queued", "sending")
BAD = ("undelivered", "failed", "expired", "rejected")
CANCELABLE = ("scheduled", "held", "queued")

# What a person filters by: a name in the address, and the states it stands for.
FILTERS = {
    "all": (),
    "waiting": WAITING,
    "scheduled": ("scheduled",),
    "held": ("held",),
    "sent": ("sent",),
    "delivered": ("delivered",),
    "failed": BAD,
    "uncertain": ("uncertain",),
    "canceled": ("canceled",),
}

# dBm from which a signal shows so many bars (27.007 section 8.5 gives -113 to -51).
BARS = ((-75, 4), (-87, 3), (-99, 2), (-113, 1))


def bars(dbm: int | None) -> int:
    """How many of four bars a signal shows."""
    return next((count for floor, count in BARS if dbm is not None and dbm >= floor), 0)
