"""The ledgers of the law: who agreed, who said no, who did what.  Rows are added, never changed."""

from __future__ import annotations

from peewee import AutoField, CharField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row


class Contact(Row):
    """A person with a number: what the shop knows of them."""

    id = AutoField()
    number = CharField(max_length=32, unique=True)
    name = CharField(max_length=80)
    folded = CharField(max_length=80, default="")  # the name without accents, all small: sorted and sought by
    timezone = CharField(max_length=40, null=True)  # the person's own, where the number says another
    postcode = CharField(max_length=10, default="")
    note = TextField(default="")
    created_at = InstantField()
    updated_at = InstantField()
    last_act_at = InstantField(null=True)  # of the person: a message, a consent, a no

    class Meta:
        table_name = "contacts"


class Consent(Row):
    """One act of consent or its withdrawal, with its proof.  The last one that counts is the standing."""

    id = AutoField()
    number = CharField(max_length=32)
    at = InstantField()
    event = CharField(max_length=10)  # asked, given, confirmed, withdrawn, opposed, resumed
    ground = CharField(max_length=10, null=True)  # opt_in, customer, b2b
    purpose = CharField(max_length=200, default="")  # "offers of the bakery"; a category for opposed, resumed
    channel = CharField(max_length=10)  # form, paper, counter, phone, sms, import, api
    wording = TextField(default="")  # exactly what the person was shown
    proof = TextField(default="")  # where it is kept, or the id of the message that came
    written_by = CharField(max_length=60)  # "page:ana", "sms"

    class Meta:
        table_name = "consents"


class Opposition(Row):
    """Somebody said no.  Only a keyed digest of the number: it outlives the contact, and names nobody."""

    id = AutoField()
    digest = CharField(max_length=64)
    category = CharField(max_length=16)  # marketing, notification
    at = InstantField()
    channel = CharField(max_length=10)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "oppositions"


class Audit(Row):
    """Who read or changed what.  `subject` is a keyed digest where it is a number; `shown` is masked."""

    id = AutoField()
    at = InstantField()
    written_by = CharField(max_length=60)
    action = CharField(max_length=40)
    subject = CharField(max_length=64, default="")
    shown = CharField(max_length=60, default="")
    facts = JsonField(default=dict)

    class Meta:
        table_name = "audit"
