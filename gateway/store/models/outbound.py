"""Messages that leave: what was asked, its parts, every step, the reports."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row


class Message(Row):
    """What a caller asked to say to one person.  `state`, `reason`, `facts` and `until` are derived
    from its parts by the lifecycle, and kept here so that lists need no join."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)  # 32 hex digits, rising with time
    recipient = CharField(max_length=32)
    text = TextField()  # what leaves
    typed = TextField(null=True)  # what was asked for, when a cheaper spelling leaves instead
    category = CharField(max_length=16)
    state = CharField(max_length=16)
    reason = CharField(max_length=40, null=True)
    facts = JsonField(default=dict)
    until = InstantField(null=True)
    alphabet = CharField(max_length=8)
    part_count = IntegerField()
    concat_reference = IntegerField(null=True)
    wanted_modem = CharField(max_length=40, null=True)
    modem = CharField(max_length=40, null=True)  # who carries it, once a part was claimed
    source = CharField(max_length=60)  # "page:ana", "key:shop", "cli:root"
    client_ref = CharField(max_length=200, null=True)
    content_digest = CharField(max_length=64)
    metadata = JsonField(default=dict)
    send_at = InstantField(null=True)
    expires_at = InstantField()
    created_at = InstantField()
    updated_at = InstantField()
    sealed = CharField(max_length=200, null=True)  # what the asterisks of the text stand for; "": gone

    class Meta:
        table_name = "messages"


class Part(Row):
    """One TPDU of a message: `message.text[start:stop]`."""

    id = AutoField()
    message = ForeignKeyField(Message, backref="parts", on_delete="CASCADE")
    seq = IntegerField()  # counts from 1
    start = IntegerField()
    stop = IntegerField()
    lane = IntegerField()  # 0 leaves first
    source = CharField(max_length=60, default="")  # the message's: sources take turns within a lane
    bound = CharField(max_length=40, default="")  # the only modem that may carry it; "": any
    state = CharField(max_length=16)
    reason = CharField(max_length=40, null=True)
    facts = JsonField(default=dict)
    until = InstantField(null=True)
    attempts = IntegerField(default=0)
    modem = CharField(max_length=40, null=True)
    sim = CharField(max_length=32, null=True)
    reference = IntegerField(null=True)
    claimed_at = InstantField(null=True)
    sent_at = InstantField(null=True)
    report_status = IntegerField(null=True)
    reported_at = InstantField(null=True)

    class Meta:
        table_name = "parts"


class History(Row):
    """One step in a message's life; `seq` is None where the step was the whole message's."""

    id = AutoField()
    message = ForeignKeyField(Message, backref="history", on_delete="CASCADE")
    seq = IntegerField(null=True)
    at = InstantField()
    event = CharField(max_length=20)
    state = CharField(max_length=16)
    reason = CharField(max_length=40, null=True)
    facts = JsonField(default=dict)

    class Meta:
        table_name = "history"


class StatusReport(Row):
    """Every report that came, matched with a part or still an orphan."""

    id = AutoField()
    part = ForeignKeyField(Part, null=True, backref="reports", on_delete="CASCADE")
    sim = CharField(max_length=32)
    reference = IntegerField()
    recipient = CharField(max_length=32)
    status = IntegerField()
    sent_at = InstantField(null=True)
    discharged_at = InstantField(null=True)
    received_at = InstantField()
    digest = CharField(max_length=64, unique=True)

    class Meta:
        table_name = "status_reports"


class ConcatReference(Row):
    """The last 8-bit concatenation reference used towards one recipient."""

    recipient = CharField(max_length=32, primary_key=True)
    last = IntegerField()

    class Meta:
        table_name = "concat_references"
