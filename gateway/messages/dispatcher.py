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

from gateway.messages import budgeting, lifecycle, reports, retries, routing, sealing, waiting
from gateway.messages.budgeting import Budget, NoBudget
from gateway.messages.gathering import ON_THE_WAY, Judge
from gateway.messages.lifecycle import Event, State, Step
from gateway.policy.budgets import HELD
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer
from gateway.store import claims, database, statements
from gateway.store.models import Message, Part
from modem import api
from modem.errors import ModemError

log = logging.getLogger(__name__)

NOT_READY = "not_ready"  # the code of a refusal that is not the part's fault
LOOKED_AT = 50  # rows that one claim may put on hold before the loop looks at other events again
SOON = timedelta(seconds=2)  # until a message that waits for an earlier one is looked at again
OVERDUE = timedelta(minutes=5)
STARTING = timedelta(seconds=30)  # a modem not ready yet so long after the start is one that is away
HANDED = timedelta(seconds=5)  # between two looks at what is bound to a modem that is away
MANY = 1000  # parts that only one modem may carry: they are not looked through every few seconds
MANY_HANDED = timedelta(minutes=1)
ALL_LANES, HELD_LANES = 0, min(CATEGORIES[name].lane for name in HELD)  # from this one on
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

    def __init__(
        self, modems: Mapping[str, api.Modem], judge: Judge, watch: SimWatch, budget: Budget | None = None
    ) -> None:
        self.modems = modems
        self.judge = judge
        self.watch = watch
        self.budget = budget or NoBudget()
        self.sims: dict[str, str] = {}  # ready modems and the SIM in each
        self.flights: dict[str, Flight] = {}
        self.lost: dict[int, Flight] = {}
        self.turns: dict[int, str] = {}  # lane → the source that was served last
        self.jobs = 0
        self.seen: set[str] = set()  # modems that were ready since the start
        self.more = False  # a claim stopped before it had looked at all that it might carry
        self.began: datetime | None = None
        self.handed: datetime | None = None
        self.rest: dict[str, datetime] = {}  # modems for which many parts wait whatever happens

    # ---- who may carry something ---------------------------------------------------------------

    def ready(self, modem: str, sim: str) -> None:
        self.sims[modem] = sim
        self.seen.add(modem)
        self.handed = None

    def not_ready(self, modem: str) -> None:
        """What it has not begun goes to the others, once there is one."""
        if self.sims.pop(modem, None) is not None:
            self.handed = None
            self.rest.pop(modem, None)

    def not_ready_any(self) -> None:
        """Nothing more is claimed: the gateway is about to end."""
        self.sims.clear()

    def fill(self, now: datetime) -> None:
        """Give each ready and idle modem its next part."""
        self.more = False
        self._hand_over(now)
        for name in [name for name in self.sims if name not in self.flights]:
            self._go(name, now, lambda: None)

    def _hand_over(self, now: datetime) -> None:
        """Nothing waits for a modem that is away, was taken out of the configuration, or has used up its
        SIM's budget while another has not: not what was queued before, nor what comes later or is due only
        now."""
        self.began = self.began or now
        if not self.sims or (self.handed is not None and abs(now - self.handed) < HANDED):
            return
        self.handed = now
        able = self._able(now)
        for name in [*claims.bound_modems()]:
            if self._is_away(name, self.began, now) or (able and name in {*self.sims} - {*able}):
                lane = HELD_LANES if name in self.sims else ALL_LANES
                with database.transaction():
                    routing.hand_over(name, tuple(self.modems), able or [*self.sims], lane)
                if claims.queued(name, MANY) == MANY:
                    self.rest[name] = now

    def _able(self, now: datetime) -> list[str]:
        """The modems that may send, and whose SIM has room."""
        return [modem for modem in self.sims if not self.budget.rests_long(modem, now)]

    def _is_away(self, modem: str, began: datetime, now: datetime) -> bool:
        """True for a modem whose parts should be looked at; one that is only starting has a while."""
        if modem in self.sims or self._rests(modem, now):
            return False
        starting = modem in self.modems and modem not in self.seen
        return not starting or abs(now - began) >= STARTING

    def _rests(self, modem: str, now: datetime) -> bool:
        return modem in self.rest and abs(now - self.rest[modem]) < MANY_HANDED

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
                self._bind_again(message)
                return
            if self.watch.refused(event.modem, message.recipient, event.error, now):
                self.not_ready(event.modem)
            step = retries.refusal(message, part, event.error, now)
            columns = {"modem": None} if step.event is Event.RETRY else {}  # another may carry it
            lifecycle.advance(message, [part], step, **columns)
            self._bind_again(message)
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

    def _bind_again(self, message: Message) -> None:
        """Parts that no modem has begun any more go where they would be sent if they were asked for now."""
        if message.part_count > 1 and message.modem is None:
            bound = routing.bind(
                message.recipient, message.wanted_modem, tuple(self.modems), lambda: self.sims
            )
            statements.update(Part, {"bound": bound}, {"message": message.id})

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
            self.budget.count(modem, self.sims[modem], part.message, part, now)
            self.jobs += 1
            self.flights[modem] = Flight(self.jobs, modem, part.id, part.attempts, now)
            self.modems[modem].send(self.jobs, outbound(part.message, part, self.judge, now))

    def _claim(self, modem: str, now: datetime) -> Part | None:
        sim = self.sims[modem]
        for _ in range(LOOKED_AT):
            found = budgeting.next_part(self.budget, modem, sim, self.turns, now)
            if found is None:
                return None
            part, room = found
            step = waiting.step_for(part.message, self.judge, now) or _in_order(part.message, now)
            if step is None and room.answer is not Answer.ALLOW:
                step = budgeting.find_room(part, modem, room, self.budget, self.sims, now)
                if step is None:
                    continue
            if step is None:
                self.turns[part.lane] = part.source
                _write_claim(part, modem, sim, now)
                return part
            _put_aside(part.message, step)
        self.more = True
        return None

    def _record_accept(self, message: Message, part: Part, step: Step, reference: int | None) -> None:
        lifecycle.advance(message, [part], step, reference=reference, sent_at=step.now)
        if reference is not None:
            reports.adopt(part, reference, step.now)


def _put_aside(message: Message, step: Step) -> None:
    parts = lifecycle.all_parts(message)
    lifecycle.advance(message, [part for part in parts if lifecycle.allows(part.state, step.event)], step)


def _in_order(message: Message, now: datetime) -> Step | None:
    """One person gets messages in the order in which they were asked for: a later one waits while an
    earlier one is on its way or is tried again."""
    earlier = claims.earlier(message)
    if earlier is None:
        return None
    uid, until = earlier
    return Step(Event.HOLD, now, "earlier_first", max(until or now, now + SOON), {"id": uid})


def outbound(message: Message, part: Part, judge: Judge, now: datetime) -> api.OutboundPart:
    """The value that crosses to the modem; it is worth delivering for as long as the message is valid and
    the phone may ring."""
    closes = judge.closing(message, now)
    left = message.expires_at - now
    if closes:
        left = min(left, _rounded_down(closes - now - ON_THE_WAY))
    whole = message.expires_at - max(message.created_at, message.send_at or message.created_at)
    concat = None
    if message.concat_reference is not None:
        concat = api.Concat(message.concat_reference, message.part_count, part.seq)
    return api.OutboundPart(
        recipient=message.recipient,
        text=sealing.text_of(message, judge.site.data_dir)[part.start : part.stop],
        alphabet=api.Alphabet(message.alphabet),
        concat=concat,
        validity=left if judge.trusted else whole,
    )


def _rounded_down(left: timedelta) -> timedelta:
    """What TP-VP can say without passing it; the codec rounds up (23.040 section 9.2.3.12.1)."""
    step = timedelta(minutes=5 if left <= timedelta(hours=12) else 30)
    return left // step * step


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
