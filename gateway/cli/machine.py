"""What `chappe setup` changes of the machine itself: two drop-ins of systemd, a line of the configuration."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import Unusable

ETC = Path("/etc/systemd")
NAME = "chappe.conf"
# The watchdog of a Raspberry Pi waits fifteen seconds at the most (bcm2835_wdt).
DROP_INS: Mapping[str, str] = {
    "system": "[Manager]\nRuntimeWatchdogSec=14s\nRebootWatchdogSec=2min\n",
    "journald": "[Journal]\nSystemMaxUse=64M\nRuntimeMaxUse=16M\nMaxRetentionSec=1month\n",
}
SECTION = re.compile(r"(?m)^\[appliance\][^\n]*\n")
LANGUAGE = re.compile(r"(?m)^[ \t]*language[ \t]*=[^\n]*$")


def kept(etc: Path = ETC) -> bool:
    """Both drop-ins are there as they are to be."""
    return all(_text(_place(etc, kind)) == content for kind, content in DROP_INS.items())


def keep(etc: Path = ETC) -> None:
    """Write the drop-ins; they count from the next start of the machine.  Raises Unusable."""
    for kind, content in DROP_INS.items():
        _place(etc, kind).parent.mkdir(exist_ok=True)
        _write(_place(etc, kind), content)


def speak(config: Path, language: str) -> None:
    """Let the configuration say this language; all else in the file stays.  Raises Unusable."""
    text, line = _text(config), f'language = "{language}"'
    begin = SECTION.search(text)
    if begin is None:
        _write(config, f"[appliance]\n{line}\n\n{text}")
        return
    end = text.find("\n[", begin.end())
    body = text[begin.end() : end if end >= 0 else len(text)]
    said = LANGUAGE.sub(line, body, count=1) if LANGUAGE.search(body) else f"{line}\n{body}"
    _write(config, text[: begin.end()] + said + text[begin.end() + len(body) :])


def become_owner(folder: Path) -> None:
    """As root, go on as whoever owns the data, so that the gateway can read and write what is made now."""
    if os.geteuid() != 0 or not folder.exists():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    os.umask(0o007)
    os.initgroups(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid)
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)


def _place(etc: Path, kind: str) -> Path:
    return etc / f"{kind}.conf.d" / NAME


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _write(path: Path, content: str) -> None:
    """In place: the file keeps its owner and its mode."""
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Unusable("file_unwritable", path=str(path), detail=error.strerror or str(error)) from error
