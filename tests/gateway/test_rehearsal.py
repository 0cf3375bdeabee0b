"""A rehearsal says what would become of a message to many people; then it comes so."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gateway import letters, rulebook, status, words
from gateway.consent import ledger
from gateway.errors import Invalid
from gateway.letters import Business
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.messages.rehearsal import Rehearsal, rehearse
from gateway.policy.rulebook import Caps
from gateway.status import ModemStatus
from gateway.store.models import Conversation, History, Message, Part, Sim
from house.test_codes import codes_said
from house.tree import ROOT
from law import PHONES, hour
from people import TICKED, agree

if TYPE_CHECKING:
    from conftest import Bench

PEOPLE = [f"+336399800{n:02}" for n in range(20)]
OFFER = "Boulangerie : -20 % samedi"


def look(
    bench: Bench, to: Any = PEOPLE, text: str = OFFER, category: str = "marketing", **rest: Any
) -> Rehearsal:
    return rehearse(to, Draft("", text, category, **rest), bench.caller, bench.now)


def agreed(bench: Bench, people: Any = PEOPLE) -> None:
    for number in people:
        agree(number, bench.now)


def reasons(groups: Any) -> dict[str, int]:
    return {group.reason: group.count for group in groups}


# ---- who -----------------------------------------------------------------------------------------


def test_everybody_who_agreed_gets_it_now_and_nothing_is_written(bench: Bench) -> None:
    agreed(bench)
    seen = look(bench)
    assert (seen.now, seen.held, seen.refused, seen.wrong, seen.doubles) == (20, [], [], [], 0)
    assert (seen.parts_each, seen.parts, seen.people) == (1, 20, PEOPLE)
    assert seen.text == f"{OFFER} {letters.text('stop_mention', 'fr', bench.site)}"
    assert [table.select().count() for table in (Message, Part, History, Conversation)] == [0, 0, 0, 0]


def test_each_is_told_by_reason_the_biggest_group_first(bench: Bench) -> None:
    agreed(bench, PEOPLE[:15])
    for number in PEOPLE[:2]:
        ledger.oppose(number, "marketing", TICKED, bench.now)
    bench.submit("Hier", PEOPLE[3], category="marketing")
    bench.ready()
    seen = look(bench)
    assert reasons(seen.refused) == {"no_consent": 5, "opposed_marketing": 2}
    assert reasons(seen.held) == {"cap_day": 1}
    assert seen.held[0].until == hour("2026-11-24 00:00")
    assert (seen.now, seen.parts, len(seen.people)) == (12, 13, 13)


def test_wrong_numbers_and_doubles_are_told_and_count_no_part(bench: Bench) -> None:
    seen = look(bench, ["+33639980001", "06 39 98 00 01", "O6", "12", "+33639980002"], category="alert")
    assert (seen.recipients, seen.doubles, seen.now, seen.parts) == (2, 1, 2, 2)
    assert [(one.typed, one.code) for one in seen.wrong] == [
        ("O6", "number_has_letter"),
        ("12", "bad_number"),
    ]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"text": " "}, "text", "text_empty"),
        ({"text": "a" * 1600}, "text", "too_many_parts"),
        ({"category": "gossip"}, "category", "category_unknown"),
        ({"modem": "sim9"}, "modem", "modem_unknown"),
        ({"send_at": hour("2020-01-01 10:00")}, "send_at", "send_at_past"),
        ({"validity": timedelta(seconds=1)}, "validity_s", "validity_out_of_range"),
        ({"text": "Boulangerie, https://lea"}, "text", "link_broken"),
        ({"text": "-20 %"}, "text", "sender_missing"),
    ],
)
def test_what_could_be_sent_to_nobody_is_refused_as_it_would_be(
    bench: Bench, change: dict[str, Any], field: str, code: str
) -> None:
    letters.choose_business(Business("Boulangerie"), "page:ana", bench.now)
    with pytest.raises(Invalid) as refused:
        look(bench, **change)
    assert (refused.value.field, refused.value.code) == (field, code)
    draft = Draft(PEOPLE[0], **{"text": OFFER, "category": "marketing", **change})
    with pytest.raises(Invalid) as at_the_door:
        outbox.submit(draft, bench.caller, bench.now)
    assert at_the_door.value.code == code


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_reason_of_the_gate_is_said_of_several_people(language: str) -> None:
    said = [one for one in codes_said(ROOT) if one.where.startswith("gateway/policy/")]
    reasons = {one.code.removeprefix("reason.") for one in said if one.code.startswith("reason.")}
    made = {"opposed_marketing", "opposed_notification", "cap_day", "cap_month"}  # put together there
    only_later = {"too_late"}  # nothing is late before it was written
    assert len(reasons) > 5
    assert (reasons | made) - only_later <= words.words(language)["group"].keys()


# ---- when ----------------------------------------------------------------------------------------


def test_in_the_evening_it_waits_for_each_persons_own_morning(bench: Bench) -> None:
    bench.clock.wall = hour("2026-11-23 21:00")
    home = [PHONES["France"], PHONES["La Réunion"], PHONES["Martinique"]]
    agreed(bench, home)
    seen = look(bench, home)
    assert (seen.now, reasons(seen.held)) == (1, {"quiet_hours": 2})  # in Martinique it is 16:00
    assert seen.held[0].until == hour("2026-11-24 05:00")  # 8:00 in Saint-Denis
    assert seen.held[0].last == hour("2026-11-24 08:00")
    assert seen.closes == hour("2026-11-24 01:00")


def test_what_waits_for_all_begins_with_the_first_of_them(bench: Bench) -> None:
    bench.clock.wall = hour("2026-11-23 21:00")
    agreed(bench)
    seen = look(bench)
    assert (seen.now, seen.begins, seen.closes) == (0, hour("2026-11-24 08:00"), hour("2026-11-24 20:00"))
    assert seen.ends_at == seen.begins + timedelta(minutes=1)  # 20 parts at the usual 3 s


def test_a_chosen_hour_is_rehearsed_as_of_that_hour(bench: Bench) -> None:
    agreed(bench)
    seen = look(bench, send_at=hour("2026-11-25 19:59:30"))
    assert reasons(seen.held) == {"scheduled": 20}
    assert (seen.begins, seen.fits, seen.resumes) == (
        hour("2026-11-25 19:59:30"),
        False,
        hour("2026-11-26 08:00"),
    )


def test_on_a_doubtful_clock_nobody_knows_when(bench: Bench) -> None:
    agreed(bench)
    doubtful = Caller("test:me", bench.site, ("sim1",), bench.ids, trusted=False)
    seen = rehearse(PEOPLE, Draft("", OFFER, "marketing"), doubtful, bench.now)
    assert (reasons(seen.held), seen.begins, seen.ends_at) == ({"clock_untrusted": 20}, None, None)
    assert seen.held[0].until is None


def test_it_says_whether_it_ends_before_the_quiet_hours(bench: Bench) -> None:
    agreed(bench)
    bench.clock.wall = hour("2026-11-28 19:58")  # a Saturday
    assert look(bench).fits
    bench.clock.wall = hour("2026-11-28 19:59:30")
    seen = look(bench)
    assert (seen.now, seen.fits, seen.closes) == (20, False, hour("2026-11-28 20:00"))
    assert seen.resumes == hour("2026-11-30 08:00")
    assert look(bench, category="alert").closes is None


# ---- how long ------------------------------------------------------------------------------------


def seen_sending(bench: Bench, modem: str, seconds: float, parts: int = 3) -> None:
    """That SIM sent so many parts, each in so many seconds."""
    Sim.create(modem=modem, sim=f"8933-{modem}", trusted_at=bench.now)
    for _ in range(parts):
        message = bench.submit("Avant", category="alert")
        sent = {Part.sim: f"8933-{modem}", Part.claimed_at: bench.now, Part.state: "sent"}
        Part.update({**sent, Part.sent_at: bench.now + timedelta(seconds=seconds)}).where(
            Part.message == message.id
        ).execute()


def ready(bench: Bench, *modems: str) -> None:
    bench.site.runtime_dir.mkdir(exist_ok=True)
    status.write(bench.site.runtime_dir, tuple(ModemStatus(name, "ready") for name in modems), bench.now)


def test_the_pace_is_the_sims_own(bench: Bench) -> None:
    assert look(bench, category="alert").seconds == pytest.approx(60)
    seen_sending(bench, "sim1", 6.0)
    assert look(bench, category="alert").seconds == pytest.approx(120)


def test_modems_share_the_work_and_those_that_are_away_have_no_part_in_it(bench: Bench) -> None:
    seen_sending(bench, "sim1", 6.0)
    two = Caller("test:me", bench.site, ("sim1", "sim2"), bench.ids)

    def seconds(**rest: Any) -> float:
        return rehearse(PEOPLE, Draft("", OFFER, "alert", **rest), two, bench.now).seconds

    assert seconds() == pytest.approx(40)  # one in 6 s, the other in the usual 3
    ready(bench, "sim1", "sim2")
    assert seconds() == pytest.approx(40)
    ready(bench, "sim1")
    assert seconds() == pytest.approx(120)
    assert seconds(modem="sim2") == pytest.approx(60)


def test_what_is_ahead_in_the_queue_counts_too(bench: Bench) -> None:
    for number in PEOPLE[:5]:
        bench.submit("Avant", number, category="notification")
    assert look(bench, category="notification").seconds == pytest.approx(75)
    assert look(bench, category="notification").ahead == 5
    assert look(bench, category="otp").ahead == 0


# ---- and then it comes so ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at", ["2026-11-23 12:00", "2026-11-23 19:59", "2026-11-28 21:00", "2026-12-25 10:00"]
)
def test_what_was_rehearsed_is_what_happens(bench: Bench, at: str) -> None:
    bench.clock.wall = hour("2026-11-20 10:00")
    people = [*PEOPLE[:6], *PHONES.values()]
    agreed(bench, people[1:])
    ledger.oppose(PEOPLE[2], "marketing", TICKED, bench.now)
    bench.submit("Avant", PEOPLE[3], category="marketing")
    bench.ready()
    rulebook.choose_caps(Caps(1, 1), "page:ana", bench.now)
    bench.clock.wall = hour(at)
    seen = look(bench, people)
    drafts = [Draft(to, OFFER, "marketing") for to in people]
    taken = outbox.submit_many(drafts, bench.caller, bench.now, bench.clock.sleep)
    came = [message for message in taken if isinstance(message, Message)]
    assert len(came) == len(people)
    states = Counter(message.state for message in came)
    assert states["queued"] == seen.now
    assert Counter(reasons(seen.held)) == Counter(m.reason for m in came if m.state == "held")
    assert Counter(reasons(seen.refused)) == Counter(m.reason for m in came if m.state == "rejected")
    assert sum(m.part_count for m in came if m.state != "rejected") == seen.parts
    assert {m.text for m in came} == {seen.text}
