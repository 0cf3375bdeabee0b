"""A campaign that is over, planted row by row: a test knows its figures without asking the program."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.store.models import (
    Campaign,
    CampaignPerson,
    CampaignText,
    Consent,
    Contact,
    ContactTag,
    Conversion,
    Inbound,
    Link,
    LinkSlug,
    Message,
    Part,
)

LATER = timedelta(days=3)


class Planted:
    """People are counted from 0, in the order in which they were planted."""

    def __init__(
        self, sent_at: datetime, name: str = "Rentrée", follow_links: bool = True, code_kind: str = "made"
    ) -> None:
        self.sent_at, self.key = sent_at, Campaign.select().count()
        self.campaign: Campaign = Campaign.create(
            uid=f"{self.key:032x}",
            name=name,
            state="done",
            category="marketing",
            follow_links=follow_links,
            code_kind=code_kind,
            seed=1,
            written_by="page:ana",
            created_at=sent_at,
            started_at=sent_at,
            ended_at=sent_at + LATER,
        )
        owner = f"campaign:{self.campaign.uid}"
        self.link = Link.create(owner=owner, url="https://shop.example/", created_at=sent_at)
        self.persons: list[CampaignPerson] = []

    def people(self, letter: str, state: str, count: int, parts: int = 1, left: bool = True) -> None:
        """So many read that text; their messages are in that state; `left`: the parts left the appliance."""
        text = f"Text {letter}"
        CampaignText.get_or_create(campaign=self.campaign, letter=letter, defaults={"text": text})
        for _ in range(count):
            person = self._add("exposed", letter, "written")
            message = self._message(person, state, parts)
            for seq in range(1, parts + 1):
                sent_at = self.sent_at if left else None
                Part.create(message=message, seq=seq, start=0, stop=1, lane=3, state=state, sent_at=sent_at)
            person.message_id, person.message = message.id, message.uid
            person.save()

    def held_out(self, count: int) -> None:
        self.campaign.split = {"control": 10, "test": 100}
        self.campaign.save()
        for _ in range(count):
            self._add("control", "", "left_out", reason="campaign_control")

    def refused(self, count: int) -> None:
        for _ in range(count):
            self._add("exposed", "", "left_out", reason="no_consent")

    def clicks(self, place: int, hours: float) -> None:
        at, person = self.sent_at + timedelta(hours=hours), self.persons[place]
        LinkSlug.create(
            slug=f"s{person.id}", link=self.link, person=str(person.id), clicks=1, first_at=at, last_at=at
        )

    def replies(self, place: int, hours: float, text: str = "Oui") -> Inbound:
        return Inbound.create(
            uid=f"i{self.key}-{place}-{hours}",
            sender=self.persons[place].number,
            text=text,
            received_at=self.sent_at + timedelta(hours=hours),
            complete=True,
            modem="sim1",
            sim="8933",
        )

    def stops(self, place: int, hours: float) -> None:
        said = self.replies(place, hours, "STOP")
        Consent.create(
            number=said.sender,
            at=said.received_at,
            event="opposed",
            channel="sms",
            proof=said.uid,
            written_by="sms",
        )

    def buys(self, place: int | None, cents: int, hours: float) -> None:
        Conversion.create(
            campaign=self.campaign,
            person_id=None if place is None else self.persons[place].id,
            code="AUTUMN10",
            amount_cents=cents,
            at=self.sent_at + timedelta(hours=hours),
            source="till",
            written_by="page:ana",
        )

    def sells(self, place: int, hours: float) -> None:
        """A sale that was told by the person's number alone."""
        Conversion.create(
            campaign=self.campaign,
            person_id=self.persons[place].id,
            code="",
            amount_cents=900,
            at=self.sent_at + timedelta(hours=hours),
            source="till",
            written_by="page:ana",
        )

    def tag(self, tag: str, places: Iterable[int]) -> None:
        for place in places:
            number = self.persons[place].number
            contact, _ = Contact.get_or_create(
                number=number,
                defaults={"name": f"Ana {place}", "created_at": self.sent_at, "updated_at": self.sent_at},
            )
            ContactTag.insert(contact=contact.id, tag=tag).execute()

    def _add(self, role: str, letter: str, state: str, reason: str | None = None) -> CampaignPerson:
        person: CampaignPerson = CampaignPerson.create(
            campaign=self.campaign,
            number=f"+3363998{self.key:02d}{len(self.persons):02d}",
            role=role,
            letter=letter,
            due_at=self.sent_at,
            state=state,
            reason=reason,
        )
        self.persons.append(person)
        return person

    def _message(self, person: CampaignPerson, state: str, parts: int) -> Message:
        made: Message = Message.create(
            uid=f"{self.key:016x}{person.id:016x}",
            recipient=person.number,
            text="x",
            category="marketing",
            state=state,
            alphabet="gsm7",
            part_count=parts,
            source=f"campaign:{self.campaign.uid}",
            content_digest="",
            expires_at=self.sent_at + LATER,
            created_at=self.sent_at,
            updated_at=self.sent_at,
        )
        return made
