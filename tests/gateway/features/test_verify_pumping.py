"""A bot asks for codes: few leave, somebody is told, and real people still get theirs, first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gateway import audit
from gateway.access import keys
from gateway.errors import Forbidden, GatewayError, Invalid, Limited, NotFound
from gateway.features import FEATURES
from gateway.features.api import House
from gateway.features.verify import figures, rules, verbs, watch
from gateway.features.verify.verbs import Wanted
from gateway.messages import lookup
from gateway.modems import alarms
from gateway.policy.pumping import Limits, Rules
from gateway.privacy import erase, export
from gateway.store import codes, database
from gateway.store.models import Alarm, ApiKey, CodeRefusal, CodeSend, Message, Verification

if TYPE_CHECKING:
    from conftest import Bench

REAL = "+33698765432"
HOUR = timedelta(hours=1)


@pytest.fixture
def key(bench: Bench) -> ApiKey:
    keys.create("shop", (), bench.now, bench.ids, bytes(32))
    return ApiKey.get()


def start(bench: Bench, key: ApiKey, to: str, **rest: Any) -> Verification:
    return verbs.start(Wanted(to, key, **rest), bench.caller, bench.now)


def rule(bench: Bench, key: ApiKey, to: str, **rest: Any) -> str:
    """ "" where a code left, else the rule that refused it."""
    try:
        start(bench, key, to, **rest)
    except GatewayError as error:
        return error.code
    return ""


def choose(bench: Bench, **limits: int) -> None:
    rules.choose(Rules(limits=Limits(**limits)), "page:ana", bench.now)


def most_in(sends: list[CodeSend], column: str, span: timedelta) -> int:
    """The most codes with the same value of this column in any span of time."""
    found = 0
    for value in {getattr(send, column) for send in sends}:
        at = [send.at for send in sends if getattr(send, column) == value]
        found = max([found, *(sum(first <= other < first + span for other in at) for first in at)])
    return found


def test_ten_thousand_requests_of_a_bot_and_one_person(bench: Bench, key: ApiKey) -> None:
    """Over a thousand numbers of one range, from five hundred addresses, in a bit more than two hours."""
    database.db.execute_sql("PRAGMA synchronous = off")  # ten thousand commits: this is about their rows
    bench.submit("Soldes", to="+33612000000", category="notification")
    asked: Counter[str] = Counter()
    for number in range(10_000):
        to = f"+33639981{number % 1000:03}"
        asked[rule(bench, key, to, address=f"203.0.{number % 2}.{number % 250}")] += 1
        if number % 4 == 0:
            bench.clock.move(timedelta(seconds=3))
    sends = list(CodeSend.select())
    assert asked.total() == 10_000
    assert len(sends) == asked[""] == Message.select().where(Message.category == "otp").count()
    assert 20 <= len(sends) <= 60
    for column, span, most in (
        ("prefix", HOUR, 20),
        ("number", HOUR, 5),
        ("address", HOUR, 10),
        ("key_id", HOUR, 300),
    ):
        assert most_in(sends, column, span) <= most
    counted: Counter[str] = Counter()
    for refusal in CodeRefusal.select():
        counted[refusal.rule] += refusal.count
    del asked[""]
    assert counted == asked
    # and somebody real, elsewhere
    start(bench, key, REAL, address="198.51.100.4", code="735091")
    later = start(bench, key, "+33611223344", address="198.51.100.5")
    bench.ready()
    while "735091" not in bench.modem.texts[-1]:
        assert lookup.message(later.message).state == "queued"  # in its turn among the codes
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert "Soldes" not in bench.modem.texts  # it was there first, but the lane of codes goes before
    assert verbs.check(key, "735091", bench.caller, bench.now, number=REAL).state == "approved"


@pytest.mark.parametrize(
    ("limits", "ends", "after", "refusal"),
    [
        ({"key_minute": 2}, {}, 2, "code_key_minute"),
        ({"key_hour": 3}, {}, 3, "code_key_hour"),
        ({"key_day": 2}, {}, 2, "code_key_day"),
        ({"day": 3}, {}, 3, "code_day"),
        ({"address_hour": 2}, {"address": "203.0.113.7"}, 2, "code_address_hour"),
        ({"device_hour": 1}, {"device": "a"}, 1, "code_device_hour"),
    ],
)
def test_each_limit_holds_across_different_numbers(
    bench: Bench, key: ApiKey, limits: dict[str, int], ends: dict[str, str], after: int, refusal: str
) -> None:
    choose(bench, **limits)
    answers = [rule(bench, key, f"+336123{place}0000", **ends) for place in range(after + 2)]
    assert answers == [""] * after + [refusal] * 2
    assert CodeSend.select().count() == after


def test_a_limit_says_until_when_and_then_there_is_room(bench: Bench, key: ApiKey) -> None:
    choose(bench, key_hour=2)
    first = bench.now
    for place in range(2):
        start(bench, key, f"+336123{place}0000")
        bench.clock.move(timedelta(minutes=10))
    with pytest.raises(Limited) as caught:
        start(bench, key, REAL)
    assert caught.value.until == first + HOUR
    bench.clock.wall = first + HOUR
    assert rule(bench, key, REAL) == ""


def test_to_one_number_ever_later_and_from_any_key(bench: Bench, key: ApiKey) -> None:
    choose(bench, number_hour=100, number_day=100)
    keys.create("clinic", (), bench.now, bench.ids, bytes(32))
    both = [key, ApiKey.get(ApiKey.name == "clinic")]
    waits = []
    for place in range(6):
        start(bench, both[place % 2], REAL)
        asked = bench.now
        while rule(bench, both[1 - place % 2], REAL):
            bench.clock.move(timedelta(seconds=10))
        waits.append((bench.now - asked).total_seconds())
        CodeSend.delete().where(CodeSend.at == bench.now).execute()  # the one that found room
    assert waits == [30, 60, 120, 240, 480, 960]


def test_who_typed_a_code_back_need_not_wait(bench: Bench, key: ApiKey) -> None:
    start(bench, key, REAL, code="735091")
    assert rule(bench, key, REAL) == "code_delay"
    bench.clock.move(timedelta(seconds=1))
    verbs.check(key, "735091", bench.caller, bench.now, number=REAL)
    bench.clock.move(timedelta(seconds=1))
    assert rule(bench, key, REAL) == ""


def test_one_verification_has_five_codes(bench: Bench, key: ApiKey) -> None:
    choose(bench, number_hour=100, number_day=100)
    for _ in range(5):
        start(bench, key, REAL, life_s=3600)
        bench.clock.move(timedelta(minutes=9))
    assert rule(bench, key, REAL) == "code_resends"


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        ("+447400123456", "code_country"),
        ("+68987000100", "code_country"),  # Polynesia is far
        ("+262692000100", ""),
        ("+33899123456", "code_number_type"),
        ("+33145678901", "code_number_type"),
        ("36180", "code_number_type"),
    ],
)
def test_codes_go_to_mobiles_of_the_own_country(bench: Bench, key: ApiKey, to: str, refusal: str) -> None:
    assert rule(bench, key, to) == refusal
    if refusal:
        with pytest.raises(Forbidden):
            start(bench, key, to)


def test_people_may_choose_other_countries_and_types(bench: Bench, key: ApiKey) -> None:
    chosen = Rules(countries=("GB", "FR"), types=("mobile", "voip"), least_validated=0)
    rules.choose(chosen, "page:ana", bench.now)
    assert rules.read() == Rules(countries=("FR", "GB"), types=("mobile", "voip"), least_validated=0)
    assert [rule(bench, key, to) for to in ("+447400123456", "+262692000100")] == ["", "code_country"]
    assert audit.recent(action="codes_changed")[0].facts["countries"] == "FR GB"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (Rules(limits=Limits(key_hour=0)), "out_of_range", "key_hour"),
        (Rules(limits=Limits(day=10**9)), "out_of_range", "day"),
        (Rules(countries=("France",)), "country_unknown", "countries"),
        (Rules(types=()), "number_type_unknown", "types"),
        (Rules(types=("premium_rate",)), "number_type_unknown", "types"),
        (Rules(least_validated=101), "out_of_range", "least_validated"),
        (Rules(barred=("+33",)), "barred_bad", "barred"),
        (Rules(barred=("06123",)), "barred_bad", "barred"),
        (Rules(barred=tuple(f"+336{one:04}" for one in range(501))), "out_of_range", "barred"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(bench: Bench, wrong: Rules, code: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.choose(wrong, "page:ana", bench.now)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert rules.read() == Rules()


@pytest.mark.parametrize(
    ("typed", "barred"),
    [
        ("", ()),
        ("+33 6 39 98*, 00447700; 06 12 34 56 78\n+33 (6) 39.98", ("+3363998", "+447700", "+33612345678")),
    ],
)
def test_what_gets_no_codes_is_typed_as_people_write_numbers(typed: str, barred: tuple[str, ...]) -> None:
    assert rules.parse_barred(typed, "FR") == barred


@pytest.mark.parametrize("typed", ["the others", "36180", "+33 6 12 34 56 78 90 12 34", "06 12", "+44 77OO"])
def test_what_is_no_beginning_of_a_number_is_named(bench: Bench, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.choose(Rules(barred=rules.parse_barred(f"+3363998, {typed}", "FR")), "page:ana", bench.now)
    assert (caught.value.code, caught.value.field) == ("barred_bad", "barred")
    assert rules.read() == Rules()


def test_numbers_and_ranges_that_get_no_codes(bench: Bench, key: ApiKey) -> None:
    rules.choose(Rules(barred=("+3369876", "+33612345678")), "page:ana", bench.now)
    asked = (REAL, "+33612345678", "+33612345679", "+33698750000")
    assert [rule(bench, key, to) for to in asked] == ["code_barred", "code_barred", "", ""]
    with pytest.raises(Forbidden):
        start(bench, key, REAL)
    assert CodeRefusal.get(CodeRefusal.rule == "code_barred").count == 3
    assert audit.recent(action="codes_changed")[0].facts["barred"] == 2, "how many, not which"


def test_who_is_erased_stands_in_no_list_and_what_was_chosen_else_stays(bench: Bench) -> None:
    chosen = Rules(limits=Limits(day=7), barred=("+3369876", "+33612345678"))
    rules.choose(chosen, "page:ana", bench.now)
    given = export.everything("+33612345678", bench.site, "test:me", bench.now)
    assert given["barred_from_codes"] == [{"number": "+33612345678"}]
    erase.erase("+33612345678", "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert rules.read() == Rules(limits=Limits(day=7), barred=("+3369876",))


def test_refusals_are_listed_by_hour_key_and_rule(bench: Bench, key: ApiKey) -> None:
    for to in ("+447400123456", "+447400123457", "+33145678901"):
        rule(bench, key, to)
    bench.clock.move(HOUR)
    rule(bench, key, "+447400123456")
    hour = bench.now.replace(minute=0, second=0, microsecond=0)
    found = [(row.hour, row.key, row.rule, row.count) for row in figures.refused()]
    assert found == [
        (hour, "shop", "code_country", 1),
        (hour - HOUR, "shop", "code_country", 2),
        (hour - HOUR, "shop", "code_number_type", 1),
    ]


# ---- the watch -----------------------------------------------------------------------------------


def over(bench: Bench, key: ApiKey, count: int, validated: int) -> None:
    """So many codes that are over; so many of them were typed back."""
    columns = {
        "key": key.id,
        "region": "FR",
        "number": REAL,
        "prefix": REAL[:-4],
        "digest": "",
        "message": "",
    }
    for place in range(count):
        state = "expired" if place < count - validated else "approved"
        at = dict.fromkeys(("created_at", "sent_at", "expires_at"), bench.now)
        Verification.create(uid=bench.ids.uid(bench.now), state=state, **columns, **at)
    bench.clock.move(timedelta(minutes=1))


def look(bench: Bench) -> list[bool]:
    """Whether the brake is on for the key, and for France."""
    watch.watch(("FR",), bench.now)
    return rules.braked(["key:1", "region:FR"])


def test_too_few_codes_typed_back_put_the_brake_on_and_tell(bench: Bench, key: ApiKey) -> None:
    over(bench, key, 49, 0)
    assert look(bench) == [False, False]
    over(bench, key, 1, 0)
    assert look(bench) == [True, True]
    assert {(alarm.kind, alarm.subject) for alarm in alarms.standing()} == {
        ("codes_unvalidated", "shop"),
        ("codes_unvalidated", "FR"),
    }
    answers = [rule(bench, key, f"+336123{place}0000") for place in range(4)]
    assert answers == ["", "", "", "code_key_minute"]  # a tenth of thirty
    watch.watch(("FR",), bench.now)
    assert Alarm.select().count() == 2


def test_the_brake_on_a_country_concerns_its_numbers_only(bench: Bench, key: ApiKey) -> None:
    rules.choose(Rules(Limits(key_hour=10), countries=("FR", "GB")), "page:ana", bench.now)
    rules.brake("region:FR", "page:ana", bench.now)
    answers = [rule(bench, key, to) for to in ("+33612000000", REAL, "+447400123456", "+447400223456")]
    assert answers == ["", "code_country_hour", "", ""]


def test_the_watch_lets_go_when_codes_are_typed_back_again(bench: Bench, key: ApiKey) -> None:
    over(bench, key, 50, 0)
    assert look(bench) == [True, True]
    over(bench, key, 50, 19)
    assert look(bench) == [True, True]  # 38 per cent: not yet by a margin
    over(bench, key, 1, 1)
    assert look(bench) == [False, False]
    assert alarms.standing() == []


def test_what_a_person_decided_the_watch_does_not_undo(bench: Bench, key: ApiKey) -> None:
    over(bench, key, 50, 0)
    look(bench)
    assert rules.release("key:1", "page:ana", bench.now)
    bench.clock.move(timedelta(seconds=1))
    assert look(bench) == [False, True]
    assert {alarm.subject for alarm in alarms.standing()} == {"FR"}
    over(bench, key, 49, 0)
    assert look(bench) == [False, True]  # what was before counts no more
    over(bench, key, 1, 0)
    assert look(bench) == [True, True]
    rules.release("key:1", "page:ana", bench.now)
    rules.brake("key:1", "page:ana", bench.now)
    bench.clock.move(timedelta(seconds=1))
    over(bench, key, 50, 50)
    assert look(bench) == [True, False]
    assert audit.recent(action="codes_braked")[0].shown == "shop"


def test_whoever_wants_no_watch_has_none(bench: Bench, key: ApiKey) -> None:
    rules.choose(Rules(least_validated=0), "page:ana", bench.now)
    over(bench, key, 60, 0)
    assert look(bench) == [False, False]


@pytest.mark.parametrize("subject", ["key:99", "key:x", "region:fr", "region:", "", "who:FR"])
def test_there_is_no_brake_for_nobody(bench: Bench, subject: str) -> None:
    with pytest.raises(NotFound):
        rules.brake(subject, "page:ana", bench.now)


@pytest.mark.parametrize("trusted", [False, True])
def test_the_gateway_looks_each_minute_when_somebody_vouches_for_the_clock(
    bench: Bench, key: ApiKey, trusted: bool
) -> None:
    row = start(bench, key, REAL, life_s=60)
    over(bench, key, 50, 0)
    feature = next(make() for make in FEATURES if make().name == "verify")
    house = House(bench.site, ("sim1",), bench.ids, lambda value: None, lambda: trusted)
    feature.minute(house, bench.now)
    assert verbs.fetch(key, row.uid, bench.now).state == "expired"
    assert Verification.get_by_id(row.id).state == ("expired" if trusted else "pending")
    assert rules.braked(["key:1"]) == [trusted]
    bench.clock.move(timedelta(days=31))
    for _ in feature.night(house, bench.now):
        pass
    assert (Verification.select().count(), CodeSend.select().count()) == (0, 0)


# ---- each question is one step into an index -----------------------------------------------------


def test_no_limit_is_counted_row_by_row(bench: Bench) -> None:
    asked: list[str] = []
    database.db.connection().set_trace_callback(asked.append)
    for what in ("key", "number", "prefix", "region", "address", "device", ""):
        codes.fills(what, "1", bench.now - HOUR, bench.now, 3)
    for what in ("number", "prefix"):
        codes.run(what, "1", bench.now - HOUR, bench.now)
    codes.last_validated("1", bench.now - HOUR, bench.now)
    for what in ("key", "region"):
        codes.over(what, "1", bench.now - HOUR, 50)
    database.db.connection().set_trace_callback(None)
    assert len(asked) == 12
    for sql in asked:
        plan = [row[3] for row in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}")]
        assert [step for step in plan if "SCAN" in step and "subquery" not in step] == [], (sql, plan)
        assert [step for step in plan if "TEMP B-TREE" in step] == [], (sql, plan)
