"""The modems as the gateway sees them, and what one may ask of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from gateway import status, wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.modems import incidents, requests, sims
from gateway.status import ModemStatus, Status
from gateway.store.models import ModemRequest

GLANCE = 0.2  # seconds between two looks at an open request


@click.group()
def modem() -> None:
    """Modems: look, dial, restart."""


@modem.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_context
@plainly
def list_modems(ctx: click.Context, as_json: bool) -> None:
    """Every modem: its state, network, signal, and what is wrong."""
    desk = open_desk(ctx)
    seen = _seen(desk)
    if as_json:
        tables.show_json([_as_json(one) for one in seen.modems])
    elif not desk.config.modems:
        click.echo(desk.say("cli.no_modem"))
    else:
        _alive(desk, seen)
        headings = [
            desk.say(f"column.{name}") for name in ("modem", "state", "operator", "signal", "trouble")
        ]
        tables.show(headings, [_row(one, desk) for one in seen.modems])


def _row(one: ModemStatus, desk: Desk) -> list[str]:
    signal = f"{one.signal_dbm} dBm" if one.signal_dbm is not None else ""
    return [one.name, desk.say(f"link.{one.state}"), one.operator, signal, _trouble(one, desk)]


def _trouble(one: ModemStatus, desk: Desk) -> str:
    """What keeps it from sending, in words; "" when nothing does."""
    if one.hold:
        return desk.say(f"reason.{one.hold}", modem=one.name)
    if not one.error:
        return ""
    said = desk.say(f"trouble.{one.error}")
    return said if said != f"trouble.{one.error}" else f"{one.error} {one.detail}".strip()


@modem.command("info")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
@plainly
def info(ctx: click.Context, name: str, as_json: bool) -> None:
    """Everything known of one modem, and its last incidents."""
    desk = open_desk(ctx)
    one = _one(desk, name)
    with desk.ledger():
        past = incidents.recent(name, 5)
    if as_json:
        rows = [
            {"error": i.error, "began_at": i.began_at.isoformat(), "tried": i.tried.get("rungs", []),
             "ended_at": i.ended_at.isoformat() if i.ended_at else None} for i in past
        ]  # fmt: skip
        tables.show_json({**_as_json(one), "incidents": rows})
        return
    for key, value in _as_json(one).items():
        click.echo(f"{key:14} {'' if value is None else value}")
    for incident in past:
        tried = ", ".join(desk.say(f"rung.{rung}") for rung, _ in incident.tried.get("rungs", []))
        span = f"{desk.instant(incident.began_at)} – {desk.instant(incident.ended_at)}"
        click.echo(f"{span}  {desk.say(f'trouble.{incident.error}')}  {tried}".rstrip())


@modem.command("ussd")
@click.argument("name")
@click.argument("code")
@click.pass_context
@plainly
def ussd(ctx: click.Context, name: str, code: str) -> None:
    """Dial a USSD CODE (the balance, for instance) and print the answer."""
    click.echo(_ask(open_desk(ctx), name, "ussd", code).answer)


ORDERS = {
    "reset": "Restart the modem; what it has in hand becomes uncertain, the rest waits.",
    "confirm": "Say that the SIM that is in the modem now belongs there: its queue goes on.",
    "resume": "Let a SIM that rests after refusals send again.",
    "selftest": "Send a message from the SIM to itself; the modem's page shows whether it came back.",
}


def _order(kind: str, what: str) -> click.Command:
    @click.command(kind, help=what)
    @click.argument("name")
    @click.pass_context
    @plainly
    def command(ctx: click.Context, name: str) -> None:
        _do(open_desk(ctx), name, kind)

    return command


for _kind, _what in ORDERS.items():
    modem.add_command(_order(_kind, _what))


def _do(desk: Desk, name: str, kind: str) -> None:
    _ask(desk, name, kind, "")
    click.echo(desk.say("cli.request_done"))


def _ask(desk: Desk, name: str, kind: str, argument: str) -> ModemRequest:
    """Ask the gateway and wait for what became of it; a failure ends the command."""
    site = desk.config.appliance
    _alive(desk, _seen(desk))
    with desk.ledger():
        now = desk.clock.now()
        request = requests.ask(name, kind, argument, source(), desk.config.modem_names, now, desk.ids)
        wake.ring(site.runtime_dir)
        deadline = desk.clock.monotonic() + requests.PATIENCE.total_seconds()
        while request.state in ("waiting", "asked") and desk.clock.monotonic() < deadline:
            desk.clock.sleep(GLANCE)
            request = requests.look(request.uid)
    if request.state != "done":
        error = desk.say(f"trouble.{request.error or 'no_answer'}")
        fail(desk.say("cli.request_failed", error=error))
    return request


def _seen(desk: Desk) -> Status:
    return status.read(desk.config.appliance.runtime_dir, desk.clock.now())


def _alive(desk: Desk, seen: Status) -> None:
    if not seen.alive:
        fail(desk.say("cli.gateway_off"))


def _one(desk: Desk, name: str) -> ModemStatus:
    seen = _seen(desk)
    _alive(desk, seen)
    found = next((one for one in seen.modems if one.name == name), None)
    if found is None:
        fail(desk.say("error.modem_unknown", value=name, known=", ".join(desk.config.modem_names)))
    return found


def _as_json(one: ModemStatus) -> dict[str, Any]:
    """All of it but the subscriber's identity."""
    shown = {key: value for key, value in asdict(one).items() if key != "imsi"}
    return {**shown, "iccid": sims.masked(one.iccid)}
