"""`chappe demo`: the simulated modem, the gateway and the page as three children of one terminal.

The same three programs as on an appliance, so that the demo is the deployment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

import click

from gateway import setup, status
from gateway.access import people
from gateway.cli import roundtrip
from gateway.cli.desk import Desk, plainly
from gateway.config import load
from gateway.errors import GatewayError
from gateway.store.upgrade import upgrade

PERSON = "demo"
START = 20.0  # seconds within which the page answers and the modem is ready
TEMPLATE = Path(__file__).parents[2] / "config" / "demo.toml"


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Of the page.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Where the demo keeps its data."
)
@click.option(
    "--language", type=click.Choice(["fr", "en"]), help="Of the pages (default: the shell's, else fr)."
)
@click.option("--exit-when-ready", is_flag=True, help="Leave with 0 once a message made the round trip.")
@plainly
def demo(port: int, data: Path | None, language: str | None, exit_when_ready: bool) -> None:
    """Try Chappe without a modem: simulator, gateway and page, until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="chappe-") as runtime:
        desk = _prepare(port, (data or _home()).absolute(), language or _spoken(), Path(runtime))
        with _children(desk, Path(runtime)) as children:
            _wait_until_well(desk, children)
            click.echo(desk.say("cli.demo_address", address=_address(desk)))
            if exit_when_ready:
                answer = roundtrip.make(desk, lambda: _all_alive(children))
                click.echo(desk.say("cli.demo_trip", answer=answer))
            else:
                _invite(desk)
                _watch(desk, children)


def _home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "chappe-demo"


def _spoken() -> str:
    return "en" if os.environ.get("LANG", "").startswith("en") else "fr"


def _prepare(port: int, data: Path, language: str, runtime: Path) -> Desk:
    data.mkdir(parents=True, exist_ok=True)
    path = data / "demo.toml"
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    filled = template.safe_substitute(language=language, data=data, runtime=runtime, port=port)
    path.write_text(filled, encoding="utf-8")
    desk = Desk(load(path))
    upgrade(desk.config.appliance.database_path, desk.clock.now())
    return desk


@contextlib.contextmanager
def _children(desk: Desk, runtime: Path) -> Iterator[list[Child]]:
    """The three programs; whatever happens, all of them have ended when the block does."""
    simulate = ["simulate", "--link", f"{runtime}/modem", "--control", f"{runtime}/control"]
    children: list[Child] = []
    try:
        for arguments in (simulate, ["gateway"], ["web"]):
            children.append(_start(desk.config.path, arguments))
        yield children
    finally:
        for child in reversed(children):
            child.process.terminate()
        for child in children:
            try:
                child.process.wait(8)
            except subprocess.TimeoutExpired:
                child.process.kill()


def _start(config: Path, arguments: list[str]) -> Child:
    command = [sys.executable, "-m", "gateway.cli", "--config", str(config), *arguments]
    # Its own process group: Ctrl-C is ours to pass on, in order.
    return Child(arguments[0], subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL))


def _wait_until_well(desk: Desk, children: list[Child]) -> None:
    deadline = desk.clock.monotonic() + START
    while not (_modem_ready(desk) and roundtrip.page_answers(desk)):
        _all_alive(children)
        if desk.clock.monotonic() > deadline:
            raise GatewayError("demo_late", step="start", seconds=int(START))
        desk.clock.sleep(0.05)


def _modem_ready(desk: Desk) -> bool:
    seen = status.read(desk.config.appliance.runtime_dir, desk.clock.now())
    return seen.alive and any(modem.state == "ready" for modem in seen.modems)


def _all_alive(children: list[Child]) -> None:
    for child in children:
        if child.process.poll() is not None:
            raise GatewayError("demo_child", child=child.name)


def _invite(desk: Desk) -> None:
    """Print the one-time link of the first account, made here if need be; a new demo is set up by it."""
    with desk.ledger():
        now = desk.clock.now()
        if people.any_user():
            token = people.link(people.everybody()[0].name, now, desk.ids)
        else:
            token = people.add(PERSON, desk.language, now, desk.ids)
        code = "cli.demo_setup" if setup.is_open() else "cli.demo_link"
    click.echo(desk.say(code, link=f"{_address(desk)}/welcome/{token}"))


def _address(desk: Desk) -> str:
    """Of the page on this machine: every program finds it, whatever it makes of .localhost."""
    return f"http://{desk.config.web.host}:{desk.config.web.port}"


def _watch(desk: Desk, children: list[Child]) -> None:
    click.echo(desk.say("cli.demo_stop", data=desk.config.appliance.data_dir))
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    while signal.sigtimedwait(stop, 1.0) is None:
        _all_alive(children)
