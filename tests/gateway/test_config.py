"""gateway.toml: what it may say, and how plainly a mistake is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway import config
from gateway.errors import ConfigError
from gateway.words import say

SHIPPED = Path(config.__file__).parents[1] / "config" / "gateway.toml"


def load(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    found = load(tmp_path, "")
    assert (found.appliance.language, found.appliance.timezone) == ("fr", ZoneInfo("Europe/Paris"))
    assert (found.web.host, found.web.port, found.modems) == ("127.0.0.1", 8080, ())


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, '[appliance]\ndata_dir = "data"').appliance.data_dir == tmp_path / "data"


def test_several_modems_keep_their_order(tmp_path: Path) -> None:
    text = '[[modems]]\nname = "a"\nport = "/dev/a"\n[[modems]]\nname = "b"\nport = "/dev/b"\nbaudrate = 9600'
    assert [(m.name, m.baudrate) for m in load(tmp_path, text).modems] == [("a", 115200), ("b", 9600)]


LOG = """
import logging, sys
from gateway.cli.serving import begin_log
begin_log(sys.argv[1])
logging.getLogger("modem.traffic").debug("ours")
logging.getLogger("gateway").warning("trouble")
logging.getLogger("peewee").debug("INSERT +33612345678")
logging.getLogger("urllib3.connectionpool").debug("POST /secret")
"""


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("debug", ["D modem.traffic: ours", "W gateway: trouble"]),
        ("info", ["W gateway: trouble"]),
        ("error", []),
    ],
)
def test_the_log_tells_as_much_as_was_chosen_and_never_what_libraries_know(
    level: str, told: list[str]
) -> None:
    done = subprocess.run([sys.executable, "-c", LOG, level], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == told


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[appliance]\nlog_level = "loud"', "appliance.log_level"),
        ("[backup]\ndaily = 0", "backup.daily"),
        ('[backup]\nmount = "yes"', "backup.mount"),
        ("[backup]\nhourly = 1", "backup.hourly"),
    ],
)
def test_what_the_night_and_the_log_cannot_be_is_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.facts["key"] == key


MODEM = '[[modems]]\nname = "a"\nport = "/dev/a"\n'
OTHER = '[[modems]]\nname = "b"\nport = "/dev/b"\n'


@pytest.mark.parametrize(
    ("text", "code", "key", "line"),
    [
        ('[apliance]\nname = "x"', "config_unknown_key", "apliance", 1),
        ('[appliance]\nname = "x"\nlang = "fr"', "config_unknown_key", "appliance.lang", 3),
        (MODEM + 'bauds = 9600', "config_unknown_key", "modems.bauds", 4),
        (MODEM + OTHER + "x = 1", "config_unknown_key", "modems.x", 7),
        ('[[modems]]\nport = "a"', "config_missing_key", "modems.name", 1),
        (MODEM + 'imei = "12345"', "config_wrong_value", "modems.imei", 4),
        (MODEM + 'power = "yes"', "config_wrong_value", "modems.power", 4),
        (MODEM + "power_pin = 40", "config_wrong_value", "modems.power_pin", 4),
        ('\n[appliance]\nlanguage = "de"', "config_wrong_value", "appliance.language", 3),
        ('[appliance]\ntimezone = "Europe/Pari"', "config_wrong_value", "appliance.timezone", 2),
        ('[appliance]\ncountry = "France"', "config_wrong_value", "appliance.country", 2),
        ('[appliance]\nname = 3', "config_wrong_value", "appliance.name", 2),
        ('[appliance]\nname = " "', "config_wrong_value", "appliance.name", 2),
        ('[appliance]\ndatabase = "postgresql://x"', "config_wrong_value", "appliance.database", 2),
        ("[web]\nport = 70000", "config_wrong_value", "web.port", 2),
        ('[web]\nport = "8080"', "config_wrong_value", "web.port", 2),
        ("[web]\nport = true", "config_wrong_value", "web.port", 2),
        ('[web]\npublic_url = "sms.example"', "config_wrong_value", "web.public_url", 2),
        (MODEM + MODEM, "config_wrong_value", "modems.name", 5),
        (MODEM + 'profile = "magic"', "config_wrong_value", "modems.profile", 4),
        ('modems = "x"', "config_wrong_value", "modems", 1),
        ("appliance = 3", "config_wrong_value", "appliance", 1),
        ('[backup]\nmount = "yes"', "config_wrong_value", "backup.mount", 2),
        ('[mail]\nsender = "shop"', "config_wrong_value", "mail.sender", 2),
        ("[panel]\nled_well = 4\nbutton = 4", "config_wrong_value", "panel.button", 3),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_key_file_and_line(
    tmp_path: Path, text: str, code: str, key: str, line: int
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    facts = caught.value.facts
    assert (caught.value.code, facts["key"], facts["line"]) == (code, key, line)
    assert facts["file"] == str(tmp_path / "gateway.toml")
    for language in ("fr", "en"):
        sentence = say(f"error.{code}", language, **facts)
        assert key in sentence
        assert str(line) in sentence
        word = f"config_problem.{facts['problem']}"
        assert not facts["problem"] or say(word, language) != word, "it has no words"
        assert "…" not in sentence


@pytest.mark.parametrize("text", ["[appliance", "name = ", "[web]\nport = 1\nport = 2"])
def test_what_is_not_toml_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.code == "config_not_toml"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "none.toml")
    assert (caught.value.code, caught.value.facts["file"]) == (
        "config_unreadable",
        str(tmp_path / "none.toml"),
    )


def test_the_shipped_file_says_the_defaults(tmp_path: Path) -> None:
    """With every "#" before a key removed, it reads as the empty file does, and one modem."""
    text = SHIPPED.read_text(encoding="utf-8")
    uncommented = load(tmp_path, re.sub(r"^# (\[\[|[a-z_]+ = )", r"\1", text, flags=re.MULTILINE))
    plain = load(tmp_path, "")
    assert (uncommented.appliance, uncommented.web, uncommented.demo) == (
        plain.appliance,
        plain.web,
        plain.demo,
    )
    assert [modem.name for modem in uncommented.modems] == ["sim1"]
