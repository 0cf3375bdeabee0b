"""Who may come in, and what they chose."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField

from gateway.store.models.fields import InstantField, JsonField, Row


class User(Row):
    """A person of the web page; no password until the one-time link was used."""

    id = AutoField()
    name = CharField(max_length=40, unique=True)
    password_hash = CharField(max_length=200, null=True)
    language = CharField(max_length=2)
    created_at = InstantField()
    role = CharField(max_length=16, default="administrator")
    disabled_at = InstantField(null=True)
    seen_at = InstantField(null=True)

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
    last_used_at = InstantField(null=True)
    categories = CharField(max_length=60, default="")  # that it may use; "": all
    modems = CharField(max_length=400, default="")  # whose SIMs it may use, a line each; "": all
    category = CharField(max_length=16, default="notification")  # where the caller names none
    per_minute = IntegerField(null=True)  # messages, at most
    per_day = IntegerField(null=True)
    inbound_url = CharField(max_length=500, default="")  # is told what comes in, in Twilio's way

    class Meta:
        table_name = "api_keys"


class Setting(Row):
    """A choice of the people of the page."""

    name = CharField(max_length=60, primary_key=True)
    value = JsonField(default=dict)

    class Meta:
        table_name = "settings"
