"""The modems as the gateway sees them, and what one may ask of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from gateway import audit, settings, status, wake
from gateway.cli import budgeting, tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.errors import Invalid
from gateway.messages import numbers
from gateway.modems import incidents, requests, sims
from gateway.settings import RouteSetting
from gateway.status import ModemStatus, Status
from gateway.store import database
from gateway.store.models import ModemRequest

GLANCE = 0.2  # seconds between two looks at an open request
HEADINGS = ("modem", "state", "operator", "signal", "trouble")


@click.group()
def modem() -> None:
    """Modems: look, dial, restart, say what each SIM is for."""


@modem.command("list")
@tables.json_option("Print the rows as JSON.")
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
        tables.show(desk, HEADINGS, [_row(one, desk) for one in seen.modems])


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
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def info(ctx: click.Context, name: str, as_json: bool) -> None:
    """Everything known of one modem, and its last incidents."""
    desk = open_desk(ctx)
    one = _one(desk, name)
    with desk.ledger():
        past = incidents.recent(name, 5)
        prefixes = settings.route(name).prefixes
        uses = budgeting.uses_of(desk, name)
    if as_json:
        rows = [
            {"error": i.error, "began_at": i.began_at.isoformat(), "tried": i.tried.get("rungs", []),
             "ended_at": i.ended_at.isoformat() if i.ended_at else None} for i in past
        ]  # fmt: skip
        tables.show_json({**_as_json(one), "prefixes": prefixes, "budgets": uses, "incidents": rows})
        return
    for key, value in _as_json(one).items():
        click.echo(f"{key:14} {'' if value is None else value}")
    click.echo(f"{'prefixes':14} {', '.join(prefixes) or desk.say('cli.any_number')}")
    for use in uses:
        if use["most"] is not None:
            click.echo(f"{desk.say('limit.' + use['limit'])}: {use['used']} / {use['most']}")
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


@modem.command("route")
@click.argument("name")
@click.option("--prefix", "typed", multiple=True, metavar="P", help="A beginning: +33, +590690, or FR.")
@click.option("--any", "for_any", is_flag=True, help="It is for every number.")
@click.pass_context
@plainly
def route(ctx: click.Context, name: str, typed: tuple[str, ...], for_any: bool) -> None:
    """Say which numbers the SIM is for, by how they begin; without an option, tell it.

    A message goes to the SIM whose beginning fits best, unless a modem was asked for or the person last
    wrote to another SIM.  While that SIM is away, others carry it.
    """
    if typed and for_any:
        raise click.UsageError("--prefix and --any exclude each other.")
    desk = open_desk(ctx)
    known = desk.config.modem_names
    if name not in known:
        raise Invalid("modem_unknown", field="modem", value=name, known=", ".join(known))
    with desk.ledger():
        if typed or for_any:
            choice = RouteSetting(numbers.prefixes(",".join(typed)))
            if typed and not choice.prefixes:
                raise Invalid("bad_prefix", field="prefix", value=typed[0])
            with database.transaction():
                settings.choose_route(name, choice)
                audit.write(source(), "settings_changed", desk.clock.now(), shown=f"route.{name}")
        prefixes = settings.route(name).prefixes
    said = "cli.route_prefixes" if prefixes else "cli.route_any"
    click.echo(desk.say(said, modem=name, prefixes=", ".join(prefixes)))
    if prefixes and len(known) == 1:
        click.echo(desk.say("cli.route_alone"))


modem.add_command(budgeting.budget)

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
