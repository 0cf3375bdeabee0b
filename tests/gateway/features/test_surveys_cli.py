"""At the terminal: a survey begins with a few, goes on, is read without names, and is stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gateway.features.surveys import verbs
from gateway.features.surveys.plan import Asked, Terms
from gateway.store import database
from gateway.store.models import Survey, SurveyAnswer, SurveyPerson

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33639983001"


def test_a_survey_from_its_start_to_its_end(run: Run, bench: Bench) -> None:
    uid = verbs.draft("Accueil", "page:ana", bench.site, bench.now, bench.ids).uid
    verbs.choose(uid, Terms(ANNA), bench.site, bench.now)
    asked = verbs.add_question(uid, Asked("score", "Conseil ?"), bench.site)
    assert run("survey", "start", uid, "--trial", "-1").exit_code == 1
    assert "Accueil: Gathering the people." in run("survey", "start", uid, "--trial", "1").stdout
    with database.connection():
        Survey.update(state="trial").execute()
        now = bench.now
        person = SurveyPerson.create(survey=1, number=ANNA, state="open", trial=True, invited_at=now)
        for value, state in (("10", "counted"), (None, "unclear")):
            said = {"text": "10 !", "value": value, "state": state, "inbound": "x"}
            SurveyAnswer.create(person=person.id, question=asked.id, at=now, **said)
    seen = run("survey", "results", uid)
    assert "NPS +100 (n = 1)" in seen.stdout
    assert "Not understood: 1." in seen.stdout
    assert ANNA not in seen.stdout
    assert json.loads(run("survey", "results", uid, "--json").stdout)["questions"][0]["nps"] == 100
    assert "Accueil: Running." in run("survey", "start", uid).stdout
    (told,) = json.loads(run("survey", "list", "--json").stdout)
    assert (told["invited"], told["answered"], told["state"]) == (1, 1, "running")
    assert "Accueil" in run("survey", "list").stdout
    assert run("survey", "stop", uid).exit_code == 1, "nobody said yes"
    assert "Accueil: Stopping." in run("survey", "stop", uid, "--yes").stdout
    assert "There is no survey nothing." in run("survey", "results", "nothing").stderr
