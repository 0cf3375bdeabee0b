"""The ledger's tables.  Only `gateway.messages.lifecycle` writes a `state`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from gateway.store.database import db

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InstantField(BigIntegerField):
    """An aware datetime, kept as whole microseconds since 1970 UTC: compared and indexed as a number."""

    def db_value(self, value: datetime | None) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def python_value(self, value: int | None) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class JsonField(TextField):
    """A small JSON object, kept as text."""

    def db_value(self, value: dict[str, Any] | None) -> str:
        return json.dumps(value or {}, ensure_ascii=False, separators=(",", ":"))

    def python_value(self, value: str | None) -> dict[str, Any]:
        return json.loads(value) if value else {}


class Row(Model):
    class Meta:
        database = db
        legacy_table_names = False


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

    class Meta:
        table_name = "inbound"


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

    class Meta:
        table_name = "conversations"


class ConcatReference(Row):
    """The last 8-bit concatenation reference used towards one recipient."""

    recipient = CharField(max_length=32, primary_key=True)
    last = IntegerField()

    class Meta:
        table_name = "concat_references"


class User(Row):
    """A person of the web page; no password until the one-time link was used."""

    id = AutoField()
    name = CharField(max_length=40, unique=True)
    password_hash = CharField(max_length=200, null=True)
    language = CharField(max_length=2)
    created_at = InstantField()

    class Meta:
        table_name = "users"


class SignIn(Row):
    """An open session of the page; deleting the row signs out."""

    id = AutoField()
    user = ForeignKeyField(User, backref="sign_ins", on_delete="CASCADE")
    digest = CharField(max_length=64, unique=True)
    created_at = InstantField()
    expires_at = InstantField()

    class Meta:
        table_name = "sign_ins"


class OneTimeLink(Row):
    """A link that signs one person in once, to choose a password."""

    id = AutoField()
    user = ForeignKeyField(User, backref="links", on_delete="CASCADE")
    digest = CharField(max_length=64, unique=True)
    created_at = InstantField()
    expires_at = InstantField()

    class Meta:
        table_name = "one_time_links"


class ApiKey(Row):
    """A local application's key; only its digest is kept."""

    id = AutoField()
    name = CharField(max_length=60, unique=True)
    digest = CharField(max_length=64, unique=True)
    account_sid = CharField(max_length=34, unique=True)
    scopes = CharField(max_length=100)
    created_at = InstantField()
    revoked_at = InstantField(null=True)

    class Meta:
        table_name = "api_keys"


class SimPin(Row):
    """A PIN that this SIM refused: never tried again, whatever restarts."""

    iccid = CharField(max_length=32)
    digest = CharField(max_length=64)
    refused_at = InstantField()

    class Meta:
        table_name = "sim_pins"
        primary_key = CompositeKey("iccid", "digest")


TABLES = (
    Message,
    Part,
    History,
    Inbound,
    InboundPart,
    StatusReport,
    Quarantine,
    Conversation,
    ConcatReference,
    User,
    SignIn,
    OneTimeLink,
    ApiKey,
    SimPin,
)
