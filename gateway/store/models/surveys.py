"""Surveys: their questions, whom they ask, and what these answered."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from gateway.store.models.fields import InstantField, JsonField, Row


class Survey(Row):
    """A few questions to many people."""

    id = AutoField()
    uid = CharField(max_length=32, unique=True)
    name = CharField(max_length=80, unique=True)
    state = CharField(max_length=10)  # draft, gathering, trial, running, stopping, stopped, done
    category = CharField(max_length=16, default="notification")  # of the invitation and the reminder
    typed = TextField(default="")  # whom it is for; once they are gathered, the lists only
    thanks = TextField(default="")
    remind_h = IntegerField(default=24)  # 0: never
    limit_h = IntegerField(default=72)
    trial = IntegerField(default=0)  # so many are asked first; 0: everybody at once
    written_by = CharField(max_length=60)
    created_at = InstantField()
    started_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "surveys"


class SurveyQuestion(Row):
    """One question; `hint` says how to answer, and ends its text."""

    id = AutoField()
    survey = ForeignKeyField(Survey, backref="questions", on_delete="CASCADE")
    position = IntegerField()  # from 1
    kind = CharField(max_length=10)  # yes_no, choice, score, open
    text = TextField()
    choices = JsonField(default=dict)  # {"labels": ["Red", "Blue"]}
    hint = CharField(max_length=160, default="")
    onward = JsonField(default=dict)  # answer → the id of a later question, 0: the end; absent: the next
    tags = JsonField(default=dict)  # answer → the tag that whoever says so gets

    class Meta:
        table_name = "survey_questions"


class SurveyPerson(Row):
    """One person of a survey.

    state: waiting (not asked yet, or another survey of theirs is open), open (`question_id` was asked last),
    done, over (the time was), closed (somebody ended the survey), left_out (with a reason).
    """

    id = AutoField()
    survey = ForeignKeyField(Survey, backref="persons", on_delete="CASCADE")
    number = CharField(max_length=32)
    trial = BooleanField(default=False)
    state = CharField(max_length=10)
    reason = CharField(max_length=40, null=True)
    question_id = IntegerField(null=True)
    message = CharField(max_length=32, null=True)  # the uid of what was written to them last
    sends = IntegerField(default=0)  # how many messages of it were written to them
    asked_again = BooleanField(default=False)  # for the question that was asked last
    reminded = BooleanField(default=False)
    due_at = InstantField(null=True)  # when the gateway looks whether to remind them, or whether it is over
    invited_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "survey_people"


class SurveyAnswer(Row):
    """What somebody wrote, and what was understood.

    state: counted, unclear (a person decides), replaced (by a later answer), late (after the end), dismissed.
    """

    id = AutoField()
    person = ForeignKeyField(SurveyPerson, backref="answers", on_delete="CASCADE")
    question = ForeignKeyField(SurveyQuestion, backref="answers", on_delete="CASCADE")
    at = InstantField()
    text = TextField()
    value = CharField(max_length=10, null=True)  # yes, no, the number of a choice, a score; none: any text
    state = CharField(max_length=10)
    inbound = CharField(max_length=32)  # the uid of the message
    decided_by = CharField(max_length=60, null=True)

    class Meta:
        table_name = "survey_answers"
