"""Automations from a terminal: which there are, who goes through them, pause and resume."""

from __future__ import annotations

from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.automations import diary, verbs
from gateway.features.automations.states import WAITING
from gateway.store.models import Automation, AutomationRun, AutomationTurn

HEADINGS = ("automation_id", "automation", "automation_state", "automation_going")
RUN_HEADINGS = ("run_started", "run_number", "run_state")


@click.group()
def automation() -> None:
    """Steps that begin by themselves for one person; they are made on the page."""


@automation.command("list")
@tables.json_option("Print them as JSON.")
@click.pass_context
@plainly
def show_all(ctx: click.Context, as_json: bool) -> None:
    """All automations, by name."""
    desk = open_desk(ctx)
    with desk.ledger():
        told = [_told(one) for one in verbs.everything()]
    rows = [_row(one, desk) for one in told]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.automations_none"))


def _row(told: dict[str, Any], desk: Desk) -> list[str]:
    state = desk.say(f"automation_state.{told['state']}")
    return [told["id"], told["name"], state, str(told["runs"].get(WAITING, 0))]


@automation.command("pause")
@click.argument("uid")
@click.pass_context
@plainly
def pause(ctx: click.Context, uid: str) -> None:
    """Let nothing begin and nobody go on in UID."""
    desk = open_desk(ctx)
    with desk.ledger():
        _say(verbs.pause(uid, source(), desk.clock.now()), desk)


@automation.command("resume")
@click.argument("uid")
@click.pass_context
@plainly
def resume(ctx: click.Context, uid: str) -> None:
    """Let UID run, or go on; what happened before sets nothing off."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    with desk.ledger():
        _say(verbs.start(uid, source(), site, desk.clock.now()), desk)
    wake.ring(site.runtime_dir)


@automation.command("runs")
@click.argument("uid")
@tables.json_option("Print them as JSON, each with its history.")
@click.pass_context
@plainly
def runs(ctx: click.Context, uid: str, as_json: bool) -> None:
    """Who went through UID, the last 50: where each stands, and why."""
    desk = open_desk(ctx)
    with desk.ledger():
        listed = diary.runs(verbs.find(uid))
        turns = diary.of(listed)
    told = [_run(run, turns[run.id], desk) for run in listed]
    rows = [_run_row(run, desk) for run in listed]
    tables.listing(desk, as_json, told, RUN_HEADINGS, rows, desk.say("cli.automation_runs_none"))


def _run_row(run: AutomationRun, desk: Desk) -> list[str]:
    state = desk.say(f"automation_run.{run.state}")
    why = desk.say(f"automation_why.{run.reason}") if run.reason else ""
    return [desk.instant(run.started_at), run.number, f"{state} {why}".strip()]


def _say(known: Automation, desk: Desk) -> None:
    state = desk.say(f"automation_state.{known.state}")
    click.echo(desk.say("cli.automation_state_now", name=known.name, automation=state))


def _told(known: Automation) -> dict[str, Any]:
    """As programs see it."""
    return {"id": known.uid, "name": known.name, "state": known.state, "runs": diary.counts(known)}


def _run(run: AutomationRun, turns: list[AutomationTurn], desk: Desk) -> dict[str, Any]:
    instants = {name: getattr(run, name) for name in ("started_at", "next_at", "ended_at")}
    history = [{"at": desk.iso(turn.at), "what": turn.what, "facts": turn.facts} for turn in turns]
    return {
        "number": run.number,
        "state": run.state,
        "reason": run.reason,
        **{name: desk.iso(at) if at else None for name, at in instants.items()},
        "history": history,
    }
