"""Who belongs to a campaign is written down, a few a step: after any end of the process the lists are gone
through once more, and whoever is there already stays as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from gateway import rulebook
from gateway.config import Appliance
from gateway.contacts.audience import Reader
from gateway.features.campaigns import diary, people, plan, split
from gateway.features.campaigns.paces import Open, Slots
from gateway.features.campaigns.people import Sieve
from gateway.features.campaigns.plan import Wording
from gateway.features.campaigns.states import (
    CONTROL,
    EXPOSED,
    FAR,
    GATHERING,
    LEFT_OUT,
    RUNNING,
    WAITING,
)
from gateway.messages.gathering import Judge
from gateway.policy import territories
from gateway.store import database, statements
from gateway.store.models import Campaign, CampaignPerson
from gateway.store.terms import fn

BATCH = 25  # people a step: the rules are asked for each
READ = 200  # people read at once: most of them are known, where a process before this one ended


@dataclass(slots=True)
class Gathering:
    """One campaign's, while it lasts; all of it can be made anew."""

    campaign: Campaign
    coming: Iterator[Reader]
    sieve: Sieve
    judge: Judge
    hours: Open
    texts: Mapping[str, Wording]
    slots: dict[datetime, Slots] = field(default_factory=dict)  # by the hour at which they begin
    new: list[str] = field(default_factory=list)  # who was read, and is not written down yet
    is_read: bool = False  # nobody comes after these

    @classmethod
    def begin(cls, campaign: Campaign, site: Appliance, now: datetime) -> Gathering:
        coming = people.readers(plan.wanted(campaign), site, now)
        sieve = Sieve.of(campaign, site.country, now)
        return cls(campaign, coming, sieve, Judge(site), opening(campaign, site), plan.texts(campaign))

    def step(self, now: datetime) -> bool:
        """Write the next few down, in one transaction; False when there are no more."""
        if not self.new:
            numbers = [reader.number for reader in islice(self.coming, READ)]
            self.new, self.is_read = self._new(numbers), len(numbers) < READ
        some, rest = self.new[:BATCH], self.new[BATCH:]
        is_over = self.is_read and not rest
        with database.transaction():
            self._write(some, now)
            if is_over:
                self._end(now)
        self.new = rest
        return not is_over

    def _new(self, numbers: Sequence[str]) -> list[str]:
        here = (CampaignPerson.campaign == self.campaign.id) & CampaignPerson.number.in_(list(numbers))
        known = {row.number for row in CampaignPerson.select(CampaignPerson.number).where(here)}
        return [number for number in numbers if number not in known]

    def _write(self, numbers: Sequence[str], now: datetime) -> None:
        if not numbers:
            return
        due = self.hours.from_(self.campaign.started_at or now)
        reasons = self.sieve.reasons(numbers, self.judge, due, now)
        rows = [self._row(number, reasons.get(number)) for number in numbers]
        statements.insert_missing(CampaignPerson, rows)
        gathered = self.campaign.people + len(numbers)
        Campaign.update(people=gathered).where(Campaign.id == self.campaign.id).execute()
        self.campaign.people = gathered

    def _row(self, number: str, reason: str | None) -> dict[str, Any]:
        """Whoever the rules leave out is not drawn for: the groups that are compared are all of people who
        could be written to."""
        role, letter = EXPOSED, ""
        if reason is None:
            role, letter = split.place(self.campaign.seed, number, [*self.texts], plan.split(self.campaign))
        reason = "campaign_control" if role == CONTROL else reason
        due = FAR
        if reason is None and letter:
            due = self._slots(self.texts[letter].send_at).next()
        return {
            "campaign": self.campaign.id,
            "number": number,
            "role": role,
            "letter": letter,
            "due_at": due,
            "state": LEFT_OUT if reason else WAITING,
            "reason": reason,
        }

    def _slots(self, own: datetime | None) -> Slots:
        """Those that begin at a text's own hour, or at the campaign's; an earlier process may have dealt out
        some of them."""
        base = max(self.campaign.started_at, own or self.campaign.started_at)
        if base not in self.slots:
            letters = [letter for letter, text in self.texts.items() if text.send_at == own]
            self.slots[base] = dealt(self.campaign, letters, EXPOSED, base, self.hours)
        return self.slots[base]

    def _end(self, now: datetime) -> None:
        """Whom it was for is in its rows now: what was typed keeps the lists only."""
        site = self.judge.site
        named: dict[str, Any] = {}
        for name in ("typed", "without"):
            kept = self.campaign.audience.get(name, "")
            named[name], named[f"{name}_people"] = people.lists_only(kept, site.country, now)
        audience = self.campaign.audience | named
        changes = {"gathered": True, "state": RUNNING, "audience": audience}
        here = (Campaign.id == self.campaign.id) & (Campaign.state == GATHERING)
        Campaign.update(**changes).where(here).execute()
        diary.note(self.campaign, "gathered", "gateway:campaigns", now, people=self.campaign.people)


def opening(campaign: Campaign, site: Appliance) -> Open:
    """When phones may ring where the shop is."""
    book = rulebook.read()
    place = territories.by_region(site.country, (), site.timezone, book.alsace)
    return Open(book.hours[campaign.category], place)


def dealt(campaign: Campaign, letters: Sequence[str], role: str, base: datetime, hours: Open) -> Slots:
    """The instants for these people from `base` on, as far as they were dealt out."""
    rows = CampaignPerson.select(fn.COUNT(CampaignPerson.id), fn.MAX(CampaignPerson.due_at)).where(
        CampaignPerson.campaign == campaign.id,
        CampaignPerson.role == role,
        CampaignPerson.letter.in_(list(letters)),
    )
    given, last = rows.scalar(as_tuple=True)
    return Slots(base, plan.pace(campaign), hours, given, last if given else None)
