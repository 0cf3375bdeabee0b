"""`chappe setup`: on the console what the page's set-up does, by the same verbs; may be called again."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from gateway import letters, setup, status, wake
from gateway.access import people
from gateway.cli import machine
from gateway.cli.access import page_address
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.config import DEFAULT_PATH, LANGUAGES, load
from gateway.messages import outbox
from gateway.messages.drafts import Caller, Draft
from gateway.modems import pin_files
from gateway.status import ModemStatus
from gateway.store.upgrade import upgrade

PATIENCE = 45.0  # seconds until a modem that was found must be ready
GLANCE = 0.3
WELL = "ready"
ASKED = ("sim_pin_required", "sim_pin_refused")


@dataclass(frozen=True, slots=True)
class Talk:
    """Asks where somebody is there to answer."""

    desk: Desk
    asks: bool

    def tell(self, code: str, **facts: Any) -> None:
        click.echo(self.desk.say(code, **facts))

    def ask(self, code: str, default: str = "", **facts: Any) -> str:
        """What was typed; `default` where nothing was, or nobody is asked."""
        if not self.asks:
            return default
        typed = click.prompt(self.desk.say(code, **facts), default=default, show_default=bool(default))
        return str(typed).strip()

    def ask_secret(self, code: str, **facts: Any) -> str:
        return str(
            click.prompt(self.desk.say(code, **facts), default="", hide_input=True, show_default=False)
        )

    def agrees(self, code: str) -> bool:
        return self.asks and click.confirm(self.desk.say(code), default=True)


@click.command("setup")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of pages and commands.")
@click.option("--name", help="Of the business, as its texts say it.")
@click.option("--person", help="Who signs in first; a one-time link is printed.")
@click.option("--pin-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Holds the SIM's PIN and nothing else; it is copied.")  # fmt: skip
@click.option("--to", "number", help="Where the test message goes.")
@click.option("--machine/--no-machine", "changes", default=None,
              help="The machine starts anew when it hangs, and its log stays small (as root).")  # fmt: skip
@click.option("--no-questions", is_flag=True, help="Only what the options say.")
@click.pass_context
@plainly
def setup_command(
    ctx: click.Context,
    language: str | None,
    changes: bool | None,
    no_questions: bool,
    name: str | None,
    person: str | None,
    pin_file: Path | None,
    number: str | None,
) -> None:
    """Set a new appliance up: business, modem, test message, first person.  What is done already stays."""
    talk = _in_language(ctx, language, not no_questions)
    _see_to_machine(talk, changes)
    site = talk.desk.config.appliance
    machine.become_owner(site.data_dir)
    upgrade(site.database_path, talk.desk.clock.now())
    with talk.desk.ledger():
        _name(talk, name)
        if _modem(talk, pin_file):
            setup.reach("test")
        _test(talk, number)
        _person(talk, person)


def _in_language(ctx: click.Context, wanted: str | None, asks: bool) -> Talk:
    desk = open_desk(ctx)
    if wanted is not None and wanted != desk.language:
        machine.speak(desk.config.path, wanted)
        desk = Desk(load(desk.config.path))
        click.echo(desk.say("cli.setup_language", path=desk.config.path))
    return Talk(desk, asks)


def _see_to_machine(talk: Talk, wanted: bool | None) -> None:
    """The hardware's watchdog and the log's size: only as root, and only with a yes."""
    if os.geteuid() != 0 and wanted:
        talk.tell("cli.setup_root")
    if os.geteuid() != 0 or not machine.ETC.is_dir() or machine.kept() or wanted is False:
        return
    if wanted or talk.agrees("cli.setup_machine"):
        machine.keep()
        talk.tell("cli.setup_machine_kept")


def _name(talk: Talk, given: str | None) -> None:
    known = letters.chosen_name()
    name = given or talk.ask("cli.setup_name", known)
    if name and name != known:
        site = talk.desk.config.appliance
        chosen = letters.Business(name, letters.business(site).contact)
        letters.choose_business(chosen, source(), talk.desk.clock.now())
    setup.reach("modem")


# ---- the modem -----------------------------------------------------------------------------------


def _modem(talk: Talk, pin_file: Path | None) -> bool:
    """Wait until one is ready, and give its SIM the PIN for which it asks; False where none became so."""
    pin = pin_file.read_text(encoding="ascii", errors="replace").strip() if pin_file else ""
    clock, given = talk.desk.clock, set[tuple[str, str | None]]()
    deadline = clock.monotonic() + PATIENCE
    while True:
        seen = status.read(talk.desk.config.appliance.runtime_dir, clock.now())
        if not seen.alive:
            talk.tell("cli.setup_no_gateway")
            return False
        for modem in seen.modems:
            if modem.state == WELL:
                talk.tell("cli.setup_modem_ready", name=modem.name, operator=modem.operator or "?")
                return True
            if modem.error in ASKED and (modem.name, modem.error) not in given:
                given.add((modem.name, modem.error))
                if _unlock(talk, modem, pin):
                    deadline, pin = clock.monotonic() + PATIENCE, ""
        if clock.monotonic() >= deadline:
            return _tell_of_modems(talk, seen.modems)
        clock.sleep(GLANCE)


def _unlock(talk: Talk, modem: ModemStatus, pin: str) -> bool:
    """Keep the PIN for the SIM of this modem; False where nobody said one."""
    typed = pin or (talk.ask_secret("cli.setup_pin", name=modem.name) if talk.asks else "")
    entry = next(one for one in talk.desk.config.modems if one.name == modem.name)
    if typed:
        pin_files.give(entry, talk.desk.config.appliance, typed, source(), talk.desk.clock.now())
    return bool(typed)


def _tell_of_modems(talk: Talk, modems: tuple[ModemStatus, ...]) -> bool:
    for modem in modems:
        talk.tell("cli.setup_modem_not", name=modem.name, state=talk.desk.say(f"link.{modem.state}"))
    if not modems:
        talk.tell("cli.no_modem")
    return False


# ---- the message and the person ------------------------------------------------------------------


def _test(talk: Talk, given: str | None) -> None:
    """One message to one's own telephone; one that was sent before is not sent again unasked."""
    before = setup.read().message
    number = (given if not before else None) or talk.ask("cli.setup_number")
    if not number:
        return
    desk, now = talk.desk, talk.desk.clock.now()
    site = desk.config.appliance
    text = desk.say("cli.setup_text", name=letters.business(site).name)
    trusted = status.read(site.runtime_dir, now).trusted
    caller = Caller(source(), site, desk.config.modem_names, desk.ids, trusted)
    message = outbox.submit(Draft(number, text, smart_encoding=True), caller, now)
    wake.ring(site.runtime_dir)
    setup.tested(message.uid)
    setup.reach("password")
    talk.tell("cli.setup_sent", id=message.uid)


def _person(talk: Talk, given: str | None) -> None:
    """The first one, who chooses a password at the link; whoever has not yet gets a new link."""
    desk, now = talk.desk, talk.desk.clock.now()
    known = people.everybody()
    waiting = [one.name for one in known if one.password_hash is None and one.disabled_at is None]
    if known and not waiting:
        talk.tell("cli.setup_address", address=_address(desk))
        return
    name = given or (waiting[0] if waiting else talk.ask("cli.setup_person", "admin"))
    if not name:
        return
    if name in [one.name for one in known]:
        token = people.link(name, now, desk.ids)
    else:
        token = people.add(name, desk.language, now, desk.ids)
    talk.tell("cli.link", link=f"{_address(desk)}/welcome/{token}")


def _address(desk: Desk) -> str:
    """Installed, the page is on port 80 of a name that avahi tells."""
    if desk.config.path == DEFAULT_PATH and not desk.config.web.public_url:
        return f"http://{socket.gethostname()}.local"
    return page_address(desk)
