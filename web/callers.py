"""Who writes the messages of a program: its key, with the modems that the key may use."""

from __future__ import annotations

from gateway import status
from gateway.access import allowances
from gateway.messages.outbox import Caller
from gateway.store.models import ApiKey
from web.office import office


def of_key(key: ApiKey) -> Caller:
    """The caller of the outbox for this key."""
    here = office()
    site = here.config.appliance
    usable = allowances.modems(key, here.config.modem_names)
    trusted = status.read(site.runtime_dir, here.clock.now()).trusted
    return Caller(f"key:{key.name}", site, usable, here.ids, trusted, bounded=bool(key.modems))
