"""Words that people text, what each of them does, and who was asked whether they want to join a group."""

from __future__ import annotations

from typing import Any

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, Row
from gateway.store.models.shop import ContactGroup


class KeywordRule(Row):
    """What happens when somebody texts one of its words."""

    words: Any
    group_id: Any

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    whole = BooleanField(default=False)  # the word must be the whole text
    reply = TextField(default="")
    tag = CharField(max_length=40, default="")
    group = ForeignKeyField(ContactGroup, null=True, on_delete="SET NULL")
    adds = BooleanField(default=False)  # whoever is not in the book comes into it
    asks = BooleanField(default=False)  # into the group only after the yes to the question about offers
    mail = CharField(max_length=254, default="")
    uses = IntegerField(default=0)
    used_at = InstantField(null=True)
    written_by = CharField(max_length=60)
    created_at = InstantField()

    class Meta:
        table_name = "keyword_rules"


class KeywordWord(Row):
    """One spelling: a word belongs to one rule."""

    rule_id: Any

    word = CharField(max_length=40, primary_key=True)  # as it is compared
    spelled = CharField(max_length=40)
    position = IntegerField(default=0)
    rule = ForeignKeyField(KeywordRule, backref="words", on_delete="CASCADE")

    class Meta:
        table_name = "keyword_words"


class KeywordJoin(Row):
    """Somebody was asked, and comes into the rule's group with their yes."""

    id = AutoField()
    number = CharField(max_length=32)
    rule = ForeignKeyField(KeywordRule, on_delete="CASCADE")
    question = IntegerField()  # the consent row by which they were asked
    inbound = CharField(max_length=32)  # the message that brought it about
    at = InstantField()

    class Meta:
        table_name = "keyword_joins"
