"""The PIN of a SIM: kept in a file of its own, never in the database, and read at every try."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import MONDAY_NOON
from gateway import audit
from gateway.config import Config, ModemConfig, load
from gateway.errors import Conflict, Invalid
from gateway.modems import pin_files
from gateway.store import database
from gateway.store.upgrade import upgrade

TOML = (
    '[appliance]\ndata_dir = "{0}"\nruntime_dir = "{0}"\n[[modems]]\nname = "sim1"\nport = "/dev/ttyUSB0"\n'
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Config]:
    (tmp_path / "gateway.toml").write_text(TOML.format(tmp_path))
    loaded = load(tmp_path / "gateway.toml")
    upgrade(loaded.appliance.database_path, MONDAY_NOON)
    database.open(loaded.appliance.database_path)
    with database.connection():
        yield loaded
    database.db.close_all()


def give(modem: ModemConfig, site: Config, pin: str) -> None:
    pin_files.give(modem, site.appliance, pin, "page:ana", MONDAY_NOON)


def test_what_is_given_is_what_the_gateway_reads(site: Config) -> None:
    (modem,) = site.modems
    assert pin_files.read(modem, site.appliance) == ""
    give(modem, site, "1234")
    assert pin_files.read(modem, site.appliance) == "1234"
    give(modem, site, "00004321")
    assert pin_files.read(modem, site.appliance) == "00004321"


def test_nobody_else_may_read_it_and_the_database_does_not_know_it(site: Config) -> None:
    (modem,) = site.modems
    give(modem, site, "73915")
    path = pin_files.place(modem, site.appliance)
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o007 == 0
    assert [file.name for file in path.parent.iterdir()] == ["sim1"], "nothing is left beside it"
    (row,) = audit.recent()
    assert (row.written_by, row.action, row.shown) == ("page:ana", "modem_pin", "sim1")
    octets = b"".join(file.read_bytes() for file in site.appliance.data_dir.glob("chappe.sqlite*"))
    assert b"73915" not in octets


@pytest.mark.parametrize("typed", ["", "123", "123456789", "12a4", "12 34", "١٢٣٤"])
def test_what_is_no_pin_is_refused_and_nothing_changes(site: Config, typed: str) -> None:
    (modem,) = site.modems
    give(modem, site, "1234")
    with pytest.raises(Invalid) as refused:
        give(modem, site, typed)
    assert (refused.value.code, refused.value.field) == ("pin_bad", "pin")
    assert pin_files.read(modem, site.appliance) == "1234"


def test_the_file_of_the_configuration_goes_before_ours(site: Config, tmp_path: Path) -> None:
    (ours,) = site.modems
    give(ours, site, "1234")
    configured = replace(ours, pin_file=tmp_path / "pin")
    (tmp_path / "pin").write_text("5678\n")
    assert pin_files.read(configured, site.appliance) == "5678"
    give(configured, site, "8765")
    assert (tmp_path / "pin").read_text() == "8765\n"
    assert pin_files.read(ours, site.appliance) == "1234"


def test_a_file_that_may_not_be_written_is_named(site: Config, tmp_path: Path) -> None:
    (ours,) = site.modems
    configured = replace(ours, pin_file=tmp_path / "missing" / "pin")
    assert not pin_files.writable(configured)
    with pytest.raises(Conflict) as refused:
        give(configured, site, "1234")
    assert (refused.value.code, refused.value.facts["path"]) == ("pin_not_writable", str(configured.pin_file))


@pytest.mark.parametrize("name", ["..", "../sim1", "sim 1/é", ".hidden"])
def test_whatever_a_modem_is_called_its_file_lies_among_the_pins(site: Config, name: str) -> None:
    modem = replace(site.modems[0], name=name)
    give(modem, site, "1234")
    folder = site.appliance.data_dir / "pins"
    assert pin_files.place(modem, site.appliance).resolve().parent == folder.resolve()
    assert pin_files.read(modem, site.appliance) == "1234"
