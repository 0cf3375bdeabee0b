"""Planted trouble is named with its cure; what is well is said to be; what hangs holds nothing up."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from fakes import MONDAY_NOON, FakeClock
from gateway import status
from gateway.cli import main
from gateway.cli.desk import Desk
from gateway.cli.doctor import look
from gateway.doctor.checks import CHECKS
from gateway.doctor.examine import examine
from gateway.doctor.findings import Finding, Level, good, worst
from gateway.doctor.patient import Patient
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.status import ClockStatus, ModemStatus
from gateway.store import database, soundness
from gateway.store.models import Part
from gateway.words import say, words

if TYPE_CHECKING:
    from conftest import Ward

WELL = {
    "state": "ready",
    "imei": "490154203237518",
    "iccid": "8933010000000000998",
    "manufacturer": "Quectel",
    "model": "EC25",
    "smsc": "+33609001390",
    "signal_dbm": -71,
    "registration": 1,
    "operator": "Tour F",
    "pin_tries": 3,
    "storage_used": 1,
    "storage_total": 30,
}
FLAGS = "sys/devices/platform/soc/soc:firmware/get_throttled"
# Keeps a port open until its standard input is closed.
HOLD = "import sys; line = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"


def told(name: str = "sim1", **rest: Any) -> ModemStatus:
    return ModemStatus(name, **{**WELL, **rest})


def damage(path: Path) -> None:
    """Another thing was written over one page of the messages' table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * size)


@pytest.fixture
def held() -> Iterator[tuple[str, int]]:
    """A real port that a real process has open: its path, and the process's number."""
    master, slave = os.openpty()
    path = os.ttyname(slave)
    command = [sys.executable, "-S", "-c", HOLD, path]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    yield path, process.pid
    process.communicate(timeout=30)
    os.close(slave)
    os.close(master)


def test_twenty_planted_troubles_are_named_each_with_its_cure(
    ward: Ward, held: tuple[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    path, pid = held
    denied = ward.folder / "dev" / "ttyUSB7"
    denied.touch(0o600)
    denied.chmod(0o600)
    ward.user = os.getuid() + 12345
    ward.plant(
        {
            FLAGS: "40001\n",  # too low now; slowed down some time ago
            "proc/77/comm": "ModemManager\n",
            "proc/self/mounts": f"/dev/root / ext4 rw 0 0\n/dev/sda1 {ward.data} ext4 ro,noatime 0 0\n",
            "sys/block/mmcblk0/device/life_time": "0x03 0x0B\n",
            "sys/bus/usb/devices/1-1/idVendor": "12d1\n",
            "sys/bus/usb/devices/1-1/idProduct": "14dc\n",
            "data/secret": "x" * 32,
        }
    )
    (ward.folder / "proc" / str(pid)).symlink_to(f"/proc/{pid}")
    (ward.data / "secret").chmod(0o644)
    damage(ward.data / "chappe.sqlite")
    for name, port in (("gone", "/dev/not-there"), ("held", path), ("denied", denied)):
        ward.modem(name, port)
    ward.tells(
        told("gone", state="sim", error="sim_missing"),
        told("held", state="sim", error="sim_pin_last_try"),
        told("denied", smsc="", signal_dbm=-109, registration=3, storage_used=30),
        clock=ClockStatus(trusted=False, doubt="unvouched"),
    )
    ward.looks = {
        "room": lambda folder: (8_000_000_000, 20_000_000),
        "address": lambda: "",
        "answers": lambda host, port: False,
    }
    patient = ward.patient()
    wrong = look(Desk(patient.config), patient)
    shown = capsys.readouterr().out
    for code, words_of_it in {
        "under_voltage": "The voltage is too low at this very moment.",
        "throttled_past": "was slowed down since it started",
        "usb_network_card": "12d1:14dc",
        "modem_manager": "ModemManager runs",
        "port_missing": "/dev/not-there",
        "port_held": f"(process {pid})",
        "port_denied": str(denied),
        "sim_missing": "no SIM card in modem gone",
        "sim_pin_last_try": "modem held has one PIN attempt left",
        "smsc_empty": "no service centre",
        "registration_denied": "refuses the SIM card of modem denied",
        "signal_weak": "-109 dBm",
        "storage_full": "30 of 30",
        "clock_unvouched": "Nobody vouches",
        "disk_full": "20 MB of 8.0 GB",
        "disk_worn": "mmcblk0",
        "disk_read_only": "may only be read",
        "database_damaged": "is damaged",
        "secret_open": "chmod o-rwx",
        "page_silent": "does not answer at 127.0.0.1, port 8123",
        "address_none": "in no network",
    }.items():
        assert words_of_it in shown, code
        cure = say(f"cure.{code}", "en").split("…")[0]
        assert cure in shown, code
    assert wrong >= 17


def test_a_machine_on_which_all_is_well_says_so(ward: Ward, capsys: pytest.CaptureFixture[str]) -> None:
    (ward.folder / "dev" / "ttyUSB0").touch()
    ward.plant({FLAGS: "0\n", "sys/block/mmcblk0/device/life_time": "0x01 0x02"})
    ward.modem("sim1", ward.folder / "dev" / "ttyUSB0")
    ward.tells(told())
    found = ward.findings()
    assert list(found) == list(CHECKS)
    assert {each.level for one in found.values() for each in one} <= {Level.GOOD, Level.NOTE}
    patient = ward.patient()
    assert look(Desk(patient.config), patient) == 0
    shown = capsys.readouterr().out
    assert "Nothing has to be mended." in shown
    assert "PIN attempts left: 3" in shown
    assert "->" not in shown


def test_while_the_gateway_does_not_run_the_rest_is_looked_at_all_the_same(ward: Ward) -> None:
    ward.modem("sim1", "/dev/not-there")
    codes = ward.codes()
    assert {"gateway_off", "port_missing", "sims_unknown", "network_unknown", "disk_good"} <= codes
    ward.tells(told())
    ward.looks["synchronised"] = lambda: True
    late = ward.patient()
    late = Patient(late.config, MONDAY_NOON + timedelta(hours=1), late.machine, late.user)
    found = {each.code for one in examine(late, FakeClock()) for each in one.findings}
    assert {"gateway_silent", "clock_synchronised"} <= found
    assert "signal_good" not in found  # of what is an hour old, nobody knows


@pytest.mark.parametrize(
    ("flags", "alarm", "codes"),
    [
        ("50005", "", {"under_voltage", "throttled"}),
        ("50000", "", {"under_voltage_past", "throttled_past"}),
        ("80000", "", {"throttled_past"}),
        ("8", "", {"throttled"}),
        ("0", "", {"power_good"}),
        ("0", "1", {"under_voltage"}),
        ("", "0", {"power_good"}),
        ("", "", {"power_unknown"}),
    ],
)
def test_the_power_is_read_from_the_firmware_and_its_sensor(
    ward: Ward, flags: str, alarm: str, codes: set[str]
) -> None:
    if flags:
        ward.plant({FLAGS: flags})
    if alarm:
        folder = "sys/class/hwmon/hwmon1"
        ward.plant({f"{folder}/name": "rpi_volt\n", f"{folder}/in0_lcrit_alarm": f"{alarm}\n"})
    assert {each.code for each in ward.findings()["power"]} == codes


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"state": "sim", "error": "sim_pin_refused"}, "sims", "sim_pin_refused"),
        ({"pin_tries": 1}, "sims", "sim_tries"),
        ({"hold": "sim_changed"}, "sims", "sim_changed"),
        ({"hold": "budget"}, "sims", "sim_budget"),
        ({"state": "closed", "error": "port_busy"}, "modems", "modem_busy"),
        ({"state": "closed", "error": "other_modem"}, "modems", "modem_other"),
        ({"state": "silent"}, "modems", "modem_trouble"),
        ({"state": "resetting", "error": "hung"}, "modems", "modem_trouble"),
        ({"model": ""}, "modems", "modem_unmet"),
        ({"reports": False}, "modems", "modem_reports"),
        ({"state": "registering", "registration": 2}, "network", "not_registered"),
        ({"registration": 5}, "network", "roaming"),
        ({"registration": None}, "network", "registration_unknown"),
        ({"signal_dbm": None}, "network", "signal_unknown"),
        ({"storage_used": 21}, "storages", "storage_nearly"),
        ({"storage_total": None}, "storages", "storages_unknown"),
    ],
)
def test_what_the_gateway_tells_of_a_modem(ward: Ward, change: dict[str, Any], field: str, code: str) -> None:
    ward.modem("sim1", "")
    ward.tells(told(**change))
    assert code in {each.code for each in ward.findings()[field]}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"sys/block/mmcblk0/device/life_time": "0x09 0x01"}, "disk_old"),
        (
            {
                "sys/block/mmcblk1/device/life_time": "0x01 0x01",
                "sys/block/mmcblk1/device/pre_eol_info": "0x03",
            },
            "disk_worn",
        ),
        ({"sys/block/mmcblk0/device/name": "SD32G"}, "disk_wear_unknown"),
        ({"proc/self/mounts": "/dev/root / ext4 ro 0 0\n"}, "disk_read_only"),
        ({"sys/bus/usb/devices/1-1/idVendor": "12d1", "sys/bus/usb/devices/1-1/idProduct": "1f01"}, "usb_cd"),
        ({"sys/bus/usb/devices/1-1/idVendor": "2c7c", "sys/bus/usb/devices/1-1/authorized": "0"}, "usb_off"),
        ({"sys/bus/usb/devices/1-1/idVendor": "2c7c"}, "usb_good"),
    ],
)
def test_what_the_machine_tells_of_itself(ward: Ward, files: dict[str, str], code: str) -> None:
    ward.plant(files)
    assert code in ward.codes()


def test_the_database_may_be_missing_older_or_newer(ward: Ward) -> None:
    path = ward.data / "chappe.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO {database.HISTORY_TABLE} (name, applied) VALUES ('9999_future', 0)")
    assert "database_newer" in ward.codes()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DELETE FROM {database.HISTORY_TABLE} WHERE name >= '0003'")
    assert "database_older" in ward.codes()
    path.unlink()
    assert {"database_missing", "traffic_unknown"} <= ward.codes()
    path.write_text("This is no database, and was never one." * 40)
    assert "database_damaged" in ward.codes()


def test_a_database_that_is_too_large_is_looked_through_as_far_as_the_time_allows(ward: Ward) -> None:
    found = soundness.look(ward.data / "chappe.sqlite", seconds=0.0)
    assert found.trouble == ""
    assert found.checked < found.tables or found.tables == 0
    assert soundness.look(ward.data / "chappe.sqlite", seconds=30.0).whole


def test_each_table_tells_its_rows_and_its_size(ward: Ward) -> None:
    sizes = {table.name: table for table in soundness.tables(ward.data / "chappe.sqlite", 30.0)}
    assert sizes["messages"].rows == 0
    assert sizes[database.HISTORY_TABLE].rows == len(database.known_versions())
    assert sizes["messages"].octets is None or sizes["messages"].octets >= 4096


def test_long_without_success_is_told_but_one_bad_number_is_not(ward: Ward) -> None:
    patient = ward.patient()
    path = patient.site.database_path
    database.open(path)

    def traffic() -> list[Finding]:
        return list(CHECKS["traffic"](patient))

    with database.connection():
        ids = Ids()
        caller = Caller("key:shop", patient.site, ("sim1",), ids)
        for number in range(3):
            outbox.submit(Draft(f"+3363998000{number}", "Bonjour"), caller, MONDAY_NOON)
        long_ago = MONDAY_NOON - timedelta(hours=5)
        Part.update(claimed_at=long_ago, attempts=1).where(Part.id == 1).execute()
        assert traffic()[0].code == "nothing_sent_yet"
        Part.update(claimed_at=long_ago, attempts=1).execute()
        assert (traffic()[0].code, traffic()[0].facts) == ("nothing_left", {"hours": 5, "attempts": 3})
        Part.update(sent_at=long_ago + timedelta(minutes=1)).where(Part.id == 3).execute()
        assert (traffic()[0].code, traffic()[0].facts) == ("sent_good", {"at": "2026-11-23 07:01"})
    database.db.close_all()


def test_the_page_on_this_machine_alone_is_no_fault_but_worth_a_word(ward: Ward) -> None:
    assert "page_loopback" in ward.codes()
    ward.toml = ward.toml.replace("port = 8123", 'port = 8123\nhost = "0.0.0.0"')
    assert ward.findings()["addresses"][0].facts == {"address": "192.168.1.20:8123"}


def test_a_check_that_hangs_or_breaks_disturbs_no_other(ward: Ward) -> None:
    never = threading.Event()

    def hangs(patient: Patient) -> Iterator[Finding]:
        never.wait(30)
        yield good("power_good")

    def breaks(patient: Patient) -> Iterator[Finding]:
        raise RuntimeError("what nobody foresaw")

    checks = {"power": hangs, "usb": breaks, "clock": CHECKS["clock"]}
    found = {one.field: one for one in examine(ward.patient(), FakeClock(), checks, patience=0.05)}
    never.set()
    assert [each.code for each in found["power"].findings] == ["check_late"]
    assert [(each.code, each.facts) for each in found["usb"].findings] == [
        ("check_failed", {"detail": "RuntimeError"})
    ]
    assert found["clock"].findings[0].code == "clock_unvouched"


def test_the_worst_finding_counts() -> None:
    assert worst([Level.GOOD, Level.UNKNOWN]) is Level.GOOD
    assert worst([Level.WARN, Level.BAD, Level.GOOD]) is Level.BAD
    assert worst([]) is Level.UNKNOWN


def test_every_finding_that_asks_for_something_has_words_in_both_languages() -> None:
    for language in ("fr", "en"):
        assert set(words(language)["cure"]) <= set(words(language)["doctor"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_at_the_terminal_it_ends_with_one_where_something_is_wrong(ward: Ward, language: str) -> None:
    ward.toml = ward.toml.replace('"en"', f'"{language}"')
    ward.modem("sim1", "/dev/not-there")
    ward.patient()
    run = CliRunner().invoke(main, ["--config", str(ward.folder / "gateway.toml"), "doctor"])
    assert run.exit_code == 1
    assert say("cure.gateway_off", language) in run.stdout
    run = CliRunner().invoke(main, ["--config", str(ward.folder / "gateway.toml"), "doctor", "--json"])
    ports = next(one for one in json.loads(run.stdout) if one["field"] == "ports")
    assert (ports["level"], ports["findings"][0]["code"]) == ("bad", "port_missing")
    assert ports["findings"][0]["cure"].startswith(say("cure.port_missing", language)[:20])


def test_nobody_but_the_status_file_is_asked_what_the_modems_do(ward: Ward) -> None:
    """A file of another version of the gateway is understood as far as it goes."""
    (ward.folder / "run" / "status.json").write_text(
        json.dumps({"at": MONDAY_NOON.isoformat(), "modems": []})
    )
    assert "gateway_good" in ward.codes()
    assert status.read(ward.folder / "run", MONDAY_NOON).alive
