"""A shop with one campaign, and the gateway's part in it, a step at a time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from gateway.contacts import book, groups, particulars
from gateway.contacts.book import Entry
from gateway.features.api import House
from gateway.features.campaigns import outcomes, verbs
from gateway.features.campaigns.feature import Campaigns
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Trial, Wanted, Wording
from gateway.features.campaigns.split import Split
from gateway.features.campaigns.states import source
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Message, Part
from people import agree

BY = "page:ana"
TEXT = "Chappe: -10% samedi, {prénom|bonjour}. STOP 36180"


def number(place: int) -> str:
    return f"+3363998{place:04d}"


class Shop:
    """A group of people who agreed to offers, one campaign, and the gateway's part in it."""

    def __init__(self, bench: Any, people: int = 30) -> None:
        self.bench, self.feature = bench, Campaigns()
        self.house = House(bench.site, ("sim1",), bench.ids, lambda told: None, lambda: self.trusted)
        self.trusted = True
        with database.transaction():
            self.group = groups.add("Club", BY, bench.now)
            for place in range(people):
                self.add(place)
        self.uid = verbs.draft("Rentrée", BY, bench.now, bench.ids).uid
        verbs.choose_people(self.uid, Wanted("@Club"), bench.site, bench.now)
        self.say(TEXT)

    def add(self, place: int, agrees: bool = True) -> str:
        book.add(number(place), Entry(f"Ana{place} Durand"), BY, self.bench.now)
        particulars.keep(number(place), BY, self.bench.now, wanted_groups=[self.group.id])
        if agrees:
            agree(number(place), self.bench.now)
        return number(place)

    def say(self, *texts: str, **more: Any) -> None:
        chosen = [Wording(text) for text in texts]
        verbs.choose_texts(self.uid, chosen, more.pop("category", "marketing"), self.bench.site, **more)

    def hours(self, pace: Pace | None = None, **more: Any) -> None:
        split, trial = more.pop("split", Split()), more.pop("trial", Trial())
        begins, now = more.pop("send_at", None), self.bench.now
        verbs.choose_hours(self.uid, begins, pace or Pace(), split, trial, now, **more)

    def start(self) -> None:
        verbs.start(self.uid, BY, self.bench.site, self.bench.now)

    def step(self) -> bool:
        return self.feature.step(self.house, self.bench.now)

    def run(self, most: int = 200) -> int:
        """Steps until nothing is to do at once; how many they were."""
        for done in range(most):
            if not self.step():
                return done
        raise AssertionError("it never rests")

    def leave(self) -> None:
        """Everything that waits for its turn has left and arrived."""
        Message.update(state="delivered").where(Message.state == "queued").execute()
        Part.update(state="delivered", sent_at=self.bench.now).where(Part.state == "queued").execute()

    def until_over(self, by: timedelta = timedelta(minutes=10), most: int = 500) -> None:
        for _ in range(most):
            self.run()
            self.leave()
            if self.campaign.state in ("done", "stopped"):
                return
            self.bench.clock.move(by)
            self.feature.minute(self.house, self.bench.now)
        raise AssertionError(f"it is {self.campaign.state}: {outcomes.progress(self.campaign)}")

    def dies(self) -> None:
        """The process ends; another one begins with nothing but the rows."""
        self.feature = Campaigns()

    @property
    def campaign(self) -> Campaign:
        return verbs.find(self.uid)

    @property
    def messages(self) -> list[Message]:
        return list(Message.select().where(Message.source == source(self.uid)).order_by(Message.id))

    @property
    def people(self) -> list[CampaignPerson]:
        return list(CampaignPerson.select().order_by(CampaignPerson.id))

    def written_to(self) -> Counter[str]:
        return Counter(message.recipient for message in self.messages)
