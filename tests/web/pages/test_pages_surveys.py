"""Surveys on the page: written, begun, answered, and what a person decides."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask

from fakes import FakeClock
from gateway.contacts import book
from gateway.contacts.book import Entry
from gateway.features.api import House
from gateway.features.surveys import results, verbs
from gateway.features.surveys.feature import Surveys
from gateway.store import database
from gateway.store.models import Audit, Inbound, Message, Part, Survey, SurveyAnswer, SurveyPerson
from journeys.visitor import Visitor
from web.outflow import EXCEL

ANNA, BEN = "+33639983001", "+33639983002"


class Gateway:
    """The gateway's part, a step at a time."""

    def __init__(self, app: Flask, clock: FakeClock) -> None:
        here = app.extensions["chappe"]
        site, self.ids = here.config.appliance, here.ids
        self.feature, self.clock = Surveys(), clock
        self.house = House(site, ("sim1",), self.ids, lambda told: None, lambda: True)

    def run(self) -> None:
        """Everybody whose turn it is has read the question."""
        self.feature.rests.clear()
        with database.connection():
            while self.feature.step(self.house, self.clock.now()):
                pass
            self._leave()

    def says(self, number: str, text: str) -> None:
        now = self.clock.now()
        told = {"sender": number, "text": text, "received_at": now, "complete": True, "sim": "1"}
        with database.connection(), database.transaction():
            message = Inbound.create(
                uid=self.ids.uid(now), modem="sim1", part_count=1, concat_wide=False, **told
            )
            self.feature.hear(message, number, self.house, now)
            self._leave()

    def _leave(self) -> None:
        Part.update(state="sent", sent_at=self.clock.now()).where(Part.state == "queued").execute()
        Message.update(state="sent").where(Message.state == "queued").execute()


@pytest.fixture
def gateway(app: Flask, clock: FakeClock) -> Gateway:
    return Gateway(app, clock)


def drafted(ana: Visitor) -> str:
    """Where a new draft is."""
    page = ana.send("/surveys/new", name="Accueil")
    found = re.search(r"/surveys/[0-9a-f]{32}", page)
    assert found
    return found[0]


def question(ana: Visitor, at: str, kind: str, text: str, **more: str) -> str:
    form = {"kind": kind, "text": text, "labels": "", "hint": "", **more}
    return ana.send(f"{at}/questions", form_at=at, **form)


def terms(ana: Visitor, at: str, expect: int = 200, **more: str) -> str:
    form = {"to": f"{ANNA}, {BEN}", "category": "notification", "remind_h": "24", "limit_h": "72", **more}
    return ana.send(f"{at}/terms", form_at=at, expect=expect, **{"thanks": "Merci !", **form})


def survey(at: str) -> Survey:
    with database.connection():
        return verbs.find(at.rsplit("/", 1)[1])


def test_without_a_survey_the_page_says_what_to_do_first(ana: Visitor) -> None:
    assert "No survey yet. Begin with one question" in ana.read("/surveys")


def test_a_survey_is_written_tried_answered_and_read(ana: Visitor, gateway: Gateway) -> None:
    at = drafted(ana)
    assert "Write a question first." in ana.read(at)
    question(ana, at, "yes_no", "Êtes-vous satisfait ?")
    page = question(ana, at, "score", "Nous conseilleriez-vous ?")
    assert "Answer YES or NO" in page
    assert "Answer 0 to 10" in page
    terms(ana, at)
    page = ana.send(f"{at}/start", form_at=at, how="trial", trial="1")
    assert "It has begun." in page
    gateway.run()
    gateway.says(ANNA, "Oui !")
    gateway.says(ANNA, "9/10, très bien")
    page = ana.read(at)
    assert "The trial: the first 1 person of the list" in page
    assert "1 of 1 answered" in page
    assert "NPS +100" in page
    assert "Everybody else is asked now." in ana.send(f"{at}/rest", form_at=at)
    gateway.run()
    gateway.says(BEN, "ça dépend")
    page = ana.read(at)
    assert "ça dépend" in page
    assert "n = 1 · 1 not understood" in page
    answer = re.search(rf"{at}/answers/\d+", page)
    assert answer
    page = ana.send(answer[0], form_at=at, value="no")
    assert "Everything that came was understood." in page
    assert "1 of 1 answered" in ana.read(f"{at}?part=rest")
    with database.connection():
        found = results.of(verbs.find(at.rsplit("/", 1)[1])).questions[0]
    assert found.counts == {"yes": 1, "no": 1}
    assert "2 of 2 answered" in ana.read("/surveys")


def test_each_answer_may_have_a_tag_that_the_draft_shows(ana: Visitor) -> None:
    at = drafted(ana)
    question(ana, at, "yes_no", "Viendrez-vous ?")
    with database.connection():
        (asked,) = verbs.questions(survey(at))
    form = {"kind": "yes_no", "text": "Viendrez-vous ?", "labels": "", "hint": ""}
    where = f"{at}/questions/{asked.id}"
    page = ana.send(where, form_at=at, **form, **{"tag-yes": "vient", "tag-no": ""})
    assert "YES → tag “vient”" in page
    page = ana.send(where, form_at=at, expect=422, **form, **{"tag-no": "x" * 41})
    assert f'id="{asked.id}-tag-no-fault"' in page


def test_those_who_answered_so_are_written_to_by_a_tag_of_theirs(ana: Visitor, gateway: Gateway) -> None:
    at = drafted(ana)
    question(ana, at, "choice", "Quand ?", labels="Le matin\nLe soir")
    terms(ana, at)
    ana.send(f"{at}/start", form_at=at, how="all")
    gateway.run()
    assert "Write to those who answered" not in ana.read(at)
    gateway.says(ANNA, "le soir")
    with database.connection():
        (asked,) = verbs.questions(survey(at))
    where = f"{at}/questions/{asked.id}/gather"
    page = ana.send(where, form_at=at, branch="2", tag="", next="write")
    assert "1 person who answered so is not among your contacts." in page
    assert "<h1>Accueil</h1>" in page
    with database.connection():
        book.add(ANNA, Entry("Anna Durand"), "page:ana", gateway.clock.now())
    page = ana.send(where, form_at=at, branch="2", tag="", next="write")
    assert "1 contact has the tag “Accueil Le soir” now." in page
    assert "#Accueil Le soir" in page.partition("<h1>Write a message</h1>")[2]
    for name in ("Accueil – soir", "Accueil – soir 2"):
        page = ana.send(where, form_at=at, branch="2", tag="soir", next="campaign")
        assert f"<h1>{name}</h1>" in page
        assert "#soir" in page
    assert "<h1>Accueil</h1>" in ana.send(where, form_at=at, branch="2", tag="soir", next="")
    assert "Nobody has answered so." in ana.send(where, form_at=at, branch="1", tag="", next="write")
    assert "is no answer to this question" in ana.send(where, form_at=at, branch="7", tag="x", next="")


def test_the_export_has_a_row_a_person_and_without_names_none(ana: Visitor, gateway: Gateway) -> None:
    at = drafted(ana)
    question(ana, at, "choice", "Quand ?", labels="Le matin\nLe soir")
    terms(ana, at)
    ana.send(f"{at}/start", form_at=at, how="all")
    gateway.run()
    gateway.says(ANNA, "le soir svp")
    named, hidden = ana.read(f"{at}/answers.csv"), ana.read(f"{at}/answers.csv?names=no")
    assert re.search(rf"'\{ANNA},,said everything,2026-11-23T[\d:+]+,Le soir\r\n", named)
    assert f"'{BEN},,whose answer is awaited,,\r\n" in named
    assert ANNA not in hidden
    assert hidden.lstrip("\ufeff").splitlines() == ["Quand ?", '""', "Le soir"]
    with database.connection():
        noted = [row.action for row in Audit.select() if row.action == "survey_exported"]
    assert noted == ["survey_exported"], "without names, nobody was given out"


def test_a_workbook_has_scores_as_numbers_and_the_part_that_was_looked_at(
    ana: Visitor, gateway: Gateway
) -> None:
    at = drafted(ana)
    question(ana, at, "score", "Une note ?")
    terms(ana, at)
    ana.send(f"{at}/start", form_at=at, how="trial", trial="1")
    gateway.run()
    gateway.says(ANNA, "9/10")
    ana.send(f"{at}/rest", form_at=at)
    gateway.run()
    gateway.says(BEN, "3")

    def cells(part: str) -> str:
        book = ana.client.get(f"{at}/answers.xlsx?names=no&part={part}")
        assert book.mimetype == EXCEL
        with zipfile.ZipFile(io.BytesIO(book.data)) as folder:
            return folder.read("xl/worksheets/sheet1.xml").decode()

    assert re.findall(r"<v>(\d+)</v>", cells("all")) == ["3", "9"]
    assert re.findall(r"<v>(\d+)</v>", cells("trial")) == ["9"]
    assert 'class="promoters" viewBox="0 0 2 1"' in ana.read(at)
    assert "NPS 0" in ana.read(at)
    assert "NPS −100" in ana.read(f"{at}?part=rest")


def test_of_many_texts_a_few_are_shown_at_once_and_one_in_doubt_may_count_as_it_stands(
    ana: Visitor, gateway: Gateway
) -> None:
    at = drafted(ana)
    question(ana, at, "open", "Que changer ?")
    terms(ana, at)
    ana.send(f"{at}/start", form_at=at, how="all")
    gateway.run()
    gateway.says(ANNA, "A aimé « Que changer ? »")
    page = ana.read(at)
    assert "an answer, as it stands" in page
    answer = re.search(r"answers/(\d+)", page)
    assert answer
    ana.send(f"{at}/answers/{answer[1]}", form_at=at, value="as_is")
    with database.connection():
        (found,) = results.of(verbs.find(at.rsplit("/", 1)[1])).questions
        (row,) = SurveyPerson.select().where(SurveyPerson.number == ANNA)
        assert (found.texts, row.state) == (["A aimé « Que changer ? »"], "done")
        for place in range(9):
            said = {"at": row.ended_at, "text": f"n° {place}", "state": "counted", "inbound": str(place)}
            SurveyAnswer.create(person=row.id, question=found.question.id, **said)
    assert "2 more" in ana.read(at)


WRONG: tuple[tuple[str, dict[str, str], str], ...] = (
    ("questions", {"kind": "choice", "text": "Quand ?", "labels": "Un seul"}, "must be between 2 and 9"),
    ("questions", {"kind": "choice", "text": "Quand ?", "labels": "2 h\n3 h"}, "would be mistaken"),
    ("questions", {"kind": "open", "text": " "}, "text"),
    ("questions", {"kind": "open", "text": "Bonjour {ville}"}, "ville"),
    ("terms", {"to": "@Nobody"}, "Nobody"),
    ("terms", {"to": ANNA, "limit_h": "x"}, "“x” is not a number"),
    ("terms", {"to": ANNA, "limit_h": "10", "remind_h": "24"}, "before the time is over, 10 h"),
    ("start", {"how": "trial", "trial": "0"}, "must be between 1 and 1000"),
    ("start", {"how": "all"}, "Write a question first."),
)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(ana: Visitor) -> None:
    at = drafted(ana)
    for where, form, said in WRONG:
        typed = {"category": "notification", **form} if where == "terms" else form
        if where == "start" and form.get("how") == "all":
            terms(ana, at)
        assert said in ana.send(f"{at}/{where}", form_at=at, expect=422, **typed), (where, form)
    with database.connection():
        assert verbs.questions(survey(at)) == []


def test_an_answer_leads_on_only_and_a_removed_question_leaves_no_way_to_it(ana: Visitor) -> None:
    at = drafted(ana)
    for text in ("Un", "Deux", "Trois"):
        question(ana, at, "yes_no", text)
    with database.connection():
        first, second, third = verbs.questions(survey(at))
    form: dict[str, Any] = {"kind": "yes_no", "text": "Un", "hint": "Dites OUI", "labels": ""}
    one = f"{at}/questions/{first.id}"
    page = ana.send(one, form_at=at, **form, **{"onward-yes": str(third.id), "onward-no": "0"})
    assert "YES → question 3" in page
    assert "NO → the end" in page
    assert "Dites OUI" in page
    back = ana.send(
        f"{at}/questions/{second.id}", form_at=at, expect=422, **form, **{"onward-yes": str(first.id)}
    )
    assert "can only lead to a later question" in back
    ana.send(f"{at}/questions/{third.id}/remove", form_at=at)
    page = ana.read(at)
    assert "question 3" not in page
    assert "NO → the end" in page


def test_one_that_runs_is_stopped_for_good_and_a_draft_goes(ana: Visitor, gateway: Gateway) -> None:
    at = drafted(ana)
    question(ana, at, "yes_no", "Satisfait ?")
    terms(ana, at)
    ana.send(f"{at}/start", form_at=at, how="all")
    gateway.run()
    assert "It is stopped." in ana.send(f"{at}/stop", form_at=at)
    gateway.run()
    assert "Stopped" in ana.read(at)
    assert survey(at).state == "stopped"
    page = ana.send("/surveys/new", name="Autre")
    other = re.search(r"/surveys/[0-9a-f]{32}", page)
    assert other
    assert "is gone" in ana.send(f"{other[0]}/remove", form_at=other[0])
