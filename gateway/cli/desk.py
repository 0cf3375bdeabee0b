"""What every command needs: the configuration, the database, and errors said in one plain line."""

from __future__ import annotations

import functools
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NoReturn

import click

from gateway import timezones
from gateway.clock import SystemClock
from gateway.config import LANGUAGES, Config, load
from gateway.errors import GatewayError
from gateway.ids import Ids
from gateway.store import database
from gateway.words import here, say


@dataclass(frozen=True, slots=True)
class Desk:
    """The installation as the command line sees it."""

    config: Config
    clock: SystemClock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=Ids)

    @property
    def language(self) -> str:
        return self.config.appliance.language

    def say(self, code: str, /, **facts: Any) -> str:
        return say(code, self.language, **facts)

    def instant(self, at: datetime | None) -> str:
        """An instant in the appliance's zone, to the minute; "" for none."""
        return f"{at.astimezone(self.config.appliance.timezone):%Y-%m-%d %H:%M}" if at else ""

    def iso(self, at: datetime | None) -> str | None:
        """An instant for programs: RFC 3339 in the appliance's zone."""
        return at.astimezone(self.config.appliance.timezone).isoformat() if at else None

    @contextmanager
    def ledger(self) -> Iterator[None]:
        """The database, for the length of a command."""
        database.open(self.config.appliance.database_path)
        timezones.stands_in(self.config.appliance.timezone)
        with database.connection():
            yield


def open_desk(ctx: click.Context) -> Desk:
    return Desk(load(ctx.find_root().obj))


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Errors become one plain line on stderr and exit status 1."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        ctx = click.get_current_context()
        try:
            return command(*args, **kwargs)
        except GatewayError as error:
            language, zone = _reader(ctx)
            fail(say(f"error.{error.code}", language, **here(error.facts, zone)))
        except database.Trouble as trouble:
            fail(say(f"error.{database.trouble_code(trouble)}", _reader(ctx)[0]))
        except BrokenPipeError:  # somebody piped us into `head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return wrapped


def fail(line: str) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(1)


def source() -> str:
    """Who submits, as the ledger remembers it."""
    return f"cli:{getpass.getuser()}"


def _reader(ctx: click.Context) -> tuple[str, tzinfo]:
    """The installation's language and zone; while its configuration is unreadable, the shell's and UTC."""
    path: Path | None = ctx.find_root().obj
    try:
        site = load(path).appliance
    except GatewayError:
        spoken = os.environ.get("LANG", "")[:2]
        return (spoken if spoken in LANGUAGES else "en"), UTC
    return site.language, site.timezone
