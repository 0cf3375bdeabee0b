"""What Prometheus is told: one table of names, and where each one's samples come from.

The names and labels are a promise: docs/metrics.md tells them, and config/grafana/chappe.json uses them.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from types import MappingProxyType
from typing import NamedTuple

from gateway import status, words
from gateway.clock import Clock
from gateway.config import Config
from gateway.features.webhooks import deliveries
from gateway.modems import alarms, budgets
from gateway.policy.budgets import Limits, Use
from gateway.policy.categories import CATEGORIES
from gateway.status import ModemStatus, Status
from gateway.store import vitals

RECKONED = 60.0  # seconds for which the use of the budgets, which goes through a month's rows, is remembered
REGISTERED = (1, 5)  # 3GPP TS 27.007 +CREG: in the home network, roaming
SETTLES = timedelta(days=2)  # hours before that are counted no more, but for a clock that was put right
EVER, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
GAUGE, COUNTER = "gauge", "counter"


class Measure(NamedTuple):
    """A family of samples: "gauge", or "counter", whose name ends in `_total`."""

    kind: str
    about: str
    labels: tuple[str, ...] = ()


class Sample(NamedTuple):
    name: str
    value: float
    labels: tuple[str, ...] = ()


_MODEM = ("modem",)

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "chappe_build_info": Measure(GAUGE, "1, with the version of the program.", ("version",)),
        "chappe_gateway_up": Measure(GAUGE, "1 while the gateway gives signs of life."),
        "chappe_gateway_heartbeat_age_seconds": Measure(GAUGE, "Since the gateway's last sign of life."),
        "chappe_messages": Measure(GAUGE, "Messages that are not finished, by state.", ("state",)),
        "chappe_queue_parts": Measure(GAUGE, "Parts that wait for their turn, by lane.", ("category",)),
        "chappe_queue_age_seconds": Measure(
            GAUGE, "Since the oldest part of the lane waits for its turn; 0 for an empty one.", ("category",)
        ),
        "chappe_overdue_parts": Measure(GAUGE, "Parts whose hour has come and that nobody looked at yet."),
        "chappe_messages_total": Measure(
            COUNTER, "Messages by what became of them.", ("modem", "outcome")
        ),
        "chappe_parts_total": Measure(COUNTER, "Parts that the network took.", _MODEM),
        "chappe_modem_parts_total": Measure(
            COUNTER, "Parts by the modem's answer, since the gateway started.", ("modem", "outcome")
        ),
        "chappe_modem_state": Measure(GAUGE, "1 for the state of the link, else 0.", ("modem", "state")),
        "chappe_modem_ready": Measure(GAUGE, "1 while the modem can send.", _MODEM),
        "chappe_modem_state_age_seconds": Measure(GAUGE, "Since the link is in its state.", _MODEM),
        "chappe_modem_info": Measure(
            GAUGE, "1, with what the modem is and where it is registered.",
            ("modem", "operator", "manufacturer", "model"),
        ),
        "chappe_modem_registered": Measure(GAUGE, "1 while a network has accepted the SIM.", _MODEM),
        "chappe_modem_signal_dbm": Measure(GAUGE, "Signal strength; absent while unknown.", _MODEM),
        "chappe_modem_held": Measure(GAUGE, "1 while its SIM may not send, or not all.", ("modem", "reason")),
        "chappe_modem_storage_used": Measure(GAUGE, "Messages in the modem's storage.", _MODEM),
        "chappe_modem_storage_size": Measure(GAUGE, "Messages that the storage can hold.", _MODEM),
        "chappe_sim_budget_used": Measure(GAUGE, "How much of a limit is used.", ("modem", "limit")),
        "chappe_sim_budget_limit": Measure(GAUGE, "The limit.", ("modem", "limit")),
        "chappe_alarm": Measure(GAUGE, "1 for each alarm that stands.", ("kind", "subject")),
        "chappe_deliveries_waiting": Measure(GAUGE, "Events that wait to be told to webhooks."),
        "chappe_deliveries_age_seconds": Measure(
            GAUGE, "Since the oldest of them waits; 0 where none does."
        ),
        "chappe_clock_trusted": Measure(GAUGE, "1 while somebody vouches for the clock."),
        "chappe_clock_source": Measure(GAUGE, "1 for who does: ntp, network, person, none.", ("source",)),
        "chappe_clock_offset_seconds": Measure(GAUGE, "The mobile network's time minus ours."),
        "chappe_disk_free_bytes": Measure(GAUGE, "Room on the disk of the data."),
        "chappe_disk_size_bytes": Measure(GAUGE, "Size of that disk."),
        "chappe_database_bytes": Measure(GAUGE, "Size of the database, by file.", ("file",)),
    }
)  # fmt: skip


@dataclass
class Reckoned:
    """What is dear to ask, remembered: Prometheus asks four times a minute."""

    at: float | None = None
    uses: dict[str, Sequence[Use]] = field(default_factory=dict)  # by modem, for a minute
    settled: datetime | None = None
    past: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # of the hours before `settled`, for a day

    def budgets(self, config: Config, clock: Clock) -> Mapping[str, Sequence[Use]]:
        """How much of each limit is used, by modem."""
        if self.at is None or clock.monotonic() - self.at >= RECKONED:
            limited = [name for name in config.modem_names if budgets.of(name).limits != Limits()]
            zone, now = config.appliance.timezone, clock.now()
            self.uses = {name: budgets.uses(name, zone, now) for name in limited}
            self.at = clock.monotonic()
        return self.uses

    def totals(self, now: datetime) -> Counter[tuple[str, str]]:
        """(modem, name) → how often, ever."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - SETTLES
        if self.settled != midnight:
            self.settled, self.past = midnight, vitals.totals(EVER, midnight)
        return self.past + vitals.totals(midnight, NEVER)


def samples(config: Config, clock: Clock, reckoned: Reckoned) -> Iterator[Sample]:
    """Everything, as of now; raises what the database raises."""
    now = clock.now()
    seen = status.read(config.appliance.runtime_dir, now)
    yield Sample("chappe_build_info", 1, (version("chappe"),))
    yield from _gateway(seen, now)
    yield from _queue(now)
    yield from _totals(reckoned.totals(now))
    for modem in seen.modems:
        yield from _modem(modem, now)
    yield from _budgets(reckoned.budgets(config, clock))
    for alarm in alarms.standing():
        yield Sample("chappe_alarm", 1, (alarm.kind, alarm.subject))
    yield from _deliveries(now)
    yield from _disk(config)


def _gateway(seen: Status, now: datetime) -> Iterator[Sample]:
    yield Sample("chappe_gateway_up", seen.alive)
    if seen.seen_at is not None:
        yield Sample("chappe_gateway_heartbeat_age_seconds", _age(seen.seen_at, now))
    if not seen.alive:
        return  # nobody knows better what the clock is worth
    yield Sample("chappe_clock_trusted", seen.clock.trusted)
    yield Sample("chappe_clock_source", 1, (seen.clock.source,))
    if seen.clock.offset_s is not None:
        yield Sample("chappe_clock_offset_seconds", seen.clock.offset_s)


def _queue(now: datetime) -> Iterator[Sample]:
    for state, count in vitals.waiting().items():
        yield Sample("chappe_messages", count, (state,))
    for category in CATEGORIES.values():
        count, since = vitals.queued(category.lane)
        yield Sample("chappe_queue_parts", count, (category.name,))
        yield Sample("chappe_queue_age_seconds", _age(since, now), (category.name,))
    yield Sample("chappe_overdue_parts", vitals.overdue(now))


def _totals(totals: Counter[tuple[str, str]]) -> Iterator[Sample]:
    for (modem, name), count in totals.items():
        if name == "parts":
            yield Sample("chappe_parts_total", count, (modem,))
        else:
            yield Sample("chappe_messages_total", count, (modem, name))


def _modem(modem: ModemStatus, now: datetime) -> Iterator[Sample]:
    name = modem.name
    for state in words.words("en")["link"]:
        yield Sample("chappe_modem_state", modem.state == state, (name, state))
    yield Sample("chappe_modem_ready", modem.state == "ready", (name,))
    if modem.since:
        yield Sample(
            "chappe_modem_state_age_seconds", _age(datetime.fromisoformat(modem.since), now), (name,)
        )
    yield Sample("chappe_modem_info", 1, (name, modem.operator, modem.manufacturer, modem.model))
    yield Sample("chappe_modem_registered", modem.registration in REGISTERED, (name,))
    if modem.signal_dbm is not None:
        yield Sample("chappe_modem_signal_dbm", modem.signal_dbm, (name,))
    if modem.hold is not None:
        yield Sample("chappe_modem_held", 1, (name, modem.hold))
    if modem.storage_used is not None and modem.storage_total is not None:
        yield Sample("chappe_modem_storage_used", modem.storage_used, (name,))
        yield Sample("chappe_modem_storage_size", modem.storage_total, (name,))
    for outcome, count in (("taken", modem.sent), ("refused", modem.failed), ("received", modem.received)):
        yield Sample("chappe_modem_parts_total", count, (name, outcome))


def _budgets(uses: Mapping[str, Sequence[Use]]) -> Iterator[Sample]:
    for modem, each in uses.items():
        for use in each:
            if use.most is not None:
                yield Sample("chappe_sim_budget_used", use.used, (modem, use.limit))
                yield Sample("chappe_sim_budget_limit", use.most, (modem, use.limit))


def _deliveries(now: datetime) -> Iterator[Sample]:
    count, since = deliveries.backlog()
    yield Sample("chappe_deliveries_waiting", count)
    yield Sample("chappe_deliveries_age_seconds", _age(since, now))


def _disk(config: Config) -> Iterator[Sample]:
    disk = shutil.disk_usage(config.appliance.data_dir)
    yield Sample("chappe_disk_free_bytes", disk.free)
    yield Sample("chappe_disk_size_bytes", disk.total)
    for file, octets in zip(("database", "log"), vitals.sizes(), strict=True):
        yield Sample("chappe_database_bytes", octets, (file,))


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds; never less than nothing, whatever became of the clock."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
