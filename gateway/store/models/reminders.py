"""Appointments: the calendars they come from, the rules by which they are reminded of, each reminder."""

from __future__ import annotations

from typing import Any

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, Row


class Calendar(Row):
    """Where appointments come from; minutes of the day count from midnight where the appliance stands."""

    rules: Any
    appointments: Any

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    name = CharField(max_length=60, unique=True)
    url = CharField(max_length=500)  # a secret; "": what the page, programs and lists write down
    every_min = IntegerField(default=15)
    say_moved = BooleanField(default=True)
    moved_text = TextField(default="")  # "": the one of config/texts; the same for the others
    say_canceled = BooleanField(default=False)
    canceled_text = TextField(default="")
    confirmed_text = TextField(default="")  # what comes back after 1
    declined_text = TextField(default="")  # and after 2
    night_from = IntegerField(default=21 * 60)
    night_to = IntegerField(default=8 * 60)
    evening_at = IntegerField(default=20 * 60)  # what would fall in the night leaves then, before it
    etag = CharField(max_length=200, default="")
    modified = CharField(max_length=60, default="")
    digest = CharField(max_length=64, default="")  # of the file that was read last
    next_at = InstantField(null=True)  # when it is fetched again
    fetched_at = InstantField(null=True)  # when that went well last
    read_at = InstantField(null=True)  # when something else was in it last; of our own, was written down
    failing_since = InstantField(null=True)
    error = CharField(max_length=40, null=True)
    doubtful = IntegerField(default=0)  # so many vanished at once that a person decides
    written_by = CharField(max_length=60)
    created_at = InstantField()

    class Meta:
        table_name = "calendars"


class ReminderRule(Row):
    """So many days before at a time of day (`days`, `at_min`), or so many minutes before."""

    id = AutoField()
    calendar = ForeignKeyField(Calendar, backref="rules", on_delete="CASCADE")
    days = IntegerField(null=True)
    at_min = IntegerField(null=True)
    minutes = IntegerField(null=True)
    text = TextField(default="")

    class Meta:
        table_name = "reminder_rules"


class Appointment(Row):
    """One appointment of one person.

    state: planned, confirmed, declined (the person cannot come: somebody looks), canceled, erased (the
    person was; the calendar may still name them, and nothing of it is taken in again).
    """

    reminders: Any

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    calendar = ForeignKeyField(Calendar, backref="appointments", on_delete="CASCADE")
    key = CharField(max_length=300)  # the calendar's: UID, and the recurrence's original start
    number = CharField(max_length=32, default="")
    name = CharField(max_length=80, default="")
    title = CharField(max_length=200, default="")
    place = CharField(max_length=200, default="")
    starts_at = InstantField()
    ends_at = InstantField()
    all_day = BooleanField(default=False)
    state = CharField(max_length=10, default="planned")
    problem = CharField(max_length=40, null=True)  # why nobody can be reminded
    told_for = InstantField(null=True)  # the start that the person was told last
    turn = IntegerField(default=0)  # rises when it moves or becomes another person's
    answers = IntegerField(default=0)  # how often we answered them
    missing_at = InstantField(null=True)  # vanished with many others, and nobody has decided
    known_at = InstantField()  # since when it is as it is
    answered_at = InstantField(null=True)

    class Meta:
        table_name = "appointments"


class Reminder(Row):
    """One reminder of one appointment at one start, once: `rule` is its rule's id, 0 for the word that it
    moved, -1 that it is canceled.

    state: waiting, sent (a message was written), skipped, refused, canceled.
    """

    id = AutoField()
    appointment = ForeignKeyField(Appointment, backref="reminders", on_delete="CASCADE")
    rule = IntegerField()
    starts_at = InstantField()
    due_at = InstantField()
    state = CharField(max_length=10, default="waiting")
    reason = CharField(max_length=40, null=True)
    message = CharField(max_length=32, null=True)  # its uid
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "reminders"
