"""Which part each modem carries next, and what became of it.  Runs in the gateway's one loop.

Write down, then act: a part is committed as `sending` before the modem gets it, and what became of one
part is recorded in the same transaction that claims the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.messages import lifecycle, reports, retries, waiting
from gateway.messages.lifecycle import Event, State, Step
from gateway.policy import quiet_hours
from gateway.policy.categories import CATEGORIES
from gateway.store import claims, database
from gateway.store.models import Message, Part
from modem import api
from modem.errors import ModemError

log = logging.getLogger(__name__)

NOT_READY = "not_ready"  # the code of a refusal that is not the part's fault
LOOKED_AT = 50  # rows that one claim may put on hold before the loop looks at other events again
SOON = timedelta(seconds=2)  # until a message that waits for an earlier one is looked at again
OVERDUE = timedelta(minutes=5)
REMEMBERED = 100  # uncertain jobs for which a late answer is still understood


@dataclass(frozen=True, slots=True)
class Flight:
    """One part in the hands of one modem."""

    job: int
    modem: str
    part: int
    attempt: int
    since: datetime


class SimWatch(Protocol):
    """Hears what the operator takes and refuses; says when a SIM should rest."""

    def accepted(self, modem: str, now: datetime) -> None: ...

    def refused(self, modem: str, number: str, error: ModemError, now: datetime) -> bool: ...


class Dispatcher:
    """Keeps each ready modem busy.  What it holds in memory may be lost at any instant: the rows know."""

    def __init__(self, modems: Mapping[str, api.Modem], zone: ZoneInfo, watch: SimWatch) -> None:
        self.modems = modems
        self.zone = zone
        self.watch = watch
        self.sims: dict[str, str] = {}  # ready modems and the SIM in each
        self.flights: dict[str, Flight] = {}
        self.lost: dict[int, Flight] = {}
        self.turns: dict[int, str] = {}  # lane → the source that was served last
        self.jobs = 0

    # ---- who may carry something ---------------------------------------------------------------

    def ready(self, modem: str, sim: str) -> None:
        self.sims[modem] = sim

    def not_ready(self, modem: str) -> None:
        """What it has not begun goes to the others."""
        self.sims.pop(modem, None)
        claims.hand_over(modem)

    def not_ready_any(self) -> None:
        """Nothing more is claimed: the gateway is about to end."""
        self.sims.clear()

    def fill(self, now: datetime) -> None:
        """Give each ready and idle modem its next part."""
        for name in [name for name in self.sims if name not in self.flights]:
            self._go(name, now, lambda: None)

    def overdue(self, now: datetime) -> list[Flight]:
        """Parts that a modem has had for longer than any deadline allows."""
        return [flight for flight in self.flights.values() if now - flight.since > OVERDUE]

    # ---- what became of it ---------------------------------------------------------------------

    def accepted(self, event: api.PartAccepted, now: datetime) -> None:
        def record(message: Message, part: Part) -> None:
            self._record_accept(message, part, Step(Event.ACCEPT, now), event.reference)
            self.watch.accepted(event.modem, now)

        self._landed(event.modem, event.job, record, now)

    def refused(self, event: api.PartRefused, now: datetime) -> None:
        def record(message: Message, part: Part) -> None:
            if event.error.code == NOT_READY:
                step = Step(Event.PUT_BACK, now, "not_ready")
                lifecycle.advance(message, [part], step, attempts=part.attempts - 1, modem=None)
                self.not_ready(event.modem)  # until it says that it is
                return
            if self.watch.refused(event.modem, message.recipient, event.error, now):
                self.not_ready(event.modem)
            step = retries.refusal(message, part, event.error, now)
            columns = {"modem": None} if step.event is Event.RETRY else {}  # another may carry it
            lifecycle.advance(message, [part], step, **columns)
            if part.state == State.FAILED:
                waiting.drop_rest(message, now)

        self._landed(event.modem, event.job, record, now)

    def uncertain(self, event: api.PartUncertain, now: datetime) -> None:
        def record(message: Message, part: Part) -> None:
            lifecycle.advance(message, [part], retries.lost(message, "no_answer", event.error.code, now))
            reports.settle(part, now)

        flight = self.flights.get(event.modem)
        self._landed(event.modem, event.job, record, now)
        if flight is not None and flight.job == event.job:
            self.lost[event.job] = flight
            while len(self.lost) > REMEMBERED:
                self.lost.pop(next(iter(self.lost)))

    def late(self, event: api.LateAnswer, now: datetime) -> None:
        """The answer to a part that was given up as uncertain: it did leave."""
        flight = self.lost.pop(event.job, None)
        if flight is None:
            return
        with database.transaction():
            found = claims.attempt(flight.part, flight.attempt)
            if found is not None and found.state == State.UNCERTAIN:
                step = Step(Event.ACCEPT, now, "late_answer")
                self._record_accept(found.message, found, step, event.reference)

    # ---- machinery -----------------------------------------------------------------------------

    def _landed(self, modem: str, job: int, record: Callable[[Message, Part], None], now: datetime) -> None:
        flight = self.flights.get(modem)
        if flight is None or flight.job != job:
            log.warning("modem %s answers for job %d, which it does not have", modem, job)
            return

        def landed() -> None:
            part = claims.attempt(flight.part, flight.attempt)
            if part is not None and part.state == State.SENDING:
                record(part.message, part)

        self._go(modem, now, landed)

    def _go(self, modem: str, now: datetime, landed: Callable[[], None]) -> None:
        """One transaction: record what landed, claim what flies next; then let it fly."""
        with database.transaction():
            landed()
            part = self._claim(modem, now) if modem in self.sims else None
        self.flights.pop(modem, None)
        if part is not None:
            self.jobs += 1
            self.flights[modem] = Flight(self.jobs, modem, part.id, part.attempts, now)
            self.modems[modem].send(self.jobs, outbound(part.message, part, self.zone, now))

    def _claim(self, modem: str, now: datetime) -> Part | None:
        for _ in range(LOOKED_AT):
            part = claims.next_part(modem, self.turns)
            if part is None:
                return None
            step = waiting.judge(part.message, self.zone, now) or _in_order(part.message, now)
            if step is None:
                self.turns[part.lane] = part.source
                _write_claim(part, modem, self.sims[modem], now)
                return part
            parts = lifecycle.all_parts(part.message)
            queued = [other for other in parts if lifecycle.allows(other.state, step.event)]
            lifecycle.advance(part.message, queued, step)
        return None

    def _record_accept(self, message: Message, part: Part, step: Step, reference: int | None) -> None:
        lifecycle.advance(message, [part], step, reference=reference, sent_at=step.now)
        if reference is not None:
            reports.adopt(part, reference, step.now)


def _in_order(message: Message, now: datetime) -> Step | None:
    """One person gets messages in the order in which they were asked for: a later one waits while an
    earlier one is on its way or is tried again."""
    earlier = claims.earlier(message)
    if earlier is None:
        return None
    uid, until = earlier
    return Step(Event.HOLD, now, "earlier_first", max(until or now, now + SOON), {"id": uid})


def outbound(message: Message, part: Part, zone: ZoneInfo, now: datetime) -> api.OutboundPart:
    """The value that crosses to the modem; it is worth delivering for as long as the message is valid and
    the phone may ring."""
    closes = quiet_hours.closing(CATEGORIES[message.category].hours, zone, now)
    ends = min(message.expires_at, closes) if closes else message.expires_at
    concat = None
    if message.concat_reference is not None:
        concat = api.Concat(message.concat_reference, message.part_count, part.seq)
    return api.OutboundPart(
        recipient=message.recipient,
        text=message.text[part.start : part.stop],
        alphabet=api.Alphabet(message.alphabet),
        concat=concat,
        validity=ends - now,
    )


def _write_claim(part: Part, modem: str, sim: str, now: datetime) -> None:
    lifecycle.advance(
        part.message,
        [part],
        Step(Event.CLAIM, now, facts={"modem": modem}),
        attempts=part.attempts + 1,
        modem=modem,
        sim=sim,
        reference=None,
        claimed_at=now,
    )
