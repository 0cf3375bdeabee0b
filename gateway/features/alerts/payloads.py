"""What Alertmanager (webhook version 4) and Grafana (contact point "webhook") post: one group of alerts.

Both have the same shape; Grafana adds to it.  Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import Invalid

STATES = ("firing", "resolved")
ADDRESSES = ("panelURL", "dashboardURL", "generatorURL")  # of one alert, the most telling first
LONGEST = 64  # characters of a fingerprint


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong, or is over; its fingerprint names it for as long as its labels stay."""

    is_firing: bool
    fingerprint: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A group as it stands now; `more`: alerts that the program left out because they are too many."""

    group: str  # 64 hex digits
    alerts: tuple[Alert, ...]
    more: int = 0
    title: str = ""
    url: str = ""

    @property
    def is_firing(self) -> bool:
        """Something of it still goes on."""
        return any(alert.is_firing for alert in self.alerts)

    @property
    def shown(self) -> list[Alert]:
        """What a text is about: what goes on, else what is over."""
        return [alert for alert in self.alerts if alert.is_firing == self.is_firing]

    @property
    def firing(self) -> frozenset[str]:
        return frozenset(alert.fingerprint for alert in self.alerts if alert.is_firing)


def read(payload: Any) -> Notification:
    """Understand the JSON of a call; raises Invalid `alert_unreadable` with the field at fault."""
    if not isinstance(payload, dict):
        raise _unreadable("")
    alerts = payload.get("alerts")
    if not isinstance(alerts, list) or not alerts:
        raise _unreadable("alerts")
    more = payload.get("truncatedAlerts") or 0
    if isinstance(more, bool) or not isinstance(more, int) or not 0 <= more < 1_000_000:
        raise _unreadable("truncatedAlerts")
    return Notification(
        group=_digest(payload.get("groupKey") or _strings(payload, "groupLabels", "")),
        alerts=tuple(_alert(alert, f"alerts.{place}") for place, alert in enumerate(alerts)),
        more=more,
        title=_text(payload.get("title")),
        url=_text(payload.get("externalURL")),
    )


def _alert(alert: Any, where: str) -> Alert:
    if not isinstance(alert, dict):
        raise _unreadable(where)
    if alert.get("status") not in STATES:
        raise _unreadable(f"{where}.status")
    labels = _strings(alert, "labels", f"{where}.")
    return Alert(
        is_firing=alert["status"] == "firing",
        fingerprint=_text(alert.get("fingerprint"))[:LONGEST] or _digest(labels)[:16],
        labels=labels,
        annotations=_strings(alert, "annotations", f"{where}."),
        url=next(_addresses(alert), ""),
    )


def _addresses(alert: Mapping[str, Any]) -> Iterator[str]:
    yield from filter(None, (_text(alert.get(name)) for name in ADDRESSES))


def _strings(part: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    found = part.get(name) or {}
    if not isinstance(found, dict):
        raise _unreadable(f"{where}{name}")
    return {key: str(value) for key, value in found.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _digest(value: Any) -> str:
    written = json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(written).hexdigest()


def _unreadable(where: str) -> Invalid:
    return Invalid("alert_unreadable", field=where or None, where=where or "{}")
