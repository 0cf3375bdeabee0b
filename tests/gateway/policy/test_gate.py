"""Storms for the gate: it never allows what a rule forbids, and what it promises holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy import gate, quiet_hours
from gateway.policy.categories import CATEGORIES, MARKETING_HOURS, Hours
from gateway.policy.consent import Ground, Standing
from gateway.policy.rulebook import DEFAULT_HOURS, Caps, Rulebook
from gateway.policy.territories import Place
from gateway.policy.verdict import Answer
from law import PHONES, place

ALSACE = place("France", alsace=True)
places = st.sampled_from([*map(place, PHONES), ALSACE])
near = st.sampled_from([place(phone) for phone in PHONES if phone != "America"])
instants = st.integers(1_577_836_800, 2_524_608_000).map(lambda s: datetime.fromtimestamp(s, UTC))
spans = st.integers(-40 * 24 * 60, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
days = st.frozensets(st.integers(0, 6), min_size=1)
quarters = st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True).map(sorted)
hours = st.builds(
    lambda days, quarters: Hours(
        days,
        *(datetime(2026, 1, 1, quarter // 4, quarter % 4 * 15).time() for quarter in quarters),  # noqa: DTZ001
    ),
    days,
    quarters,
)
standings = st.builds(Standing, st.sampled_from([None, *Ground]), st.none(), st.booleans())


@st.composite
def cases(draw: st.DrawFn, welcome: bool = False) -> tuple[gate.Facts, Rulebook, datetime]:
    """`welcome`: to somebody who agreed and did not object, with time enough: only holds are left."""
    now = draw(instants)
    facts = gate.Facts(
        category=draw(st.sampled_from([*CATEGORIES])),
        place=draw(places),
        send_at=draw(st.none() | spans.map(lambda span: now + span)),
        expires_at=now + (timedelta(days=99) if welcome else draw(spans)),
        opposed_since=None if welcome else draw(st.sampled_from([None, None, now])),
        consent=gate.AGREED if welcome else draw(standings),
        sent=[now + span for span in draw(st.lists(spans, max_size=12))],
        due=draw(st.none() | spans.map(lambda span: now + span)),
        trusted=draw(st.booleans()),
    )
    chosen = {**DEFAULT_HOURS, "marketing": draw(st.just(MARKETING_HOURS) | hours)}
    caps = st.builds(Caps, st.integers(int(welcome), 3), st.integers(int(welcome), 9))
    return facts, Rulebook(chosen, draw(caps)), now


@settings(deadline=None)
@given(cases())
def test_it_allows_only_what_every_rule_allows(case: tuple[gate.Facts, Rulebook, datetime]) -> None:
    answers = {verdict.answer for verdict in gate.verdicts(*case)}
    strictest = next(each for each in (Answer.REFUSE, Answer.HOLD, Answer.ALLOW) if each in answers)
    assert gate.judge(*case).answer is strictest


@settings(deadline=None)
@given(cases(welcome=True))
def test_a_hold_is_no_shorter_than_any_rule_asks(case: tuple[gate.Facts, Rulebook, datetime]) -> None:
    found, now = gate.judge(*case), case[2]
    assert found.answer is not Answer.REFUSE
    if found.answer is Answer.ALLOW:
        return
    asked = [verdict.until for verdict in gate.verdicts(*case) if verdict.answer is Answer.HOLD]
    assert found.until is None if None in asked else found.until == max(until for until in asked if until)
    assert found.until is None or found.until > now


@settings(deadline=None)
@given(cases(), st.lists(st.integers(1, 50_000), min_size=1, max_size=6))
def test_a_refusal_is_for_good_while_the_facts_stay(
    case: tuple[gate.Facts, Rulebook, datetime], minutes: list[int]
) -> None:
    """Whoever was refused need not be asked again: time alone never turns a no into a yes."""
    facts, book, now = case
    if gate.judge(facts, book, now).answer is not Answer.REFUSE:
        return
    if not facts.trusted and facts.sent:
        return  # nothing is over under a wrong clock, and nobody knows what left lately
    for span in sorted(minutes):
        assert gate.judge(facts, book, now + timedelta(minutes=span)).answer is Answer.REFUSE


@settings(deadline=None)
@given(near, hours, instants)
def test_the_promised_opening_is_open_and_nothing_before_it_is(
    where: Place, chosen: Hours, now: datetime
) -> None:
    opens = quiet_hours.next_opening(chosen, where, now)
    if opens is None:  # the three zones of Polynésie lie an hour apart
        assert len(where.zones) > 1
        return
    assert opens > now
    assert quiet_hours.is_open(chosen, where, opens)
    if quiet_hours.is_open(chosen, where, now):
        return
    for ago in (1, 60, 3600, 6 * 3600):
        before = opens - timedelta(seconds=ago)
        assert before <= now or not quiet_hours.is_open(chosen, where, before)


@settings(deadline=None)
@given(places, instants)
def test_the_usual_hours_open_within_five_days_everywhere(where: Place, now: datetime) -> None:
    opens = quiet_hours.next_opening(MARKETING_HOURS, where, now)
    assert opens is not None
    assert opens - now <= timedelta(days=5)


@settings(deadline=None)
@given(near, hours, instants)
def test_what_is_open_stays_open_until_it_closes(where: Place, chosen: Hours, now: datetime) -> None:
    inside = now if quiet_hours.is_open(chosen, where, now) else quiet_hours.next_opening(chosen, where, now)
    if inside is None:
        return
    closes = quiet_hours.closing(chosen, where, inside)
    assert closes is not None
    assert closes > inside
    assert not quiet_hours.is_open(chosen, where, closes)
    steps = [inside + (closes - inside) * tenth / 10 for tenth in range(10)]
    assert all(quiet_hours.is_open(chosen, where, at) for at in steps)
