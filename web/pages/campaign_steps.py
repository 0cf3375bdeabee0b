"""The steps that lead to a campaign: for whom, the text, the hours, what would become of it, a test, go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import digits, wake
from gateway.contacts import groups, segments, tags
from gateway.errors import GatewayError, Invalid
from gateway.features.campaigns import people, plan, states, tryout, verbs
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Trial, Wanted
from gateway.features.campaigns.split import Split
from gateway.store.models import Campaign, Message
from web import campaign_looks, formats, sign_in
from web.campaign_looks import Look
from web.language import trouble
from web.office import office
from web.pages import campaign_sight, campaign_texts, form, write
from web.pages.letter import Letter

pages = Blueprint("campaign_steps", __name__)

Answer = str | tuple[str, int]
STEPS = ("people", "text", "hours", "look", "test", "go")


@pages.get("/campaigns/<uid>/step/<name>")
def step(uid: str, name: str) -> Answer | Response:
    campaign = verbs.find(uid)
    if name not in STEPS:
        abort(404)
    if campaign.state != states.DRAFT:
        return redirect(url_for("campaign_pages.show", uid=uid))
    return _show(campaign, name, SHOWN[name](campaign))


@pages.post("/campaigns/<uid>/step/<name>")
def save(uid: str, name: str) -> Answer | Response:
    """Kept, and on to the next one; what is wrong stays on the page as it was typed."""
    campaign = verbs.find(uid)
    if name not in SAVED:
        abort(404)
    if name == "people" and (letter := write.addressed(Letter.of(request.form))) is not None:
        return _show(campaign, name, {"letter": letter, "given": request.form, **_lists()})
    if name == "text" and (given := campaign_texts.changed(request.form)) is not None:
        return _show(campaign, name, campaign_texts.typed(campaign, given))
    try:
        SAVED[name](campaign, request.form)
    except GatewayError as error:
        if campaign.state != states.DRAFT:
            flash(trouble(error), "bad")
            return redirect(url_for("campaign_pages.show", uid=uid))
        given = TYPED[name](campaign, request.form)
        return _show(campaign, name, given, {error.field or "form": form.sentence(error)}), 422
    if name == "go":
        flash(_("It has begun. This page shows how far it is."), "good")
        return redirect(url_for("campaign_pages.show", uid=uid))
    onward = name if request.form.get("action") == "stay" else STEPS[STEPS.index(name) + 1]
    return redirect(url_for(".step", uid=uid, name=onward))


@pages.post("/campaigns/<uid>/measure")
def measure(uid: str) -> Response:
    """{"swaps", "added", "note", "findings"}: how the text in `box` will be read by the first person, with
    what is put into it and behind it, and what marketing lacks."""
    answer: Response = jsonify(campaign_texts.measured(verbs.find(uid), request.form))
    return answer


def _show(
    campaign: Campaign, name: str, shown: Mapping[str, Any], faults: dict[str, str] | None = None
) -> str:
    known = {"campaign": campaign, "steps": STEPS, "step": name, "faults": faults or {}}
    return render_template(f"campaign_{name}.html", **known, **shown)


# ---- for whom ------------------------------------------------------------------------------------


def _people(campaign: Campaign) -> dict[str, Any]:
    chosen = plan.wanted(campaign)
    lines = [line for line in chosen.typed.splitlines() if line != people.EVERYBODY]
    given = {
        "without": chosen.without,
        "rested_days": str(chosen.rested_days or ""),
        "everybody": people.EVERYBODY if len(lines) < len(chosen.typed.splitlines()) else "",
    }
    return {"letter": Letter(chosen="\n".join(lines)), "given": given, **_lists()}


def _people_typed(campaign: Campaign, given: Mapping[str, str]) -> dict[str, Any]:
    return {"letter": Letter.of(given), "given": given, **_lists()}


def _lists() -> dict[str, Any]:
    return {
        "groups": groups.everything(),
        "segments": segments.everything(),
        "tags": tags.everything(),
    }


def _save_people(campaign: Campaign, given: Mapping[str, str]) -> None:
    typed = Letter.of(given).typed
    if given.get("everybody"):
        typed = f"{people.EVERYBODY}\n{typed}".strip()
    chosen = Wanted(typed, given.get("without", ""), _whole(given, "rested_days") or 0)
    verbs.choose_people(campaign.uid, chosen, office().config.appliance, office().clock.now())


# ---- the hours -----------------------------------------------------------------------------------


def _hours(campaign: Campaign) -> dict[str, Any]:
    pace, shares, trial = plan.pace(campaign), plan.split(campaign), plan.trial(campaign)
    given = {
        "when": "later" if campaign.send_at else "now",
        "at": _field(campaign.send_at),
        "pace": "per_hour" if pace.per_hour else "days" if pace.days else "none",
        "per_hour": str(pace.per_hour or ""),
        "days": str(pace.days or ""),
        "control": str(shares.control),
        "test": str(shares.test),
        "by": trial.by,
        "after_h": str(trial.after_h),
    }
    for letter, wording in plan.texts(campaign).items():
        given[f"hour-{letter}"] = _field(wording.send_at)
    return _hours_typed(campaign, given)


def _hours_typed(campaign: Campaign, given: Mapping[str, str]) -> dict[str, Any]:
    earliest = _field(office().clock.now())
    return {"given": given, "texts": plan.texts(campaign), "wins_by": states.WINS_BY, "earliest": earliest}


def _save_hours(campaign: Campaign, given: Mapping[str, str]) -> None:
    chosen = given.get("pace", "none")
    pace = Pace(
        _needed(given, "per_hour") if chosen == "per_hour" else None,
        _needed(given, "days") if chosen == "days" else None,
    )
    after = _whole(given, "after_h")
    test = _whole(given, "test")
    verbs.choose_hours(
        campaign.uid,
        _instant(given, "at") if given.get("when") == "later" else None,
        pace,
        Split(_whole(given, "control") or 0, 100 if test is None else test),
        Trial(given.get("by", "hand"), 24 if after is None else after),
        office().clock.now(),
        [_maybe(given, f"hour-{letter}") for letter in plan.texts(campaign)],
    )


# ---- before it leaves ----------------------------------------------------------------------------


def _look(campaign: Campaign) -> dict[str, Any]:
    known = _foreseen(campaign)
    return {"look": known, **campaign_sight.shown(known, campaign)}


def _foreseen(campaign: Campaign) -> Look:
    """Reckoned behind the page, anew each time somebody comes here from another step."""
    known = campaign_looks.desk().find(campaign.uid)
    if known is None or (known.is_over and not request.args.get("ready")):
        known = campaign_looks.begin(campaign, sign_in.caller())
    if not known.is_over:
        campaign_looks.desk().errands.rest(PATIENCE)
    return known


def _test(campaign: Campaign) -> dict[str, Any]:
    return {"given": {}, "texts": plan.texts(campaign)}


def _test_typed(campaign: Campaign, given: Mapping[str, str]) -> dict[str, Any]:
    return {"given": given, "texts": plan.texts(campaign)}


def _save_test(campaign: Campaign, given: Mapping[str, str]) -> None:
    if given.get("action") != "stay":
        return
    letters = [letter for letter in plan.texts(campaign) if given.get(f"letter-{letter}")]
    here = office()
    base, now = here.config.web.public_url, here.clock.now()
    answers = tryout.send(campaign, letters, given.get("numbers", ""), base, sign_in.caller(), now)
    wake.ring(here.config.appliance.runtime_dir)
    sent = sum(isinstance(answer, Message) for answer in answers)
    for answer in answers:
        if isinstance(answer, GatewayError):
            raise Invalid(answer.code, field="numbers", **answer.facts)
    words = ngettext("%(num)s test message is on its way.", "%(num)s test messages are on their way.", sent)
    flash(words, "good")


def _go(campaign: Campaign) -> dict[str, Any]:
    here = office()
    base = here.config.web.public_url
    lacking = verbs.lacking(campaign, here.config.appliance, here.clock.now(), base)
    if missing := [(_step_of(error.field or ""), form.sentence(error)) for error in lacking]:
        return {"missing": missing}
    known = _foreseen(campaign)
    return {
        "look": known,
        **campaign_sight.shown(known, campaign),
        "texts": plan.texts(campaign),
        "pace": plan.pace(campaign),
        "shares": plan.split(campaign),
    }


def _step_of(field: str) -> str:
    """Where that field is filled in."""
    if field in ("to", "without", "rested_days"):
        return "people"
    return "hours" if field in ("send_at", "at") or field.startswith("hour-") else "text"


def _start(campaign: Campaign, given: Mapping[str, str]) -> None:
    here = office()
    base = here.config.web.public_url
    verbs.start(campaign.uid, sign_in.caller().source, here.config.appliance, here.clock.now(), base)
    wake.ring(here.config.appliance.runtime_dir)


PATIENCE = 1.0  # seconds: a short list is reckoned before the page is shown
SHOWN: Mapping[str, Callable[[Campaign], dict[str, Any]]] = {
    "people": _people,
    "text": campaign_texts.shown,
    "hours": _hours,
    "look": _look,
    "test": _test,
    "go": _go,
}
SAVED: Mapping[str, Callable[[Campaign, Mapping[str, str]], None]] = {
    "people": _save_people,
    "text": campaign_texts.keep,
    "hours": _save_hours,
    "test": _save_test,
    "go": _start,
}
TYPED: Mapping[str, Callable[[Campaign, Mapping[str, str]], dict[str, Any]]] = {
    "people": _people_typed,
    "text": campaign_texts.typed,
    "hours": _hours_typed,
    "test": _test_typed,
    "go": lambda campaign, given: _go(campaign),
}


# ---- what fields say -----------------------------------------------------------------------------


def _field(at: datetime | None) -> str:
    return formats.local(at).strftime(formats.FIELD) if at else ""


def _maybe(given: Mapping[str, str], name: str) -> datetime | None:
    return _instant(given, name) if given.get(name) else None


def _instant(given: Mapping[str, str], name: str) -> datetime:
    try:
        return formats.read_local(given.get(name, ""))
    except ValueError as error:
        raise Invalid("time_unreadable", field=name, value=given.get(name, "")) from error


def _needed(given: Mapping[str, str], name: str) -> int:
    found = _whole(given, name)
    if found is None:
        raise Invalid("not_a_number", field=name, value=given.get(name, ""))
    return found


def _whole(given: Mapping[str, str], name: str) -> int | None:
    typed = given.get(name, "").strip()
    if not typed:
        return None
    if (found := digits.number(typed, 8)) is None:
        raise Invalid("not_a_number", field=name, value=typed)
    return found
