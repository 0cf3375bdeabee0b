"""Messages that came, their parts, what nobody understood, and the last word with each number."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, Row


class Inbound(Row):
    """A received message, complete or still missing parts."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    sender = CharField(max_length=32)
    text = TextField()
    received_at = InstantField()
    sent_at = InstantField(null=True)
    complete = BooleanField()
    modem = CharField(max_length=40)
    sim = CharField(max_length=32)
    concat_reference = IntegerField(null=True)
    concat_wide = BooleanField(default=False)
    part_count = IntegerField(default=1)
    asks = CharField(max_length=16, null=True)  # what a person must say of it: perhaps_stop

    class Meta:
        table_name = "inbound"


class InboundTopic(Row):
    """What a received message was for."""

    inbound_id: int

    inbound = ForeignKeyField(Inbound, primary_key=True, on_delete="CASCADE")
    kind = CharField(max_length=12)  # survey, appointment, keyword
    subject = CharField(max_length=32)  # the uid of that one

    class Meta:
        table_name = "inbound_topics"


class InboundPart(Row):
    """One received TPDU; its digest makes reading it a second time harmless."""

    id = AutoField()
    inbound = ForeignKeyField(Inbound, backref="parts", on_delete="CASCADE")
    seq = IntegerField()
    text = TextField()
    tpdu = TextField()
    digest = CharField(max_length=64, unique=True)
    received_at = InstantField()

    class Meta:
        table_name = "inbound_parts"


class Quarantine(Row):
    """A TPDU that could not be understood: kept, shown, never read again from the SIM."""

    id = AutoField()
    modem = CharField(max_length=40)
    sim = CharField(max_length=32)
    tpdu = TextField()
    why = CharField(max_length=200)
    digest = CharField(max_length=64, unique=True)
    received_at = InstantField()

    class Meta:
        table_name = "quarantine"


class Conversation(Row):
    """One number and the last thing said with it: the list of conversations without a scan."""

    number = CharField(max_length=32, primary_key=True)
    last_at = InstantField()
    last_text = CharField(max_length=160)
    last_inbound = BooleanField()
    unread = IntegerField(default=0)
    assigned_to = CharField(max_length=40, null=True)  # a colleague's name

    class Meta:
        table_name = "conversations"
