"""What is kept for local programs: their callbacks, webhooks, codes and alerts."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, CompositeKey, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row
from gateway.store.models.modems import Alarm
from gateway.store.models.outbound import Message
from gateway.store.models.people import ApiKey


class KeyUsage(Row):
    """How many messages a key submitted in one slot of time: a day or a minute."""

    key = ForeignKeyField(ApiKey, backref="usage", on_delete="CASCADE")
    slot = CharField(max_length=16)  # "2026-12-31", "2026-12-31T08:00"
    messages = IntegerField()

    class Meta:
        table_name = "key_usage"
        primary_key = CompositeKey("key", "slot")


class Callback(Row):
    """Where a program wants to hear what becomes of one message."""

    message = ForeignKeyField(Message, primary_key=True, on_delete="CASCADE")
    key = ForeignKeyField(ApiKey, null=True, on_delete="CASCADE")
    url = CharField(max_length=500)
    style = CharField(max_length=10)  # standard, twilio

    class Meta:
        table_name = "callbacks"


class Webhook(Row):
    """A program that is told what happens; its secret is derived, and stands nowhere."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    name = CharField(max_length=60, unique=True)
    url = CharField(max_length=500)
    events = JsonField(default=dict)  # {"events": ["message.delivered", …]}
    key = ForeignKeyField(ApiKey, null=True, on_delete="CASCADE")  # only of this key's messages
    generation = IntegerField(default=0)  # of its secret
    created_at = InstantField()
    disabled_at = InstantField(null=True)

    class Meta:
        table_name = "webhooks"


class Delivery(Row):
    """One event on its way to one receiver, and the last answer."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    webhook = ForeignKeyField(Webhook, null=True, backref="deliveries", on_delete="CASCADE")
    key = ForeignKeyField(ApiKey, null=True, on_delete="CASCADE")  # whose token signs it (style twilio)
    style = CharField(max_length=10)  # standard, twilio
    url = CharField(max_length=500)
    receiver = CharField(max_length=200)  # scheme://host:port, the unit that may be slow or dead
    event = CharField(max_length=40)
    subject = CharField(max_length=64)  # in order for each: a message's uid
    payload = TextField()
    state = CharField(max_length=10)  # waiting, done, given_up
    attempts = IntegerField(default=0)
    next_at = InstantField(null=True)
    status = IntegerField(null=True)  # HTTP's
    answer = TextField(default="")  # its beginning
    error = CharField(max_length=40, null=True)
    created_at = InstantField()
    answered_at = InstantField(null=True)

    class Meta:
        table_name = "deliveries"


class AlarmStep(Row):
    """An alarm was raised or is over."""

    id = AutoField()
    alarm = ForeignKeyField(Alarm, backref="steps", on_delete="CASCADE")
    event = CharField(max_length=10)  # raised, cleared
    at = InstantField()

    class Meta:
        table_name = "alarm_steps"


class Verification(Row):
    """A code that somebody is to type back; only a keyed digest of it is here."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    key = ForeignKeyField(ApiKey, on_delete="CASCADE")
    number = CharField(max_length=32)
    prefix = CharField(max_length=16)  # the range of numbers
    region = CharField(max_length=2)
    address = CharField(max_length=64, default="")  # a keyed digest of the end user's IP address
    device = CharField(max_length=64, default="")  # the same of the device
    digest = CharField(max_length=64)
    state = CharField(max_length=12)  # pending, approved, canceled, exhausted, expired
    attempts = IntegerField(default=0)
    sends = IntegerField(default=1)
    facts = JsonField(default=dict)
    message = CharField(max_length=32)  # the uid of the last one
    created_at = InstantField()
    sent_at = InstantField()
    expires_at = InstantField()
    checked_at = InstantField(null=True)

    class Meta:
        table_name = "verifications"


class CodeSend(Row):
    """One code that was sent: what the limits count."""

    id = AutoField()
    verification = ForeignKeyField(Verification, backref="code_sends", on_delete="CASCADE")
    at = InstantField()
    key_id = IntegerField()
    number = CharField(max_length=32)
    prefix = CharField(max_length=16)
    region = CharField(max_length=2)
    address = CharField(max_length=64)
    device = CharField(max_length=64)
    message = CharField(max_length=32)

    class Meta:
        table_name = "code_sends"


class CodeRefusal(Row):
    """How often a rule refused a code to a key's callers in one hour."""

    hour = InstantField()
    key_id = IntegerField()
    rule = CharField(max_length=40)
    count = IntegerField()

    class Meta:
        table_name = "code_refusals"
        primary_key = CompositeKey("hour", "key_id", "rule")


class AlertRoute(Row):
    """To whom the alerts of another program go, and how they read."""

    id = AutoField()
    name = CharField(max_length=40, unique=True)
    recipients = JsonField(default=dict)  # {"to": ["+336…"], "groups": [3]}: numbers, and groups by id
    template = TextField()
    repeat_s = IntegerField()  # the same is told again only after so long
    resolved = BooleanField()  # also told when it is over
    per_hour = IntegerField()  # texts at most, to each of them
    created_at = InstantField()
    disabled_at = InstantField(null=True)
    hour_began_at = InstantField(null=True)  # with the first text of an hour
    told = IntegerField(default=0)  # texts in it
    unsaid = IntegerField(default=0)  # groups of alerts that it had no text for

    class Meta:
        table_name = "alert_routes"


class AlertGroup(Row):
    """What one group of alerts was last, and when it was told."""

    id = AutoField()
    route = ForeignKeyField(AlertRoute, backref="groups", on_delete="CASCADE")
    group_key = CharField(max_length=64)
    title = CharField(max_length=200)
    state = CharField(max_length=10)  # firing, resolved
    firing = JsonField(default=dict)  # {"known": ["f3a…"]}: what people believe to be going on
    told_at = InstantField(null=True)
    seen_at = InstantField()
    muted = IntegerField(default=0)

    class Meta:
        table_name = "alert_groups"
