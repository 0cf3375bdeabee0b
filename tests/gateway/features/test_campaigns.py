"""A campaign from its draft to its last message, on a real ledger: nobody twice, nobody forgotten."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from campaigning import BY, TEXT, Shop, number
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import choosing, groups
from gateway.errors import Conflict, Invalid
from gateway.features.campaigns import hygiene, outcomes, verbs
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Wanted
from gateway.features.webhooks import hooks
from gateway.privacy import erase, export
from gateway.store.models import Contact, Delivery, GroupMember, Message
from law import hour


@pytest.fixture
def shop(bench: Any) -> Shop:
    return Shop(bench)


@pytest.fixture
def opened(bench: Any) -> Callable[[int], Shop]:
    return lambda people: Shop(bench, people)


# ---- the whole way -------------------------------------------------------------------------------


def test_everybody_gets_it_once_and_reads_their_own_name(shop: Shop) -> None:
    shop.start()
    shop.until_over()
    assert shop.written_to() == Counter(number(place) for place in range(30))
    assert shop.messages[0].text == "Chappe: -10% samedi, Ana0. STOP 36180"
    assert shop.campaign.state == "done"
    assert outcomes.progress(shop.campaign) == {"delivered": 30}
    assert [message.metadata for message in shop.messages[:1]] == [{"campaign": shop.uid}]


def test_the_process_may_end_after_any_step(opened: Callable[[int], Shop]) -> None:
    shop = opened(60)
    shop.hours(Pace(per_hour=600))
    shop.start()
    for place in range(400):
        shop.step()
        if place % 3:
            shop.dies()
        shop.leave()
        shop.bench.clock.move(timedelta(seconds=7))
        if shop.campaign.state == "done":
            break
    assert shop.campaign.state == "done"
    assert shop.written_to() == Counter(number(place) for place in range(60))
    dues = sorted(person.due_at for person in shop.people)
    assert {later - sooner for sooner, later in pairwise(dues)} == {timedelta(seconds=6)}


def test_what_was_gathered_is_gathered_once_more_after_an_end_without_anybody_twice(shop: Shop) -> None:
    shop.start()
    shop.step()
    first = {person.number: (person.role, person.letter) for person in shop.people}
    assert len(first) == 25
    shop.dies()
    shop.run()
    assert {person.number: (person.role, person.letter) for person in shop.people}.items() >= first.items()
    assert shop.campaign.people == 30


def test_no_more_wait_in_the_queue_than_the_sims_need_for_a_while(opened: Callable[[int], Shop]) -> None:
    shop = opened(110)
    shop.start()
    shop.run()
    assert len(shop.messages) == 100
    shop.leave()
    shop.run()
    assert len(shop.messages) == 110


# ---- who gets none -------------------------------------------------------------------------------


def test_whoever_said_no_was_written_to_or_is_on_another_list_is_left_out_with_the_reason(
    shop: Shop, bench: Any
) -> None:
    never = shop.add(100, agrees=False)
    ledger.oppose(number(1), "marketing", Act("sms", "sms"), bench.now)
    choosing.join(
        choosing.Choice(numbers=[number(2)]), groups.ensure("Staff", BY, bench.now).id, BY, bench.now
    )
    bench.submit("Votre colis", to=number(3))
    bench.clock.move(timedelta(hours=1))
    verbs.choose_people(shop.uid, Wanted("@Club", f"@Staff\n{number(4)}", 7), bench.site, bench.now)
    shop.start()
    shop.until_over()
    left_out = {person.number: person.reason for person in shop.people if person.state == "left_out"}
    assert left_out == {
        never: "no_consent",
        number(1): "opposed_marketing",
        number(2): "campaign_without",
        number(3): "campaign_rested",
        number(4): "campaign_without",
    }
    assert len(shop.messages) == 26
    assert outcomes.reasons(shop.campaign)["campaign_without"] == 2


def test_a_stop_after_the_gathering_still_counts(shop: Shop, bench: Any) -> None:
    shop.hours(Pace(per_hour=60))
    shop.start()
    shop.run()
    ledger.oppose(number(29), "marketing", Act("sms", "sms"), bench.now)
    shop.until_over()
    assert number(29) not in shop.written_to()
    assert shop.people[29].reason == "opposed_marketing"


@pytest.mark.parametrize("stopped", [False, True])
def test_programs_are_told_of_its_end_with_the_figures(shop: Shop, bench: Any, stopped: bool) -> None:
    hooks.add("Caisse", "http://192.168.1.9/told", ["campaign.done"], BY, bench.now, bench.ids)
    shop.start()
    if stopped:
        shop.run()
        verbs.stop(shop.uid, BY, bench.now)
    shop.until_over()
    (row,) = Delivery.select()
    data = json.loads(row.payload)["data"]
    assert (row.event, data["id"], data["state"]) == (
        "campaign.done",
        shop.uid,
        "stopped" if stopped else "done",
    )
    assert (data["people"], data["delivered"]) == (30, 0 if stopped else 30)


def test_everybody_is_a_line_of_its_own(shop: Shop, bench: Any) -> None:
    verbs.choose_people(shop.uid, Wanted("*"), bench.site, bench.now)
    shop.start()
    shop.until_over()
    assert len(shop.messages) == 30


def test_what_was_typed_is_kept_only_until_its_people_are_gathered(shop: Shop, bench: Any) -> None:
    verbs.choose_people(shop.uid, Wanted(f"@Club\n{number(1)}"), bench.site, bench.now)
    shop.start()
    shop.run()
    assert shop.campaign.audience["typed"] == "@Club"
    assert shop.campaign.audience["typed_people"] == 1


# ---- its pace ------------------------------------------------------------------------------------


def test_so_many_an_hour_goes_on_the_next_morning(shop: Shop, bench: Any) -> None:
    shop.hours(Pace(per_hour=6), send_at=hour("2026-11-23 18:00"))
    shop.start()
    shop.run()
    assert shop.messages == []
    bench.clock.move(hour("2026-11-23 18:00") - bench.now)
    shop.run()
    days = Counter(f"{person.due_at:%d %H}" for person in shop.people)
    assert days == {"23 17": 6, "23 18": 6, "24 07": 6, "24 08": 6, "24 09": 6}


def test_over_days_is_each_day_the_same(shop: Shop) -> None:
    shop.hours(Pace(days=3))
    shop.start()
    shop.run()
    assert Counter(f"{person.due_at:%d}" for person in shop.people) == {"23": 10, "24": 10, "25": 10}
    assert len(shop.messages) == 10


def test_while_nobody_vouches_for_the_clock_nothing_begins(shop: Shop) -> None:
    shop.start()
    shop.trusted = False
    assert shop.step() is False
    assert shop.people == []


def test_it_is_due_when_its_next_person_is(shop: Shop, bench: Any) -> None:
    shop.hours(Pace(per_hour=60))
    shop.start()
    shop.run()
    assert shop.feature.due(bench.now) == bench.now + timedelta(minutes=1)


# ---- resting and stopping ------------------------------------------------------------------------


def test_a_pause_holds_what_is_queued_and_nobody_is_lost(shop: Shop, bench: Any) -> None:
    shop.hours(Pace(per_hour=1200))
    shop.start()
    shop.run()
    bench.clock.move(timedelta(seconds=15))
    shop.run()
    queued = len(shop.messages)
    verbs.pause(shop.uid, BY, bench.now)
    shop.dies()
    bench.clock.move(timedelta(seconds=30))
    shop.run()
    assert {(message.state, message.reason) for message in shop.messages} == {("held", "campaign_paused")}
    assert len(shop.messages) == queued
    verbs.resume(shop.uid, BY, bench.now)
    shop.dies()
    shop.until_over()
    assert shop.written_to() == Counter(number(place) for place in range(30))


def test_stopped_is_for_good(shop: Shop, bench: Any) -> None:
    shop.hours(Pace(per_hour=1200))
    shop.start()
    shop.run()
    verbs.stop(shop.uid, BY, bench.now)
    shop.run()
    assert {message.state for message in shop.messages} == {"canceled"}
    assert shop.campaign.state == "stopped"
    for verb in (verbs.pause, verbs.resume, verbs.stop):
        with pytest.raises(Conflict, match="campaign_state"):
            verb(shop.uid, BY, bench.now)


# ---- codes ---------------------------------------------------------------------------------------


def test_each_gets_a_code_of_the_list_once_and_who_comes_too_late_is_told(shop: Shop, bench: Any) -> None:
    codes = [f"K{place}" for place in range(30)]
    shop.say("Chappe: {code}. STOP 36180", code_kind="list", listed=codes)
    shop.start()
    late = shop.add(50)
    shop.until_over()
    given = [person.code for person in shop.people if person.state == "written"]
    assert sorted(given) == sorted(codes)
    assert shop.people[0].code in shop.messages[0].text
    assert {person.number: person.reason for person in shop.people if person.state == "left_out"} == {
        late: "campaign_code_missing"
    }


def test_codes_that_are_made_are_all_different(shop: Shop) -> None:
    shop.say("Chappe: {code}. STOP 36180", code_kind="made")
    shop.start()
    shop.until_over()
    assert len({person.code for person in shop.people}) == 30


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("Chappe: {code}. STOP 36180", {"code_kind": "list", "listed": ["A1", "B2"]}, "campaign_codes_few"),
        (TEXT, {"follow_links": True}, "campaign_no_address"),
    ],
)
def test_what_lacks_is_said_before_it_begins(shop: Shop, text: str, more: dict[str, Any], code: str) -> None:
    shop.say(text, **more)
    with pytest.raises(Invalid, match=code):
        shop.start()
    assert shop.campaign.state == "draft"


@pytest.mark.parametrize("base", ["http://192.168.1.20:8000", "http://localhost:8000"])
def test_no_offer_begins_with_links_that_none_may_hold(shop: Shop, bench: Any, base: str) -> None:
    shop.say("Chappe: https://shop.example/a STOP 36180", follow_links=True)
    with pytest.raises(Invalid, match="campaign_address_unnamed"):
        verbs.start(shop.uid, BY, bench.site, bench.now, base)
    shop.say("https://shop.example/a", category="notification", follow_links=True)
    verbs.start(shop.uid, BY, bench.site, bench.now, base)
    shop.until_over()
    assert {message.text.partition("/l/")[0] for message in shop.messages} == {base}


# ---- whom the network does not reach -------------------------------------------------------------


def test_numbers_that_do_not_answer_are_found_and_others_are_not(shop: Shop, bench: Any) -> None:
    shop.start()
    shop.until_over()
    twice = bench.submit("Avant", to=number(5))
    lost = {"state": "undelivered", "facts": {"status": "undelivered", "code": 0x45}}
    Message.update(lost).where(Message.recipient.in_([number(5), number(6)])).execute()
    Message.update(lost).where(Message.id == twice.id).execute()
    Message.update(state="failed", facts={"error": "cms_30"}).where(Message.recipient == number(7)).execute()
    Message.update(state="expired", facts={"code": 0x46}).where(Message.recipient == number(8)).execute()
    found = {one.number: one.why for one in hygiene.unreached(shop.campaign)}
    assert found == {number(5): "twice", number(7): "nobody"}
    hygiene.clean(shop.campaign, list(found), "leave", "Club", BY, bench.now)
    assert Contact.select().join(GroupMember).where(Contact.number == number(5)).count() == 0


def test_who_is_erased_is_gone_from_drafts_too(shop: Shop, bench: Any) -> None:
    verbs.choose_people(shop.uid, Wanted(f"@Club\nAna <{number(1)}>"), bench.site, bench.now)
    erase.erase(number(1), "FR", BY, bench.now, sleep=lambda seconds: None)
    assert shop.campaign.audience["typed"] == "@Club"


def test_a_copy_of_what_is_kept_names_the_campaigns(shop: Shop, bench: Any) -> None:
    shop.start()
    shop.until_over()
    told = export.everything(number(1), bench.site, BY, bench.now)["campaigns"]
    assert [(one["campaign"], one["state"]) for one in told] == [("Rentrée", "written")]
