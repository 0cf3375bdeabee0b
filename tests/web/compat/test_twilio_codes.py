"""The official client, unmodified but for its base URL: codes and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.verify.v2.service import ServiceContext

from fakes import MONDAY_NOON, FakeClock
from gateway.config import Config
from gateway.messages import sealing
from gateway.store import database
from gateway.store.models import Message
from program import Program

SOMEBODY = "+33639980001"


@pytest.fixture
def service(shop: Program) -> ServiceContext:
    made = shop.client.verify.v2.services.create(friendly_name="The shop")
    assert (made.sid, made.friendly_name) == ("VA" + shop.key.account_sid[2:], "The shop")
    return shop.client.verify.v2.services(made.sid)


@pytest.fixture
def newest_code(site: Config, rows: Callable[[Any], list[Any]]) -> Callable[[], str]:
    """What the newest message says, on its way to the modem."""

    def read() -> str:
        text = sealing.text_of(rows(Message)[-1], site.appliance.data_dir)
        found = re.search(r"\b\d{6}\b", text)
        assert found, text
        return found[0]

    return read


def refused(call: Callable[[], Any]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as error:
        call()
    return error.value.status, error.value.code


def test_a_code_is_sent_and_typed_back(
    shop: Program, service: ServiceContext, newest_code: Callable[[], str], rows: Callable[[Any], list[Any]]
) -> None:
    started = service.verifications.create(to=SOMEBODY, channel="sms", locale="fr")
    assert (started.status, started.valid, started.to) == ("pending", False, SOMEBODY)
    assert (started.channel, started.date_created) == ("sms", MONDAY_NOON)
    code = newest_code()
    assert [(row.category, code in row.text) for row in rows(Message)] == [("otp", False)]

    wrong = service.verification_checks.create(to=SOMEBODY, code=str((int(code) + 1) % 10**6).zfill(6))
    assert (wrong.status, wrong.valid) == ("pending", False)
    right = service.verification_checks.create(to=SOMEBODY, code=code)
    assert (right.status, right.valid, right.sid) == ("approved", True, started.sid)
    again = refused(lambda: service.verification_checks.create(to=SOMEBODY, code=code))
    assert again == (404, 20404)
    assert service.verifications(started.sid).fetch().status == "approved"
    assert service.verifications(SOMEBODY).fetch().sid == started.sid


def test_a_code_is_checked_by_its_name_and_canceled(
    service: ServiceContext, newest_code: Callable[[], str]
) -> None:
    started = service.verifications.create(to=SOMEBODY, channel="sms")
    by_name = {"verification_sid": started.sid, "code": newest_code()}
    canceled = service.verifications(started.sid).update(status="canceled")
    assert canceled.status == "canceled"
    assert refused(lambda: service.verification_checks.create(**by_name)) == (404, 20404)
    assert refused(lambda: service.verifications(started.sid).update(status="canceled")) == (404, 20404)


def test_what_is_wrong_with_a_code_has_its_number(
    service: ServiceContext, shop: Program, clock: FakeClock, newest_code: Callable[[], str]
) -> None:
    start, check = service.verifications.create, service.verification_checks.create
    assert refused(lambda: start(to=SOMEBODY, channel="call")) == (400, 60200)
    assert refused(lambda: start(to="12", channel="sms")) == (400, 60200)
    assert refused(lambda: start(to=SOMEBODY, channel="sms", custom_code="abc")) == (400, 60200)
    assert refused(lambda: check(to=SOMEBODY, code="123456")) == (404, 20404)
    assert refused(lambda: check(to=SOMEBODY, code="")) == (400, 60200)
    assert refused(lambda: check(verification_sid="VE1", code="1")) == (404, 20404)
    assert refused(lambda: start(to="+447700900123", channel="sms"))[0] == 403
    start(to=SOMEBODY, channel="sms")
    assert refused(lambda: start(to=SOMEBODY, channel="sms")) == (429, 60203)  # so soon
    wrong = str((int(newest_code()) + 1) % 10**6).zfill(6)
    tries = [check(to=SOMEBODY, code=wrong).status for _ in range(5)]
    assert tries == ["pending"] * 4 + ["max_attempts_reached"]
    assert refused(lambda: check(to=SOMEBODY, code=wrong)) == (429, 60202)
    assert refused(lambda: service.verifications("VE0").fetch()) == (404, 20404)
    assert refused(lambda: service.verifications(SOMEBODY).update(status="approved")) == (400, 60200)


def test_a_service_is_the_keys_own(
    shop: Program, service: ServiceContext, new_program: Callable[..., Program]
) -> None:
    assert [one.sid for one in shop.client.verify.v2.services.list()] == [service.fetch().sid]
    theirs = new_program("send", "read").client.verify.v2.services(service.fetch().sid)
    assert refused(theirs.fetch) == (404, 20404)
    assert refused(lambda: theirs.verifications.create(to=SOMEBODY, channel="sms")) == (404, 20404)


def test_a_code_that_is_over_is_nowhere(
    service: ServiceContext, clock: FakeClock, newest_code: Callable[[], str]
) -> None:
    started = service.verifications.create(to=SOMEBODY, channel="sms")
    clock.move(timedelta(minutes=11))
    late = refused(lambda: service.verification_checks.create(to=SOMEBODY, code=newest_code()))
    assert late == (404, 20404)
    assert service.verifications(started.sid).fetch().status == "expired"


# ---- numbers -------------------------------------------------------------------------------------


def test_a_number_is_looked_up(shop: Program) -> None:
    numbers = shop.client.lookups.v2.phone_numbers
    found = numbers("+33612345678").fetch(fields="line_type_intelligence,sim_swap")
    assert (found.valid, found.phone_number, found.country_code) == (True, "+33612345678", "FR")
    assert (found.calling_country_code, found.national_format) == ("33", "06 12 34 56 78")
    assert (found.line_type_intelligence["type"], found.sim_swap) == ("mobile", None)
    assert numbers("0612345678").fetch(country_code="FR").phone_number == "+33612345678"
    assert numbers("+33012345678").fetch().valid is False
    for nonsense in ("hello", "1", "+999999"):
        assert refused(numbers(nonsense).fetch) == (404, 20404)


def test_the_first_version_of_looking_up_still_answers(shop: Program) -> None:
    numbers = shop.client.lookups.v1.phone_numbers
    found = numbers("+33612345678").fetch(type=["carrier"])
    assert (found.phone_number, found.carrier["type"]) == ("+33612345678", "mobile")
    assert refused(numbers("+33012345678").fetch) == (404, 20404)
    assert shop.call("GET", "/v2/PhoneNumbers/%2B33612345678").json()["valid"] is True
    assert shop.call("GET", "/v2/PhoneNumbers/0612345678?CountryCode=%C3%A9").status_code in (200, 404)


def test_a_code_is_not_in_the_ledger(
    service: ServiceContext, newest_code: Callable[[], str], shop: Program
) -> None:
    service.verifications.create(to=SOMEBODY, channel="sms", custom_code="918273")
    assert newest_code() == "918273"
    (shown,) = shop.client.messages.list()
    assert "******" in shown.body
    with database.connection():
        assert not Message.select().where(Message.text.contains("918273")).exists()
