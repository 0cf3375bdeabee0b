"""Whom a campaign is for: everybody it names, each once, and why some of these are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.config import Appliance
from gateway.contacts import audience, choosing, recipients
from gateway.contacts.audience import Reader
from gateway.contacts.choosing import Choice
from gateway.contacts.recipients import Many, Person, Recipients
from gateway.features.campaigns import plan
from gateway.features.campaigns.plan import Wanted
from gateway.features.campaigns.states import source
from gateway.messages.gathering import Asked, Judge
from gateway.messages.lifecycle import State
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer
from gateway.store.models import Campaign, Contact, Message

NEVER_LEFT = (State.CANCELED, State.REJECTED)
EVERYBODY = "*"  # a line of its own: all contacts


@dataclass(frozen=True, slots=True)
class Sieve:
    """What leaves people out: a list of others, a message lately, and the rules as of the first hour."""

    without: Recipients
    rested_days: int
    category: str
    own: str  # the campaign's own messages count for nothing

    @classmethod
    def of(cls, campaign: Campaign, country: str, now: datetime) -> Sieve:
        chosen = plan.wanted(campaign)
        without = understood(chosen.without, country, now)
        return cls(without, chosen.rested_days, campaign.category, source(campaign.uid))

    def reasons(self, numbers: Sequence[str], judge: Judge, due: datetime, now: datetime) -> dict[str, str]:
        """Number → the reason why this person gets none, for those who do not."""
        found = self.unwanted(numbers, now)
        for number in numbers:
            if number not in found and (reason := self._refused(number, judge, due)):
                found[number] = reason
        return found

    def unwanted(self, numbers: Sequence[str], now: datetime) -> dict[str, str]:
        """Those whom somebody chose to leave out, whatever the rules say."""
        found = dict.fromkeys(self._without(numbers, now), "campaign_without")
        return found | dict.fromkeys(self._recent(numbers, now) - found.keys(), "campaign_rested")

    def _without(self, numbers: Sequence[str], now: datetime) -> set[str]:
        found = {person.number for person in self.without.people} & set(numbers)
        for each in self.without.many:
            here = Contact.number.in_(list(numbers)), *choosing.wanted(each.choice, now)
            found |= {contact.number for contact in Contact.select(Contact.number).where(*here)}
        return found

    def _recent(self, numbers: Sequence[str], now: datetime) -> set[str]:
        if not self.rested_days:
            return set()
        lately = Message.created_at > now - timedelta(days=self.rested_days)
        rows = Message.select(Message.recipient).where(
            Message.recipient.in_(list(numbers)), lately, Message.source != self.own
        )
        return {row.recipient for row in rows.where(Message.state.not_in(NEVER_LEFT))}

    def _refused(self, number: str, judge: Judge, due: datetime) -> str | None:
        ends = due + CATEGORIES[self.category].validity
        verdict = judge.verdict(Asked(number, self.category, None, ends), due)
        return verdict.reason if verdict.answer is Answer.REFUSE else None


def understood(typed: str, country: str, now: datetime) -> Recipients:
    """Whoever is meant: as `recipients.read` says, and a line "*" is everybody in the contacts."""
    lines = typed.splitlines()
    found = recipients.read("\n".join(line for line in lines if line.strip() != EVERYBODY), country, now)
    if not any(line.strip() == EVERYBODY for line in lines):
        return found
    everybody = Many(EVERYBODY, "everybody", "", Choice(), int(Contact.select().count()))
    return replace(found, many=[*found.many, everybody])


def readers(chosen: Wanted, site: Appliance, now: datetime, own: bool = False) -> Iterator[Reader]:
    """Everybody it names, some hundreds read at a time; `own`: with the shop's own fields."""
    return audience.readers(understood(chosen.typed, site.country, now), now, own)


def of_numbers(numbers: Sequence[str], now: datetime) -> dict[str, Reader]:
    """Number → how that person reads a text with gaps."""
    named = Recipients([Person(number, number) for number in numbers])
    return {reader.number: reader for reader in audience.readers(named, now)}


def lists_only(typed: str, country: str, now: datetime) -> tuple[str, int]:
    """What was typed without the people named one by one, and how many these were: what a campaign keeps
    once it has gathered its people."""
    found = understood(typed, country, now)
    return "\n".join(each.typed for each in found.many), len(found.people)
