"""Asked before each claim and told of each one: which SIM has room, which rests, which is near its limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.modems import alarms, budgets
from gateway.modems.meter import KEPT, Meter
from gateway.policy import budgets as rule
from gateway.policy.budgets import BRIEF, HELD, LIMITS, MONTH, RECIPIENTS, RULE, SHORT, Limits, Use
from gateway.policy.verdict import Verdict, allow
from gateway.store import database, usage
from gateway.store.models import Message, Part

WOKEN = 100  # messages a minute that are looked at again because a SIM has room
RECOUNTED = timedelta(minutes=1)  # how old a count of received messages may be
KEPT_FREE = ("day", "month")  # limits within which the rest of what has begun keeps its room
NO_LIMITS = Limits()
WELL: tuple[str, Use | None] = ("well", None)


class Meters:
    """One meter for each SIM that has limits; what is lost with the process is built again from the rows."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.meters: dict[str, Meter] = {}  # by SIM
        self.received: dict[str, tuple[datetime, int]] = {}  # by SIM
        self.rests: dict[str, Verdict] = {}  # by modem
        self.levels: dict[str, tuple[str, Use | None]] = {}  # by modem: the alarm that stands
        self.changed: Callable[[str], None] = lambda modem: None  # a modem begins to rest, or goes on

    # ---- at each claim -----------------------------------------------------------------------------

    def judge(self, modem: str, sim: str, message: Message, now: datetime) -> Verdict:
        """Whether this SIM has room for the next part of a message."""
        limits = budgets.of(modem).limits
        if limits == NO_LIMITS:
            return self._free(modem, sim)
        meter = self._meter(sim, now)
        if message.category not in HELD:
            return allow(RULE)
        verdict = self._verdict(meter, limits, sim, message, modem, now)
        if message.modem != modem:
            self._rest(modem, verdict if rule.is_whole(verdict) else None)
        return verdict

    def count(self, modem: str, sim: str, message: Message, part: Part, now: datetime) -> None:
        """A part was handed over: every attempt counts."""
        meter = self.meters.get(sim)
        if meter is None:
            return
        meter.add(now, message.recipient, part.seq == 1)
        if message.part_count > 1:
            meter.owe(message.id, message.part_count - part.seq, now)
        found = self._level(modem, sim, now)
        if _kind(found) != _kind(self.levels.get(modem, WELL)):
            self._tell(modem, found, now)

    def rest(self, modem: str, now: datetime) -> Verdict | None:
        """Why this SIM sends nothing but what must not wait; None: it has room, as far as anybody asked."""
        verdict = self.rests.get(modem)
        over = verdict is not None and verdict.until is not None and verdict.until <= now
        return None if over else verdict

    def rests_long(self, modem: str, now: datetime) -> bool:
        """True for a SIM whose work others should take over."""
        verdict = self.rest(modem, now)
        return verdict is not None and (verdict.until is None or verdict.until - now > SHORT)

    def clock_was_set(self) -> None:
        """What was counted by another hour is counted again, from the rows."""
        self.meters.clear()
        self.received.clear()
        for modem in [*self.rests]:
            self._rest(modem, None)

    # ---- each minute -------------------------------------------------------------------------------

    def minute(self, sims: Mapping[str, str], now: datetime) -> None:
        """For the modems that may send, and the SIM in each: rests that are over, alarms, and what waits
        for room that there is again."""
        roomy: dict[str, int] = {}
        for modem, sim in sims.items():
            limits = budgets.of(modem).limits
            if limits == NO_LIMITS:
                self._free(modem, sim)
            else:
                self._meter(sim, now)
            if self.rest(modem, now) is None:
                self._rest(modem, None)
            found = self._level(modem, sim, now)
            if found != self.levels.get(modem):
                self._tell(modem, found, now)
            if room := self._room(modem, sim, now):
                roomy[modem] = room
        if roomy and usage.waiting():
            with database.transaction():
                usage.wake([*roomy], min(WOKEN, sum(roomy.values())), now)

    def _room(self, modem: str, sim: str, now: datetime) -> int:
        """How many people more it may write to now."""
        rooms = [WOKEN]
        for use in self._uses(modem, sim, now):
            if use.limit not in BRIEF and use.most is not None:
                rooms.append(max(0, use.most - use.used))
        return min(rooms)

    # ---- machinery ---------------------------------------------------------------------------------

    def _verdict(
        self, meter: Meter, limits: Limits, sim: str, message: Message, modem: str, now: datetime
    ) -> Verdict:
        """What has begun is finished: the rest of a message is only paced, and others leave it its room."""
        begun = message.modem == modem
        uses = [
            replace(use, used=use.used + meter.owing(now)) if use.limit in KEPT_FREE else use
            for use in meter.uses(limits, self._received(limits, sim, now), now)
            if not begun or use.limit in BRIEF
        ]
        parts = 1 if begun else message.part_count

        def frees(use: Use) -> datetime | None:
            ahead = usage.waiting() if use.limit in RECIPIENTS else 0
            return meter.frees(use, parts, ahead, now)

        return rule.judge(uses, meter.new(message.recipient, now), message.category, parts, frees)

    def _free(self, modem: str, sim: str) -> Verdict:
        """Without limits nothing is counted."""
        self.meters.pop(sim, None)
        self._rest(modem, None)
        return allow(RULE)

    def _meter(self, sim: str, now: datetime) -> Meter:
        """Built from the rows at the first question, and when the clock was put back."""
        meter = self.meters.get(sim)
        if meter is None or meter.last > now.timestamp():
            meter = Meter(self.zone, usage.claims(sim, now - KEPT, now))
            self.meters[sim] = meter
        return meter

    def _received(self, limits: Limits, sim: str, now: datetime) -> int:
        if limits.ratio is None:
            return 0
        at, count = self.received.get(sim, (None, 0))
        if at is None or abs(now - at) >= RECOUNTED:
            count = usage.received(sim, now - MONTH, now)
            self.received[sim] = (now, count)
        return count

    def _uses(self, modem: str, sim: str, now: datetime) -> list[Use]:
        limits = budgets.of(modem).limits
        if limits == NO_LIMITS or sim not in self.meters:
            return []
        return [*self.meters[sim].uses(limits, self._received(limits, sim, now), now)]

    def _rest(self, modem: str, verdict: Verdict | None) -> None:
        if self.rests.get(modem) != verdict:
            if verdict is None:
                del self.rests[modem]
            else:
                self.rests[modem] = verdict
            self.changed(modem)

    def _level(self, modem: str, sim: str, now: datetime) -> tuple[str, Use | None]:
        """What is worth an alarm: the pace of a minute or an hour is none."""
        long = [use for use in self._uses(modem, sim, now) if use.limit not in BRIEF]
        for level in ("over", "near"):
            for use in sorted(long, key=lambda use: LIMITS.index(use.limit)):
                if use.level == level:
                    return level, use
        return WELL

    def _tell(self, modem: str, found: tuple[str, Use | None], now: datetime) -> None:
        """Raise the alarm that fits, clear the other."""
        self.levels[modem] = found
        level, use = found
        with database.transaction():
            for kind in ("near", "over"):
                if kind != level:
                    alarms.clear(f"budget_{kind}", modem, now)
            if use is not None:
                facts = {"modem": modem, "limit": use.limit, "used": use.used, "most": use.most}
                alarms.raise_(f"budget_{level}", modem, now, **facts)


def _kind(found: tuple[str, Use | None]) -> tuple[str, str]:
    level, use = found
    return level, use.limit if use else ""
