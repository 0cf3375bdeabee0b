"""A family's peculiarities are data: one file in config/modems for each, read and checked at once.

Every key has a default, which is the standard's own way; so a modem of no known family is treated by
the empty profile `generic`, and a profile names only what is different.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "config" / "modems"
GENERIC = "generic"
AUTO = "auto"
PLAIN, PACKED = "plain", "packed"


class ProfileError(Exception):
    """A profile cannot be used; the message names its file and key."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one family of modems wants to be treated; seconds are seconds."""

    name: str = GENERIC
    # recognised by
    matches: tuple[str, ...] = ()  # regular expressions, found in "manufacturer model"
    usb: tuple[str, ...] = ()  # "vendor:product", as lsusb shows them
    interface: int | None = None  # the USB interface that takes AT commands and gives URCs
    # set up by; what is refused here is done without
    init: tuple[str, ...] = ()  # command lines after the common ones
    clock: str = "AT+CTZU=1"  # the modem's clock follows the network, in local time
    iccid: str = "AT+CCID"  # tried first
    pin_tries: str = "AT+CPINR"  # how many wrong PINs are left
    cnmi: tuple[str, ...] = ()  # tried before the common ladder
    storages: tuple[str, ...] = ("ME", "SM", "MT")  # to receive into, the best first
    list_seconds: float = 30.0  # for the list of a full storage
    keep_link: bool = True  # +CMMS: the signalling link stays up between parts
    # talks like
    noise: tuple[str, ...] = ()  # regular expressions of lines that mean nothing here
    ready: tuple[str, ...] = ()  # of lines that say: stored messages can be read now
    ussd: str = PLAIN  # or packed: codes and answers are packed septets in hex
    hang_up: str = ""  # how an incoming call is ended; "": it rings until the caller gives up
    # switched by
    power_off: str = ""  # command line; "": it has none
    power_key_seconds: float = 1.5  # how long its key is held to switch it on or off
    boot_seconds: float = 20.0  # from its power to its first answer


def load(folder: Path = FOLDER) -> Mapping[str, Profile]:
    """Every profile of the folder by its name.  Raises ProfileError."""
    return {file.stem: _read(file) for file in sorted(folder.glob("*.toml"))}


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles that came with the program."""
    return load()


def named(name: str) -> Profile:
    """The profile of that name; for "auto" the generic one, until the modem has said who it is."""
    wanted = GENERIC if name == AUTO else name
    try:
        return shipped()[wanted]
    except KeyError:
        raise ProfileError(f"no modem profile {name!r}: known are {', '.join(shipped())}") from None


def recognise(manufacturer: str, model: str) -> Profile:
    """The profile of what a modem says of itself; generic when none fits."""
    said = f"{manufacturer} {model}"
    for profile in shipped().values():
        if any(re.search(pattern, said, re.IGNORECASE) for pattern in profile.matches):
            return profile
    return named(GENERIC)


# ---- reading a file -----------------------------------------------------------------------------

_DEFAULTS = {field.name: field.default for field in fields(Profile)}


def _read(file: Path) -> Profile:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(f"{file}: {error}") from error
    values = {key: _value(file, key, value) for key, value in table.items()}
    return Profile(**{**values, "name": file.stem})


def _value(file: Path, key: str, value: object) -> Any:
    """The value of one key, lists as tuples.  Raises ProfileError."""
    if key not in _DEFAULTS or key == "name":
        raise ProfileError(f"{file}: unknown key {key!r}")
    wanted = _DEFAULTS[key]
    if isinstance(wanted, tuple) and isinstance(value, list):
        value = tuple(value)
    elif isinstance(wanted, float) and type(value) is int:
        value = float(value)
    kind = int if wanted is None else type(wanted)
    entries = value if isinstance(value, tuple) else (value,)
    if type(value) is not kind or (kind is tuple and not all(isinstance(each, str) for each in entries)):
        raise ProfileError(f"{file}: {key} is no {'list of texts' if kind is tuple else kind.__name__}")
    for entry in entries:
        if key in _FORMS and not _FORMS[key](entry):
            raise ProfileError(f"{file}: {key} cannot be {entry!r}")
    return value


def _form(pattern: str) -> Callable[[Any], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def _expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _positive(seconds: float) -> bool:
    return seconds > 0


_LINE, _NO_LINE = _form(r"AT[^\r\n]+"), _form(r"(?:AT[^\r\n]+)?")
_FORMS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("matches", "noise", "ready"), _expression),
    **dict.fromkeys(("list_seconds", "power_key_seconds", "boot_seconds"), _positive),
    **dict.fromkeys(("clock", "iccid", "pin_tries", "hang_up", "power_off"), _NO_LINE),
    "init": _LINE,
    "usb": _form(r"[0-9a-f]{4}:[0-9a-f]{4}"),
    "cnmi": _form(r"[0-3],[0-3],[0-3],[0-2],[01]"),
    "storages": _form(r"[A-Z]{2}"),
    "ussd": _form(f"{PLAIN}|{PACKED}"),
}
