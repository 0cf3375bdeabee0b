"""One-time codes at the terminal: send one, check one, see how they fare; what is known of a number."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import click

from gateway import status, wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.config import LANGUAGES
from gateway.errors import Invalid, NotFound
from gateway.features.lookup.verbs import look
from gateway.features.verify import figures, rules, verbs
from gateway.features.verify.verbs import ATTEMPTS, Wanted
from gateway.messages.drafts import Caller
from gateway.policy.pumping import LIMITS, Rules
from gateway.store.models import ApiKey, Verification

KEY = click.option("--key", "name", required=True, help="For which program: the name of its key.")
AS_JSON = tables.json_option("Print it as JSON.")
LAST_DAY = timedelta(hours=24)


@click.group()
def verify() -> None:
    """One-time codes: somebody proves to have a number by typing back what was sent to it."""


@verify.command("start")
@click.argument("number")
@KEY
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the text (default: the appliance's).")
@click.option("--length", type=int, help="Digits of the code (default: 6).")
@click.option("--life", "life_s", type=int, help="Seconds for which it counts (default: 600).")
@click.option("--domain", help="Of the page where it is typed: telephones then fill it in there.")
@AS_JSON
@click.pass_context
@plainly
def start(ctx: click.Context, number: str, name: str, as_json: bool, **asked: Any) -> None:
    """Send a code to NUMBER.  Nobody is shown it: it stands in the message alone."""
    desk = open_desk(ctx)
    with desk.ledger():
        row = verbs.start(Wanted(number, _key(name), **asked), _caller(desk), desk.clock.now())
    wake.ring(desk.config.appliance.runtime_dir)
    if as_json:
        tables.show_json(_as_json(row, desk))
    else:
        until = desk.instant(row.expires_at)
        click.echo(desk.say("cli.code_sent", number=row.number, id=row.uid, until=until))


@verify.command("check")
@click.argument("number")
@click.argument("code")
@KEY
@AS_JSON
@click.pass_context
@plainly
def check(ctx: click.Context, number: str, code: str, name: str, as_json: bool) -> None:
    """Say what was typed; ends with 0 for the right code, with 1 for a wrong one, which uses up a try."""
    desk = open_desk(ctx)
    with desk.ledger():
        row = verbs.check(_key(name), code, _caller(desk), desk.clock.now(), number=number)
    if as_json:
        tables.show_json(_as_json(row, desk))
    if row.state != verbs.APPROVED:
        left = ATTEMPTS - row.attempts
        fail(desk.say("cli.code_wrong", left=left) if left > 0 else desk.say("cli.code_exhausted"))
    if not as_json:
        click.echo(desk.say("cli.code_right"))


@verify.command("status")
@AS_JSON
@click.pass_context
@plainly
def show(ctx: click.Context, as_json: bool) -> None:
    """The last 24 hours: how many codes left and were typed back, what was refused, where the brake is on."""
    desk = open_desk(ctx)
    now = desk.clock.now()
    with desk.ledger():
        sent, validated = figures.totals(now - LAST_DAY)
        refused = figures.refusals(now - LAST_DAY)
        brakes = figures.brakes()
    if as_json:
        since = {brake.subject: desk.iso(brake.since) for brake in brakes}
        tables.show_json({"sent": sent, "validated": validated, "refused": refused, "brakes": since})
        return
    click.echo(desk.say("cli.codes_counted", sent=sent, validated=validated))
    for brake in brakes:
        click.echo(desk.say("cli.brake_is_on", name=brake.name, when=desk.instant(brake.since)))
    if not refused:
        click.echo(desk.say("cli.no_refusal"))
    else:
        rows = [[desk.say(f"code_rule.{rule}"), str(count)] for rule, count in refused.items()]
        tables.show(desk, ("rule", "refused"), rows)


@verify.command("limits")
@click.option("--set", "typed", multiple=True, metavar="NAME=NUMBER", help="Choose a limit; may repeat.")
@click.option("--countries", help='Regions that get codes: "FR GP"; "own" for the appliance\'s.')
@click.option("--types", help='Types of numbers that get codes: "mobile voip".')
@click.option(
    "--barred", help='Beginnings of numbers that get no codes: "+33 6 39 98, +44 7700"; "" for none.'
)
@click.option("--least-validated", type=int, help="Per cent that the watch wants typed back; 0: no watch.")
@AS_JSON
@click.pass_context
@plainly
def limits(
    ctx: click.Context,
    typed: tuple[str, ...],
    countries: str | None,
    types: str | None,
    barred: str | None,
    least_validated: int | None,
    as_json: bool,
) -> None:
    """The limits that keep bots from making the appliance send codes; what is not named stays as it is."""
    desk = open_desk(ctx)
    with desk.ledger():
        chosen = rules.read()
        wanted = replace(
            _to_whom(chosen, countries, types, barred, desk.config.appliance.country),
            limits=rules.limits_of(dict(map(_pair, typed)), chosen.limits),
            least_validated=chosen.least_validated if least_validated is None else least_validated,
        )
        if wanted != chosen:
            rules.choose(wanted, source(), desk.clock.now())
        held = rules.read()
        regions = rules.countries(held, desk.config.appliance.country)
    if as_json:
        tables.show_json({**asdict(held), "countries": list(regions)})
    else:
        rows = [[name, str(getattr(held.limits, name)), desk.say(f"code_limit.{name}")] for name in LIMITS]
        rows += [["countries", " ".join(regions), ""], ["types", " ".join(held.types), ""]]
        rows += [["barred", ", ".join(held.barred), ""], ["least_validated", f"{held.least_validated} %", ""]]
        tables.show(desk, ("limit", "most", "about"), rows)


def _to_whom(chosen: Rules, countries: str | None, types: str | None, barred: str | None, home: str) -> Rules:
    """The rules with those of their three lists that were given."""
    if countries is not None:
        own = countries.strip().lower() == "own"
        chosen = replace(chosen, countries=() if own else rules.parse_countries(countries))
    if types is not None:
        chosen = replace(chosen, types=tuple(types.replace(",", " ").split()))
    if barred is not None:
        chosen = replace(chosen, barred=rules.parse_barred(barred, home))
    return chosen


@verify.command("brake")
@click.argument("name")
@click.argument("turn", type=click.Choice(["on", "off"]))
@click.pass_context
@plainly
def brake(ctx: click.Context, name: str, turn: str) -> None:
    """Let only a tenth of the codes leave for the key NAME, or for a country (FR); or all of them again."""
    desk = open_desk(ctx)
    act = rules.brake if turn == "on" else rules.release
    with desk.ledger():
        done = act(rules.subject_of(name), source(), desk.clock.now())
    said = "cli.brake_put_on" if turn == "on" else "cli.brake_taken_off"
    click.echo(desk.say(said if done else "cli.brake_stood", name=name))


@click.command("lookup")
@click.argument("number")
@AS_JSON
@click.pass_context
@plainly
def lookup(ctx: click.Context, number: str, as_json: bool) -> None:
    """What is known of NUMBER without asking anybody: its plan, and what became of messages to it here."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = look(number, desk.config.appliance.country, desk.clock.now())
    told: dict[str, Any] = {
        **asdict(known),
        "last_delivered": desk.iso(known.last_delivered),
        "last_failure": desk.iso(known.last_failure),
    }
    if as_json:
        tables.show_json(told)
        return
    told["type"] = desk.say(f"number_type.{known.type}")
    told |= {name: desk.say("cli.yes" if told[name] else "cli.no") for name in ("valid", "possible")}
    told["opposed"] = [desk.say(f"category.{category}") for category in known.opposed]
    rows = [[desk.say(f"known.{name}"), _cell(value)] for name, value in told.items()]
    tables.show(desk, ("about", "value"), rows)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(value) or "–"
    return "–" if value in (None, "") else str(value)


def _pair(typed: str) -> tuple[str, int]:
    name, _, number = typed.partition("=")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Invalid("out_of_range", field=name, least=rules.LEAST, most=rules.MOST)
    return name.strip(), int(number)


def _key(name: str) -> ApiKey:
    key: ApiKey | None = ApiKey.get_or_none(ApiKey.name == name, ApiKey.revoked_at.is_null())
    if key is None:
        raise NotFound("key_unknown", name=name)
    return key


def _caller(desk: Desk) -> Caller:
    site = desk.config.appliance
    trusted = status.read(site.runtime_dir, desk.clock.now()).trusted
    return Caller(source(), site, desk.config.modem_names, desk.ids, trusted)


def _as_json(row: Verification, desk: Desk) -> dict[str, Any]:
    return {
        "id": row.uid,
        "to": row.number,
        "state": row.state,
        "sends": row.sends,
        "attempts_left": max(0, ATTEMPTS - row.attempts),
        "expires_at": desk.iso(row.expires_at),
        "valid": row.state == verbs.APPROVED,
    }
