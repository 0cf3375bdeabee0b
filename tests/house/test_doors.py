"""Each library has one door; what stands behind it is imported nowhere else."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from house.tree import PACKAGES, ROOT, Import, imports, inside, plant

WEB = ("web/*",)
STORE = ("gateway/store/*", "gateway/features/*/models.py")

# library → the files that may import it
DOORS: dict[str, tuple[str, ...]] = {
    "serial": ("modem/port.py",),
    "gsmmodem": ("modem/codec.py",),
    "gpiozero": ("modem/power.py", "gateway/daemon/panel.py"),
    "apscheduler": ("gateway/daemon/heartbeat.py",),
    "phonenumbers": ("gateway/messages/numbers.py",),
    "peewee": STORE,
    "playhouse": STORE,
    "sqlite3": STORE,
    **dict.fromkeys(("icalendar", "recurring_ical_events"), ("gateway/features/reminders/calendar.py",)),
    "python_calamine": ("gateway/contacts/imports/workbook.py",),
    "segno": ("web/qr.py",),
    "xlsxwriter": ("gateway/features/results/export.py",),
    "click": ("gateway/cli/*",),
    **dict.fromkeys(("flask", "flask_babel", "flask_bootstrap", "flask_smorest", "flask_wtf"), WEB),
    **dict.fromkeys(("babel", "jinja2", "marshmallow", "markupsafe", "waitress", "webargs"), WEB),
    **dict.fromkeys(("apispec", "itsdangerous", "werkzeug", "wtforms"), WEB),
    "urllib3": ("gateway/features/webhooks/posting.py",),
    "prometheus_client": ("web/metrics.py",),
    "werkzeug.security": ("gateway/access/people.py",),  # passwords
}


def through_walls(root: Path) -> list[str]:
    """Imports of a library past its door, and of a library nobody gave a door."""
    return sorted({str(found) for found in imports(root, *PACKAGES) if not is_at_its_door(found)})


def is_at_its_door(found: Import) -> bool:
    library = max((name for name in DOORS if inside(found.target, name)), key=len, default=None)
    if library is None:
        return found.target.split(".")[0] in (*PACKAGES, *sys.stdlib_module_names)
    path = found.importer.replace(".", "/")
    files = (f"{path}.py", f"{path}/__init__.py")
    return any(fnmatch(file, door) for file in files for door in DOORS[library])


def test_every_library_is_used_behind_its_one_door() -> None:
    assert through_walls(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("modem/session.py", "import serial"),
        ("modem/port.py", "from gsmmodem import pdu"),
        ("modem/simulator/tpdu.py", "from gsmmodem.pdu import Concatenation"),
        ("gateway/messages/outbox.py", "from peewee import fn"),
        ("gateway/cli/backup.py", "def run():\n    import sqlite3"),
        ("gateway/daemon/loop.py", "from apscheduler.schedulers.background import BackgroundScheduler"),
        ("gateway/words.py", "from flask import current_app"),
        ("gateway/access/keys.py", "from werkzeug.security import check_password_hash"),
        ("gateway/access/people.py", "from werkzeug.wrappers import Response"),
        ("web/pages/home.py", "import peewee"),
        ("web/api/messages.py", "import click"),
        ("web/pages/home.py", "import requests"),
    ],
)
def test_a_library_past_its_door_is_found(tmp_path: Path, file: str, line: str) -> None:
    assert len(through_walls(plant(tmp_path, {file: line + "\n"}))) == 1


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("modem/port.py", "import serial\nimport os"),
        ("gateway/store/models.py", "from peewee import Model"),
        ("gateway/features/campaigns/models.py", "import peewee"),
        ("web/api/messages.py", "from flask_smorest import Blueprint\nfrom gateway import wake"),
    ],
)
def test_a_library_behind_its_door_is_not(tmp_path: Path, file: str, line: str) -> None:
    assert through_walls(plant(tmp_path, {file: line + "\n"})) == []
