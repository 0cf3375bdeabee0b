"""How far the set-up of a new appliance has come: the row `setup`, so that it goes on where it was left."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from gateway import audit
from gateway.store import choices, database
from gateway.store.models import Message, User

ROW = "setup"
STEPS = ("shop", "modem", "test", "password")


@dataclass(frozen=True, slots=True)
class Setup:
    """`step`: the furthest one that was reached; `message`: the test message's id; `ended`: "finished" or
    "skipped", "" while it goes on."""

    step: str = STEPS[0]
    message: str = ""
    ended: str = ""


def read() -> Setup:
    return _known() or Setup()


def is_open() -> bool:
    """It began and did not end; or it never began, and nobody has used the appliance yet."""
    known = _known()
    if known is not None:
        return not known.ended
    return len(User.select().limit(2)) < 2 and not Message.select().exists()


def is_first(user: User) -> bool:
    """The person with whom this appliance began."""
    return not User.select().where(User.id < user.id).exists()


def reach(step: str) -> None:
    """Come to a step; who goes back to an earlier one has still reached the later."""
    known = read()
    _keep(replace(known, step=max(step, known.step, key=STEPS.index)))


def tested(message: str) -> None:
    """The test message was taken under this id."""
    _keep(replace(read(), message=message))


def end(how: str, by: str, now: datetime) -> None:
    """`how` is "finished" or "skipped"; nobody is led to it any more."""
    with database.transaction():
        _keep(replace(read(), ended=how))
        audit.write(by, "settings_changed", now, shown=ROW)


def _known() -> Setup | None:
    found = choices.find(ROW)
    return Setup(**found) if found is not None else None


def _keep(setup: Setup) -> None:
    choices.keep(ROW, asdict(setup))
