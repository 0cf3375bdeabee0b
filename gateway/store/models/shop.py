"""What a shop keeps on its page: fields, tags, groups, segments, imports, templates, notes; its figures."""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from gateway.store.models.fields import InstantField, JsonField, Row
from gateway.store.models.law import Contact


class ContactField(Row):
    """A field of the shop's own: text, number or date."""

    id = AutoField()
    name = CharField(max_length=40, unique=True)
    kind = CharField(max_length=10)
    position = IntegerField()

    class Meta:
        table_name = "contact_fields"


class ContactValue(Row):
    """What one contact has in one field; dates as 2026-12-31."""

    contact = ForeignKeyField(Contact, backref="values", on_delete="CASCADE")
    field = ForeignKeyField(ContactField, backref="values", on_delete="CASCADE")
    value = TextField()

    class Meta:
        table_name = "contact_values"
        primary_key = CompositeKey("contact", "field")


class ContactTag(Row):
    contact = ForeignKeyField(Contact, backref="tags", on_delete="CASCADE")
    tag = CharField(max_length=40)

    class Meta:
        table_name = "contact_tags"
        primary_key = CompositeKey("contact", "tag")


class ContactGroup(Row):
    """People put together by hand."""

    id = AutoField()
    name = CharField(max_length=60, unique=True)
    created_at = InstantField()

    class Meta:
        table_name = "contact_groups"


class GroupMember(Row):
    group = ForeignKeyField(ContactGroup, backref="members", on_delete="CASCADE")
    contact = ForeignKeyField(Contact, backref="memberships", on_delete="CASCADE")

    class Meta:
        table_name = "group_members"
        primary_key = CompositeKey("group", "contact")


class Segment(Row):
    """People found by rules, each time anew."""

    id = AutoField()
    name = CharField(max_length=60, unique=True)
    rules = JsonField(default=dict)
    created_at = InstantField()

    class Meta:
        table_name = "segments"


class ImportJob(Row):
    """A file of contacts on its way in; `done` rows of it are in, so that it can go on after a stop."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    file_name = CharField(max_length=120)
    state = CharField(max_length=10)  # mapping, running, done, canceled, failed
    mapping = JsonField(default=dict)
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    report = JsonField(default=dict)
    written_by = CharField(max_length=60)
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "imports"


class ImportFault(Row):
    """A line of a file that could not be taken in as it stands."""

    id = AutoField()
    job = ForeignKeyField(ImportJob, column_name="import_id", backref="faults", on_delete="CASCADE")
    line = IntegerField()  # counts from 1
    cells = JsonField(default=dict)
    code = CharField(max_length=40)
    facts = JsonField(default=dict)

    class Meta:
        table_name = "import_faults"


class Template(Row):
    """A text to use again: kind "message", or "reply" for a quick one in a conversation."""

    id = AutoField()
    name = CharField(max_length=60, unique=True)
    kind = CharField(max_length=10)
    text = TextField()
    category = CharField(max_length=16)
    written_by = CharField(max_length=60)
    updated_at = InstantField()

    class Meta:
        table_name = "templates"


class Batch(Row):
    """A text to many people on its way into the queue; `letter` is emptied when all of it is there."""

    id = AutoField()
    key = CharField(max_length=60, unique=True)  # stands before the client reference of each message
    source = CharField(max_length=60)
    state = CharField(max_length=10)  # writing, done, stopped
    letter = JsonField(default=dict)  # typed, text, category, send_at
    total = IntegerField()
    done = IntegerField(default=0)
    faults = JsonField(default=dict)  # code of an error → how many people it concerns
    hold_until = InstantField(null=True)
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "batches"


class ConversationNote(Row):
    """A colleague's remark in a conversation; never sent."""

    id = AutoField()
    number = CharField(max_length=32)
    at = InstantField()
    written_by = CharField(max_length=60)
    text = TextField()

    class Meta:
        table_name = "conversation_notes"


class Cursor(Row):
    """How far a work behind the hot path has come, as the id of the last row it took in."""

    name = CharField(max_length=40, primary_key=True)
    position = BigIntegerField()

    class Meta:
        table_name = "cursors"


class Tally(Row):
    """How often something happened in one hour on one modem."""

    hour = InstantField()
    modem = CharField(max_length=40)
    name = CharField(max_length=12)  # sent, delivered, failed, received
    count = IntegerField()

    class Meta:
        table_name = "tallies"
        primary_key = CompositeKey("hour", "modem", "name")


class Signal(Row):
    """How strong the network was."""

    modem = CharField(max_length=40)
    at = InstantField()
    dbm = IntegerField()

    class Meta:
        table_name = "signals"
        primary_key = CompositeKey("modem", "at")
