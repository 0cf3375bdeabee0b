"""From the answers of a survey to those who gave them: a tag, and a message or a campaign for it."""

from __future__ import annotations

from itertools import count, islice

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway.contacts import recipients, tags
from gateway.errors import Conflict, GatewayError
from gateway.features.campaigns import verbs as campaigns
from gateway.features.campaigns.plan import Wanted
from gateway.features.surveys import flow, tagging, verbs, wording
from gateway.features.surveys.states import CHOICE, FREE
from gateway.features.surveys.tagging import Stuck
from gateway.store.models import Campaign, Survey, SurveyQuestion
from web import sign_in
from web.language import say, trouble
from web.office import office

pages = Blueprint("survey_answers", __name__)

MOST_ALIKE = 20  # campaigns of one name


@pages.post("/surveys/<uid>/questions/<int:question>/gather")
def gather(uid: str, question: int) -> Response:
    """Stick a tag on whoever answered so, and go on to where they are written to."""
    here, by, given = office(), sign_in.caller().source, request.form
    survey = verbs.find(uid)
    back = redirect(url_for("survey_pages.show", uid=uid, _anchor="results"))
    try:
        asked, branch = verbs.find_question(survey, question), given.get("branch", "")
        named = given.get("tag", "").strip() or asked.tags.get(branch, "") or _usual(survey, asked, branch)
        stuck = tagging.gather(asked, branch, named, by, here.clock.now(), here.clock.sleep)
        following = _following(survey, stuck, given.get("next", ""))
    except GatewayError as error:
        flash(trouble(error), "bad")
        return back
    flash(_said(stuck), "good" if stuck.people else "bad")
    return redirect(following) if following and stuck.people else back


def _following(survey: Survey, stuck: Stuck, wanted: str) -> str:
    """Where they are written to; "" for nowhere, and where there is nobody."""
    typed = recipients.listed("tag", stuck.tag)
    if wanted == "write":
        return url_for("write.blank", to=typed)
    if wanted == "campaign" and stuck.people:
        made = _campaign(f"{survey.name[:30]} – {stuck.tag}", typed)
        return url_for("campaign_steps.step", uid=made.uid, name="people")
    return ""


def _campaign(name: str, typed: str) -> Campaign:
    """A draft for them; of that name there may be some."""
    here, by = office(), sign_in.caller().source
    now = here.clock.now()
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    for each in islice(names, MOST_ALIKE):
        try:
            made = campaigns.draft(each, by, now, here.ids)
        except Conflict:
            continue
        return campaigns.choose_people(made.uid, Wanted(typed), here.config.appliance, now)
    raise Conflict("name_taken", field="name", name=name)


def _usual(survey: Survey, asked: SurveyQuestion, branch: str) -> str:
    """The name of the survey and the answer, as long as a tag may be."""
    if branch not in flow.branches(asked.kind, wording.labels(asked)):
        return ""
    answer = wording.value_word(asked, branch) if asked.kind == CHOICE else say(f"survey_branch.{branch}")
    said = answer if asked.kind != FREE else str(asked.position)
    return f"{survey.name[: max(tags.LONGEST - len(said) - 1, 12)].strip()} {said}"[: tags.LONGEST]


def _said(stuck: Stuck) -> str:
    here = ngettext(
        "%(num)s contact has the tag “%(tag)s” now.",
        "%(num)s contacts have the tag “%(tag)s” now.",
        stuck.people,
        tag=stuck.tag,
    )
    away = ngettext(
        "%(num)s person who answered so is not among your contacts.",
        "%(num)s people who answered so are not among your contacts.",
        stuck.strangers,
    )
    if stuck.people:
        return f"{here} {away}" if stuck.strangers else str(here)
    return str(away) if stuck.strangers else _("Nobody has answered so.")
