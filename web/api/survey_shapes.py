"""What goes in and comes out about surveys."""

from __future__ import annotations

from marshmallow import fields

from gateway.features.surveys.plan import MOST_CHOICES, MOST_HOURS, MOST_QUESTIONS, MOST_TRIAL
from gateway.features.surveys.states import CATEGORIES, KINDS, PEOPLE, STATES
from web.api.fields import WHEN, Instant, Objects, OneWord, Text, Texts, Whole, about, codes
from web.api.inputs import Strict
from web.api.outputs import UID, Answer, PageSchema, always, maybe

TEXT = "Were you satisfied with your visit?"


class NewQuestionSchema(Strict):
    kind = OneWord(KINDS, "survey_kind_unknown", required=True, metadata=about("How one answers.", "yes_no"))
    text = Text(required=True, metadata=about("The question, with gaps.", TEXT))
    labels = Texts(
        load_default=list,
        metadata=about(f"With `choice`: 2 to {MOST_CHOICES} answers.", ["In the morning", "In the evening"]),
    )
    hint = Text(
        load_default=None,
        allow_none=True,
        metadata=about("How to answer, at the end of the text. Null: the usual words.", "Answer YES or NO"),
    )
    onward = fields.Dict(
        keys=fields.String(),
        values=Whole(least=0, most=MOST_QUESTIONS),
        load_default=dict,
        error_messages=codes("object"),
        metadata=about(
            "Where an answer leads: `yes`, `no`, the number of a choice, `0-6`, `7-8`, `9-10` or `any`, to "
            "the position of a later question, or 0 for the end. Without: the next.",
            {"no": 0},
        ),
    )
    tags = fields.Dict(
        keys=fields.String(),
        values=Text(),
        load_default=dict,
        error_messages=codes("object"),
        metadata=about(
            "A tag for whoever of the contacts answers so, by the same answers as `onward`.", {"yes": "happy"}
        ),
    )


class NewSurveySchema(Strict):
    name = Text(required=True, metadata=about("For people; no other survey has it.", "Welcome"))
    to = Texts(required=True, metadata=about("Who is asked.", ["@Regulars", "#vip"]))
    questions = Objects(
        NewQuestionSchema(),
        required=True,
        metadata=about(f"One to {MOST_QUESTIONS}, in order.", [{"kind": "yes_no", "text": TEXT}]),
    )
    category = OneWord(
        CATEGORIES,
        "category_unknown",
        load_default="notification",
        metadata=about("Of the invitation: decides hours and consent.", "notification"),
    )
    thanks = Text(
        load_default=None, allow_none=True, metadata=about("At the end. Null: the usual words.", "Thank you!")
    )
    remind_h = Whole(
        load_default=24,
        least=0,
        most=MOST_HOURS,
        metadata=about("Hours until the one reminder; 0: none.", 24),
    )
    limit_h = Whole(
        load_default=72, least=1, most=MOST_HOURS, metadata=about("Hours to answer each question.", 72)
    )


class BeginSchema(Strict):
    trial = Whole(
        load_default=0, least=0, most=MOST_TRIAL, metadata=about("So many people at first; 0: everybody.", 5)
    )


class AnswersQuerySchema(Strict):
    names = fields.Boolean(
        load_default=True,
        error_messages=codes("true or false"),
        metadata=about("false: no number, sorted by the answers.", False),
    )


class QuestionSchema(Answer):
    position = always(fields.Integer, metadata=about("From 1.", 1))
    kind = always(Text, metadata=about("How one answers.", "yes_no", enum=list(KINDS)))
    text = always(Text, metadata=about("As it was written.", TEXT))
    labels = always(fields.List, fields.String(), metadata=about("Of a choice.", []))
    hint = always(Text, metadata=about("How to answer.", "Answer YES or NO"))
    tags = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        metadata=about("The tag that goes with an answer.", {"yes": "happy"}),
    )
    answers = always(fields.Integer, metadata=about("People whose answer counts: n.", 120))
    counts = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("People by answer.", {"yes": 100, "no": 20}),
    )
    nps = maybe(fields.Integer, metadata=about("Of a score: percent of 9 and 10 less percent of 0 to 6.", 40))
    texts = always(
        fields.List, fields.String(), metadata=about("Of an open question: the newest 100.", ["The welcome"])
    )
    unclear = always(fields.Integer, metadata=about("Not understood: a person decides on the page.", 3))
    late = always(fields.Integer, metadata=about("Came after the end; not counted.", 1))


class SurveySchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the survey.", UID))
    name = always(Text, metadata=about("For people.", "Welcome"))
    state = always(Text, metadata=about("Where it stands.", "running", enum=list(STATES)))
    category = always(Text, metadata=about("Of the invitation.", "notification", enum=list(CATEGORIES)))
    people = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about(f"How many are {', '.join(PEOPLE)}.", {"open": 40, "done": 80}),
    )
    invited = always(fields.Integer, metadata=about("People who were asked.", 120))
    answered = always(fields.Integer, metadata=about("People of whom an answer counts.", 80))
    questions = always(fields.Nested, QuestionSchema(many=True), metadata=about("With what was answered."))
    created_at = always(Instant, metadata=about("When it was drafted.", WHEN))
    started_at = maybe(Instant, metadata=about("When it began.", WHEN))
    ended_at = maybe(Instant, metadata=about("When it was over.", WHEN))


class SurveyListSchema(PageSchema):
    items = always(fields.Nested, SurveySchema(many=True), metadata=about("The newest first."))


class LineSchema(Answer):
    number = maybe(Text, metadata=about("Who; null without names.", "+33639980001"))
    trial = always(fields.Boolean, metadata=about("Asked in the trial.", False))
    state = always(Text, metadata=about("Where this person stands.", "done", enum=list(PEOPLE)))
    ended_at = maybe(Instant, metadata=about("When they had said all, or their time was over.", WHEN))
    answers = always(
        fields.List, fields.String(), metadata=about("One a question; empty where none counts.", ["yes"])
    )


class LinesSchema(PageSchema):
    items = always(fields.Nested, LineSchema(many=True), metadata=about("Everybody who was asked."))
