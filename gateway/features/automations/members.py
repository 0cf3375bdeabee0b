"""Who is in the group that sets an automation off: whoever was there when it began is not new."""

from __future__ import annotations

from gateway.features.automations.states import GROUP
from gateway.store.models import Automation, AutomationMember, Contact, GroupMember
from gateway.store.terms import fn, value

A_LOOK = 20  # new members a step


def forget(known: Automation) -> None:
    AutomationMember.delete().where(AutomationMember.automation == known.id).execute()


def remember(known: Automation) -> None:
    """Everybody who is there now is known.  In the caller's transaction."""
    if known.kind == GROUP:
        theirs = GroupMember.select(value(known.id), GroupMember.contact).where(
            GroupMember.group == known.group_id
        )
        AutomationMember.insert_from(
            theirs, [AutomationMember.automation, AutomationMember.contact_id]
        ).execute()


def fresh(known: Automation) -> list[Contact]:
    """The next few who were put into it since."""
    seen = AutomationMember.select(AutomationMember.id).where(
        AutomationMember.automation == known.id, AutomationMember.contact_id == GroupMember.contact
    )
    joined = Contact.select().join(GroupMember, on=(GroupMember.contact == Contact.id))
    return list(joined.where(GroupMember.group == known.group_id, ~fn.EXISTS(seen)).limit(A_LOOK))


def note(known: Automation, contact: Contact) -> None:
    """This one is new no more."""
    AutomationMember.create(automation=known.id, contact_id=contact.id)
