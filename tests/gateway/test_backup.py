"""A backup is whole or it is none: made while the appliance works, put back on an empty one."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from peewee import SqliteDatabase
from playhouse.migrations import Runner

from fakes import MONDAY_NOON
from gateway.backup import archive, shelf
from gateway.backup.make import make
from gateway.backup.restore import restore
from gateway.cli import main
from gateway.config import Appliance
from gateway.errors import NotFound, Unusable
from gateway.store import database
from gateway.store.upgrade import upgrade


@pytest.fixture
def elsewhere(site: Appliance, tmp_path: Path) -> Appliance:
    """An empty machine."""
    return replace(site, data_dir=tmp_path / "new", runtime_dir=tmp_path / "new-run")


def content(path: Path) -> list[str]:
    """Every row of the ledger, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_what_was_backed_up_is_put_back_on_an_empty_machine(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path
) -> None:
    said = bench.submit("Votre commande est prête")
    (site.data_dir / "secret").write_bytes(b"s" * 32)
    manifest = make(site, tmp_path / "a.chappe", MONDAY_NOON)
    done = restore(elsewhere, tmp_path / "a.chappe", MONDAY_NOON)
    assert (done.manifest, done.aside, done.applied) == (manifest, None, ())
    assert manifest.messages == 1
    assert content(elsewhere.database_path) == content(site.database_path)
    assert (elsewhere.data_dir / "secret").read_bytes() == b"s" * 32
    modes = {path.name: path.stat().st_mode & 0o777 for path in elsewhere.data_dir.iterdir()}
    assert modes == {"chappe.sqlite": 0o660, "secret": 0o640}, "page and gateway share them by their group"
    assert said.uid in "".join(content(elsewhere.database_path))


def test_it_is_one_instant_of_a_ledger_that_is_written_all_the_time(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path
) -> None:
    over, written = Event(), Event()

    def write() -> None:
        with database.connection():
            while not over.is_set():
                bench.submit("Bonjour")
                written.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert written.wait(20)
        manifests = [make(site, tmp_path / f"{number}.chappe", MONDAY_NOON) for number in range(3)]
    finally:
        over.set()
        writer.join()
    counts = [manifest.rows for manifest in manifests]
    assert counts[0]["messages"] < counts[2]["messages"]
    for number, rows in enumerate(counts):
        assert rows["messages"] == rows["parts"] == rows["history"], "no half-written message"
        place = replace(elsewhere, data_dir=tmp_path / f"new{number}")
        assert restore(place, tmp_path / f"{number}.chappe", MONDAY_NOON).manifest.rows == rows


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.97])
def test_a_truncated_backup_is_refused(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path, share: float
) -> None:
    bench.submit("Bonjour")
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    whole = (tmp_path / "a.chappe").read_bytes()
    (tmp_path / "cut.chappe").write_bytes(whole[: int(len(whole) * share)])
    refuses(elsewhere, tmp_path / "cut.chappe", "backup_damaged")


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8])
def test_an_altered_backup_is_refused(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path, share: float
) -> None:
    bench.submit("Bonjour")
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    octets = bytearray((tmp_path / "a.chappe").read_bytes())
    start = octets.index(b"SQLite format 3")
    octets[start + int((len(octets) - start - 20480) * share)] ^= 1
    (tmp_path / "other.chappe").write_bytes(octets)
    refuses(elsewhere, tmp_path / "other.chappe", "backup_damaged")


def refuses(site: Appliance, path: Path, code: str) -> None:
    with pytest.raises(Unusable) as refusal:
        restore(site, path, MONDAY_NOON)
    assert refusal.value.code == code
    assert not site.database_path.exists(), "nothing was changed"


def test_a_path_in_the_archive_leads_nowhere(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path
) -> None:
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    with tarfile.open(tmp_path / "a.chappe", "a:") as more:
        evil = tarfile.TarInfo("../../evil")
        evil.size = 4
        more.addfile(evil, io.BytesIO(b"evil"))
    restore(elsewhere, tmp_path / "a.chappe", MONDAY_NOON)
    assert sorted(path.name for path in elsewhere.data_dir.iterdir()) == ["chappe.sqlite"]
    assert not list(tmp_path.parent.glob("evil"))


def test_what_is_no_backup_is_refused(elsewhere: Appliance, tmp_path: Path) -> None:
    refuses(elsewhere, tmp_path / "none.chappe", "file_missing")
    (tmp_path / "text").write_text("not a tar")
    refuses(elsewhere, tmp_path / "text", "backup_damaged")


def test_a_backup_of_a_newer_version_is_refused(
    bench: Any, site: Appliance, elsewhere: Appliance, tmp_path: Path
) -> None:
    database.db.execute_sql(f"INSERT INTO {database.HISTORY_TABLE} (name, applied) VALUES ('9999_later', '')")
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    refuses(elsewhere, tmp_path / "a.chappe", "database_newer")


@pytest.mark.parametrize("version", [3, 5])
def test_a_backup_of_an_older_version_is_brought_up_to_date(
    elsewhere: Appliance, site: Appliance, tmp_path: Path, version: int
) -> None:
    folder = tmp_path / "older"
    later = [f"{name}.py" for name in database.known_versions()[version:]]
    shutil.copytree(database.MIGRATIONS, folder, ignore=lambda _, names: later)
    older = SqliteDatabase(str(site.database_path))
    Runner(older, str(folder), table_name=database.HISTORY_TABLE).up()
    older.execute_sql("INSERT INTO settings VALUES ('law.mine', '{\"hours\": 1}')")
    older.close()
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    done = restore(elsewhere, tmp_path / "a.chappe", MONDAY_NOON)
    assert done.applied == tuple(database.known_versions()[version:])
    database.check_version(elsewhere.database_path)
    assert "law.mine" in "".join(content(elsewhere.database_path))


def test_nothing_is_put_back_while_somebody_has_the_database_open(site: Appliance, tmp_path: Path) -> None:
    upgrade(site.database_path, MONDAY_NOON)
    make(site, tmp_path / "a.chappe", MONDAY_NOON)
    with closing(sqlite3.connect(site.database_path)) as page:
        page.execute("INSERT INTO settings VALUES ('law.mine', '{}')")
        page.commit()
        with pytest.raises(Unusable, match="restore_running"):
            restore(site, tmp_path / "a.chappe", MONDAY_NOON)
    done = restore(site, tmp_path / "a.chappe", MONDAY_NOON)
    assert done.aside is not None
    assert "law.mine" in "".join(content(done.aside)), "the database that was there is kept"
    assert "law.mine" not in "".join(content(site.database_path))


def test_a_file_that_is_there_is_not_written_over(bench: Any, site: Appliance, tmp_path: Path) -> None:
    (tmp_path / "a.chappe").write_text("mine")
    with pytest.raises(Unusable, match="file_there"):
        make(site, tmp_path / "a.chappe", MONDAY_NOON)
    assert (tmp_path / "a.chappe").read_text() == "mine"


def test_the_shelf_keeps_the_newest(bench: Any, site: Appliance) -> None:
    for day in range(shelf.KEPT + 2):
        shelf.add(site, "page:ana", MONDAY_NOON + timedelta(days=day))
    kept = shelf.everything(site)
    assert len(kept) == shelf.KEPT
    assert kept[0].made_at == MONDAY_NOON + timedelta(days=shelf.KEPT + 1)
    assert all(one.manifest for one in kept)
    modes = {path.stat().st_mode & 0o007 for path in shelf.folder(site).iterdir()}
    assert modes == {0}, "gateway and page, and nobody else"


@pytest.mark.parametrize("name", ["../chappe.sqlite", "chappe.sqlite", "", "chappe-20261123T110000Z.chappe"])
def test_the_shelf_gives_only_its_own_backups(bench: Any, site: Appliance, name: str) -> None:
    shelf.folder(site).mkdir()
    with pytest.raises(NotFound):
        shelf.find(site, name)


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    config, copy = tmp_path / "gateway.toml", str(tmp_path / "a.chappe")
    config.write_text(f'[appliance]\nlanguage = "en"\ndata_dir = "{tmp_path}/data"\nruntime_dir = "run"\n')

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["--config", str(config), *arguments])

    assert run("migrate").exit_code == 0
    assert "0 messages, checked" in run("backup", copy).output
    assert "is there already" in run("backup", copy).output
    assert run("restore", copy).exit_code == 1, "nobody said yes"
    assert "Start the gateway" in run("restore", copy, "--yes").output
    (tmp_path / "b.chappe").write_bytes(b"x")
    assert run("restore", str(tmp_path / "b.chappe"), "--yes").exit_code == 1
    said = json.loads(run("backup", str(tmp_path / "c.chappe"), "--json").output)
    assert said["rows"]["messages"] == 0
    assert archive.read(Path(said["file"])).messages == 0
