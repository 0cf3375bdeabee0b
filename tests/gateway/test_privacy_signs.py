"""Three years after the last sign that a person gave: what counts as one, and what we did does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gateway import settings
from gateway.consent import asking, ledger
from gateway.consent.ledger import Act
from gateway.contacts import book
from gateway.contacts.book import Entry
from gateway.messages import inbox
from gateway.modems import calls
from gateway.policy.consent import Ground
from gateway.privacy import erase, export, retention
from gateway.settings import NoticeSetting
from gateway.store.models import (
    AlertRoute,
    ApiKey,
    Appointment,
    Calendar,
    Campaign,
    CampaignPerson,
    Contact,
    ContactGroup,
    Conversation,
    Conversion,
    GroupMember,
    Link,
    LinkSlug,
    Message,
    Part,
    Survey,
    SurveyAnswer,
    SurveyPerson,
    SurveyQuestion,
    Verification,
)
from modem import api
from people import TICKED

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
LONG, SHORT = timedelta(days=1000), timedelta(days=200)  # together more than the 1095 days, each less
Plant = Callable[["Bench"], object]


def history(bench: Bench) -> None:
    """Anna in the book, with a campaign and a survey that she was among; then a thousand days of nothing."""
    by = {"written_by": "page:ana", "created_at": bench.now}
    Contact.create(number=ANNA, name="Anna", created_at=bench.now, updated_at=bench.now)
    ledger.give(ANNA, Ground.OPT_IN, TICKED, bench.now)
    told = {"category": "marketing", "seed": 1, "state": "done", **by}
    campaign = Campaign.create(uid="c" * 32, name="Automne", **told)
    row = {"number": ANNA, "role": "exposed", "due_at": bench.now, "state": "written"}
    person = CampaignPerson.create(campaign=campaign, **row)
    link = Link.create(owner=f"campaign:{campaign.uid}", url="https://shop.example", created_at=bench.now)
    LinkSlug.create(slug="abcdefg", link=link, person=str(person.id))
    survey = Survey.create(uid="s" * 32, name="Avis", state="done", **by)
    SurveyQuestion.create(survey=survey, position=1, kind="open", text="Content ?")
    SurveyPerson.create(survey=survey, number=ANNA, state="done")
    bench.clock.move(LONG)


# ---- what she did ----------------------------------------------------------------------------------


def writes(bench: Bench) -> None:
    part = api.InboundPart("0612345678", "Bonjour", api.Alphabet.GSM7, bench.now)
    inbox.take(api.Heard("sim1", "8933", "04AA", part, None), bench.caller, bench.now)


def follows_a_link(bench: Bench) -> None:
    LinkSlug.update(clicks=1, first_at=bench.now, last_at=bench.now).execute()


def buys(bench: Bench) -> None:
    row = {"code": "", "amount_cents": 900, "at": bench.now, "source": "till", "written_by": "page:ana"}
    Conversion.create(campaign=1, person_id=CampaignPerson.get().id, reference="Ticket d’Anna", **row)


def answers(bench: Bench) -> None:
    row = {"at": bench.now, "text": "Oui, ravie", "state": "counted", "inbound": "i" * 32}
    SurveyAnswer.create(person=SurveyPerson.get(), question=SurveyQuestion.get(), **row)


def agrees(bench: Bench) -> None:
    ledger.give(ANNA, Ground.CUSTOMER, Act("counter", "page:ana"), bench.now)


def says_stop(bench: Bench) -> None:
    ledger.oppose(ANNA, "marketing", Act("phone", "page:ana"), bench.now)


def comes(bench: Bench, at: datetime | None = None, state: str = "planned") -> None:
    row = {"uid": "k" * 32, "name": "Agenda", "url": "", "written_by": "x", "created_at": bench.now}
    when = {"starts_at": at or bench.now, "ends_at": at or bench.now, "known_at": bench.now}
    Appointment.create(
        uid="a" * 32, calendar=Calendar.create(**row), key="k", number=ANNA, state=state, **when
    )


def types_a_code_back(bench: Bench, state: str = "approved") -> None:
    key = ApiKey.create(name="till", digest="", account_sid="AC", scopes="send", created_at=bench.now)
    row = {"prefix": "+3361", "region": "FR", "digest": "", "message": "", "state": state, "key": key}
    at = dict.fromkeys(("created_at", "sent_at", "expires_at", "checked_at"), bench.now)
    Verification.create(uid="v" * 32, number=ANNA, **row, **at)


def calls_us(bench: Bench) -> None:
    retention.choose(retention.Retention(calls_days=1095), "me", bench.now)
    calls.note("sim1", "0612345678", bench.now)


SIGNS: tuple[Plant, ...] = (
    *(writes, follows_a_link, buys, answers, agrees, says_stop, comes, types_a_code_back, calls_us),
)

# ---- what was done about her -----------------------------------------------------------------------


def we_write(bench: Bench, **rest: Any) -> Message:
    message = bench.submit("Votre commande est là", **rest)
    Message.update(state="delivered").where(Message.id == message.id).execute()
    Part.update(state="delivered").where(Part.message == message.id).execute()
    return message


def we_advertise(bench: Bench) -> None:
    we_write(bench, category="marketing")


def we_ask(bench: Bench) -> None:
    ledger.withdraw(ANNA, TICKED, bench.now - LONG)
    Contact.update(last_act_at=bench.now - LONG).execute()
    asking.ask(ANNA, bench.caller, bench.now)
    Message.update(state="delivered").execute()
    Part.update(state="delivered").execute()


def we_edit_the_card(bench: Bench) -> None:
    book.change(ANNA, Entry("Anna Martin"), "page:ana", bench.now)
    assert Contact.get().updated_at == bench.now


def a_robot_looks(bench: Bench) -> None:
    LinkSlug.update(robots=3).execute()


def an_appointment_is_canceled(bench: Bench) -> None:
    comes(bench, state="canceled")


def somebody_guesses_a_code(bench: Bench) -> None:
    types_a_code_back(bench, state="exhausted")


def we_would_advertise(bench: Bench) -> None:
    bench.submit("Soldes", category="marketing", send_at=bench.now + timedelta(days=300))


OURS: tuple[Plant, ...] = (
    *(we_write, we_advertise, we_ask, we_edit_the_card, a_robot_looks),
    *(an_appointment_is_canceled, somebody_guesses_a_code, we_would_advertise),
)


def night(bench: Bench, later: timedelta = SHORT) -> None:
    bench.clock.move(later)
    for _ in retention.purge(bench.site, bench.now):
        pass


def is_known() -> bool:
    return bool(Contact.select().exists())


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.__name__)
def test_a_sign_of_the_person_keeps_them(bench: Bench, sign: Plant) -> None:
    history(bench)
    sign(bench)
    night(bench)
    assert is_known()
    night(bench, LONG)
    assert not is_known(), "for three years, not for ever"


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.__name__)
def test_what_we_did_is_no_sign(bench: Bench, ours: Plant) -> None:
    history(bench)
    ours(bench)
    night(bench)
    assert not is_known()


def test_nothing_at_all_is_three_years_from_the_day_they_came_into_the_book(bench: Bench) -> None:
    history(bench)
    night(bench, timedelta(days=94))
    assert is_known()
    night(bench, timedelta(days=2))
    assert not is_known()


# ---- whom the shop serves --------------------------------------------------------------------------


def is_told_of_alarms(bench: Bench) -> None:
    settings.choose_notices(NoticeSetting(numbers=(ANNA,)))


def is_on_a_route(bench: Bench, **to: Any) -> None:
    row = {"name": "crue", "template": "x", "repeat_s": 60, "resolved": True, "per_hour": 9}
    AlertRoute.create(recipients={"to": [ANNA], "groups": [], **to}, created_at=bench.now, **row)


def is_in_a_group_of_a_route(bench: Bench) -> None:
    group = ContactGroup.create(name="Riverains", created_at=bench.now)
    GroupMember.create(group=group, contact=Contact.get())
    is_on_a_route(bench, to=[], groups=[group.id])


def gets_our_alerts(bench: Bench) -> None:
    we_write(bench, category="alert")


def is_about_to_be_reminded(bench: Bench) -> None:
    bench.submit("Votre rendez-vous", send_at=bench.now + timedelta(days=300))


SERVED: tuple[Plant, ...] = (
    *(is_told_of_alarms, is_on_a_route, is_in_a_group_of_a_route, gets_our_alerts, is_about_to_be_reminded),
)


@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.__name__)
def test_who_is_no_prospect_is_not_forgotten_for_being_silent(bench: Bench, served: Plant) -> None:
    history(bench)
    served(bench)
    night(bench)
    assert is_known()


def test_a_number_that_is_in_no_book_is_forgotten_too(bench: Bench) -> None:
    we_write(bench)
    night(bench, timedelta(days=1094))
    assert Message.select().exists()
    night(bench, timedelta(days=2))
    assert not Message.select().exists()
    assert not Conversation.select().exists()


# ---- clicks, purchases, answers go along -----------------------------------------------------------


def test_the_copy_has_clicks_purchases_and_answers_and_their_end_leaves_figures_of_nobody(
    bench: Bench,
) -> None:
    history(bench)
    for act in (follows_a_link, buys, answers):
        act(bench)
    given = export.everything(ANNA, bench.site, "me", bench.now)
    (campaign,), (survey,) = given["campaigns"], given["surveys"]
    assert [link["clicks"] for link in campaign["links"]] == [1]
    assert [one["reference"] for one in campaign["conversions"]] == ["Ticket d’Anna"]
    assert [one["text"] for one in survey["answers"]] == ["Oui, ravie"]
    erase.erase(ANNA, "FR", "me", bench.now, sleep=lambda seconds: None)
    assert (Conversion.get().amount_cents, Conversion.get().reference) == (900, None)
    assert LinkSlug.get().clicks == 1
    assert not CampaignPerson.select().exists()
    assert not SurveyAnswer.select().exists()


def test_the_words_of_an_answer_go_after_a_year_and_what_was_counted_stays(bench: Bench) -> None:
    history(bench)
    answers(bench)
    SurveyAnswer.update(value="yes").execute()
    night(bench, timedelta(days=366))
    assert (SurveyAnswer.get().text, SurveyAnswer.get().value) == ("", "yes")
