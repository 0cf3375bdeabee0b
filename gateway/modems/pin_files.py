"""Where the PIN of a modem's SIM is kept: in the pin_file of the configuration, else in a file that the page
writes.  It is never a row, and no copy of the database holds it.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from gateway import audit
from gateway.config import Appliance, ModemConfig
from gateway.errors import Conflict, Invalid
from gateway.store import database

PIN = re.compile(r"[0-9]{4,8}")  # 51.011 section 9.3, CHV1
MODE = 0o640  # the gateway may be another user of the same group, as for the database


def place(modem: ModemConfig, site: Appliance) -> Path:
    """The file, whether it is there or not."""
    ours = site.data_dir / "pins" / quote(modem.name, safe="").replace(".", "%2E")
    return modem.pin_file or ours


def read(modem: ModemConfig, site: Appliance) -> str:
    """The PIN as it is kept now; "" where none is, or it cannot be read."""
    try:
        return place(modem, site).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def writable(modem: ModemConfig) -> bool:
    """This process may write it; a file of the configuration's is often another user's."""
    return modem.pin_file is None or os.access(modem.pin_file, os.W_OK)


def give(modem: ModemConfig, site: Appliance, typed: str, by: str, now: datetime) -> None:
    """Keep the PIN that somebody typed; the link takes it at its next try, a few seconds later.

    Raises Invalid on the field `pin`, or Conflict `pin_not_writable` with the file's path.
    """
    if not PIN.fullmatch(typed):
        raise Invalid("pin_bad", field="pin")
    path = place(modem, site)
    if not writable(modem):
        raise Conflict("pin_not_writable", path=str(path))
    with database.transaction():
        audit.write(by, "modem_pin", now, shown=modem.name)
        _write(path, typed, whole=modem.pin_file is None)


def _write(path: Path, pin: str, whole: bool) -> None:
    """Whole: a reader sees the old file or the new one.  The configuration's keeps its owner and mode."""
    if not whole:
        path.write_text(f"{pin}\n", encoding="ascii")
        return
    path.parent.mkdir(mode=0o750, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w") as file:
        file.write(f"{pin}\n")
    os.replace(fresh, path)
