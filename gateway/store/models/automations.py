"""Automations: what sets them off, their steps, each run of one person, and what programs told."""

from __future__ import annotations

from typing import Any

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row


class Automation(Row):
    """Steps that one person after the other goes through, each when something of theirs sets it off."""

    steps: Any
    runs: Any

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    name = CharField(max_length=80, unique=True)
    state = CharField(max_length=10)  # draft, running, paused
    category = CharField(max_length=16)
    kind = CharField(max_length=10)  # birthday, after, before, event, group
    field_id = IntegerField(null=True)  # of the contacts, where a date sets it off
    days = IntegerField(default=0)  # after or before that date
    at_min = IntegerField(default=9 * 60)  # minutes of the day where the appliance stands
    event = CharField(max_length=40, default="")
    group_id = IntegerField(null=True)
    exits = JsonField(default=dict)  # {"events": ["order_placed"], "reply": true, "bought": true}
    gap_days = IntegerField(default=1)  # between two runs of the same person
    scanned_on = CharField(max_length=10, default="")  # the last day whose dates were all looked at
    scan_after = IntegerField(default=0)  # how far today's look came, as a contact's id
    written_by = CharField(max_length=60)
    created_at = InstantField()
    started_at = InstantField(null=True)

    class Meta:
        table_name = "automations"


class AutomationStep(Row):
    """One step: wait, send, tag, untag, only."""

    id = AutoField()
    automation = ForeignKeyField(Automation, backref="steps", on_delete="CASCADE")
    position = IntegerField()  # from 1
    kind = CharField(max_length=10)
    text = TextField(default="")  # of a message, or the tag
    wait_min = IntegerField(default=0)  # minutes; whole days go by the calendar
    at_min = IntegerField(null=True)  # then on until this minute of the day

    class Meta:
        table_name = "automation_steps"


class AutomationRun(Row):
    """One person on the way through, once for each `key`: a year, a date, an event's reference.

    state: waiting, done, ended, left_out (never begun); the last two with a reason.
    """

    history: Any

    id = AutoField()
    automation = ForeignKeyField(Automation, backref="runs", on_delete="CASCADE")
    number = CharField(max_length=32)
    key = CharField(max_length=120)
    state = CharField(max_length=10)
    reason = CharField(max_length=40, null=True)
    position = IntegerField(default=1)  # of the next step
    facts = JsonField(default=dict)  # what the event told
    message = CharField(max_length=32, null=True)  # the uid of what was written to them last
    next_at = InstantField(null=True)
    started_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "automation_runs"


class AutomationTurn(Row):
    """One line of a run's history."""

    id = AutoField()
    run = ForeignKeyField(AutomationRun, backref="history", on_delete="CASCADE")
    at = InstantField()
    what = CharField(max_length=20)
    facts = JsonField(default=dict)

    class Meta:
        table_name = "automation_turns"


class AutomationEvent(Row):
    """Something that a program told of a person; taken in by the gateway, in order."""

    id = AutoField()
    name = CharField(max_length=40)
    number = CharField(max_length=32)
    reference = CharField(max_length=80, null=True)  # the caller's own: once more is the same
    facts = JsonField(default=dict)
    written_by = CharField(max_length=60)
    at = InstantField()
    taken_at = InstantField(null=True)

    class Meta:
        table_name = "automation_events"


class AutomationMember(Row):
    """Who is in the group that sets an automation off; a trigger adds whoever comes in while it runs."""

    id = AutoField()
    automation = ForeignKeyField(Automation, backref="members", on_delete="CASCADE")
    contact_id = IntegerField()
    is_new = BooleanField(default=False)  # came in since, and was not greeted yet

    class Meta:
        table_name = "automation_members"
