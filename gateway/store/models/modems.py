"""What is remembered of the modems."""

from __future__ import annotations

from peewee import AutoField, CharField, CompositeKey, IntegerField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row


class SimPin(Row):
    """A PIN that this SIM refused: never tried again, whatever restarts."""

    iccid = CharField(max_length=32)
    digest = CharField(max_length=64)
    refused_at = InstantField()

    class Meta:
        table_name = "sim_pins"
        primary_key = CompositeKey("iccid", "digest")


class Sim(Row):
    """The SIM that belongs in a modem; another one holds the queue until a person confirms it."""

    modem = CharField(max_length=40, primary_key=True)
    sim = CharField(max_length=32)
    trusted_at = InstantField()
    paused_until = InstantField(null=True)
    refusals = IntegerField(default=0)  # by the operator, in a row

    class Meta:
        table_name = "sims"


class Incident(Row):
    """A time in which a modem could not send: what happened, what was tried, how long."""

    id = AutoField()
    modem = CharField(max_length=40)
    error = CharField(max_length=40)
    detail = CharField(max_length=200)
    tried = JsonField(default=dict)  # {"rungs": [["restart", "2026-..."], ...]}
    uncertain = IntegerField(default=0)  # parts of which nobody knew whether they left
    began_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "incidents"


class Alarm(Row):
    """Something a person should know; at most one open of a kind for a subject."""

    id = AutoField()
    kind = CharField(max_length=40)
    subject = CharField(max_length=40)
    facts = JsonField(default=dict)
    raised_at = InstantField()
    cleared_at = InstantField(null=True)

    class Meta:
        table_name = "alarms"


class ModemRequest(Row):
    """What somebody asks of a modem through the gateway, and its answer."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    modem = CharField(max_length=40)
    kind = CharField(max_length=16)
    argument = CharField(max_length=200)
    asked_by = CharField(max_length=60)
    asked_at = InstantField()
    state = CharField(max_length=10)  # waiting, asked, done, failed
    answer = TextField(default="")
    error = CharField(max_length=40, null=True)
    done_at = InstantField(null=True)

    class Meta:
        table_name = "modem_requests"


class Call(Row):
    """Somebody rang; nobody answered."""

    id = AutoField()
    modem = CharField(max_length=40)
    number = CharField(max_length=32)  # "" when it was withheld
    at = InstantField()

    class Meta:
        table_name = "calls"


class SelfTest(Row):
    """A message that a SIM sent to itself, to prove the whole way there and back."""

    id = AutoField()
    modem = CharField(max_length=40)
    number = CharField(max_length=32)
    text = CharField(max_length=160)
    message = CharField(max_length=32)
    began_at = InstantField()
    result = CharField(max_length=10, null=True)  # passed, failed
    seconds = IntegerField(null=True)

    class Meta:
        table_name = "self_tests"
