"""A message as it is being written: the form, the people in it, what marketing still lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import g

from gateway.contacts import recipients
from gateway.contacts.mailing import Mail
from gateway.contacts.recipients import Recipients
from gateway.errors import Invalid
from gateway.messages import marketing, templating
from gateway.messages.outbox import Draft
from gateway.messages.texts import Preview, preview
from gateway.policy.categories import CATEGORIES as KNOWN
from web import formats
from web.language import say
from web.office import office

CATEGORIES = ("notification", "alert", "otp", "marketing")


@dataclass(frozen=True, slots=True)
class Letter:
    """The form as it was typed; `key` makes sending it twice harmless."""

    to: str = ""  # what is being typed
    chosen: str = ""  # who was understood already: one on each line
    text: str = ""
    category: str = "notification"
    when: str = "now"  # now | later
    at: str = ""  # a datetime-local value in the appliance's zone
    key: str = ""
    sure: str = ""  # the stamps of those twins about which it asks: the answer is for them alone

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Letter:
        read = {name: given.get(name, "") for name in cls.__slots__}
        return cls(**{name: value for name, value in read.items() if value})

    @property
    def typed(self) -> str:
        return f"{self.chosen}\n{self.to}".strip()

    @property
    def people(self) -> Recipients:
        """Whoever is meant, understood once a request."""
        if g.get("people_typed") != self.typed:
            site, now = office().config.appliance, office().clock.now()
            g.people_typed, g.people = self.typed, recipients.read(self.typed, site.country, now)
        found: Recipients = g.people
        return found

    @property
    def understood(self) -> Recipients:
        """Those that were chosen already."""
        site, now = office().config.appliance, office().clock.now()
        return recipients.read(self.chosen, site.country, now) if self.to else self.people

    @property
    def is_personal(self) -> bool:
        """People read texts of their own."""
        return not templating.is_plain(self.text)

    @property
    def is_rehearsed(self) -> bool:
        """It is shown what would become of it, before anything is queued."""
        several = len(self.people.people) + len(self.people.wrong) > 1 or bool(self.people.many)
        return several or self.is_personal or (self.category in KNOWN and KNOWN[self.category].needs_consent)

    def send_at(self) -> datetime | None:
        """When it is to leave, None for now; raises Invalid on the field `at`."""
        if self.when != "later":
            return None
        try:
            return formats.read_local(self.at)
        except ValueError as error:
            raise Invalid("time_unreadable", field="at", value=self.at) from error

    def draft(self, text: str | None = None) -> Draft:
        """What is asked for, of nobody yet; raises Invalid on the field `at`."""
        return Draft("", self.text if text is None else text, self.category, self.send_at())

    def mail(self) -> Mail:
        """What goes to each of them; raises Invalid on the field `at`."""
        return Mail("\n".join(self.people.typed), self.text, self.category, self.send_at())


def addition(letter: Letter) -> str:
    """What is put behind the text before it leaves: the way to stop, where marketing names none."""
    if letter.category not in KNOWN:
        return ""
    whole = marketing.complete(letter.text, letter.category, office().config.appliance)
    return whole[len(letter.text.rstrip()) :] if whole != letter.text else ""


def findings(letter: Letter) -> list[dict[str, object]]:
    """What marketing lacks, and would be better for, in words; `wrong` must be mended before it may leave."""
    if letter.category not in KNOWN or not letter.text.strip():
        return []
    found = marketing.findings(letter.text, letter.category, office().config.appliance)
    said: list[dict[str, object]]
    said = [{"wrong": one.wrong, "words": say(f"error.{one.code}", **one.facts)} for one in found]
    advice = marketing.hints(letter.text, letter.category)
    return said + [{"wrong": False, "words": say(f"hint.{code}")} for code in advice]


def cost(letter: Letter) -> Preview:
    """What the text costs with its addition; a cheaper spelling is the text's own.  Raises Invalid."""
    more = addition(letter)
    if not more:
        return preview(letter.text)
    whole, own = preview(letter.text.rstrip() + more), preview(letter.text)
    spelled = own.suggestion
    parts = preview(spelled.rstrip() + more).parts if spelled is not None else None
    return replace(whole, suggestion=spelled, suggestion_parts=parts)


def spelled_cheaper(letter: Letter) -> Letter:
    try:
        return replace(letter, text=preview(letter.text, smart=True).text)
    except Invalid:
        return letter  # the form says what is wrong with the text
