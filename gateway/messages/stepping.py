"""What a step of the wall clock changes in the ledger: only what was reckoned with the clock as it was.

Three kinds of instants stand in the rows.  An hour – of a caller, of the law – is an hour whatever our clock
says, and stays.  "So much longer" was reckoned from the clock as it was, and moves with it, else a retry of
two seconds waits for a year.  What was written as "now" while nobody vouched for the clock was wrong, and is
put right when the clock is: a code asked for in 1970 is neither 56 years late once the hour is known, nor too
old for the count of what its SIM has sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.store import shifts
from gateway.store.shifts import Marks

# Reasons whose `until` is so much later than the instant at which they were given.
RELATIVE = frozenset({"retry", "earlier_first", "no_answer", "interrupted", "undo"})
LONGEST = timedelta(hours=2)  # longer than any of those waits
DUE = timedelta(minutes=1)  # what was due at the step leaves after it too
SLACK = timedelta(seconds=1)


def move_waits(before: datetime, delta: timedelta) -> None:
    """The relative waits that were running at `before`, in the old scale, go on for as long as was left."""
    shifts.move_waits(RELATIVE, delta, before - DUE, before + LONGEST)


def put_right(since: datetime, before: datetime, delta: timedelta, marks: Marks) -> None:
    """What was written from `since` to `before`, in the old scale, while nobody vouched for it.

    Rows up to the `marks` are older: a clock that went back finds their instants in the same span.  A send_at
    is the caller's and stays; a validity keeps its length.  Consents, objections and the audit only grow:
    they keep what was written.
    """
    shifts.move_written(marks, delta, since - SLACK, before + SLACK)
