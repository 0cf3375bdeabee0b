"""The SIM writes to itself once a day: only that proves the whole way, out and back in."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway import settings
from gateway.config import Appliance
from gateway.errors import GatewayError
from gateway.ids import Ids
from gateway.messages import numbers, outbox
from gateway.messages.outbox import Caller, Draft
from gateway.modems import alarms
from gateway.store.models import Inbound, SelfTest

SOURCE = "self-test"
PATIENCE = timedelta(minutes=15)


def due(modem: str, site: Appliance, now: datetime) -> bool:
    """True once a day, from the chosen hour on."""
    hour = settings.self_test(modem).hour
    local = now.astimezone(site.timezone)
    if hour is None or local.hour < hour:
        return False
    last = newest(modem)
    return last is None or last.began_at.astimezone(site.timezone).date() < local.date()


def begin(modem: str, own_number: str, site: Appliance, now: datetime, ids: Ids) -> SelfTest:
    """Send it; raises Invalid `number_missing` when nobody knows the SIM's own number."""
    number = numbers.parse(settings.self_test(modem).number or own_number, site.country)
    text = f"Chappe {now.astimezone(site.timezone):%Y-%m-%d %H:%M} {ids.random(3).hex()}"
    draft = Draft(number, text, category="alert", modem=modem, validity=timedelta(minutes=10))
    message = outbox.submit(draft, Caller(SOURCE, site, (modem,), ids), now)
    return SelfTest.create(modem=modem, number=number, text=text, message=message.uid, began_at=now)


def begin_if_due(modem: str, own_number: str, site: Appliance, now: datetime, ids: Ids) -> None:
    if not due(modem, site, now):
        return
    try:
        begin(modem, own_number, site, now, ids)
    except GatewayError as error:
        alarms.raise_("self_test_failed", modem, now, modem=modem, error=error.code)


def watch(now: datetime) -> None:
    """Look whether the open tests' texts have come back."""
    for test in SelfTest.select().where(SelfTest.result.is_null()):
        back = Inbound.select().where(Inbound.text == test.text, Inbound.received_at >= test.began_at).first()
        if back is not None:
            seconds = int((back.received_at - test.began_at).total_seconds())
            _end(test, "passed", now, seconds)
        elif now - test.began_at > PATIENCE:
            _end(test, "failed", now, None)


def _end(test: SelfTest, result: str, now: datetime, seconds: int | None) -> None:
    SelfTest.update(result=result, seconds=seconds).where(SelfTest.id == test.id).execute()
    if result == "passed":
        alarms.clear("self_test_failed", test.modem, now)
    else:
        alarms.raise_("self_test_failed", test.modem, now, modem=test.modem, error="no_answer")


def newest(modem: str) -> SelfTest | None:
    return SelfTest.select().where(SelfTest.modem == modem).order_by(SelfTest.id.desc()).first()
