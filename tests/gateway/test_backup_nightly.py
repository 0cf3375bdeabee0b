"""Every night a backup is made, checked and thinned out; what goes wrong is an alarm, not a lost copy."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from fakes import MONDAY_NOON
from gateway.backup import archive, nightly, shelf
from gateway.backup.restore import restore
from gateway.backup.rotation import Keep, kept
from gateway.cli import main
from gateway.config import Config, load
from gateway.errors import Unusable
from gateway.modems import alarms
from gateway.store import database
from gateway.store.models import AlarmStep
from house.tree import ROOT

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)


@pytest.fixture
def config(bench: Any, tmp_path: Path) -> Config:
    """The bench's own installation, with a folder of its own for the nights."""
    (tmp_path / "stick").mkdir()
    file = tmp_path / "gateway.toml"
    file.write_text('[backup]\nfolder = "stick"\ndaily = 3\nweekly = 2\nmonthly = 2\n', encoding="utf-8")
    return replace(load(file), appliance=bench.site)


def dates(config: Config) -> list[str]:
    return [f"{shelf.made_at(name):%m-%d}" for name in shelf.in_folder(nightly.place(config))]


# ---- which stay ------------------------------------------------------------------------------


def day(month: int, number: int, hour: int = 3) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def test_the_newest_of_each_day_week_and_month_stays() -> None:
    made = [day(9, 1) + DAY * number for number in range(80)]  # to Thursday 19 November
    stay = sorted(f"{at:%m-%d}" for at in kept(made, Keep(3, 3, 3), PARIS))
    assert stay == ["09-30", "10-31", "11-08", "11-15", "11-17", "11-18", "11-19"]


@pytest.mark.parametrize(
    ("made", "keep", "stay"),
    [
        ([], Keep(7, 4, 6), []),
        ([day(1, 1)], Keep(1, 0, 0), [day(1, 1)]),
        ([day(1, 1, 3), day(1, 1, 5)], Keep(7, 4, 6), [day(1, 1, 5)]),
        ([day(1, 1), day(6, 1)], Keep(2, 0, 0), [day(1, 1), day(6, 1)]),  # the days there are count
        ([day(1, 1, 22), day(1, 1, 23)], Keep(2, 0, 0), [day(1, 1, 22), day(1, 1, 23)]),  # midnight in Paris
    ],
)
def test_what_stays(made: list[datetime], keep: Keep, stay: list[datetime]) -> None:
    assert sorted(kept(made, keep, PARIS)) == stay


def test_whatever_the_dates_the_newest_stays_and_no_more_than_was_asked() -> None:
    draw = random.Random(7)
    for _ in range(200):
        made = [day(1, 1) + timedelta(hours=draw.randrange(30_000)) for _ in range(draw.randrange(1, 40))]
        keep = Keep(draw.randrange(1, 8), draw.randrange(5), draw.randrange(7))
        stay = kept(made, keep, PARIS)
        assert max(made) in stay
        assert len(stay) <= keep.daily + keep.weekly + keep.monthly
        assert stay == kept(stay, keep, PARIS), "nothing goes the next time that could have gone now"


# ---- the night -------------------------------------------------------------------------------


def test_the_nights_are_thinned_out_and_what_people_made_is_not(config: Config) -> None:
    mine = nightly.place(config) / "chappe-20200101T000000Z.chappe"
    mine.write_bytes(b"x")
    for number in range(5):
        nightly.make(config, MONDAY_NOON + DAY * number)
    assert dates(config) == ["11-27", "11-26", "11-25", "01-01"]
    assert mine.exists()
    last = nightly.remembered()
    assert (last.made_at, last.error) == (MONDAY_NOON + DAY * 4, "")
    assert last.size == (nightly.place(config) / last.name).stat().st_size


def test_what_the_night_made_is_put_back_on_an_empty_machine(
    config: Config, bench: Any, tmp_path: Path
) -> None:
    said = bench.submit("Bonjour")
    made = nightly.make(config, MONDAY_NOON)
    empty = replace(config.appliance, data_dir=tmp_path / "new", runtime_dir=tmp_path / "new-run")
    done = restore(empty, nightly.place(config) / made.name, MONDAY_NOON)
    assert made.manifest is not None
    assert (done.manifest, done.manifest.messages) == (made.manifest, 1)
    assert said.uid.encode() in empty.database_path.read_bytes()


def test_a_clock_that_went_wrong_throws_the_new_one_not_away(config: Config) -> None:
    for number in range(4):
        nightly.make(config, MONDAY_NOON + DAY * number)
    wrong = nightly.make(config, datetime(1970, 1, 2, tzinfo=UTC))
    assert (nightly.place(config) / wrong.name).exists()
    assert dates(config)[:3] == ["11-26", "11-25", "11-24"]


def test_a_stick_that_is_not_plugged_in_is_an_alarm_until_the_next_success(config: Config) -> None:
    strict = replace(config, backup=replace(config.backup, mount=True))
    for _ in range(2):
        with pytest.raises(Unusable, match="backup_not_mounted"):
            nightly.make(strict, MONDAY_NOON, is_mounted=lambda _: False)
    (alarm,) = alarms.standing()
    assert (alarm.kind, alarm.facts["error"]) == ("backup_failed", "backup_not_mounted")
    assert list(nightly.place(config).iterdir()) == [], "nothing lies on the card below the stick"
    assert nightly.remembered().error == "backup_not_mounted"
    nightly.make(strict, MONDAY_NOON + DAY, is_mounted=lambda _: True)
    assert alarms.standing() == []
    assert [step.event for step in AlarmStep.select().order_by(AlarmStep.id)] == ["raised", "cleared"]


def test_a_folder_that_cannot_be_written_to_loses_none_of_the_older_ones(config: Config) -> None:
    nightly.make(config, MONDAY_NOON)
    gone = replace(config, backup=replace(config.backup, folder=config.path.parent / "none"))
    with pytest.raises(Unusable, match="backup_folder_missing"):
        nightly.make(gone, MONDAY_NOON + DAY)
    name = shelf.nightly_name(MONDAY_NOON + DAY * 2)
    (nightly.place(config) / name).write_bytes(b"in the way")
    with pytest.raises(Unusable, match="file_there"):
        nightly.make(config, MONDAY_NOON + DAY * 2)
    assert nightly.remembered().made_at == MONDAY_NOON
    assert len(alarms.standing()) == 1
    assert len(dates(config)) == 2


def test_two_at_once_do_not_take_each_others_work_away(config: Config) -> None:
    with (nightly.place(config) / shelf.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Unusable, match="backup_running"):
            nightly.make(config, MONDAY_NOON)
    nightly.make(config, MONDAY_NOON)


def test_a_stick_without_second_names_for_a_file_will_do(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # as FAT says

    monkeypatch.setattr(os, "link", no_links)
    made = nightly.make(config, MONDAY_NOON)
    assert archive.check(nightly.place(config) / made.name) == made.manifest
    with pytest.raises(Unusable, match="file_there"):
        nightly.make(config, MONDAY_NOON)


def test_a_check_reads_what_is_written(config: Config) -> None:
    path = nightly.place(config) / nightly.make(config, MONDAY_NOON).name
    octets = bytearray(path.read_bytes())
    octets[octets.index(b"SQLite format 3") + 5000] ^= 1
    path.write_bytes(octets)
    with pytest.raises(Unusable, match="backup_damaged"):
        archive.check(path)


# ---- when ------------------------------------------------------------------------------------


def test_the_page_and_the_timer_name_the_same_hour() -> None:
    timer = (ROOT / "systemd/chappe-backup.timer").read_text(encoding="utf-8")
    assert re.findall(r"OnCalendar=\*-\*-\* (\d\d:\d\d)", timer) == [f"{nightly.AT:%H:%M}"]


@pytest.mark.parametrize(
    ("since", "told"), [(timedelta(0), True), (DAY, True), (2 * DAY, False), (-DAY, False)]
)
def test_the_next_night_is_told_only_where_a_timer_comes(since: timedelta, told: bool) -> None:
    now = MONDAY_NOON
    found = nightly.due(nightly.Remembered(tried_at=now - since), now)
    assert (found is not None) == told
    if found is not None:
        assert now < found <= now + DAY
        assert (found.hour, found.minute) == (2, 40)


def test_nobody_knows_of_a_timer_that_never_came() -> None:
    assert nightly.due(nightly.Remembered(), MONDAY_NOON) is None


# ---- the command -----------------------------------------------------------------------------


def test_the_command_of_the_timer_says_what_it_did_and_fails_where_it_must(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    head = '[appliance]\nlanguage = "en"\ndata_dir = "data"\nruntime_dir = "run"\n'
    file.write_text(head, encoding="utf-8")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["--config", str(file), *arguments])

    assert run("migrate").exit_code == 0
    assert "0 messages, checked" in run("backup", "--nightly").output
    assert len(shelf.names(load(file).appliance)) == 1
    assert run("backup").exit_code == 2, "neither FILE nor --nightly"
    assert run("backup", str(tmp_path / "a"), "--nightly").exit_code == 2
    file.write_text(head + '[backup]\nfolder = "stick"\nmount = true\n', encoding="utf-8")
    refused = run("backup", "--nightly")
    assert (refused.exit_code, "plug the stick in" in refused.output) == (1, True)
    database.open(load(file).appliance.database_path)
    with database.connection():
        assert [alarm.kind for alarm in alarms.standing()] == ["backup_failed"]
    file.write_text(head + "[backup]\ndaily = 0\n", encoding="utf-8")
    assert "daily" in run("backup", "--nightly").output
