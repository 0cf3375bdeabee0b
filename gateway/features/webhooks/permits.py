"""Where an administrator lets programs be told: a choice that is a row, read anew for every delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from gateway import audit
from gateway.errors import Invalid
from gateway.features.webhooks import targets
from gateway.features.webhooks.targets import Allowed
from gateway.store import choices, database

NAME = "webhooks.targets"
MOST_HOSTS = 50


def read() -> Allowed:
    value = choices.find(NAME) or {}
    usual = Allowed()
    return Allowed(
        bool(value.get("loopback", usual.loopback)),
        bool(value.get("private", usual.private)),
        tuple(value.get("hosts", ())),
    )


def choose(choice: Allowed, by: str, now: datetime) -> None:
    """Remember it, and who said so; raises Invalid `host_bad` or `hosts_many`.

    What waits for an address that is allowed no more is tried all the same, and fails with that reason.
    """
    hosts = tuple(_hosts(choice.hosts))
    row = asdict(Allowed(choice.loopback, choice.private, hosts))
    with database.transaction():
        choices.keep(NAME, row)
        audit.write(by, "settings_changed", now, shown=NAME, **{**row, "hosts": ", ".join(hosts)})


def _hosts(typed: Iterable[str]) -> Iterable[str]:
    known = list(dict.fromkeys(host.strip().lower().rstrip(".") for host in typed if host.strip()))
    if len(known) > MOST_HOSTS:
        raise Invalid("hosts_many", field="hosts", most=MOST_HOSTS)
    for host in known:
        try:
            read_host = targets.read(f"https://[{host}]/" if ":" in host else f"https://{host}/").host
        except Invalid:
            read_host = ""
        if read_host != host:
            raise Invalid("host_bad", field="hosts", value=host)
    return known
