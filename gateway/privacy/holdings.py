"""What this appliance really keeps about people, and who else gets it: the public notice tells no more and no
less.  A kind is told from its first row on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.store.models import (
    ApiKey,
    Appointment,
    AutomationEvent,
    AutomationRun,
    Calendar,
    Call,
    Callback,
    Contact,
    ContactField,
    ContactTag,
    ContactValue,
    ConversationNote,
    Conversion,
    Delivery,
    GroupMember,
    KeywordRule,
    LinkSlug,
    Mail,
    SurveyPerson,
    Verification,
    Webhook,
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The kinds of data that there are; `fields` names the shop's own that somebody has a value in."""

    fields: tuple[str, ...]
    lists: bool  # tags, groups
    notes: bool
    calls: bool
    clicks: bool
    purchases: bool
    surveys: bool
    appointments: bool
    codes: bool
    automations: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who else gets them, besides the shop's people and the operators."""

    told: bool  # programs that are called: webhooks, callbacks
    readers: bool  # programs with a key
    mails: bool  # a word that somebody texts goes to a mailbox
    calendars: bool  # appointments come from a calendar that lies elsewhere

    @property
    def is_anybody(self) -> bool:
        return self.told or self.readers or self.mails or self.calendars


def held() -> Holdings:
    """What there is now."""
    noted = _any(ConversationNote) or _any(Contact, Contact.note != "")
    return Holdings(
        fields=_own_fields(),
        lists=_any(ContactTag) or _any(GroupMember),
        notes=noted,
        calls=_any(Call),
        clicks=_any(LinkSlug),
        purchases=_any(Conversion),
        surveys=_any(SurveyPerson),
        appointments=_any(Appointment, Appointment.number != ""),
        codes=_any(Verification),
        automations=_any(AutomationRun) or _any(AutomationEvent),
    )


def elsewhere(now: datetime) -> Elsewhere:
    """Who gets them now; a program that was told lately counts, though it may not be told any more."""
    standing = ApiKey.revoked_at.is_null() | (ApiKey.revoked_at > now)
    called = _any(Webhook, Webhook.disabled_at.is_null()) or _any(ApiKey, standing, ApiKey.inbound_url != "")
    return Elsewhere(
        told=called or _any(Callback) or _any(Delivery),
        readers=_any(ApiKey, standing),
        mails=_any(KeywordRule, KeywordRule.mail != "") or _any(Mail, Mail.number != ""),
        calendars=_any(Calendar, Calendar.url != ""),
    )


def _own_fields() -> tuple[str, ...]:
    used = ContactValue.select(ContactValue.field).where(ContactValue.value != "")
    rows = ContactField.select().where(ContactField.id.in_(used)).order_by(ContactField.position)
    return tuple(row.name for row in rows)


def _any(table: Any, *conditions: Any) -> bool:
    rows = table.select()
    return bool((rows.where(*conditions) if conditions else rows).exists())
