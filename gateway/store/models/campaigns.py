"""Campaigns: who, which text, how far; links that are followed; landing pages; conversions."""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from gateway.store.models.fields import InstantField, JsonField, Row


class Campaign(Row):
    """A text, or a few to compare, to many people."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    name = CharField(max_length=80, unique=True)
    state = CharField(max_length=10)  # draft, scheduled, gathering, running, paused, stopping, stopped, done
    category = CharField(max_length=16)
    audience = JsonField(default=dict)  # {"typed": "@group #tag", "without": "…", "rested_days": 7}
    pace = JsonField(default=dict)  # {"per_hour": 200} or {"days": 3}
    split = JsonField(default=dict)  # {"test": 20, "control": 10, "by": "clicks", "after_h": 24}
    follow_links = BooleanField(default=False)
    base = CharField(max_length=200, default="")  # the public address before each short link
    code_kind = CharField(max_length=10, default="none")  # none, one, list, made
    code = CharField(max_length=40, default="")  # the one for all
    value_cents = IntegerField(null=True)  # of a conversion that tells no amount
    seed = IntegerField()  # of the split
    written_by = CharField(max_length=60)
    people = IntegerField(default=0)  # gathered so far
    gathered = BooleanField(default=False)  # everybody is there
    created_at = InstantField()
    send_at = InstantField(null=True)
    started_at = InstantField(null=True)
    paused_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "campaigns"


class CampaignText(Row):
    """What is said; with several, people are split at random among their letters."""

    id = AutoField()
    campaign = ForeignKeyField(Campaign, backref="texts", on_delete="CASCADE")
    letter = CharField(max_length=1)  # A, B, C, D
    text = TextField()
    send_at = InstantField(null=True)  # an hour of its own, where hours are compared

    class Meta:
        table_name = "campaign_texts"


class CampaignPerson(Row):
    """One person of a campaign.

    role: exposed (of the test, or of a campaign without one), rest (waits for the winner), control (is held
    out); letter: "" until it is known.  state: waiting, written (its message is in the queue, or went
    through it), left_out (with a reason).
    """

    id = AutoField()
    campaign = ForeignKeyField(Campaign, backref="persons", on_delete="CASCADE")
    number = CharField(max_length=32)
    role = CharField(max_length=10)
    letter = CharField(max_length=1, default="")
    due_at = InstantField()
    state = CharField(max_length=10)
    reason = CharField(max_length=40, null=True)
    code = CharField(max_length=40, null=True)
    message_id = IntegerField(null=True)
    message = CharField(max_length=32, null=True)  # its uid

    class Meta:
        table_name = "campaign_people"


class CampaignCode(Row):
    """A code of a list, in the order in which they are given out."""

    campaign = ForeignKeyField(Campaign, backref="codes", on_delete="CASCADE")
    position = IntegerField()
    code = CharField(max_length=40)

    class Meta:
        table_name = "campaign_codes"
        primary_key = CompositeKey("campaign", "position")


class CampaignStep(Row):
    """What happened to a campaign: started, paused, resumed, stopped, the winner chosen."""

    id = AutoField()
    campaign = ForeignKeyField(Campaign, backref="steps", on_delete="CASCADE")
    at = InstantField()
    event = CharField(max_length=20)
    written_by = CharField(max_length=60)
    facts = JsonField(default=dict)

    class Meta:
        table_name = "campaign_steps"


class Link(Row):
    """An address in the texts of one owner ("campaign:<uid>"); or a landing page of ours."""

    id = AutoField()
    owner = CharField(max_length=60)
    url = CharField(max_length=2000)
    landing_id = IntegerField(null=True)
    created_at = InstantField()

    class Meta:
        table_name = "links"


class LinkSlug(Row):
    """The short form of a link for one person, and how often it was followed; no address of theirs."""

    slug = CharField(max_length=12, primary_key=True)
    link = ForeignKeyField(Link, backref="slugs", on_delete="CASCADE")
    person = CharField(max_length=40)  # the id of the row of the person with the owner
    clicks = IntegerField(default=0)
    robots = IntegerField(default=0)
    first_at = InstantField(null=True)
    last_at = InstantField(null=True)

    class Meta:
        table_name = "link_slugs"


class Landing(Row):
    """A simple page: title, picture, text, button, countdown."""

    id = AutoField()
    slug = CharField(max_length=40, unique=True)
    title = CharField(max_length=120)
    text = TextField()
    picture = BlobField(null=True)
    picture_type = CharField(max_length=20, null=True)
    button = CharField(max_length=60)
    button_url = CharField(max_length=2000)
    ends_at = InstantField(null=True)
    colour = CharField(max_length=7)
    written_by = CharField(max_length=60)
    created_at = InstantField()
    updated_at = InstantField()
    closed_at = InstantField(null=True)

    class Meta:
        table_name = "landings"


class Conversion(Row):
    """Somebody did what a campaign was for."""

    id = AutoField()
    campaign = ForeignKeyField(Campaign, backref="conversions", on_delete="CASCADE")
    person_id = IntegerField(null=True)  # where the code tells
    code = CharField(max_length=40)
    amount_cents = IntegerField()
    at = InstantField()
    source = CharField(max_length=10)  # till, api, csv
    reference = CharField(max_length=80, null=True)  # the caller's own: once more is the same
    written_by = CharField(max_length=60)

    class Meta:
        table_name = "conversions"
