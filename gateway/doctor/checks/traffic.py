"""The messages themselves: when one last left and came, and whether those that should leave do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gateway.doctor.findings import Finding, bad, good, remark, unsure
from gateway.doctor.patient import Patient
from gateway.store import soundness
from gateway.store.soundness import Traffic

LONG = timedelta(hours=1)
ENOUGH = 3  # attempts: one may be the recipient's doing


def check(patient: Patient) -> Iterator[Finding]:
    traffic = soundness.traffic(patient.site.database_path)
    if traffic is None:
        yield unsure("traffic_unknown")
        return
    yield _out(traffic, patient)
    yield _in(traffic, patient)


def _out(traffic: Traffic, patient: Patient) -> Finding:
    tried, now = traffic.tried, patient.now
    if tried and traffic.attempts >= ENOUGH and now - tried > LONG:
        return bad("nothing_left", hours=round((now - tried) / LONG), attempts=traffic.attempts)
    if traffic.sent is None:
        return remark("nothing_sent_yet")
    return good("sent_good", at=patient.local(traffic.sent))


def _in(traffic: Traffic, patient: Patient) -> Finding:
    if traffic.received is None:
        return remark("nothing_came_yet")
    return good("received_good", at=patient.local(traffic.received))
