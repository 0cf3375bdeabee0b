"""What a person may set or type is written down: every key, every command; migrations are in order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway import config
from gateway.cli import main
from house.tree import ROOT, plant

KEY = re.compile(r"^(?P<off>#\s*)?(?P<key>[a-z_]+)\s*=(?P<rest>.*)$")
HEADER = re.compile(r"^#?\s*\[\[?(?P<table>[a-z_]+)\]\]?")
MIGRATION = re.compile(r"^(\d{4})_[a-z0-9_]+\.(?:py|sql)$")


# ---- configuration keys ----------------------------------------------------------------------


def keys_shown(toml: str) -> dict[str, bool]:
    """`table.key` → has a comment, on its line or just above; a key may itself be commented out."""
    shown: dict[str, bool] = {}
    table, before = "", ""
    for line in toml.splitlines():
        if header := HEADER.match(line):
            table = header["table"]
        elif key := KEY.match(line):
            explained = "#" in key["rest"] or (before.startswith("#") and not KEY.match(before))
            shown.setdefault(f"{table}.{key['key']}", explained)
        before = line
    return shown


def keys_undocumented(toml: str, tables: Mapping[str, Iterable[str]]) -> list[str]:
    shown = keys_shown(toml)
    wanted = [f"{table}.{key}" for table, keys in tables.items() for key in keys]
    found = [f"not shown: {key}" for key in wanted if key not in shown]
    found += [f"no comment: {key}" for key in wanted if shown.get(key) is False]
    return found + [f"no such key: {key}" for key in shown if key not in wanted]


def test_every_configuration_key_is_shown_and_explained() -> None:
    toml = (ROOT / "config" / "gateway.toml").read_text(encoding="utf-8")
    tomllib.loads(toml)
    assert keys_undocumented(toml, config.TABLES) == []


SHOWN = """[web]
host = "::1"  # where it listens
# 0 takes any
port = 0
# public = ""  # as seen from outside
"""


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        (SHOWN.replace("port = 0", ""), "not shown: web.port"),
        (SHOWN.replace("[web]", "[modems]"), "not shown: web.host"),
        (SHOWN.replace("# 0 takes any", ""), "no comment: web.port"),
        (SHOWN.replace("# 0 takes any", '# old = ""'), "no comment: web.port"),
        (SHOWN + "colour = 1  # of the case\n", "no such key: web.colour"),
    ],
)
def test_a_key_left_out_is_found(toml: str, fault: str) -> None:
    tables = {"web": ("host", "port", "public")}
    assert keys_undocumented(SHOWN, tables) == []
    assert fault in keys_undocumented(toml, tables)


# ---- commands --------------------------------------------------------------------------------


def commands(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that call it; groups without their own."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from commands(inner, (*words, name))


def handbook(root: Path) -> str:
    """All that a person can read: README and docs."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())


def commands_undocumented(group: click.Command, text: str) -> list[str]:
    found = []
    for words, command in commands(group):
        called = " ".join(("chappe", *words))
        if not command.help:
            found.append(f"no help: {called}")
        if not re.search(rf"\b{called}\b", text):
            found.append(f"not in the handbook: {called}")
    return found


def root_command() -> click.Command:
    assert isinstance(main, click.Command)
    return main


def test_every_command_is_described_in_its_help_and_in_the_handbook() -> None:
    assert commands_undocumented(root_command(), handbook(ROOT)) == []


def test_every_command_answers_to_help() -> None:
    silent = [
        words
        for words, _ in commands(root_command())
        if CliRunner().invoke(root_command(), [*words, "--help"]).exit_code != 0
    ]
    assert silent == []


def test_a_command_nobody_described_is_found(tmp_path: Path) -> None:
    @click.group()
    def tool() -> None: ...

    @tool.group()
    def key() -> None: ...

    key.command("create", help="A new key.")(lambda: None)
    key.command("list", help="The keys.")(lambda: None)
    tool.command("silent")(lambda: None)
    plant(tmp_path, {"README.md": "Run `chappe key create NAME` and `chappe silent`."})
    assert commands_undocumented(tool, handbook(tmp_path)) == [
        "not in the handbook: chappe key list",
        "no help: chappe silent",
    ]


# ---- migrations ------------------------------------------------------------------------------


def out_of_order(names: Iterable[str]) -> list[str]:
    """Names that are no migration's, and numbers that do not follow the one before."""
    numbered = {name: MIGRATION.match(name) for name in sorted(names)}
    found = [name for name, match in numbered.items() if match is None]
    rising = [(name, int(match[1])) for name, match in numbered.items() if match]
    return found + [name for expected, (name, number) in enumerate(rising, 1) if number != expected]


def test_every_migration_has_its_number() -> None:
    folder = ROOT / "gateway" / "store" / "migrations"
    names = [file.name for file in folder.iterdir() if file.is_file() and file.name != "__init__.py"]
    assert names
    assert out_of_order(names) == []


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (["0001_ledger.py", "0002_caps.sql"], []),
        (["0001_ledger.py", "0003_caps.py"], ["0003_caps.py"]),
        (["0001_ledger.py", "0001_caps.py"], ["0001_ledger.py"]),
        (["0001_ledger.py", "caps.py"], ["caps.py"]),
        (["0000_ledger.py"], ["0000_ledger.py"]),
    ],
)
def test_a_migration_out_of_order_is_found(names: list[str], wrong: list[str]) -> None:
    assert out_of_order(names) == wrong
