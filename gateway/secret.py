"""The appliance's secret: 32 octets in a file beside the database, never in it.

Tokens, signatures and what must not be read from a copy of the database are derived from it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gateway.ids import Ids

NAME = "secret"


def appliance_secret(data_dir: Path, ids: Ids) -> bytes:
    """The 32 octets from which this appliance derives what it signs; made at first use, mode 0640."""
    path = data_dir / NAME
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make(path, ids)
        return path.read_bytes()


def _make(path: Path, ids: Ids) -> None:
    """Whoever is first wins; the others, of this process or another, read theirs."""
    handle, name = tempfile.mkstemp(prefix=f"{NAME}.", dir=path.parent)
    try:
        with open(handle, "wb") as fresh:
            fresh.write(ids.random(32))
            os.fchmod(fresh.fileno(), 0o640)
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
