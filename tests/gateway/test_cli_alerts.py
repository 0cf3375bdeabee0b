"""At the terminal: alert routes, and the command of smstools."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from gateway.cli import sendsms
from gateway.store import database
from gateway.store.models import Message
from house.tree import ROOT

if TYPE_CHECKING:
    from conftest import Run


def said() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(row.recipient, row.text, row.category) for row in Message.select().order_by(Message.id)]


def test_a_route_is_made_listed_tried_and_removed(run: Run) -> None:
    assert "No alert route yet" in run("alert", "list").stdout
    assert run("alert", "add", "on-call").exit_code == 2
    made = run("alert", "add", "on-call", "--to", "+33639980001", "--to", "0639980002", "--repeat", "30")
    assert "http://127.0.0.1:8080/hooks/alertmanager/on-call" in made.stdout
    again = run("alert", "add", "on-call", "--to", "+33639980001")
    assert (again.exit_code, again.stderr) == (1, "“on-call” exists already.\n")
    (row,) = json.loads(run("alert", "list", "--json").stdout)
    assert (row["to"], row["repeat_s"]) == ("+33639980001, +33639980002", 1800)
    assert "on-call" in run("alert", "list").stdout
    assert run("alert", "test", "on-call").stdout == "Sent to 2 people.\n"
    assert [category for _, _, category in said()] == ["alert", "alert"]
    assert run("alert", "remove", "on-call").exit_code == 0
    assert run("alert", "test", "on-call").exit_code == 1


@pytest.mark.parametrize(
    ("words", "typed", "env", "left"),
    [
        (("+33639980001", "Disk full"), "", {}, ("+33639980001", "Disk full", "notification")),
        (("33639980001", "Disk", "full"), "", {}, ("+33639980001", "Disk full", "notification")),
        (("447700900123", "Hello"), "", {}, ("+447700900123", "Hello", "notification")),
        (("0639980001",), "From a pipe\n", {}, ("+33639980001", "From a pipe", "notification")),
        (("0639980001", "x"), "", {"CHAPPE_CATEGORY": "alert"}, ("+33639980001", "x", "alert")),
    ],
)
def test_programs_made_for_smstools_send(
    run: Run, words: tuple[str, ...], typed: str, env: dict[str, str], left: tuple[str, str, str]
) -> None:
    assert run(*words, tool=sendsms.main, typed=typed, **env).exit_code == 0
    assert said() == [left]


def test_what_cannot_be_sent_ends_with_one_plain_line(run: Run) -> None:
    for words, status in ((("12", "x"), 1), (("0639980001",), 1), (("+0", "x"), 1), ((), 2), (("-h",), 0)):
        answer = run(*words, tool=sendsms.main)
        assert answer.exit_code == status
        if status == 1:
            assert len(answer.stderr.splitlines()) == 1
    assert said() == []


def test_the_command_is_installed_by_its_name() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts["sendsms"] == "gateway.cli.sendsms:main"
