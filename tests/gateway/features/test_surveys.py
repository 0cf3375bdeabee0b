"""Surveys: one question after the other, answers that never mix, and what is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book, tags
from gateway.contacts.book import Entry
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.features.api import House
from gateway.features.surveys import hearing, results, sheet, tagging, verbs
from gateway.features.surveys.feature import Surveys
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.surveys.states import source
from gateway.features.webhooks import hooks
from gateway.privacy import erase, export, survey_traces
from gateway.store import database
from gateway.store.models import (
    Contact,
    Delivery,
    InboundTopic,
    Message,
    Part,
    Survey,
    SurveyAnswer,
    SurveyPerson,
)
from people import agree

BY = "page:ana"
HOUR = timedelta(hours=1)
FEW = tuple(f"+3363998{place:04d}" for place in range(3000, 3004))
ANNA, BEN, CLEO, DAN = FEW


class Town:
    """A few people, the surveys they get, and the gateway's part in these."""

    def __init__(self, bench: Any) -> None:
        self.bench, self.feature = bench, Surveys()
        self.house = House(bench.site, ("sim1",), bench.ids, lambda told: None, lambda: True)

    def survey(
        self, name: str, *questions: Asked, to: tuple[str, ...] = FEW, start: bool = True, **more: Any
    ) -> str:
        bench, trial = self.bench, more.pop("trial", 0)
        more = {"thanks": "Merci !", **more}
        uid = verbs.draft(name, BY, bench.site, bench.now, bench.ids).uid
        verbs.choose(uid, Terms(", ".join(to), **more), bench.site, bench.now)
        for question in questions:
            verbs.add_question(uid, question, bench.site)
        if start:
            verbs.start(uid, trial, BY, bench.site, bench.now)
            self.run()
        return uid

    def run(self) -> None:
        for _ in range(200):
            if not self.feature.step(self.house, self.bench.now):
                return
        raise AssertionError("it never rests")

    def leave(self) -> None:
        """Everything that waits for its turn has left."""
        Part.update(state="sent", sent_at=self.bench.now).where(Part.state == "queued").execute()
        Message.update(state="sent").where(Message.state == "queued").execute()

    def asked(self, *questions: Asked, **more: Any) -> str:
        """A survey whose first question everybody has read."""
        uid = self.survey("Avis", *questions, **more)
        self.leave()
        return uid

    def says(self, number: str, text: str, has_left: bool = True) -> bool:
        """A text comes; what it brings about leaves at once."""
        now = self.bench.now
        message = self.bench.receive(text, number)
        with database.transaction():
            taken = self.feature.hear(message, number, self.house, now)
        if has_left:
            self.leave()
        return taken

    def later(self, by: timedelta) -> None:
        self.bench.clock.move(by)
        self.run()

    def texts(self, number: str, uid: str | None = None) -> list[str]:
        found = Message.select().where(Message.recipient == number, Message.state != "canceled")
        if uid:
            found = found.where(Message.source == source(uid))
        return [message.text for message in found.order_by(Message.id)]


@pytest.fixture
def town(bench: Any) -> Town:
    return Town(bench)


COMES = Asked("yes_no", "Viendrez-vous samedi ?")
COLOUR = Asked("choice", "Quelle couleur ?", ("Rouge", "Bleu"))
NPS = Asked("score", "Nous conseilleriez-vous ?")
WHY = Asked("open", "Pourquoi ?")


def tags_of(number: str) -> list[str]:
    return tags.of(Contact.get(Contact.number == number).id)


def state(uid: str, number: str) -> str:
    return str(person(uid, number).state)


def person(uid: str, number: str) -> SurveyPerson:
    found: SurveyPerson = SurveyPerson.get(
        SurveyPerson.survey == verbs.find(uid).id, SurveyPerson.number == number
    )
    return found


def counted(uid: str, question: int = 0, part: str = "all") -> dict[str, int]:
    found = results.of(verbs.find(uid), part).questions[question]
    return {value: number for value, number in found.counts.items() if number}


def test_questions_follow_each_other_and_end_with_thanks(town: Town) -> None:
    uid = town.asked(COMES, COLOUR, NPS, WHY, thanks="Merci {prénom|bien} !")
    for said in ("Oui !", "le bleu svp", "9/10", "L'accueil"):
        assert town.says(ANNA, said)
    assert town.texts(ANNA) == [
        "Viendrez-vous samedi ?\nRépondez OUI ou NON",
        "Quelle couleur ?\n1 Rouge\n2 Bleu\nRépondez de 1 à 2",
        "Nous conseilleriez-vous ?\nRépondez de 0 à 10",
        "Pourquoi ?",
        "Merci bien !",
    ]
    assert state(uid, ANNA) == "done"
    assert [counted(uid, place) for place in range(3)] == [{"yes": 1}, {"2": 1}, {"9": 1}]
    assert results.of(verbs.find(uid)).questions[3].texts == ["L'accueil"]
    assert not town.says(ANNA, "Et encore merci")


def test_whoever_answers_gets_the_tag_of_that_answer(
    town: Town,
) -> None:
    marked = replace(COMES, tags={"yes": " vient ", "no": "absent"})
    for number in (ANNA, BEN):
        book.add(number, Entry("Who"), BY, town.bench.now)
    tags.stick([Contact.get(Contact.number == BEN).id], ["vient"])
    uid = town.asked(marked, WHY)
    town.says(ANNA, "oui")
    town.says(BEN, "peut-être")
    assert tags_of(ANNA) == ["vient"]
    town.says(CLEO, "oui")  # is not among the contacts
    (unclear,) = results.unclear(verbs.find(uid))
    hearing.decide(unclear.id, "no", BY, town.bench.caller, town.bench.now)
    assert tags_of(BEN) == ["absent", "vient"], "what was there before the survey stays"
    draft = town.survey("Encore", start=False)
    with pytest.raises(Invalid, match="survey_branch_unknown"):
        verbs.add_question(draft, replace(COMES, tags={"8": "x"}), town.bench.site)


def test_a_changed_answer_takes_its_tag_back(town: Town) -> None:
    book.add(ANNA, Entry("Anna"), BY, town.bench.now)
    town.asked(replace(COMES, tags={"yes": "vient", "no": "absent"}), WHY)
    town.says(ANNA, "oui", has_left=False)
    assert tags_of(ANNA) == ["vient"]
    town.says(ANNA, "non", has_left=False)
    assert tags_of(ANNA) == ["absent"]


def test_those_who_answered_one_way_get_a_tag_together(town: Town) -> None:
    uid = town.asked(NPS)
    for number, said in zip(FEW, ("10", "9", "7", "2"), strict=True):
        town.says(number, said)
    book.add(ANNA, Entry("Anna"), BY, town.bench.now)
    book.add(CLEO, Entry("Cleo"), BY, town.bench.now)
    (asked,) = verbs.questions(verbs.find(uid))
    stuck = tagging.gather(asked, "9-10", "fans", BY, town.bench.now, lambda seconds: None)
    assert (stuck.tag, stuck.people, stuck.strangers) == ("fans", 1, 1)
    assert (tags_of(ANNA), tags_of(CLEO)) == (["fans"], [])
    for branch, tag, field in (("8", "x", "branch"), ("0-6", "", "tag"), ("0-6", "x" * 41, "tag")):
        with pytest.raises(Invalid) as caught:
            tagging.gather(asked, branch, tag, BY, town.bench.now, lambda seconds: None)
        assert caught.value.field == field


def test_programs_are_told_each_answer_as_it_was_understood(town: Town) -> None:
    bench = town.bench
    hooks.add("till", "http://127.0.0.1:1/hook", ["survey.answered"], BY, bench.now, bench.ids)
    uid = town.asked(COLOUR, WHY)
    town.says(ANNA, "le bleu svp", has_left=False)
    town.says(ANNA, "non, rouge")
    town.says(BEN, "je ne sais pas")
    (unclear,) = results.unclear(verbs.find(uid))
    hearing.decide(unclear.id, "2", BY, bench.caller, bench.now)
    town.says(CLEO, "1")
    town.says(CLEO, "L'accueil")
    told = [json.loads(row.payload) for row in Delivery.select().order_by(Delivery.id)]
    assert {one["type"] for one in told} == {"survey.answered"}
    assert [(one["data"]["number"], one["data"]["value"], one["data"]["label"]) for one in told] == [
        (ANNA, "2", "Bleu"),
        (ANNA, "1", "Rouge"),
        (BEN, "2", "Bleu"),
        (CLEO, "1", "Rouge"),
        (CLEO, None, ""),
    ]
    last = told[-1]["data"]
    assert (last["survey"], last["question"]["position"], last["text"]) == (uid, 2, "L'accueil")
    assert {(row.kind, row.subject) for row in InboundTopic.select()} == {("survey", uid)}
    assert InboundTopic.select().count() == 5
    copy = export.everything(ANNA, bench.site, BY, bench.now)
    assert [row["about"] for row in copy["inbound"]] == [f"survey {uid}"] * 2
    erase.erase(ANNA, "FR", BY, bench.now, sleep=lambda seconds: None)
    assert all(ANNA not in row.payload for row in Delivery.select())


def test_an_answer_may_lead_past_a_question_or_to_the_end(town: Town) -> None:
    uid = town.survey("Avis", COMES, COLOUR, WHY, start=False)
    first, _, last = verbs.questions(verbs.find(uid))
    chosen = Asked(COMES.kind, COMES.text, onward={"yes": last.id, "no": 0})
    verbs.change_question(uid, first.id, chosen, town.bench.site)
    verbs.start(uid, 0, BY, town.bench.site, town.bench.now)
    town.run()
    town.leave()
    town.says(ANNA, "oui")
    town.says(BEN, "non")
    assert town.texts(ANNA)[-1] == "Pourquoi ?"
    assert town.texts(BEN)[-1] == "Merci !"


def test_what_is_not_understood_is_asked_once_more_then_a_person_decides(town: Town) -> None:
    uid = town.asked(COMES)
    town.says(ANNA, "ça dépend")
    town.says(ANNA, "du temps")
    again = "Désolé, nous n'avons pas compris votre réponse.\nRépondez OUI ou NON"
    assert town.texts(ANNA)[1:] == [again]
    assert counted(uid) == {}
    first, second = results.unclear(verbs.find(uid))
    decided = hearing.decide(second.id, "yes", BY, town.bench.caller, town.bench.now)
    assert (decided.value, decided.decided_by) == ("yes", BY)
    assert counted(uid) == {"yes": 1}
    assert state(uid, ANNA) == "done"
    with pytest.raises(Conflict, match="survey_answer_decided"):
        hearing.decide(first.id, "no", BY, town.bench.caller, town.bench.now)


def test_a_person_may_say_that_an_answer_is_none(town: Town) -> None:
    uid = town.asked(COMES)
    town.says(ANNA, "ça dépend")
    (unclear,) = results.unclear(verbs.find(uid))
    with pytest.raises(Invalid, match="survey_value_unknown"):
        hearing.decide(unclear.id, "8", BY, town.bench.caller, town.bench.now)
    hearing.decide(unclear.id, "", BY, town.bench.caller, town.bench.now)
    assert counted(uid) == {}
    assert town.says(ANNA, "oui"), "they may still answer"
    assert counted(uid) == {"yes": 1}


def test_what_a_telephone_says_of_a_heart_is_an_answer_where_a_person_says_so(town: Town) -> None:
    uid = town.asked(Asked("open", "Que changer ?"))
    town.says(ANNA, "A aimé « Que changer ? »")
    town.says(BEN, "Loved “Que changer ?”")
    assert counted(uid) == {}
    first, second = results.unclear(verbs.find(uid))
    with pytest.raises(Invalid, match="survey_value_unknown"):
        hearing.decide(first.id, "yes", BY, town.bench.caller, town.bench.now)
    decided = hearing.decide(first.id, "as_is", BY, town.bench.caller, town.bench.now)
    hearing.decide(second.id, "", BY, town.bench.caller, town.bench.now)
    assert (decided.state, decided.value) == ("counted", None)
    assert (state(uid, ANNA), state(uid, BEN)) == ("done", "open")
    (found,) = results.of(verbs.find(uid)).questions
    assert (found.answers, found.counts) == (1, {})


def test_a_better_answer_settles_what_was_unclear(town: Town) -> None:
    uid = town.asked(COMES)
    town.says(ANNA, "ça dépend")
    town.says(ANNA, "non")
    assert counted(uid) == {"no": 1}
    assert results.unclear(verbs.find(uid)) == []


def test_the_answers_to_two_surveys_never_mix(town: Town) -> None:
    first = town.asked(COMES, COLOUR)
    second = town.survey("Autre", NPS)
    assert town.texts(ANNA, second) == [], "the second waits until the first is over"
    town.says(ANNA, "oui")
    town.later(timedelta(seconds=6))
    town.says(ANNA, "2")
    assert counted(first, 1) == {"2": 1}
    town.later(timedelta(seconds=6))
    town.leave()
    assert town.texts(ANNA, second) == ["Nous conseilleriez-vous ?\nRépondez de 0 à 10"]
    town.says(ANNA, "7")
    assert (counted(first, 0), counted(second)) == ({"yes": 1}, {"7": 1})
    town.later(80 * HOUR)
    assert state(first, BEN) == "over"
    town.later(timedelta(seconds=6))
    assert state(second, BEN) == "open", "the time of the first is over: the second begins"


def test_the_ledger_itself_refuses_two_open_surveys_of_one_person(town: Town) -> None:
    town.asked(COMES)
    second = town.survey("Autre", NPS)
    with pytest.raises(Exception, match="UNIQUE"):
        SurveyPerson.update(state="open").where(SurveyPerson.id == person(second, ANNA).id).execute()


def test_a_mind_changed_before_the_next_question_left_counts(town: Town) -> None:
    uid = town.asked(COLOUR, COMES, WHY)
    town.says(ANNA, "1", has_left=False)
    town.says(ANNA, "non, 2 en fait", has_left=False)
    assert counted(uid) == {"2": 1}
    town.leave()
    assert town.texts(ANNA).count("Viendrez-vous samedi ?\nRépondez OUI ou NON") == 1


def test_a_mind_changed_afterwards_is_no_answer_to_the_next_question(town: Town) -> None:
    uid = town.asked(COLOUR, NPS)
    town.says(ANNA, "1")
    town.says(ANNA, "non, 2 en fait")
    assert (counted(uid, 0), counted(uid, 1)) == ({"1": 1}, {})
    assert [answer.text for answer in results.unclear(verbs.find(uid))] == ["non, 2 en fait"]
    town.says(ANNA, "8")
    assert counted(uid, 1) == {"8": 1}


def test_of_two_answers_in_one_text_only_the_first_counts(town: Town) -> None:
    uid = town.asked(COMES, NPS)
    town.says(ANNA, "Oui\n8")
    assert (counted(uid, 0), counted(uid, 1)) == ({"yes": 1}, {})
    assert person(uid, ANNA).state == "open"


def test_nobody_who_was_not_asked_yet_is_heard(town: Town) -> None:
    town.survey("Avis", COMES)
    assert not town.says(ANNA, "oui", has_left=False), "the question has not left"
    assert not town.says("+33639981234", "oui")
    assert SurveyAnswer.select().count() == 0


# ---- the time --------------------------------------------------------------------------------------


def test_one_reminder_and_then_the_end_both_counted_from_when_the_question_left(town: Town) -> None:
    uid = town.survey("Avis", COMES, remind_h=24, limit_h=48)
    town.later(20 * HOUR)  # it waits in the queue
    town.leave()
    town.later(20 * HOUR)
    assert len(town.texts(ANNA)) == 1
    town.later(5 * HOUR)
    assert town.texts(ANNA)[1] == "Pour mémoire : Viendrez-vous samedi ?\nRépondez OUI ou NON"
    town.leave()
    town.says(BEN, "oui")
    town.later(10 * HOUR)
    assert state(uid, ANNA) == "open"
    town.later(14 * HOUR)
    assert (state(uid, ANNA), state(uid, BEN)) == ("over", "done")
    assert len(town.texts(ANNA)) == 2, "reminded once"
    assert verbs.find(uid).state in ("running", "done")
    town.later(timedelta(seconds=6))
    assert verbs.find(uid).state == "done"


def test_an_answer_after_the_end_is_shown_and_not_counted(town: Town) -> None:
    uid = town.asked(COMES, limit_h=48)
    town.later(50 * HOUR)
    assert not town.says(ANNA, "oui"), "somebody else may want it"
    assert counted(uid) == {}
    (late,) = results.late(verbs.find(uid))
    assert (late.text, late.value) == ("oui", "yes")
    town.later(8 * 24 * HOUR)
    town.says(ANNA, "non")
    assert len(results.late(verbs.find(uid))) == 1, "a week later it is about something else"


def test_who_cannot_be_reached_or_must_not_be_asked_is_left_out(town: Town, bench: Any) -> None:
    ledger.oppose(BEN, "notification", Act("sms", "test:me", wording="STOP", proof="x"), bench.now)
    uid = town.asked(COMES)
    failed = Message.get(Message.recipient == ANNA)
    Message.update(state="failed").where(Message.id == failed.id).execute()
    town.later(25 * HOUR)
    reasons = results.left_out(verbs.find(uid))
    assert (state(uid, ANNA), state(uid, BEN)) == ("left_out", "left_out")
    assert reasons == {"survey_unreached": 1, "opposed_notification": 1}


# ---- trial, stop, crash ----------------------------------------------------------------------------


def test_a_trial_asks_a_few_and_the_rest_only_when_somebody_says_so(town: Town) -> None:
    uid = town.survey("Avis", COMES, trial=1)
    assert verbs.find(uid).state == "trial"
    assert [len(town.texts(number)) for number in FEW] == [1, 0, 0, 0]
    town.leave()
    town.says(ANNA, "oui")
    verbs.ask_the_rest(uid, BY, town.bench.now)
    town.later(timedelta(seconds=6))
    town.leave()
    town.says(BEN, "non")
    assert [len(town.texts(number)) for number in FEW] == [2, 2, 1, 1]
    parts = [counted(uid, part=part) for part in ("trial", "rest", "all")]
    assert parts == [{"yes": 1}, {"no": 1}, {"yes": 1, "no": 1}]


def test_stopped_nothing_more_leaves_and_nothing_more_counts(town: Town) -> None:
    uid = town.survey("Avis", COMES)
    verbs.stop(uid, BY, town.bench.now)
    town.later(timedelta(seconds=6))
    assert verbs.find(uid).state == "stopped"
    assert {message.state for message in Message.select()} == {"canceled"}
    assert not town.says(ANNA, "oui")
    assert counted(uid) == {}


def test_nobody_is_asked_twice_though_the_process_dies_at_every_step(town: Town) -> None:
    crowd = tuple(f"+3363998{place:04d}" for place in range(4000, 4060))
    uid = town.survey("Avis", COMES, to=crowd, start=False)
    verbs.start(uid, 0, BY, town.bench.site, town.bench.now)
    for _ in range(100):
        town.feature = Surveys()
        if not town.feature.step(town.house, town.bench.now):
            break
    assert SurveyPerson.select().where(SurveyPerson.state == "open").count() == 60
    assert Message.select().count() == 60
    assert verbs.find(uid).typed == "", "who was named one by one is a row now"


def test_what_fails_while_an_answer_is_heard_leaves_nothing_behind(town: Town) -> None:
    """A question that cannot be written ends the survey for this person; the answer stays."""
    uid = town.asked(COMES, COLOUR)
    ledger.oppose(ANNA, "notification", Act("sms", "test:me", wording="x", proof="x"), town.bench.now)
    town.says(ANNA, "oui")
    assert counted(uid) == {"yes": 1}
    assert (state(uid, ANNA), person(uid, ANNA).reason) == ("closed", "opposed_notification")


def test_what_follows_an_answer_to_a_marketing_survey_needs_no_allowed_hour(town: Town, bench: Any) -> None:
    agree(ANNA, bench.now)
    offer = Asked("yes_no", "Chappe : viendrez-vous ? STOP 36180")
    uid = town.asked(offer, COLOUR, to=(ANNA, BEN), category="marketing")
    town.says(ANNA, "oui")
    assert [message.category for message in Message.select().where(Message.recipient == ANNA)] == [
        "marketing",
        "notification",
    ]
    assert state(uid, BEN) == "left_out", "who never agreed is not invited"


# ---- what is wrong ---------------------------------------------------------------------------------

WRONG: tuple[tuple[str, str, Callable[[Town, str], object]], ...] = (
    ("text_empty", "text", lambda t, u: verbs.add_question(u, Asked("open", " "), t.bench.site)),
    ("survey_kind_unknown", "kind", lambda t, u: verbs.add_question(u, Asked("x", "a"), t.bench.site)),
    ("out_of_range", "labels", lambda t, u: verbs.add_question(u, Asked("choice", "a", "b"), t.bench.site)),
    (
        "survey_labels_same",
        "labels",
        lambda t, u: verbs.add_question(u, Asked("choice", "a", ("Été", "ete !")), t.bench.site),
    ),
    (
        "survey_label_number",
        "labels",
        lambda t, u: verbs.add_question(u, Asked("choice", "a", ("2 fois", "jamais")), t.bench.site),
    ),
    ("variable_unknown", "text", lambda t, u: verbs.add_question(u, Asked("open", "{x}"), t.bench.site)),
    (
        "survey_branch_back",
        "onward-yes",
        lambda t, u: verbs.add_question(u, Asked("yes_no", "a", onward={"yes": 1}), t.bench.site),
    ),
    ("out_of_range", "limit_h", lambda t, u: _choose(t, u, limit_h=0)),
    ("survey_reminder_late", "remind_h", lambda t, u: _choose(t, u, remind_h=72)),
    ("category_unknown", "category", lambda t, u: _choose(t, u, category="otp")),
    ("list_unknown", "to", lambda t, u: _choose(t, u, typed="@Nobody")),
    ("out_of_range", "trial", lambda t, u: verbs.start(u, -1, BY, t.bench.site, t.bench.now)),
    ("survey_no_question", "question", lambda t, u: verbs.start(u, 0, BY, t.bench.site, t.bench.now)),
    ("survey_state", "", lambda t, u: verbs.stop(u, BY, t.bench.now)),
    ("survey_question_unknown", "", lambda t, u: verbs.remove_question(u, 99)),
)


def _choose(town: Town, uid: str, **more: Any) -> Survey:
    terms = Terms(**{"typed": ANNA, **more})
    return verbs.choose(uid, terms, town.bench.site, town.bench.now)


def test_what_is_wrong_is_named_and_changes_nothing(town: Town) -> None:
    uid = town.survey("Avis", start=False)
    before = verbs.find(uid).__data__
    for code, field, verb in WRONG:
        with pytest.raises(GatewayError) as caught:
            verb(town, uid)
        assert (caught.value.code, caught.value.field or "") == (code, field)
    assert verbs.find(uid).__data__ == before
    assert verbs.questions(verbs.find(uid)) == []


# ---- figures and privacy ---------------------------------------------------------------------------


def test_the_net_promoter_score_is_promoters_less_detractors() -> None:
    found = results.promoters({"10": 5, "9": 1, "8": 2, "6": 1, "0": 1})
    assert found is not None
    assert (found.score, found.bands) == (40, {"0-6": 2, "7-8": 2, "9-10": 6})
    assert results.promoters({}) is None


def test_an_export_without_names_tells_nobody_who_said_what(town: Town) -> None:
    uid = town.asked(COLOUR, WHY)
    town.says(BEN, "2")
    town.says(BEN, "Parce que")
    town.says(ANNA, "1")
    survey = verbs.find(uid)
    named = {line.number: line.answers for line in sheet.lines(survey)}
    assert named[BEN] == ["Bleu", "Parce que"]
    assert sheet.headings(survey) == ["Quelle couleur ?", "Pourquoi ?"]
    hidden = list(sheet.lines(survey, is_anonymous=True))
    assert {(line.number, line.ended_at) for line in hidden} == {(None, None)}
    assert [line.answers[0] for line in hidden] == ["", "", "Bleu", "Rouge"]


def test_who_is_erased_leaves_no_answer_and_gets_a_copy_before(town: Town, bench: Any) -> None:
    uid = town.asked(COMES)
    town.survey("Ébauche", COMES, to=(ANNA, BEN), start=False)
    town.says(ANNA, "oui")
    copy = export.everything(ANNA, bench.site, BY, bench.now)
    assert copy["surveys"][0]["answers"][0]["value"] == "yes"
    erase.erase(ANNA, "FR", BY, bench.now, sleep=lambda seconds: None)
    assert counted(uid) == {}
    assert SurveyPerson.select().where(SurveyPerson.number == ANNA).count() == 0
    assert ANNA not in verbs.everything()[0].typed


def test_old_answers_lose_their_words_and_stay_in_the_figures(town: Town, bench: Any) -> None:
    uid = town.asked(COMES)
    town.says(ANNA, "oui !")
    assert list(survey_traces.purge(bench.now + HOUR)) == [None]
    assert [answer.text for answer in SurveyAnswer.select()] == [""]
    assert counted(uid) == {"yes": 1}
