"""Mails on their way to the relay; what the people who are told of alarms believe."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, CompositeKey, IntegerField, TextField

from gateway.store.models.fields import InstantField, Row


class Mail(Row):
    """One mail to one address; once it is over, only where to and what became of it."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    address = CharField(max_length=254)
    title = CharField(max_length=200)
    text = TextField()
    number = CharField(max_length=32, default="")  # whom it is about
    state = CharField(max_length=10)  # waiting, done, given_up
    attempts = IntegerField(default=0)
    next_at = InstantField(null=True)
    error = CharField(max_length=40, null=True)
    answer = TextField(default="")  # the relay's
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "mails"


class Notice(Row):
    """What was told about one alarm: a kind, and what it is about."""

    kind = CharField(max_length=40)
    subject = CharField(max_length=40)
    told_at = InstantField(null=True)  # that it stands
    standing = BooleanField(default=False)  # they believe so
    unsaid = IntegerField(default=0)  # times that it came since, and nobody was told

    class Meta:
        table_name = "notices"
        primary_key = CompositeKey("kind", "subject")
