"""`chappe setup` on the console: the wizard's verbs, as often as wanted, and two files of the machine."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from gateway.cli import machine
from gateway.config import load
from gateway.errors import Unusable
from stack import Stack


def test_a_new_appliance_is_set_up_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    pin_file = tmp_path / "typed"
    pin_file.write_text("1234\n")
    given = ("--no-questions", "--no-machine", "--language", "en", "--name", "Chez Ana", "--person", "ana")
    with Stack(tmp_path / "site", pin="1234") as stack:
        first = stack.run("setup", *given, "--pin-file", str(pin_file), "--to", "+33639980001")
        assert "gateway.toml says English now" in first
        assert "Modem sim1 is ready" in first
        assert "/welcome/" in first
        (uid,) = (
            line.split("chappe why ")[1].split()[0] for line in first.splitlines() if "chappe why" in line
        )
        assert stack.wait_for(uid, "delivered")["text"].startswith("Chez Ana: ")
        second = stack.run("setup", *given, "--to", "+33639980001")
        assert "Modem sim1 is ready" in second
        assert "chappe why" not in second  # the test message is not sent twice
        assert stack.run("user", "list").count("ana") == 1


@pytest.mark.parametrize(
    "before",
    [
        '[appliance]\nname = "x"\nlanguage = "fr"  # spoken\n\n[[modems]]\nname = "language"\n',
        '[web]\nport = 9000\n\n[appliance]\nname = "x"\n[demo]\n',
        '[appliance]\n# language = "fr"\n',
        "",
    ],
)
def test_the_language_is_said_in_the_configuration_and_the_rest_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(before)
    machine.speak(path, "en")
    assert load(path).appliance.language == "en"
    expected = tomllib.loads(before)
    expected.setdefault("appliance", {})["language"] = "en"
    assert tomllib.loads(path.read_text()) == expected


def test_the_machines_files_are_written_once_and_seen(tmp_path: Path) -> None:
    assert not machine.kept(tmp_path)
    machine.keep(tmp_path)
    machine.keep(tmp_path)
    assert machine.kept(tmp_path)
    assert "RuntimeWatchdogSec=14s" in (tmp_path / "system.conf.d/chappe.conf").read_text()
    (tmp_path / "journald.conf.d/chappe.conf").write_text("")
    assert not machine.kept(tmp_path)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.mkdir()
    with pytest.raises(Unusable) as refused:
        machine.speak(path, "en")
    assert refused.value.code == "file_unwritable"
    assert os.listdir(path) == []
