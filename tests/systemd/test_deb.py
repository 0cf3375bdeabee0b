"""The package: what it is made of, and the changeover that goes back by itself and loses nothing.

The whole story – a bare Debian, systemd, users, purge – is `scripts/check-deb`.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gateway.cli import COMMANDS
from house.tree import ROOT

LOCKED = re.compile(r"(?m)^([\w.-]+)==(\S+) \\$")
MORE = 'def up(migrator, db):\n    db.execute_sql("CREATE TABLE more (id INTEGER PRIMARY KEY)")\n'
HALF = MORE + '    raise RuntimeError("half-way")\n'


def locked() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {canonicalize_name(name): version for name, version in LOCKED.findall(lock)}


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Run scripts/lock after a change of the dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    lock = locked()
    assert [
        str(one) for one in wanted if lock.get(canonicalize_name(one.name), "") not in one.specifier
    ] == []


def test_every_locked_library_has_a_hash_and_its_licence_is_listed() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^[\w.-]+==\S+(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", lock)
    assert len(entries) == len(locked())
    listed = re.findall(
        r"(?m)^\| (\S+) \| (\S+) \| \S", (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    )
    told = {canonicalize_name(name): version for name, version in listed if name not in ("library", "---")}
    assert told == locked()


def test_the_maintainers_scripts_can_be_read_by_a_shell() -> None:
    for name in ("changeover", "check-inside", "lay", "preinst", "postinst", "prerm", "postrm"):
        script = ROOT / "scripts/debian" / name
        read = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
        assert (script.stat().st_mode & 0o111, read.stderr) == (0o111, ""), name


def test_the_manual_page_names_every_command() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "scripts/debian/man", "1.0"], capture_output=True, text=True, check=True
    )
    assert [name for name in COMMANDS if not re.search(rf"(?m)^\.B {name}\b", made.stdout)] == []


# ---- the changeover ------------------------------------------------------------------------------


class Place:
    """An installation in a folder: `old` runs, with a database that holds something."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        self.folder, self.runtime, self.opt = folder, runtime, folder / "opt"
        self.database = folder / "data/chappe.sqlite"
        self.config = folder / "gateway.toml"
        self.config.write_text(f'[appliance]\ndata_dir = "{folder}/data"\nruntime_dir = "{runtime}"\n')
        self.add("old", ROOT)
        (self.opt / "current").symlink_to("old")
        self.run_command("migrate")
        self.run_command("send", "+33639980001", "kept")

    def add(self, version: str, sources: Path) -> None:
        """A version: starters as in the package, over these sources."""
        tree = self.opt / version
        (tree / "bin").mkdir(parents=True)
        (tree / "systemd").mkdir()
        (tree / "systemd/chappe.target").write_text(version)
        start = f'#!/bin/sh\nexport PYTHONPATH={sources}\n[ "$1" != -I ] || shift\nexec {sys.executable} '
        for name, rest in (("python", '"$@"'), ("chappe", '-m gateway.cli "$@"')):
            (tree / "bin" / name).write_text(f"{start}{rest}\n")
            (tree / "bin" / name).chmod(0o755)

    def add_changed(self, changes: dict[str, str]) -> None:
        """The version `new`: ours, with files that begin otherwise or are more."""
        sources = self.folder / "sources"
        for package in ("gateway", "modem", "web", "config"):
            shutil.copytree(ROOT / package, sources / package, ignore=shutil.ignore_patterns("__pycache__"))
        for path, text in changes.items():
            with (sources / path).open("a", encoding="utf-8") as file:
                file.write(text)
        self.add("new", sources)

    def run_command(self, *words: str) -> None:
        command = [self.opt / "current/bin/chappe", "--config", self.config, *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def change_over(self, patience: int) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "CHAPPE_OPT": str(self.opt),
            "CHAPPE_CONFIG": str(self.config),
            "CHAPPE_UNITS": str(self.folder / "units"),
            "CHAPPE_PATIENCE": str(patience),
        }
        command = ["sh", str(ROOT / "scripts/debian/changeover"), "new"]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as file:
            return file.execute(question).fetchall()

    def tables(self) -> set[object]:
        return {name for (name,) in self.ask("SELECT name FROM sqlite_master")}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "units").mkdir()
    with tempfile.TemporaryDirectory(prefix="chappe-") as runtime:  # a socket's path is short by law
        yield Place(tmp_path, Path(runtime))


def test_a_version_that_is_well_takes_over_after_a_copy(place: Place) -> None:
    place.add_changed({"gateway/store/migrations/9001_more.py": MORE})
    done = place.change_over(patience=60)
    assert done.returncode == 0, done.stderr
    assert (place.opt / "current").readlink() == Path("new")
    assert "more" in place.tables()
    assert place.ask("SELECT text FROM messages") == [("kept",)]
    with closing(sqlite3.connect(place.folder / "data/before-upgrade/chappe.sqlite")) as copy:
        assert copy.execute("SELECT text FROM messages").fetchall() == [("kept",)]
    assert not (place.runtime / "trial.sock").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"gateway/store/migrations/9001_half.py": HALF},
        {"gateway/store/migrations/9001_more.py": MORE, "web/app.py": "\nraise SystemExit(3)\n"},
    ],
    ids=["a migration that breaks off", "a page that does not start"],
)
def test_a_version_that_is_not_well_goes_and_nothing_is_lost(place: Place, changes: dict[str, str]) -> None:
    before = place.ask("SELECT * FROM messages"), place.ask("SELECT * FROM parts")
    place.add_changed(changes)
    done = place.change_over(patience=4)
    assert done.returncode == 1, done.stderr
    assert "the one before is back" in done.stderr
    assert (place.opt / "current").readlink() == Path("old")
    assert (place.ask("SELECT * FROM messages"), place.ask("SELECT * FROM parts")) == before
    assert "more" not in place.tables()
    assert (place.folder / "units/chappe.target").read_text() == "old"
    place.run_command("queue")  # the one before opens it as its own
