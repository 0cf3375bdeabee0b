"""The appliance's secret: 32 octets in a file beside the database, never in it.

Tokens, signatures and what must not be read from a copy of the database are derived from it.
"""

from __future__ import annotations

import os
from pathlib import Path

from gateway.ids import Ids

NAME = "secret"


def appliance_secret(data_dir: Path, ids: Ids) -> bytes:
    """The 32 octets from which this appliance derives what it signs; made at first use, mode 0640."""
    path = data_dir / NAME
    try:
        return path.read_bytes()
    except FileNotFoundError:
        fresh = path.with_name(f"{NAME}.{os.getpid()}")
        fresh.write_bytes(ids.random(32))
        fresh.chmod(0o640)
        try:
            os.link(fresh, path)  # whoever is first wins; the other reads his
        except FileExistsError:
            pass
        fresh.unlink()
        return path.read_bytes()
