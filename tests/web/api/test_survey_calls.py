"""/api/v1/surveys: drafted in one call, begun, read; what is wrong is named by its place."""

from __future__ import annotations

from typing import Any

from gateway.features.surveys import verbs
from gateway.store import database
from gateway.store.models import Survey, SurveyAnswer, SurveyPerson
from web.api.codes import CODES

SURVEYS = "/api/v1/surveys"
ANNA = "+33639983001"
QUESTIONS = (
    {"kind": "yes_no", "text": "Satisfait ?", "onward": {"yes": 3, "no": 0}, "tags": {"yes": "content"}},
    {"kind": "choice", "text": "Quand ?", "labels": ["Matin", "Soir"]},
    {"kind": "score", "text": "Conseil ?", "hint": "0 à 10 svp"},
)


def draft(shop: Any, **more: Any) -> Any:
    return shop.post(SURVEYS, {"name": "Accueil", "to": [ANNA], "questions": list(QUESTIONS), **more})


def test_a_survey_is_drafted_begun_read_and_stopped(shop: Any) -> None:
    made = draft(shop)
    assert made.status_code == 201
    told = made.get_json()
    at = f"{SURVEYS}/{told['id']}"
    assert (told["state"], [one["hint"] for one in told["questions"]]) == (
        "draft",
        ["Answer YES or NO", "Answer 1 to 2", "0 à 10 svp"],
    )
    with database.connection():
        first, _, third = verbs.questions(verbs.find(told["id"]))
        assert (first.onward, first.tags) == ({"yes": third.id, "no": 0}, {"yes": "content"})
    begun = shop.post(f"{at}/start", {"trial": 1}).get_json()
    assert begun["state"] == "gathering"
    with database.connection():
        Survey.update(state="trial").execute()
        now = first.survey.created_at
        person = SurveyPerson.create(
            survey=first.survey.id, number=ANNA, state="done", trial=True, invited_at=now, ended_at=now
        )
        said = {"person": person.id, "at": now, "state": "counted", "inbound": "x"}
        SurveyAnswer.create(question=third.id, text="9", value="9", **said)
    seen = shop.get(at).get_json()
    assert [one["tags"] for one in seen["questions"]] == [{"yes": "content"}, {}, {}]
    assert (seen["invited"], seen["answered"], seen["people"]) == (1, 1, {"done": 1})
    assert (seen["questions"][2]["nps"], seen["questions"][2]["answers"]) == (100, 1)
    (line,) = shop.get(f"{at}/answers").get_json()["items"]
    assert (line["number"], line["trial"], line["answers"]) == (ANNA, True, ["", "", "9"])
    (hidden,) = shop.get(f"{at}/answers?names=false").get_json()["items"]
    assert (hidden["number"], hidden["ended_at"], hidden["answers"]) == (None, None, ["", "", "9"])
    assert shop.post(f"{at}/rest", {}).get_json()["state"] == "running"
    assert shop.post(f"{at}/stop", {}).get_json()["state"] == "stopping"
    assert shop.post(f"{at}/stop", {}).get_json()["code"] == "survey_state"
    assert len(shop.get(SURVEYS).get_json()["items"]) == 1


WRONG: tuple[tuple[dict[str, Any], str, str | None], ...] = (
    (
        {"questions": [{"kind": "yes_no", "text": "a", "tags": {"8": "x"}}]},
        "survey_branch_unknown",
        "questions.0.tag-8",
    ),
    (
        {"questions": [{"kind": "open", "text": "a", "tags": {"any": "x" * 41}}]},
        "text_long",
        "questions.0.tag-any",
    ),
    ({"questions": [{"kind": "x", "text": "a"}]}, "survey_kind_unknown", "questions.0.kind"),
    ({"questions": [QUESTIONS[0]]}, "survey_branch_back", "questions.0.onward"),
    (
        {"questions": [{"kind": "yes_no", "text": "a", "onward": {"yes": 1}}]},
        "survey_branch_back",
        "questions.0.onward-yes",
    ),
    (
        {"questions": [{"kind": "choice", "text": "a", "labels": ["Été", "ete"]}]},
        "survey_labels_same",
        "questions.0.labels",
    ),
    ({"to": ["@Nobody"]}, "list_unknown", "to"),
    ({"remind_h": 80}, "survey_reminder_late", "remind_h"),
    ({"limit_h": 0}, "out_of_range", "limit_h"),
)


def test_what_is_wrong_is_named_and_nothing_is_drafted(shop: Any) -> None:
    for more, code, field in WRONG:
        answer = draft(shop, **more)
        told = answer.get_json()
        fault = told["errors"][0] if told.get("errors") else told
        assert (answer.status_code, fault["code"], fault.get("field")) == (422, code, field), told
        assert code in CODES[422]
    assert shop.get(SURVEYS).get_json()["items"] == []
    assert shop.get(f"{SURVEYS}/nothing").get_json()["code"] == "survey_unknown"
