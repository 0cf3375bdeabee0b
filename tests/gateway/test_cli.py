"""The commands, run as a person runs them: output, exit status, one plain line when it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from gateway.cli import COMMANDS, main

Run = Callable[..., Result]
TOML = """
[appliance]
language = "{language}"
data_dir = "data"
runtime_dir = "run"
[[modems]]
name = "sim1"
port = "/dev/ttyUSB0"
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run one command in an installation of its own, its database made."""

    def command(*arguments: str, language: str = "en") -> Result:
        config = tmp_path / "gateway.toml"
        config.write_text(TOML.format(language=language), encoding="utf-8")
        return CliRunner().invoke(main, ["--config", str(config), *arguments])

    assert command("migrate").exit_code == 0
    return command


def test_every_command_has_help() -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(main, [name, "--help"])
        assert shown.exit_code == 0
        assert "Usage: main " + name in shown.output


@pytest.mark.parametrize("wrong", [["fly"], ["send"], ["send", "0612345678"], ["queue", "--limit", "many"]])
def test_wrong_usage_ends_with_2(run: Run, wrong: list[str]) -> None:
    assert run(*wrong).exit_code == 2


def test_without_a_database_the_cure_is_named(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(TOML.format(language="fr"), encoding="utf-8")
    said = CliRunner().invoke(main, ["--config", str(tmp_path / "gateway.toml"), "queue"])
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.endswith("Lancez : chappe migrate\n")


def test_a_misspelt_key_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('[appliance]\nlangage = "fr"\n', encoding="utf-8")
    said = CliRunner().invoke(main, ["--config", str(path), "queue"])
    assert said.exit_code == 1
    assert f"{path}, line 2" in said.stderr
    assert "appliance.langage" in said.stderr


def test_send_puts_a_message_into_the_queue(run: Run) -> None:
    sent = json.loads(run("send", "06 12 34 56 78", "Bonjour", "--json").stdout)
    assert (sent["to"], sent["state"], sent["parts"]) == ("+33612345678", "queued", 1)
    (queued,) = json.loads(run("queue", "--json").stdout)
    assert queued["id"] == sent["id"]
    assert sent["id"] in run("queue").stdout


def test_send_at_an_hour_without_an_offset_means_the_appliances_zone(run: Run) -> None:
    paris = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=3)
    typed = f"{paris:%Y-%m-%dT%H:%M}"
    sent = json.loads(run("send", "0612345678", "Bonjour", "--at", typed, "--json").stdout)
    assert (sent["state"], sent["until"][:16]) == ("scheduled", typed)
    (queued,) = json.loads(run("queue", "--json").stdout)
    assert queued["until"] == sent["until"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["send", "O612345678", "x"], "letter O"),
        (["send", "0612345678", ""], "Write a text"),
        (["send", "0612345678", "x", "--category", "spam"], "no category"),
        (["send", "0612345678", "x", "--at", "soon"], "not an instant"),
        (["why", "nothing"], "no message"),
        (["key", "revoke", "nobody"], "no key"),
        (["user", "password", "nobody"], "nobody called"),
        (["modem", "list"], "not running"),
        (["modem", "ussd", "sim1", "*100#"], "not running"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    said = run(*arguments)
    assert (said.exit_code, said.stdout) == (1, "")
    assert words in said.stderr
    assert said.stderr.count("\n") == 1


def test_waiting_for_a_gateway_that_does_not_run_ends_in_time(run: Run) -> None:
    said = run("send", "0612345678", "Bonjour", "--wait", "--timeout", "0.3")
    assert said.exit_code == 1
    assert "Still queued" in said.stderr


def test_why_lists_each_rule_in_both_languages(run: Run) -> None:
    uid = json.loads(run("send", "0612345678", "Promo", "--at", "2027-01-04T10:00", "--json").stdout)["id"]
    assert "Allowed hours" in run("why", uid).stdout
    assert "Heures permises" in run("why", uid, language="fr").stdout
    rules = [rule["rule"] for rule in json.loads(run("why", uid, "--json").stdout)["rules"]]
    assert rules[:3] == ["validity", "opposition", "consent"]


def test_a_key_is_shown_once(run: Run) -> None:
    key = run("key", "create", "shop", "--quiet").stdout.strip()
    assert key.startswith("chp_")
    assert key not in run("key", "list").stdout
    made = json.loads(run("key", "create", "till", "--scope", "read", "--json").stdout)
    assert set(made) == {"name", "key", "account_sid", "auth_token", "scopes"}
    assert (made["scopes"], made["account_sid"][:2]) == (["read"], "AC")
    assert run("key", "revoke", "shop").exit_code == 0


def test_a_person_is_invited_by_a_link(run: Run) -> None:
    assert "first account" in run("user", "list").stdout
    assert "http://127.0.0.1:8080/welcome/" in run("user", "add", "ana").stdout
    assert "http://127.0.0.1:8080/welcome/" in run("user", "password", "ana").stdout
    assert run("user", "add", "ana").exit_code == 1
    (ana,) = json.loads(run("user", "list", "--json").stdout)
    assert ana == {
        "name": "ana",
        "role": "administrator",
        "language": "en",
        "password": False,
        "seen_at": None,
        "disabled_at": None,
    }


def test_nothing_is_said_in_words(run: Run) -> None:
    assert run("queue").stdout == "Nothing waits.\n"
    assert run("inbox", language="fr").stdout == "Rien n’est encore arrivé.\n"
