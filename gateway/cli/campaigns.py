"""Campaigns from a terminal: how far each is; start, pause, resume, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.cli.results import results
from gateway.features.campaigns import estimate, outcomes, states, verbs
from gateway.messages import routing
from gateway.messages.lifecycle import WAITING, State
from gateway.store.models import Campaign

HEADINGS = ("campaign_id", "campaign", "campaign_state", "campaign_done", "campaign_people")


@click.group()
def campaign() -> None:
    """One text to many people; they are written on the page, or by the API."""


campaign.add_command(results)


@campaign.command("list")
@tables.json_option("Print them as JSON.")
@click.pass_context
@plainly
def show_all(ctx: click.Context, as_json: bool) -> None:
    """All campaigns, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        told = [_told(each, desk) for each in verbs.everything()]
    rows = [_row(each, desk) for each in told]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.campaigns_none"))


def _row(told: dict[str, Any], desk: Desk) -> list[str]:
    state = desk.say(f"campaign_state.{told['state']}")
    return [told["id"], told["name"], state, str(told["done"]), str(told["people"])]


@campaign.command("show")
@click.argument("uid")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def show_one(ctx: click.Context, uid: str, as_json: bool) -> None:
    """How far the campaign UID is, and why people are left out."""
    desk = open_desk(ctx)
    with desk.ledger():
        found = verbs.find(uid)
        told, reasons = _told(found, desk), outcomes.reasons(found)
    if as_json:
        tables.show_json({**told, "reasons": reasons})
        return
    _say(told, desk)
    for reason, number in reasons.items():
        click.echo(f"{number:>8}  {desk.say(f'reason.{reason}')}")


@campaign.command("start")
@click.argument("uid")
@click.pass_context
@plainly
def start(ctx: click.Context, uid: str) -> None:
    """Let the draft UID begin: at its hour, or now."""
    desk = open_desk(ctx)
    base, site = desk.config.web.public_url, desk.config.appliance
    _do(desk, lambda: verbs.start(uid, source(), site, desk.clock.now(), base))


@campaign.command("pause")
@click.argument("uid")
@click.pass_context
@plainly
def pause(ctx: click.Context, uid: str) -> None:
    """Let the campaign UID rest: nothing more of it leaves."""
    desk = open_desk(ctx)
    _do(desk, lambda: verbs.pause(uid, source(), desk.clock.now()))


@campaign.command("resume")
@click.argument("uid")
@click.pass_context
@plainly
def resume(ctx: click.Context, uid: str) -> None:
    """Let the campaign UID go on."""
    desk = open_desk(ctx)
    _do(desk, lambda: verbs.resume(uid, source(), desk.clock.now()))


@campaign.command("stop")
@click.argument("uid")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@click.pass_context
@plainly
def stop(ctx: click.Context, uid: str, yes: bool) -> None:
    """Stop the campaign UID for good: what has not left is canceled."""
    desk = open_desk(ctx)
    if not yes:
        click.confirm(desk.say("cli.campaign_stop_sure"), abort=True, err=True)
    _do(desk, lambda: verbs.stop(uid, source(), desk.clock.now()))


def _do(desk: Desk, verb: Callable[[], Campaign]) -> None:
    with desk.ledger():
        told = _told(verb(), desk)
    wake.ring(desk.config.appliance.runtime_dir)
    _say(told, desk)


def _say(told: dict[str, Any], desk: Desk) -> None:
    state = desk.say(f"campaign_state.{told['state']}")
    click.echo(desk.say("cli.campaign_state_now", name=told["name"], campaign=state))
    if told["people"]:
        aimed = told["people"] - told["left_out"]
        facts = {"done": told["done"], "total": aimed, "left_out": told["left_out"]}
        click.echo(desk.say("cli.campaign_progress", **facts))
    if told["ends_at"]:
        click.echo(desk.say("cli.campaign_ends", at=told["ends_at"]))


def _told(found: Campaign, desk: Desk) -> dict[str, Any]:
    """As programs see it."""
    site, now = desk.config.appliance, desk.clock.now()
    counts = outcomes.progress(found)
    waiting = sum(counts.get(state, 0) for state in ("waiting", *WAITING, State.SENDING))
    people, left_out = sum(counts.values()), counts.get("left_out", 0)
    ends = None
    if found.state in states.MOVING:
        ends = estimate.end(found, site, routing.ready(site.runtime_dir, now), now)
    return {
        "id": found.uid,
        "name": found.name,
        "state": found.state,
        "people": people,
        "left_out": left_out,
        "done": people - waiting - left_out,
        "ends_at": desk.iso(ends),
    }
