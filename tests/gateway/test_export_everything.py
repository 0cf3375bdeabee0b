"""Everything leaves in open formats: all rows, no secret, nothing that a spreadsheet would act on."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fakes import MONDAY_NOON
from gateway.backup import leave
from gateway.cli import main
from gateway.errors import Unusable
from gateway.store import leaving
from gateway.store.models import ApiKey, Audit, Message, Signal, User

EVIL = '=HYPERLINK("http://evil")'


def taken(bench: Any) -> zipfile.ZipFile:
    octets = b"".join(leave.pieces(bench.site, "page:ana", MONDAY_NOON))
    archive = zipfile.ZipFile(io.BytesIO(octets))
    assert archive.testzip() is None
    return archive


def objects(archive: zipfile.ZipFile, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archive.read(f"json/{table}.json"))
    return found


def cells(archive: zipfile.ZipFile, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"csv/{table}.csv").decode("utf-8-sig"))))


def test_every_table_is_there_twice(bench: Any) -> None:
    names = set(taken(bench).namelist())
    tables = {leaving.name_of(model) for model in leaving.tables()}
    assert {"messages", "contacts", "consents", "oppositions", "settings"} <= tables
    assert names == {"README.txt", *(f"{kind}/{name}.{kind}" for name in tables for kind in ("csv", "json"))}


def test_a_message_leaves_as_it_is_for_programs_and_harmless_for_spreadsheets(bench: Any) -> None:
    said = bench.submit(EVIL, metadata={"order": "é"})
    archive = taken(bench)
    (row,) = objects(archive, "messages")
    assert (row["uid"], row["text"], row["recipient"]) == (said.uid, EVIL, "+33612345678")
    assert row["metadata"] == {"order": "é"}
    assert row["created_at"].endswith("+01:00")
    (cell,) = cells(archive, "messages")
    assert (cell["text"], cell["recipient"]) == ("'" + EVIL, "'+33612345678")
    assert [one["message_id"] for one in objects(archive, "parts")] == [row["id"]]


def test_rows_beyond_one_lot_all_leave_whatever_their_key_is(bench: Any) -> None:
    for number in range(7):
        bench.submit(f"Bonjour {number}")
    seen = [
        {"modem": f"sim{number % 2}", "at": bench.now.replace(minute=number), "dbm": -80}
        for number in range(8)
    ]
    Signal.insert_many(seen).execute()
    for model in leaving.tables():
        rows = list(leaving.rows(model, bench.site.timezone, 3))
        assert len({str(row) for row in rows}) == len(rows) == model.select().count(), model
    texts = [
        row[leaving.columns(Message).index("text")] for row in leaving.rows(Message, bench.site.timezone, 3)
    ]
    assert texts == [f"Bonjour {number}" for number in range(7)]


def test_no_secret_leaves(bench: Any) -> None:
    User.create(name="ana", language="fr", created_at=bench.now, password_hash="scrypt:secret-hash")
    ApiKey.create(
        name="shop", digest="d" * 64, account_sid="AC" + "1" * 32, scopes="send", created_at=bench.now
    )
    archive = taken(bench)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"secret-hash" not in everything
    assert b"d" * 64 not in everything
    assert b"ana" in everything
    suspicious = ("password", "secret", "token", "pin", "hash", "sealed")
    for model in leaving.tables():
        for column in leaving.columns(model):
            assert not {*suspicious} & {*column.split("_")}, f"{leaving.name_of(model)}.{column}"


def test_that_it_left_is_in_the_log(bench: Any) -> None:
    taken(bench)
    (row,) = Audit.select().where(Audit.action == "everything_exported")
    assert row.written_by == "page:ana"


def test_a_file_that_is_there_is_not_written_over(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(Unusable, match="file_there"):
        leave.into(bench.site, tmp_path / "a.zip", "cli:me", MONDAY_NOON)
    with pytest.raises(Unusable, match="file_unwritable"):
        leave.into(bench.site, tmp_path / "none" / "a.zip", "cli:me", MONDAY_NOON)
    assert (tmp_path / "a.zip").read_text() == "mine"


def test_the_command_writes_it_for_its_owner_alone(tmp_path: Path) -> None:
    config, target = tmp_path / "gateway.toml", tmp_path / "all.zip"
    config.write_text(
        '[appliance]\nlanguage = "en"\ndata_dir = "data"\nruntime_dir = "run"\n', encoding="utf-8"
    )

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["--config", str(config), *arguments])

    run("migrate")
    assert "each table as CSV and as JSON" in run("export", str(target)).output
    assert target.stat().st_mode & 0o777 == 0o600
    assert run("export", str(target)).exit_code == 1
