"""Campaigns: all of them, and one while it goes on: how far it is, what is compared, who is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.numbers import format_percent
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import GatewayError, Invalid
from gateway.features.campaigns import deciding, diary, estimate, hygiene, outcomes, plan, states, verbs
from gateway.features.campaigns.outcomes import Outcome
from gateway.features.results import intervals
from gateway.messages import routing
from gateway.messages.lifecycle import WAITING, State
from gateway.store.models import Campaign, CampaignStep
from web import formats, sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import names
from web.tones import STATES

pages = Blueprint("campaign_pages", __name__)

Answer = str | tuple[str, int]
IN_QUEUE = (*WAITING, State.SENDING)


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one campaign, in people; `counts`: where they are."""

    counts: dict[str, int]

    @property
    def people(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get("waiting", 0) + sum(self.counts.get(state, 0) for state in IN_QUEUE)

    @property
    def left_out(self) -> int:
        return self.counts.get("left_out", 0)

    @property
    def done(self) -> int:
        return self.people - self.waiting - self.left_out

    @property
    def share(self) -> int:
        """Percent of those who are to get it."""
        aimed = self.people - self.left_out
        return 100 * self.done // aimed if aimed else 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One of several texts: how many did what counts, among those who have it, and how sure that is."""

    letter: str
    text: str
    outcome: Outcome
    did: int
    low: float
    high: float


@pages.get("/campaigns")
def listing() -> str:
    found = [(campaign, Progress(outcomes.progress(campaign))) for campaign in verbs.everything()]
    return render_template("campaigns.html", campaigns=found)


@pages.get("/campaigns/new")
def blank() -> str:
    return render_template(
        "campaign_new.html", name=request.args.get("name", ""), at=request.args.get("at", ""), faults={}
    )


@pages.post("/campaigns/new")
def add() -> Answer | Response:
    here, name, at = office(), request.form.get("name", ""), request.form.get("at", "")
    try:
        added = verbs.draft(name, sign_in.caller().source, here.clock.now(), here.ids, _instant(at))
    except GatewayError as error:
        return render_template("campaign_new.html", name=name, at=at, faults=_faults(error)), 422
    return redirect(url_for("campaign_steps.step", uid=added.uid, name="people"))


@pages.get("/campaigns/<uid>")
def show(uid: str) -> str | Response:
    campaign = verbs.find(uid)
    if campaign.state == states.DRAFT:
        return redirect(url_for("campaign_steps.step", uid=uid, name="people"))
    here = office()
    now, site = here.clock.now(), here.config.appliance
    modems = routing.ready(site.runtime_dir, now)
    is_running = campaign.state == states.RUNNING
    progress = Progress(outcomes.progress(campaign))
    unreached = hygiene.unreached(campaign) if campaign.state in states.OVER else []
    names.load(one.number for one in unreached)
    return render_template(
        "campaign.html",
        campaign=campaign,
        now=now,
        progress=progress,
        counts=_in_order(progress.counts),
        ends=estimate.end(campaign, site, modems, now) if campaign.state in states.MOVING else None,
        spread=estimate.held_back(campaign, site, modems, now) if is_running else None,
        reasons=outcomes.reasons(campaign),
        compared=_compared(campaign),
        decision=_decision(campaign),
        asks=deciding.due(campaign),
        rest=verbs.rest(campaign),
        control=outcomes.counts(campaign, role=states.CONTROL).people,
        texts=plan.texts(campaign),
        trial=plan.trial(campaign),
        steps=list(reversed(diary.of(campaign))),
        unreached=unreached,
    )


@pages.post("/campaigns/<uid>/pause")
def pause(uid: str) -> Response:
    return _do(uid, "pause", _("It rests: nothing more of it leaves until you go on."))


@pages.post("/campaigns/<uid>/resume")
def resume(uid: str) -> Response:
    return _do(uid, "resume", _("It goes on."))


@pages.post("/campaigns/<uid>/stop")
def stop(uid: str) -> Response:
    return _do(uid, "stop", _("It is stopped: what had not left will not leave."))


@pages.post("/campaigns/<uid>/winner")
def winner(uid: str) -> Response:
    """The rest of the people read that text."""
    back = redirect(url_for(".show", uid=uid))
    letter = request.form.get("letter", "")
    try:
        verbs.choose_winner(uid, letter, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
        return back
    _ring()
    flash(_("The others get text %(letter)s.", letter=letter), "good")
    return back


@pages.post("/campaigns/<uid>/again")
def again(uid: str) -> Response:
    here = office()
    copy = verbs.again(uid, sign_in.caller().source, here.clock.now(), here.ids)
    return redirect(url_for("campaign_steps.step", uid=copy.uid, name="people"))


@pages.post("/campaigns/<uid>/remove")
def remove(uid: str) -> Response:
    removed = verbs.remove(uid, sign_in.caller().source, office().clock.now())
    flash(_("The draft “%(name)s” is gone.", name=removed.name), "good")
    return redirect(url_for(".listing"))


@pages.post("/campaigns/<uid>/clean")
def clean(uid: str) -> Response:
    """The people who are ticked get a tag, or leave a group."""
    back = redirect(url_for(".show", uid=uid))
    by, now, asked = sign_in.caller().source, office().clock.now(), request.form
    ticked = asked.getlist("number")
    try:
        done = hygiene.clean(verbs.find(uid), ticked, asked.get("act", ""), asked.get("name", ""), by, now)
    except GatewayError as error:
        flash(_("Nobody is ticked: nothing was changed.") if not ticked else trouble(error), "bad")
        return back
    flash(ngettext("Done for %(num)s contact.", "Done for %(num)s contacts.", done), "good")
    return back


def _do(uid: str, verb: str, told: str) -> Response:
    back = redirect(url_for(".show", uid=uid))
    try:
        getattr(verbs, verb)(uid, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
        return back
    _ring()
    flash(told, "good")
    return back


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)


def _instant(typed: str) -> datetime | None:
    """Of an hour that an occasion proposed; raises Invalid on `at`."""
    try:
        return formats.read_local(typed) if typed else None
    except ValueError as error:
        raise Invalid("time_unreadable", field="at", value=typed) from error


def _faults(error: GatewayError) -> dict[str, str]:
    return {error.field or "form": trouble(error)}


def _in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The messages' states as people read them."""
    return [(state, counts[state]) for state in STATES if state in counts]


def _compared(campaign: Campaign) -> list[Compared]:
    """Each of several texts; nothing where there is one."""
    texts = plan.texts(campaign)
    if len(texts) < 2:
        return []
    counted = deciding.COUNTED.get(plan.trial(campaign).by, "clicked")
    found = []
    for letter, outcome in deciding.figures(campaign).items():
        did = getattr(outcome, counted)
        low, high = intervals.wilson(did, outcome.delivered)
        found.append(Compared(letter, texts[letter].text, outcome, did, low, high))
    return found


def _decision(campaign: Campaign) -> intervals.Decision | None:
    chosen = plan.trial(campaign)
    if len(plan.texts(campaign)) < 2 or chosen.by not in deciding.COUNTED:
        return None
    return deciding.compared(deciding.figures(campaign), chosen.by)


@pages.app_template_global("campaign_state")
def state_words(state: str) -> str:
    return say(f"campaign_state.{state}")


@pages.app_template_global("left_out_words")
def left_out_words(reason: str) -> str:
    """Why several people get nothing: a rule, the campaign's own choice, or what was wrong with the text."""
    for table in ("group", "reason", "error"):
        if (said := say(f"{table}.{reason}")) != f"{table}.{reason}":
            return said
    return reason


@pages.app_template_global("step_words")
def step_words(step: CampaignStep) -> str:
    return say(f"campaign_step.{step.event}", **{"by": step.written_by, **step.facts})


@pages.app_template_filter("in_percent")
def in_percent(share: float) -> str:
    """A share as this page's readers write it, with one decimal."""
    return str(format_percent(share, "#,##0.0\u00a0%", locale=current()))
