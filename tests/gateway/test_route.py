"""Which SIM carries what: the rule as a table, and the choices that people make of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gateway import settings, status
from gateway.cli import main
from gateway.errors import Invalid
from gateway.messages import numbers
from gateway.policy import route
from gateway.settings import RouteSetting
from gateway.status import ModemStatus

if TYPE_CHECKING:
    from conftest import Bench

PARIS, GUADELOUPE, LONDON, SHORT = "+33612345678", "+590690123456", "+447911123456", "36180"
MOBILE = "+33639981234"

ALIKE = {"sim1": (), "sim2": ()}
ISLANDS = {"sim1": (), "sim2": ("+590", "+596")}
BOTH_NAMED = {"sim1": ("+33",), "sim2": ("+590",)}
TWINS = {"sim1": ("+33",), "sim2": ("+33", "+590"), "sim3": ()}
NESTED = {"sim1": ("+33",), "sim2": ("+33639",), "sim3": ()}


@pytest.mark.parametrize(
    ("routes", "recipient", "conversation", "able", "chosen"),
    [
        ({}, PARIS, None, (), ""),
        ({"sim1": ("+590",)}, PARIS, None, ("sim1",), ""),
        (ALIKE, PARIS, None, ("sim1", "sim2"), ""),
        (ALIKE, PARIS, "sim2", ("sim1", "sim2"), "sim2"),
        (ALIKE, PARIS, "sim2", ("sim1",), ""),
        (ALIKE, PARIS, "sim2", (), "sim2"),
        (ALIKE, PARIS, "sold", ("sim1", "sim2"), ""),
        ({"sim1": ()}, PARIS, "sim1", ("sim1",), ""),
        (ISLANDS, GUADELOUPE, None, ("sim1", "sim2"), "sim2"),
        (ISLANDS, PARIS, None, ("sim1", "sim2"), "sim1"),
        (ISLANDS, SHORT, None, ("sim1", "sim2"), "sim1"),
        (ISLANDS, GUADELOUPE, "sim1", ("sim1", "sim2"), "sim1"),
        (ISLANDS, GUADELOUPE, "sim1", ("sim2",), "sim2"),
        (ISLANDS, GUADELOUPE, None, ("sim1",), "sim1"),
        (ISLANDS, GUADELOUPE, None, (), "sim2"),
        (BOTH_NAMED, GUADELOUPE, None, ("sim1", "sim2"), "sim2"),
        (BOTH_NAMED, LONDON, None, ("sim1", "sim2"), ""),
        (BOTH_NAMED, GUADELOUPE, None, ("sim1",), "sim1"),
        (NESTED, MOBILE, None, ("sim1", "sim2", "sim3"), "sim2"),
        (NESTED, MOBILE, None, ("sim1", "sim3"), "sim1"),
        (NESTED, PARIS, None, ("sim1", "sim2", "sim3"), "sim1"),
        (NESTED, LONDON, None, ("sim1", "sim2", "sim3"), "sim3"),
        (TWINS, GUADELOUPE, None, ("sim1", "sim2", "sim3"), "sim2"),
        (TWINS, PARIS, None, ("sim2", "sim3"), "sim2"),
    ],
)
def test_the_rule(
    routes: route.Routes, recipient: str, conversation: str | None, able: tuple[str, ...], chosen: str
) -> None:
    assert route.choose(recipient, conversation, routes, able, lambda modem: 0) == chosen


@pytest.mark.parametrize(("loads", "chosen"), [({"sim1": 3, "sim2": 2}, "sim2"), ({"sim1": 0}, "sim1")])
def test_of_several_sims_that_fit_the_least_busy_is_chosen(loads: dict[str, int], chosen: str) -> None:
    def load(modem: str) -> int:
        return loads.get(modem, 9 if modem != "sim3" else 0)

    assert route.choose(PARIS, None, TWINS, tuple(TWINS), load) == chosen


def test_of_equally_busy_sims_the_number_decides_always_alike() -> None:
    def chosen(last: int) -> str:
        return route.choose(f"+336123456{last:02}", None, TWINS, tuple(TWINS), lambda modem: 7)

    first, again = ([chosen(last) for last in range(100)] for _ in range(2))
    assert first == again
    assert set(first) == {"sim1", "sim2"}
    assert 30 < first.count("sim1") < 70


@pytest.mark.parametrize(
    ("routes", "able", "heirs"),
    [
        (ALIKE, ["sim1"], []),
        (ISLANDS, ["sim1"], [("", ["sim1"])]),
        (BOTH_NAMED, ["sim1"], [("+33", ["sim1"])]),
        (TWINS, ["sim2", "sim3"], [("+590", ["sim2"]), ("+33", ["sim2"]), ("", ["sim3"])]),
        (NESTED, ["sim1", "sim2"], [("+33639", ["sim2"]), ("+33", ["sim1"])]),
        (TWINS, [], []),
    ],
)
def test_who_takes_over_is_who_would_be_chosen(
    routes: route.Routes, able: list[str], heirs: list[tuple[str, list[str]]]
) -> None:
    assert route.heirs(routes, able) == heirs


# ---- what people type -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "prefixes"),
    [
        ("", ()),
        (" , ;\n", ()),
        ("+33", ("+33",)),
        ("+33 6 39, +590-690", ("+33639", "+590690")),
        ("FR GP", ("+33", "+590")),
        ("fr;+33", ("+33",)),
        ("0033 6\n00590", ("+336", "+590")),
    ],
)
def test_beginnings_of_numbers_as_they_are_typed(typed: str, prefixes: tuple[str, ...]) -> None:
    assert numbers.prefixes(typed) == prefixes


@pytest.mark.parametrize("typed", ["33", "XX", "FRA", "+", "+0", "0", "+33x", "+33, 06", "+1234567890123456"])
def test_what_is_no_beginning_of_a_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        numbers.prefixes(typed)
    assert (caught.value.code, caught.value.field) == ("bad_prefix", "prefix")
    assert caught.value.facts["value"] == typed.rpartition(", ")[2]


def test_beginnings_have_a_limit() -> None:
    assert len(numbers.prefixes(",".join(f"+33{number:03}" for number in range(100)))) == 100
    with pytest.raises(Invalid) as caught:
        numbers.prefixes(",".join(f"+33{number:03}" for number in range(101)))
    assert caught.value.code == "too_many_prefixes"


def test_a_choice_is_a_row_and_none_means_every_number(bench: Bench) -> None:
    assert settings.route("sim1") == RouteSetting()
    settings.choose_route("sim2", RouteSetting(("+33", "+590")))
    settings.choose_route("sim3", RouteSetting(("+44",)))
    settings.choose_route("sim3", RouteSetting())
    assert settings.routes(["sim2", "sim1", "sim3"]) == {"sim2": ("+33", "+590"), "sim1": (), "sim3": ()}


# ---- the command ------------------------------------------------------------------------------

TOML = """
[appliance]
language = "{language}"
data_dir = "{folder}"
runtime_dir = "{folder}"
"""
MODEM = '[[modems]]\nname = "{name}"\nport = "/dev/{name}"\n'


class Shell:
    """The commands in an installation of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self, *arguments: str, language: str = "en", modems: tuple[str, ...] = ("sim1", "sim2")
    ) -> Result:
        config = self.folder / "gateway.toml"
        tables = "".join(MODEM.format(name=name) for name in modems)
        config.write_text(TOML.format(language=language, folder=self.folder) + tables, encoding="utf-8")
        return CliRunner().invoke(main, ["--config", str(config), *arguments])

    def route(self, *arguments: str, **rest: str) -> str:
        done = self.run("modem", "route", *arguments, **rest)  # type: ignore[arg-type]
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    assert shell.run("migrate").exit_code == 0
    return shell


def test_a_route_is_chosen_told_and_taken_back(shell: Shell) -> None:
    everything = "The SIM of modem sim2 is for every number.\n"
    assert shell.route("sim2") == everything
    assert "begin with +33639, +590." in shell.route("sim2", "--prefix", "GP", "--prefix", "+33 6 39")
    assert "begin with +33639, +590." in shell.route("sim2")
    assert "commencent par +33639, +590." in shell.route("sim2", language="fr")
    assert shell.route("sim1") == everything.replace("sim2", "sim1")
    assert shell.route("sim2", "--any") == everything
    assert shell.route("sim2") == everything


def test_the_only_modem_is_told_that_it_carries_everything(shell: Shell) -> None:
    said = shell.run("modem", "route", "sim1", "--prefix", "FR", modems=("sim1",))
    assert "It is the only modem, and carries everything." in said.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["sim9"], 1, "There is no modem “sim9”. Known: sim1, sim2."),
        (["sim1", "--prefix", "33"], 1, "“33” is no beginning of a number."),
        (["sim1", "--prefix", "FR", "--prefix", "XX"], 1, "“XX” is no beginning"),
        (["sim1", "--prefix", " "], 1, "is no beginning of a number."),
        (["sim1", "--any", "--prefix", "FR"], 2, "exclude each other"),
    ],
)
def test_a_wrong_route_is_refused_and_changes_nothing(
    shell: Shell, arguments: list[str], status: int, words: str
) -> None:
    shell.route("sim1", "--prefix", "+44")
    said = shell.run("modem", "route", *arguments)
    assert (said.exit_code, said.stdout) == (status, "")
    assert words in said.stderr
    assert "begin with +44." in shell.route("sim1")


def test_info_and_why_tell_the_route(shell: Shell) -> None:
    shell.route("sim2", "--prefix", "GP")
    seen = tuple(ModemStatus(name, "ready") for name in ("sim1", "sim2"))
    status.write(shell.folder, seen, datetime.now(UTC))
    assert json.loads(shell.run("modem", "info", "sim2", "--json").stdout)["prefixes"] == ["+590"]
    assert re.search(r"^prefixes +\+590$", shell.run("modem", "info", "sim2").stdout, re.M)
    assert re.search(r"^prefixes +every number$", shell.run("modem", "info", "sim1").stdout, re.M)
    for to, told in [
        (GUADELOUPE, "Its modem: yes  sim2, because the number begins with +590."),
        (PARIS, "Its modem: yes  sim1, because no other SIM that may send is a better one for this number."),
    ]:
        uid = json.loads(shell.run("send", to, "Bonjour", "--json").stdout)["id"]
        assert told in shell.run("why", uid).stdout
    assert "sim1, parce qu’aucune autre SIM" in shell.run("why", uid, language="fr").stdout
