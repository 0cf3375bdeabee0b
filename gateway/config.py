"""gateway.toml: the facts of the installation.  An unknown or wrong key is named with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway import config_values as values
from gateway.errors import ConfigError

NO_PIN = -1
DEFAULT_PATH = Path("/etc/chappe/gateway.toml")
LANGUAGES = ("fr", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")
PROFILES = tuple(sorted(path.stem for path in (Path(__file__).parents[1] / "config/modems").glob("*.toml")))


@dataclass(frozen=True, slots=True)
class MailConfig:
    """The relay that takes mails to people; where it has no host there is none."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password_file: Path | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Appliance:
    name: str
    language: str
    country: str
    timezone: ZoneInfo
    data_dir: Path
    runtime_dir: Path
    database: str
    log_level: str = "info"
    mail: MailConfig = MailConfig()

    @property
    def database_path(self) -> Path:
        return self.data_dir / "chappe.sqlite"


@dataclass(frozen=True, slots=True)
class WebConfig:
    host: str
    port: int
    public_url: str
    undo_s: int  # how long what is sent on the page can be taken back
    certificate: Path | None  # None: the page is read by http alone
    key: Path | None  # None: in the certificate's file
    tls_port: int


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """Where the nightly backups go, and of how many days, weeks and months the newest one is kept."""

    folder: Path | None  # None: the page's own, in data_dir
    mount: bool  # the folder is a stick or a disk of its own: without it nothing is written
    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True, slots=True)
class ModemConfig:
    """By port, by IMEI, by both (then the IMEI decides), or by neither: any modem that is found."""

    name: str
    port: str
    imei: str
    baudrate: int
    pin_file: Path | None
    profile: str
    power: str  # what cuts its power: "", "key" or "relay"
    power_pin: int  # by its BCM number
    trace: Path | None  # where its wire log goes, masked


@dataclass(frozen=True, slots=True)
class PanelConfig:
    """Lamps, a buzzer and a button on GPIO pins, each by its BCM number; NO_PIN: there is none.

    `mock`: pins in memory instead, and a picture of the panel on the page of the handsets.
    """

    led_well: int
    led_waiting: int
    led_trouble: int
    buzzer: int
    button: int
    mock: bool

    @property
    def is_there(self) -> bool:
        return any(pin != NO_PIN for pin in self.pins)

    @property
    def pins(self) -> tuple[int, ...]:
        return (self.led_well, self.led_waiting, self.led_trouble, self.buzzer, self.button)


@dataclass(frozen=True, slots=True)
class DemoConfig:
    simulator: Path | None  # the simulated modem's control socket


@dataclass(frozen=True, slots=True)
class Config:
    path: Path
    appliance: Appliance
    web: WebConfig
    modems: tuple[ModemConfig, ...]
    demo: DemoConfig
    backup: BackupConfig
    panel: PanelConfig

    @property
    def modem_names(self) -> tuple[str, ...]:
        return tuple(modem.name for modem in self.modems)


REQUIRED = object()
Keys = Mapping[str, tuple[Callable[[Any, Path], Any], Any]]

APPLIANCE: Keys = {
    "name": (values.some_text, "chappe"),
    "language": (values.one_of(*LANGUAGES), "fr"),
    "country": (values.country, "FR"),
    "timezone": (values.zone, "Europe/Paris"),
    "data_dir": (values.path, "/var/lib/chappe"),
    "runtime_dir": (values.path, "/run/chappe"),
    "database": (values.sqlite_only, ""),
    "log_level": (values.one_of(*LOG_LEVELS), "info"),
}
WEB: Keys = {
    "host": (values.some_text, "127.0.0.1"),
    "port": (values.whole(0, 65535), 8080),
    "public_url": (values.url, ""),
    "undo_s": (values.whole(0, 60), 10),
    "certificate": (values.maybe_path, ""),
    "key": (values.maybe_path, ""),
    "tls_port": (values.whole(0, 65535), 8443),
}
BACKUP: Keys = {
    "folder": (values.maybe_path, ""),
    "mount": (values.yes_or_no, False),
    "daily": (values.whole(1, 366), 7),
    "weekly": (values.whole(0, 520), 4),
    "monthly": (values.whole(0, 120), 6),
}
MODEM: Keys = {
    "name": (values.some_text, REQUIRED),
    "port": (values.text, ""),
    "imei": (values.imei, ""),
    "baudrate": (values.whole(1200, 4_000_000), 115200),
    "pin_file": (values.maybe_path, ""),
    "profile": (values.one_of("auto", *PROFILES), "auto"),
    "power": (values.one_of("", "key", "relay"), ""),
    "power_pin": (values.whole(0, 27), 0),
    "trace": (values.maybe_path, ""),
}
MAIL: Keys = {
    "host": (values.text, ""),
    "port": (values.whole(1, 65535), 587),
    "security": (values.one_of("starttls", "tls", "none"), "starttls"),
    "user": (values.text, ""),
    "password_file": (values.maybe_path, ""),
    "sender": (values.sender, ""),
}
PANEL: Keys = {
    **dict.fromkeys(
        ("led_well", "led_waiting", "led_trouble", "buzzer", "button"), (values.whole(NO_PIN, 27), NO_PIN)
    ),
    "mock": (values.yes_or_no, False),
}
DEMO: Keys = {"simulator": (values.maybe_path, "")}
TABLES: Mapping[str, Keys] = {
    "appliance": APPLIANCE,
    "web": WEB,
    "backup": BACKUP,
    "mail": MAIL,
    "panel": PANEL,
    "modems": MODEM,
    "demo": DEMO,
}


def load(path: Path | None = None) -> Config:
    """Read and check the file; raises ConfigError naming file, line and key."""
    return _Reader(path or DEFAULT_PATH).config()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.source = path.read_text(encoding="utf-8")
            self.raw = tomllib.loads(self.source)
        except OSError as error:
            raise ConfigError("config_unreadable", file=str(path), problem=error.strerror) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError("config_not_toml", file=str(path), problem=str(error)) from error

    def config(self) -> Config:
        for name in self.raw:
            if name not in TABLES:
                raise self._wrong("config_unknown_key", name, None, 0, "")
        modems = self.raw.get("modems", [])
        if not isinstance(modems, list):
            raise self._wrong("config_wrong_value", "modems", None, 0, "tables_expected", table="modems")
        entries = [ModemConfig(**self._table("modems", modem, number)) for number, modem in enumerate(modems)]
        for key in ("name", "port", "imei"):
            self._all_different(key, entries)
        return Config(
            path=self.path,
            appliance=Appliance(**self._table("appliance", self.raw.get("appliance", {})), mail=self._mail()),
            web=WebConfig(**self._table("web", self.raw.get("web", {}))),
            modems=tuple(entries),
            demo=DemoConfig(**self._table("demo", self.raw.get("demo", {}))),
            backup=BackupConfig(**self._table("backup", self.raw.get("backup", {}))),
            panel=self._panel(),
        )

    def _mail(self) -> MailConfig:
        mail = MailConfig(**self._table("mail", self.raw.get("mail", {})))
        if mail.host and not mail.sender:
            raise self._wrong("config_missing_key", "mail", "sender", 0, "")
        return mail

    def _panel(self) -> PanelConfig:
        given = self._table("panel", self.raw.get("panel", {}))
        seen = {NO_PIN}
        for name in (name for name in PANEL if name != "mock"):
            if given[name] in seen - {NO_PIN}:
                raise self._wrong("config_wrong_value", "panel", name, 0, "used_twice")
            seen.add(given[name])
        return PanelConfig(**given)

    def _table(self, table: str, given: Any, number: int = 0) -> dict[str, Any]:
        keys = TABLES[table]
        if not isinstance(given, dict):
            raise self._wrong("config_wrong_value", table, None, number, "table_expected", table=table)
        for name in given:
            if name not in keys:
                raise self._wrong("config_unknown_key", table, name, number, "")
        checked = {}
        for name, (check, default) in keys.items():
            value = given.get(name, default)
            if value is REQUIRED:
                raise self._wrong("config_missing_key", table, name, number, "")
            try:
                checked[name] = check(value, self.path.parent.absolute())
            except values.Unfit as unfit:
                wrong = self._wrong("config_wrong_value", table, name, number, unfit.problem, **unfit.facts)
                raise wrong from unfit
        return checked

    def _all_different(self, key: str, entries: list[ModemConfig]) -> None:
        seen = set()
        for number, entry in enumerate(entries):
            if getattr(entry, key) and getattr(entry, key) in seen:
                raise self._wrong("config_wrong_value", "modems", key, number, "used_twice")
            seen.add(getattr(entry, key))

    def _wrong(
        self, code: str, place: str, key: str | None, number: int, problem: str, **more: Any
    ) -> ConfigError:
        name = f"{place}.{key}" if key else place
        line = _line_of(self.source, place, key, number)
        return ConfigError(
            code, field=name, file=str(self.path), line=line, key=name, problem=problem, **more
        )


def _line_of(source: str, table: str, key: str | None, number: int) -> int:
    """The line (from 1) of a key in the number-th table of that name, else of the table's header."""
    header, count, found = "", -1, 1
    for line_number, line in enumerate(source.splitlines(), 1):
        if match := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]", line):
            header = match[1]
            count += header == table
            if header == table and count == number:
                found = line_number
        elif match := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            if header == table and count == number and match[1] == key:
                return line_number
            if not header and match[1] == table:
                return line_number
    return found
