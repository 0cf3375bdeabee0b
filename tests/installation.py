"""An installation in a folder of its own: its configuration, and a copy of an empty database."""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway import config
from gateway.config import Config

TOML = """
[appliance]
language = "en"
data_dir = "{folder}"
runtime_dir = "{folder}"
"""
MODEM = """
[[modems]]
name = "sim{number}"
port = "/dev/ttyUSB{place}"
"""


def installed(folder: Path, empty_database: Path, modems: int = 1, more: str = "") -> Config:
    """`more` are further tables of gateway.toml, in which `{folder}` stands for the folder."""
    tables = [MODEM.format(number=place + 1, place=place) for place in range(modems)]
    written = TOML + more + "".join(tables)
    (folder / "gateway.toml").write_text(written.replace("{folder}", str(folder)), encoding="utf-8")
    loaded = config.load(folder / "gateway.toml")
    shutil.copy(empty_database, loaded.appliance.database_path)
    return loaded
