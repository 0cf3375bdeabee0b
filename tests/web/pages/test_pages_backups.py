"""Backups on the page: made, fetched and thrown away by administrators."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from dataclasses import replace

import pytest

from gateway.backup import nightly, shelf
from gateway.config import Config
from gateway.errors import Unusable
from gateway.store import database
from gateway.store.models import Audit
from journeys.visitor import Visitor
from stack import until
from web.pages.backups import desk


def made(ana: Visitor, site: Config) -> str:
    """The name of a backup that was just made through the page."""
    ana.send("/backups")
    until(lambda: shelf.names(site.appliance), "the backup")
    until(lambda: not desk.lock.locked(), "its end")
    return shelf.names(site.appliance)[0]


def test_the_empty_shelf_says_what_to_do_first(ana: Visitor) -> None:
    page = ana.read("/backups")
    assert "None yet. Make the first one above." in page
    assert "chappe restore" in page


def test_a_backup_is_made_fetched_and_removed(ana: Visitor, site: Config) -> None:
    name = made(ana, site)
    fetched = ana.client.get(f"/backups/{name}")
    assert (fetched.status_code, fetched.headers["Content-Disposition"]) == (
        200,
        f"attachment; filename={name}",
    )
    octets = fetched.data
    fetched.close()
    with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
        assert archive.getnames()[:2] == ["manifest.json", "chappe.sqlite"]
    ana.send(f"/backups/{name}/remove", form_at="/backups")
    assert shelf.names(site.appliance) == []
    with database.connection():
        actions = [row.action for row in Audit.select().order_by(Audit.id) if row.action.startswith("backup")]
    assert actions == ["backup_made", "backup_fetched", "backup_removed"]


def test_no_other_file_is_given_away(ana: Visitor) -> None:
    for name in ("chappe.sqlite", "..%2Fchappe.sqlite", "..%2Fsecret", "chappe-20261123T110000Z.chappe"):
        assert ana.client.get(f"/backups/{name}").status_code == 404


def test_the_night_is_told_with_its_hour_its_place_and_its_failure(ana: Visitor, site: Config) -> None:
    assert "None yet. An installed appliance makes one at" in ana.read("/backups")
    now = ana.client.application.extensions["chappe"].clock.now()
    with database.connection():
        nightly.make(site, now)
    page = ana.read("/backups")
    assert "of the night" in page
    assert "The next one" in page
    strict = replace(site, backup=replace(site.backup, mount=True))
    with database.connection(), pytest.raises(Unusable):
        nightly.make(strict, now, is_mounted=lambda _: False)
    page = ana.read("/backups")
    assert "The last try failed" in page
    assert "The stick is not plugged in." in page
    assert "the one of the night failed" in ana.read("/")
    assert "No backup was made in the night" in ana.read("/alarms")


def test_everything_is_taken_away_as_one_archive(ana: Visitor) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/backups"))
    assert token
    answer = ana.client.post("/export", data={"csrf_token": token[1]})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert "csv/users.csv" in archive.namelist()
        assert b"ana" in archive.read("json/users.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="chappe-export-20')
