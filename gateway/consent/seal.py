"""A number as a keyed digest: it can be recognised again, and not read back.

The key lies in the database with what it seals: were it a file beside it, a database restored without that
file would have forgotten everybody who ever said STOP.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from gateway.store import database
from gateway.store.models import Setting

NAME = "seal"


def digest(number: str) -> str:
    """The same for the same number in this installation; 64 hex digits."""
    return hmac.digest(_key(str(database.db.database)), number.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _key(path: str) -> bytes:
    """The installation's key; the database was born with it."""
    return bytes.fromhex(str(Setting.get(Setting.name == NAME).value["key"]))
