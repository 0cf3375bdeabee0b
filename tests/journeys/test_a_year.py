"""A year of offers to people from Tahiti to Nouméa: what the simulated network saw is held against the law.

The allowed hours are reckoned here once more, from the `holidays` package and the zones alone.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.config import Appliance
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book
from gateway.messages.outbox import Draft
from gateway.policy.consent import Ground
from gateway.store import database
from gateway.store.models import Message
from gateway.store.upgrade import upgrade
from journeys.year import PARIS, Person, Year, people

SEED = 20261123
CAMPAIGNS = 75
YEAR = timedelta(days=365)
MONTH = timedelta(days=30)
STEP = timedelta(minutes=5)  # of TP-VP
OFFER = re.compile(r"offre (\d+)")
TICKED = Act("form", "page:ana", wording="[x] Envoyez-moi vos offres par SMS.")
SAYS = ("STOP", "stop svp", "Arrêt", "STOP pub !", "Stop merci")

Wire = list[tuple[datetime, str, int]]  # when it reached the wire, to whom, which offer


@dataclass
class Told:
    """What these people said, by another hand than the ledger's."""

    agreed: dict[str, datetime] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)  # a consent taken back, or a STOP
    stopped: dict[str, datetime] = field(default_factory=dict)

    def allows(self, number: str, at: datetime) -> bool:
        agreed, ended = self.agreed.get(number), self.ended.get(number)
        return agreed is not None and agreed <= at and (ended is None or at < ended)


class Shop:
    """Sends offers at random, and knows what everybody said to that."""

    def __init__(self, year: Year, crowd: list[Person], chance: random.Random) -> None:
        self.year, self.crowd, self.chance = year, crowd, chance
        self.told = Told()
        self.asked: list[tuple[datetime, str, Draft]] = []
        self.hurried: list[int] = []  # the first offers of those campaigns

    def agree(self, person: Person) -> None:
        ledger.give(person.number, Ground.OPT_IN, TICKED, self.year.now)
        self.told.agreed[person.number] = self.year.now

    def take_back(self, person: Person) -> None:
        ledger.withdraw(person.number, Act("phone", "page:ana"), self.year.now)
        self.told.ended[person.number] = self.year.now

    def stop(self, person: Person) -> None:
        """By SMS; half of them while an offer waits for them."""
        if self.chance.random() < 0.5:
            self._send([person], self.year.now + timedelta(days=1))
        self.year.hear(person.number, self.chance.choice(SAYS))
        self.told.ended[person.number] = self.told.stopped[person.number] = self.year.now

    def campaign(self) -> None:
        """To some people, now or at an hour within five days, for an hour or for a week."""
        later = timedelta(minutes=self.chance.randrange(5 * 24 * 60))
        send_at = self.year.now + later if self.chance.random() < 0.3 else None
        validity = timedelta(hours=self.chance.choice((1, 5, 24, 72, 168)))
        to = self.chance.sample(self.crowd, self.chance.randrange(1, 9))
        again = to[:1] if self.chance.random() < 0.3 else []  # a list may hold somebody twice
        self._send([*to, *again], send_at, validity)

    def _send(
        self, to: list[Person], send_at: datetime | None = None, validity: timedelta = timedelta(days=3)
    ) -> None:
        drafts = []
        for person in to:
            more = "!" * 200 if self.chance.random() < 0.1 else ""
            text = f"shop: offre {len(self.asked)}, -10 %{more} Rep. STOP"
            drafts.append(Draft(person.number, text, "marketing", send_at=send_at, validity=validity))
            self.asked.append((self.year.now, person.number, drafts[-1]))
        self.year.submit(*drafts)

    def hurry(self) -> None:
        """To all of Paris, seconds before nothing more may leave: six minutes before the phones there must be
        silent, the least that the network can be told and its way.  A modem takes three seconds for each."""
        evening = self.year.now.astimezone(PARIS).replace(hour=19, minute=53, second=57)
        self.year.pass_until(max(evening, self.year.now))
        self.hurried.append(len(self.asked))
        self._send([person for person in self.crowd if person.zones == ("Europe/Paris",)])

    def remind(self) -> None:
        """What is not marketing leaves at any hour."""
        person = self.chance.choice(self.crowd)
        (message,) = self.year.submit(Draft(person.number, "shop: votre commande est prête", "alert"))
        assert Message.get_by_id(message.id).state == "delivered"


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    site = Appliance("shop", "fr", "FR", PARIS, tmp_path, tmp_path / "run", "")
    site.runtime_dir.mkdir()
    upgrade(site.database_path, datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC")))
    database.open(site.database_path)
    with database.connection(), Year(site, tmp_path) as year:
        yield year


def test_a_year_of_offers_within_the_law(year: Year) -> None:
    chance = random.Random(SEED)
    crowd = people()
    begin, shop = year.now, Shop(year, crowd, chance)
    for person in crowd:
        _introduce(person, year.now)
    for at, act in _plan(shop, crowd, begin, chance):
        year.pass_until(at)
        act()
    year.pass_until(begin + YEAR + timedelta(days=14))

    wire = offers(year)
    by_number = {person.number: person for person in crowd}
    assert [each for each in wire if not by_number[each[1]].may_be_rung(each[0])] == [], "outside the hours"
    assert [each for each in wire if not shop.told.allows(each[1], each[0])] == [], "without consent"
    assert tried_too_long(year, by_number) == []
    assert too_many(wire, by_number) == []
    assert was_withheld(wire, shop, by_number) == []
    assert_it_was_a_year(wire, shop)


def _introduce(person: Person, now: datetime) -> None:
    if person.postcode or person.timezone:
        book.add(person.number, book.Entry("Ana", person.timezone, person.postcode), "page:ana", now)


def _plan(
    shop: Shop, crowd: list[Person], begin: datetime, chance: random.Random
) -> list[tuple[datetime, Callable[[], None]]]:
    """Who agrees, takes it back or says STOP when; two of the crowd never agree."""
    acts: list[tuple[float, Callable[[], None]]] = []
    for number, person in enumerate(crowd[2:]):
        agreed = 0.0 if number % 3 else chance.random() * 0.4
        acts.append((agreed, lambda person=person: shop.agree(person)))  # type: ignore[misc]
        ends = agreed + (0.3 + 0.7 * chance.random()) * (1 - agreed)
        if number % 5 == 0:
            acts.append((ends, lambda person=person: shop.take_back(person)))  # type: ignore[misc]
        elif number % 2:
            acts.append((ends, lambda person=person: shop.stop(person)))  # type: ignore[misc]
    acts += [(chance.random(), shop.campaign) for _ in range(CAMPAIGNS)]
    acts += [(chance.random(), shop.hurry) for _ in range(10)]
    acts += [(chance.random(), shop.remind) for _ in range(10)]
    in_order = sorted(enumerate(acts), key=lambda each: (each[1][0], each[0]))
    return [(begin + share * YEAR, act) for _, (share, act) in in_order]


# ---- the witness's account ---------------------------------------------------------------------------------


def offers(year: Year) -> Wire:
    """Each part of an offer; the second part of a long one tells no number."""
    found = [(at, part.recipient, OFFER.search(part.text), part.concat) for at, part in year.witness.taken]
    return [
        (at, recipient, int(offer[1]) if offer else -1)
        for at, recipient, offer, concat in found
        if offer or concat
    ]


def tried_too_long(year: Year, by_number: dict[str, Person]) -> list[tuple[datetime, str]]:
    """Parts of offers that the network would still try to bring once the phone must be silent."""
    wrong = []
    parts = [(at, part) for at, part in year.witness.taken if OFFER.search(part.text) or part.concat]
    for at, part in parts:
        ends, person = at + lasts(part.tpdu) - timedelta(seconds=1), by_number[part.recipient]
        if not (person.may_be_rung(ends) and person.day(ends) == person.day(at)):
            wrong.append((at, part.recipient))
    return wrong


def lasts(tpdu: str) -> timedelta:
    """TP-VP of an SMS-SUBMIT (23.040 section 9.2.3.12.1), for up to twelve hours."""
    octets = bytes.fromhex(tpdu)
    step = octets[4 + (octets[2] + 1) // 2 + 2]
    assert octets[0] & 0x18 == 0x10, "a relative validity"
    assert step <= 143, "no longer than a day's hours"
    return (step + 1) * STEP


def too_many(wire: Wire, by_number: dict[str, Person]) -> list[tuple[str, object]]:
    """Who got more than one a day of their own, or more than ten in thirty days."""
    whole = [(at, number) for at, number, offer in wire if offer >= 0]
    days = Counter((number, by_number[number].day(at)) for at, number in whole)
    crowded: list[tuple[str, object]] = [each for each, count in days.items() if count > 1]
    for at, number in whole:
        lately = [other for other, same in whole if same == number and at - MONTH < other <= at]
        crowded += [(number, at)] if len(lately) > 10 else []
    return crowded


def was_withheld(wire: Wire, shop: Shop, by_number: dict[str, Person]) -> list[tuple[datetime, str]]:
    """Offers for now, which every rule allowed when they were asked for, and which did not leave then."""
    left = {offer: at for at, _, offer in wire}
    wrong = []
    for offer, (at, number, draft) in enumerate(shop.asked):
        lately = [other for other, same, _ in wire if same == number and at - MONTH < other <= at]
        lawful = shop.told.allows(number, at) and by_number[number].may_be_rung(at) and not lately
        at_once = offer in left and left[offer] - at < timedelta(minutes=1)
        if (
            lawful
            and by_number[number].may_be_rung(at + STEP + timedelta(minutes=2))
            and draft.send_at is None
        ):
            wrong += [] if at_once else [(at, number)]
    return wrong


def was_cut(wire: Wire, shop: Shop, first: int) -> bool:
    """The hours closed in the midst of that campaign: some of it left, the rest on another day."""
    began = shop.asked[first][0]
    left = [at for at, _, offer in wire if offer >= first and shop.asked[offer][0] == began]
    soon = [at for at in left if at - began < timedelta(seconds=10)]
    return 0 < len(soon) < len(left)


def assert_it_was_a_year(wire: Wire, shop: Shop) -> None:
    """Nothing still waits, everything has its reason, and each of the law's cases occurred."""
    ends = Counter(
        (message.state, message.reason or "")
        for message in Message.select()
        if message.category == "marketing"
    )
    assert sum(ends.values()) == len(shop.asked)
    assert {state for state, _ in ends} <= {"delivered", "rejected", "canceled", "expired"}, ends
    refused = {reason for state, reason in ends if state != "delivered"}
    assert {"no_consent", "opposed_marketing", "validity_over", "cap_day"} <= refused, ends
    delivered = {offer for _, _, offer in wire if offer >= 0}
    assert sum(count for (state, _), count in ends.items() if state == "delivered") == len(delivered) > 150
    assert {number for _, number, _ in wire} == shop.told.agreed.keys()
    waited = [at for at, _, offer in wire if offer >= 0 and at - shop.asked[offer][0] > timedelta(hours=1)]
    assert len(waited) > 50
    assert any(was_cut(wire, shop, first) for first in shop.hurried)
    assert len(shop.told.stopped) > 8
