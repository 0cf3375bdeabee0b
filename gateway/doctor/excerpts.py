"""What the bundle tells of the installation, column by column: codes, counts, instants; nobody's words."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from gateway.doctor.patient import Patient, read
from gateway.store import database, soundness

SECONDS = 2.0
STEPS = 200
OTHER = "…"

# Configured values that are shown; of any other key only whether it is set.
_SHOWN = {
    "appliance": ("language", "country", "timezone", "data_dir", "runtime_dir"),
    "web": ("host", "port", "undo_s"),
    "modems": ("name", "port", "baudrate", "profile", "power", "power_pin", "trace"),
}
# What a modem's status tells without telling which SIM, or who was written to.
_STATUS = (
    *("name", "state", "error", "since", "manufacturer", "model", "family", "port", "reports"),
    *("signal_dbm", "registration", "operator", "pin_tries", "storage_used", "storage_total"),
    *("hold", "hold_until", "clock_offset_s", "sent", "received", "failed"),
)
_IDENTITIES = ("imei", "iccid", "imsi", "number", "smsc")

# name → (question, its columns; those that end in _at are instants, "modem" is one of the configuration's)
_ROWS = {
    "history": (
        f"SELECT message_id, seq, at, event, state, reason FROM history ORDER BY id DESC LIMIT {STEPS}",
        ("message", "part", "step_at", "event", "state", "reason"),
    ),
    "alarms": (
        "SELECT kind, subject, raised_at, cleared_at FROM alarms ORDER BY id DESC LIMIT 100",
        ("kind", "modem", "raised_at", "cleared_at"),
    ),
    "incidents": (
        "SELECT modem, error, uncertain, began_at, ended_at FROM incidents ORDER BY id DESC LIMIT 100",
        ("modem", "error", "uncertain", "began_at", "ended_at"),
    ),
    "requests": (
        "SELECT modem, kind, state, error, asked_at, done_at FROM modem_requests ORDER BY id DESC LIMIT 50",
        ("modem", "kind", "state", "error", "asked_at", "done_at"),
    ),
    "self_tests": (
        "SELECT modem, began_at, result, seconds FROM self_tests ORDER BY id DESC LIMIT 50",
        ("modem", "began_at", "result", "seconds"),
    ),
}


def everything(patient: Patient) -> dict[str, Any]:
    """name of the file → what stands in it."""
    path = patient.site.database_path
    return {
        "versions": versions(patient),
        "config": configured(patient),
        "status": told(patient),
        "tables": [_size(table) for table in soundness.tables(path, SECONDS)],
        **{name: rows(patient, *asked) for name, asked in _ROWS.items()},
    }


def versions(patient: Patient) -> dict[str, Any]:
    path = patient.site.database_path
    applied = soundness.read(path, f"SELECT name FROM {database.HISTORY_TABLE} ORDER BY name")
    return {
        "chappe": metadata.version("chappe"),
        "python": platform.python_version(),
        "sqlite": soundness.VERSION,
        "kernel": platform.release(),
        "machine": read(patient.machine.processes / "device-tree/model") or platform.machine(),
        "migrations": [name for (name,) in applied],
        "migrations_known": database.known_versions(),
        "database_kilobytes": _kilobytes(path),
        "log_kilobytes": _kilobytes(path.with_name(f"{path.name}-wal")),
    }


def configured(patient: Patient) -> dict[str, Any]:
    """Every key of the configuration as it counts, without the file's own comments."""
    config = patient.config
    return {
        "appliance": _table("appliance", config.appliance),
        "web": _table("web", config.web),
        "modems": [_table("modems", modem) for modem in config.modems],
    }


def told(patient: Patient) -> dict[str, Any]:
    """What the gateway last said."""
    seen = patient.seen
    return {
        "alive": seen.alive,
        "seen_at": seen.seen_at.isoformat(timespec="seconds") if seen.seen_at else None,
        "clock": {**asdict(seen.clock), "offset_s": round(seen.clock.offset_s or 0.0)},
        "modems": [_modem(asdict(modem)) for modem in seen.modems],
    }


def rows(patient: Patient, sql: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    found = soundness.read(patient.site.database_path, sql)
    return [
        {name: _cell(patient, name, value) for name, value in zip(columns, row, strict=True)} for row in found
    ]


def as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def _cell(patient: Patient, column: str, value: Any) -> Any:
    if column.endswith("_at"):
        at = soundness.instant(value)
        return at.isoformat(timespec="seconds") if at else None
    if column == "modem":
        return value if value in patient.config.modem_names else OTHER
    return value


def _size(table: soundness.Table) -> dict[str, Any]:
    kilobytes = None if table.octets is None else table.octets // 1000
    return {"name": table.name, "rows": table.rows, "kilobytes": kilobytes}


def _table(name: str, values: Any) -> dict[str, Any]:
    shown: Mapping[str, Any] = asdict(values)
    return {key: _value(key in _SHOWN[name], value) for key, value in shown.items()}


def _value(is_shown: bool, value: Any) -> Any:
    if is_shown:
        return value if isinstance(value, int) else "" if value is None else str(value)
    return "set" if value else "not set"


def _modem(status: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: status[key] for key in _STATUS}
    return {**known, **{key: "known" if status[key] else "" for key in _IDENTITIES}}


def _kilobytes(path: Path) -> int | None:
    try:
        return path.stat().st_size // 1000
    except OSError:
        return None
