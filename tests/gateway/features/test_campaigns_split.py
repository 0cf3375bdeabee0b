"""Comparing texts: by lot, reproducibly; the winner only where the figures are clear."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from math import comb, sqrt
from typing import Any

import pytest

from campaigning import BY, Shop
from gateway.features.campaigns import outcomes, split, verbs
from gateway.features.campaigns.plan import Trial, Wording
from gateway.features.campaigns.split import Split
from gateway.features.campaigns.states import EXPOSED, source
from gateway.features.results import intervals
from gateway.messages import inbox
from gateway.store.models import CampaignPerson, CampaignStep, Conversion, Link, LinkSlug, Message, Part
from modem import api

NUMBERS = [f"+336{place:08d}" for place in range(10_000)]
A, B = "Chappe: -10% samedi. STOP 36180", "Chappe: samedi, -10% ! STOP 36180"


# ---- the lot -------------------------------------------------------------------------------------


def test_the_same_lot_falls_whatever_the_order_and_however_often() -> None:
    shares = Split(control=10, test=20)
    first = {number: split.place(7, number, "AB", shares) for number in NUMBERS[:500]}
    shuffled = random.Random(1).sample(NUMBERS[:500], 500)
    assert {number: split.place(7, number, "AB", shares) for number in shuffled} == first
    assert {number: split.place(8, number, "AB", shares) for number in shuffled} != first


@pytest.mark.parametrize("letters", ["AB", "ABC", "ABCD"])
def test_the_shares_are_those_that_were_asked_for_within_what_chance_allows(letters: str) -> None:
    drawn = Counter(split.place(3, number, letters, Split(control=10, test=20)) for number in NUMBERS)
    shares = {("control", ""): 0.1, ("rest", ""): 0.9 * 0.8}
    shares |= {("exposed", letter): 0.9 * 0.2 / len(letters) for letter in letters}
    assert drawn.keys() == shares.keys()
    for place, share in shares.items():
        assert abs(drawn[place] / 10_000 - share) < 3.3 * sqrt(share * (1 - share) / 10_000), place


def test_with_one_text_nobody_waits() -> None:
    assert {split.place(3, number, "A", Split(0, 20)) for number in NUMBERS[:100]} == {("exposed", "A")}


# ---- how sure ------------------------------------------------------------------------------------


def test_an_interval_agrees_with_the_equation_that_defines_it() -> None:
    """Wilson's bounds solve (p̂ − p)² = z² p (1 − p) / n: found here by halving, not by the formula."""
    for k, n in ((0, 5), (1, 10), (7, 50), (25, 50), (250, 1000), (1000, 1000)):
        low, high = intervals.wilson(k, n)
        assert low == pytest.approx(_bound(k, n, 0.0, k / n), abs=1e-9)
        assert high == pytest.approx(_bound(k, n, 1.0, k / n), abs=1e-9)


def _bound(k: int, n: int, outer: float, inner: float) -> float:
    z = 1.959963984540054
    for _ in range(200):
        middle = (outer + inner) / 2
        is_outside = (k / n - middle) ** 2 > z * z * middle * (1 - middle) / n
        outer, inner = (middle, inner) if is_outside else (outer, middle)
    return inner


def test_the_difference_agrees_with_newcombes_published_example() -> None:
    """Newcombe (1998), table II, method 10: 56/70 − 48/80 is between 0.0524 and 0.3339."""
    low, high = intervals.difference(56, 70, 48, 80)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    """Of all outcomes of 40 people with a true share of 0.3, weighed by how likely each is."""
    share, n = 0.3, 40
    covered = sum(
        comb(n, k) * share**k * (1 - share) ** (n - k)
        for k in range(n + 1)
        if intervals.wilson(k, n)[0] <= share <= intervals.wilson(k, n)[1]
    )
    assert 0.93 < covered < 0.98


@pytest.mark.parametrize(
    ("counted", "letter", "why"),
    [
        ({"A": (60, 100), "B": (30, 100)}, "A", "clear"),
        ({"A": (31, 100), "B": (30, 100)}, None, "not_enough"),
        ({"A": (2, 4), "B": (0, 4)}, None, "not_enough"),
        ({"A": (0, 0), "B": (3, 4)}, None, "no_figures"),
        ({"A": (10, 100), "B": (60, 100), "C": (58, 100)}, None, "not_enough"),
        ({"A": (10, 100), "B": (70, 100), "C": (40, 100)}, "B", "clear"),
    ],
)
def test_a_winner_is_one_only_where_chance_would_not_make_it(
    counted: dict[str, tuple[int, int]], letter: str | None, why: str
) -> None:
    found = intervals.winner(counted)
    assert (found.letter, found.why) == (letter, why)


# ---- from the test to the rest -------------------------------------------------------------------


class Compared(Shop):
    """Forty people; half of them read A or B, the rest waits for whichever brings more."""

    def __init__(self, bench: Any, by: str = "replies") -> None:
        super().__init__(bench, 40)
        self.say(A, B)
        self.hours(split=Split(test=50), trial=Trial(by, 24))
        self.start()
        self.run()
        self.leave()
        self.run()

    def readers(self, letter: str) -> list[CampaignPerson]:
        theirs = CampaignPerson.letter == letter, CampaignPerson.role == EXPOSED
        return list(CampaignPerson.select().where(*theirs).order_by(CampaignPerson.id))

    def minute(self, **later: float) -> None:
        self.bench.clock.move(timedelta(**later))
        self.feature.minute(self.house, self.bench.now)

    def answers(self, number: str, text: str = "Oui volontiers") -> None:
        part = api.InboundPart(number, text, api.Alphabet.GSM7, self.bench.now, None)
        heard = api.Heard("sim1", "8933", f"{number}{text}".encode().hex(), part, None)
        inbox.take(heard, self.bench.caller, self.bench.now)

    @property
    def letters(self) -> Counter[str]:
        return Counter(person.letter for person in self.people if person.role == "rest")


def test_the_rest_waits_then_gets_the_text_that_was_clearly_better(bench: Any) -> None:
    shop = Compared(bench)
    waiting = shop.letters[""]
    assert waiting + len(shop.readers("A")) + len(shop.readers("B")) == 40
    for person in shop.readers("B"):
        shop.answers(person.number)
    shop.minute(hours=23)
    assert shop.letters == {"": waiting}
    shop.minute(hours=2)
    assert shop.campaign.split["winner"] == "B"
    shop.until_over()
    assert shop.letters == {"B": waiting}
    assert set(shop.written_to().values()) == {1}
    assert len(shop.messages) == 40


def test_what_is_not_clear_is_noted_once_and_asked_again(bench: Any) -> None:
    shop = Compared(bench)
    shop.answers(shop.readers("A")[0].number)
    for _ in range(3):
        shop.minute(hours=25)
    assert "winner" not in shop.campaign.split
    assert CampaignStep.select().where(CampaignStep.event == "undecided").count() == 1
    for person in shop.readers("A")[1:]:
        shop.answers(person.number)
    shop.dies()
    shop.minute(hours=2)
    assert shop.campaign.split["winner"] == "A"


def test_by_hand_nothing_is_chosen_by_itself(bench: Any) -> None:
    shop = Compared(bench, by="hand")
    shop.minute(days=3)
    shop.run()
    assert shop.campaign.state == "running"
    verbs.choose_winner(shop.uid, "A", BY, bench.now)
    shop.until_over()
    assert shop.letters.keys() == {"A"}


def test_two_hours_are_compared_with_one_text(bench: Any) -> None:
    shop = Shop(bench, 20)
    later = bench.now + timedelta(hours=3)
    shop.say(A, B)
    verbs.choose_texts(shop.uid, [Wording(A), Wording(A, later)], "marketing", bench.site)
    shop.start()
    shop.run()
    dues = {person.letter: person.due_at for person in shop.people}
    assert dues == {"A": bench.now, "B": later}


# ---- what is counted -----------------------------------------------------------------------------


def test_each_figure_is_what_was_planted(bench: Any) -> None:
    shop = Compared(bench)
    a, b = shop.readers("A"), shop.readers("B")
    link = Link.create(owner=source(shop.uid), url="https://exemple.fr", created_at=bench.now)
    for place, person in enumerate(a[:3]):
        row = {"clicks": 2, "robots": 0, "first_at": bench.now, "last_at": bench.now}
        LinkSlug.create(slug=f"s{place}", link=link, person=str(person.id), **row)
    LinkSlug.create(slug="robot", link=link, person=str(b[0].id), clicks=0, robots=4)
    bench.clock.move(timedelta(hours=1))
    shop.answers(a[0].number, "Super")
    shop.answers(a[0].number, "Merci")
    shop.answers(a[1].number, "STOP")
    Message.update(state="undelivered").where(Message.id == b[1].message_id).execute()
    Message.update(state="uncertain").where(Message.id == b[2].message_id).execute()
    Part.update(sent_at=None).where(Part.message == b[2].message_id).execute()
    sale = {"amount_cents": 500, "at": bench.now, "source": "till", "written_by": BY}
    for _ in range(2):
        Conversion.create(campaign=shop.campaign.id, person_id=a[0].id, code="X", **sale)
    bench.clock.move(timedelta(days=8))
    shop.answers(a[2].number, "Trop tard")
    first, second = (outcomes.counts(shop.campaign, letter, EXPOSED) for letter in "AB")
    assert (first.clicked, first.replied, first.converted, first.unsubscribed) == (3, 1, 1, 1)
    assert (first.people, first.sent, first.delivered) == (len(a), len(a), len(a))
    assert (second.clicked, second.replied, second.converted, second.unsubscribed) == (0, 0, 0, 0)
    assert (second.sent, second.delivered) == (len(b) - 1, len(b) - 2)
    assert (second.failed, second.uncertain) == (1, 1)
    whole = outcomes.counts(shop.campaign)
    assert (whole.people, whole.clicked, whole.waiting) == (40, 3, shop.letters[""])


def test_those_who_are_held_out_get_nothing_and_count_for_nothing_else(bench: Any) -> None:
    shop = Shop(bench, 40)
    shop.hours(split=Split(control=50))
    shop.add(90, agrees=False)
    shop.start()
    shop.until_over()
    control = outcomes.counts(shop.campaign, role="control")
    assert control.left_out == control.people > 10
    assert len(shop.messages) == 40 - control.people
    assert outcomes.reasons(shop.campaign) == {"campaign_control": control.people, "no_consent": 1}
