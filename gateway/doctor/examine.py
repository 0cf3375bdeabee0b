"""The whole examination: every field at once, each with its deadline, told in the order of the fields."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from gateway.clock import Clock
from gateway.doctor.checks import CHECKS
from gateway.doctor.findings import Examined, Finding, unsure
from gateway.doctor.patient import Patient

log = logging.getLogger(__name__)

PATIENCE = 4.5  # seconds for all of it

Check = Callable[[Patient], Iterator[Finding]]


def examine(
    patient: Patient, clock: Clock, checks: dict[str, Check] | None = None, patience: float = PATIENCE
) -> Iterator[Examined]:
    """One after the other, as soon as it and those before it are done.

    A check that fails, or is not done when the patience is over, is a finding itself: it disturbs no other.
    """
    looks = [Look(name, check, patient) for name, check in (checks or CHECKS).items()]
    deadline = clock.monotonic() + patience
    for look in looks:
        look.start()
    for look in looks:
        look.join(max(0.0, deadline - clock.monotonic()))
        yield Examined(look.field, look.findings())


class Look(threading.Thread):
    """One check in a thread of its own: a disk or a program that hangs holds up nothing else, nor the end."""

    def __init__(self, field: str, check: Check, patient: Patient) -> None:
        super().__init__(name=f"check-{field}", daemon=True)
        self.field = field
        self._check = check
        self._patient = patient
        self._found: tuple[Finding, ...] | None = None

    def run(self) -> None:
        try:
            self._found = tuple(self._check(self._patient))
        except Exception as error:
            log.exception("the check of %s failed", self.field)
            self._found = (unsure("check_failed", detail=type(error).__name__),)

    def findings(self) -> tuple[Finding, ...]:
        return (unsure("check_late"),) if self._found is None else self._found
