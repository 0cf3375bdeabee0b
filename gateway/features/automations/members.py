"""Who is in the group that sets an automation off: whoever was there when it began is not new."""

from __future__ import annotations

from typing import Any

from gateway.features.automations.states import GROUP
from gateway.store.models import Automation, AutomationMember, Contact, GroupMember
from gateway.store.terms import value

A_LOOK = 20  # new members a step


def forget(known: Automation) -> None:
    AutomationMember.delete().where(AutomationMember.automation == known.id).execute()


def remember(known: Automation) -> None:
    """Everybody who is there now is known.  In the caller's transaction."""
    if known.kind == GROUP:
        rows = GroupMember.select(value(known.id), GroupMember.contact, value(False))
        theirs = rows.where(GroupMember.group == known.group_id)
        columns = [AutomationMember.automation, AutomationMember.contact_id, AutomationMember.is_new]
        AutomationMember.insert_from(theirs, columns).execute()


def arrivals(known: Automation) -> Any:
    """The next few who came in since, as a query."""
    new = (AutomationMember.automation == known.id) & (AutomationMember.is_new == 1)
    return AutomationMember.select().where(new).order_by(AutomationMember.id).limit(A_LOOK)


def take(known: Automation, member: AutomationMember) -> Contact | None:
    """This one is new no more; None for who has left meanwhile, and may come again."""
    here = (GroupMember.group == known.group_id) & (GroupMember.contact == member.contact_id)
    found: Contact | None = Contact.select().join(GroupMember).where(here).first()
    if found is None:
        member.delete_instance()
    else:
        AutomationMember.update(is_new=False).where(AutomationMember.id == member.id).execute()
    return found
