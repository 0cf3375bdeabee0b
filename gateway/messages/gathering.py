"""What the rules may know of one message, gathered from the ledger: no more than its category needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import rulebook
from gateway.config import Appliance
from gateway.consent import standing
from gateway.messages import numbers
from gateway.policy import gate, quiet_hours, territories
from gateway.policy.categories import CATEGORIES
from gateway.policy.consent import NOBODY
from gateway.policy.rulebook import MONTH, Rulebook
from gateway.policy.territories import Place
from gateway.policy.verdict import Verdict
from gateway.store import rules
from gateway.store.models import Message
from gateway.timezones import zones_of

SHORTEST_VALIDITY = timedelta(minutes=5)  # what TP-VP can say at the least (23.040 section 9.2.3.12.1)
ON_THE_WAY = timedelta(minutes=1)  # from the claim to the service centre, where TP-VP begins to count
OBJECTABLE = ("marketing", "notification")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: a message, or one that may become one (`message` None)."""

    recipient: str
    category: str
    send_at: datetime | None
    expires_at: datetime
    message: Message | None = None
    due: datetime | None = None

    @classmethod
    def of(cls, message: Message) -> Asked:
        due = message.send_at if CATEGORIES[message.category].hours is None else None
        return cls(message.recipient, message.category, message.send_at, message.expires_at, message, due)


class Judge:
    """Asks the gate with the site's place and the clock's standing."""

    def __init__(self, site: Appliance, trusted: bool = True) -> None:
        self.site = site
        self.trusted = trusted  # the clock

    def among(self, people: Sequence[str], categories: Collection[str]) -> JudgeOfMany:
        """A judge of these people in these categories, in one transaction."""
        return JudgeOfMany(self.site, self.trusted, people, categories)

    def verdict(self, asked: Asked, now: datetime) -> Verdict:
        book = rulebook.read()
        return gate.judge(self.facts(asked, book, now), book, now)

    def verdicts(self, asked: Asked, now: datetime) -> list[Verdict]:
        """Every rule's answer."""
        book = rulebook.read()
        return gate.verdicts(self.facts(asked, book, now), book, now)

    def facts(self, asked: Asked, book: Rulebook, now: datetime) -> gate.Facts:
        category = CATEGORIES[asked.category]
        number = asked.recipient
        objectable = category.name in OBJECTABLE
        return gate.Facts(
            category=category.name,
            place=self.place(number, book) if category.hours else Place((self.site.timezone,)),
            send_at=asked.send_at,
            expires_at=asked.expires_at,
            opposed_since=self.opposed_since(number, category.name) if objectable else None,
            consent=standing.of(number) if category.needs_consent else NOBODY,
            sent=rules.marketing_sent(number, now - MONTH, asked.message) if category.capped else (),
            due=asked.due,
            trusted=self.trusted,
        )

    def opposed_since(self, number: str, category: str) -> datetime | None:
        return standing.opposed_since(number, category)

    def closing(self, message: Message, now: datetime) -> datetime | None:
        """When this person's phone may not ring any more today; None where any hour will do."""
        return self.closing_for(message.category, message.recipient, now)

    def closing_for(self, category: str, number: str, now: datetime) -> datetime | None:
        if CATEGORIES[category].hours is None:
            return None
        book = rulebook.read()
        return quiet_hours.closing(book.hours[category], self.place(number, book), now)

    def too_late_today(self, message: Message, now: datetime) -> datetime | None:
        """When the phone may ring next, where it may ring now but too briefly for the network to be told."""
        closes = self.closing(message, now)
        if closes is None or closes - now >= SHORTEST_VALIDITY + ON_THE_WAY:
            return None
        book = rulebook.read()
        hours = book.hours[message.category]
        return quiet_hours.next_opening(hours, self.place(message.recipient, book), closes) if hours else None

    def place(self, number: str, book: Rulebook) -> Place:
        """Where this person is: the contact's own zone, else the address, else what the number says."""
        region = numbers.region(number)
        place = territories.by_region(region, zones_of(region), self.site.timezone, book.alsace)
        timezone, postcode = rules.home(number) or (None, "")
        if postcode and region in ("", *territories.FRENCH):
            place = territories.by_postcode(postcode, place)
        return territories.in_zone(timezone, place) if timezone else place


class JudgeOfMany(Judge):
    """The same within one transaction, where no answer changes: what is common to many is asked once."""

    def __init__(
        self, site: Appliance, trusted: bool, people: Sequence[str], categories: Collection[str]
    ) -> None:
        super().__init__(site, trusted)
        self._book = rulebook.read()
        asked = [category for category in OBJECTABLE if category in categories]
        self._opposed = {category: standing.opposed(people, category) for category in asked}
        self._last: tuple[gate.Facts, Verdict] | None = None

    def verdict(self, asked: Asked, now: datetime) -> Verdict:
        facts = self.facts(asked, self._book, now)
        if self._last is None or self._last[0] != facts:
            self._last = (facts, gate.judge(facts, self._book, now))
        return self._last[1]

    def opposed_since(self, number: str, category: str) -> datetime | None:
        return self._opposed[category].get(number)
