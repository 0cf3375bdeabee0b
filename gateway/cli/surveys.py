"""Surveys from a terminal: how far each is, what was answered; start and stop."""

from __future__ import annotations

from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.surveys import results, verbs, wording
from gateway.features.surveys.results import Found, Results
from gateway.store.models import Survey

HEADINGS = ("survey_id", "survey", "survey_state", "survey_invited", "survey_answered")


@click.group()
def survey() -> None:
    """A few questions to many people; they are written on the page, or by the API."""


@survey.command("list")
@tables.json_option("Print them as JSON.")
@click.pass_context
@plainly
def show_all(ctx: click.Context, as_json: bool) -> None:
    """All surveys, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        told = [_told(one, results.of(one)) for one in verbs.everything()]
    rows = [_row(one, desk) for one in told]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.surveys_none"))


def _row(told: dict[str, Any], desk: Desk) -> list[str]:
    state = desk.say(f"survey_state.{told['state']}")
    return [told["id"], told["name"], state, str(told["invited"]), str(told["answered"])]


@survey.command("start")
@click.argument("uid")
@click.option("--trial", default=0, help="Ask only so many people, the first of the list, at first.")
@click.pass_context
@plainly
def start(ctx: click.Context, uid: str, trial: int) -> None:
    """Let the draft UID begin; after a trial: ask the rest."""
    desk = open_desk(ctx)
    now, site = desk.clock.now(), desk.config.appliance
    with desk.ledger():
        if verbs.find(uid).state == "trial":
            verbs.ask_the_rest(uid, source(), now)
        else:
            verbs.start(uid, trial, source(), site, now)
        _say(verbs.find(uid), desk)
    wake.ring(site.runtime_dir)


@survey.command("stop")
@click.argument("uid")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@click.pass_context
@plainly
def stop(ctx: click.Context, uid: str, yes: bool) -> None:
    """Stop the survey UID for good: nobody else is asked, and what comes is not counted."""
    desk = open_desk(ctx)
    if not yes:
        click.confirm(desk.say("cli.survey_stop_sure"), abort=True, err=True)
    with desk.ledger():
        _say(verbs.stop(uid, source(), desk.clock.now()), desk)
    wake.ring(desk.config.appliance.runtime_dir)


@survey.command("results")
@click.argument("uid")
@tables.json_option("Print them as JSON.")
@click.pass_context
@plainly
def show_results(ctx: click.Context, uid: str, as_json: bool) -> None:
    """What was answered to the survey UID, without names."""
    desk = open_desk(ctx)
    with desk.ledger():
        found = verbs.find(uid)
        seen = results.of(found)
    if as_json:
        tables.show_json({**_told(found, seen), "questions": [_question(one) for one in seen.questions]})
        return
    _say(found, desk, seen)
    for one in seen.questions:
        _show(one, desk)


def _show(found: Found, desk: Desk) -> None:
    click.echo(f"\n{found.question.position}. {found.question.text}  (n = {found.answers})")
    if found.promoters:
        facts = {"score": f"{found.promoters.score:+d}", "answers": found.answers}
        click.echo(f"   {desk.say('cli.survey_promoters', **facts)}")
    for value, number in found.counts.items():
        word = wording.value_word(found.question, value)
        shown = desk.say(f"survey_branch.{value}") if value in ("yes", "no") else word
        click.echo(f"{number:>8}  {100 * found.share(value):5.1f} %  {shown}")
    for text in found.texts:
        click.echo(f"   - {text}")


def _say(found: Survey, desk: Desk, seen: Results | None = None) -> None:
    state = desk.say(f"survey_state.{found.state}")
    click.echo(desk.say("cli.survey_state_now", name=found.name, survey=state))
    if seen is None:
        return
    click.echo(desk.say("cli.survey_progress", answered=seen.answered, invited=seen.invited))
    if unclear := sum(one.unclear for one in seen.questions):
        click.echo(desk.say("cli.survey_unclear", count=unclear))


def _told(found: Survey, seen: Results) -> dict[str, Any]:
    """As programs see it."""
    return {
        "id": found.uid,
        "name": found.name,
        "state": found.state,
        "people": seen.people,
        "invited": seen.invited,
        "answered": seen.answered,
    }


def _question(found: Found) -> dict[str, Any]:
    return {
        "position": found.question.position,
        "kind": found.question.kind,
        "text": found.question.text,
        "answers": found.answers,
        "counts": found.counts,
        "unclear": found.unclear,
        "late": found.late,
        "texts": list(found.texts),
        "nps": found.promoters.score if found.promoters else None,
    }
