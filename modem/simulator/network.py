"""The network: it registers the modem, takes its parts, brings reports and what phones write.

Whatever it cannot hand over (no registration, no room, no SIM) it keeps, in order, and tries again.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modem.simulator import user_data
from modem.simulator.errors import NO_NETWORK, CmsError
from modem.simulator.fields import service_centre_octets
from modem.simulator.handsets import DELIVERED, Handsets, full_number, manner_of
from modem.simulator.journal import Journal
from modem.simulator.options import Options
from modem.simulator.timers import Timers
from modem.simulator.tpdu import Deliver, StatusReport, Submit, is_report
from modem.simulator.user_data import Concat

HOME, SEARCHING, DENIED, OFF = 1, 2, 3, 0  # <stat> of +CREG
KEPT = 100_000  # parts remembered in `submitted`
REFUSAL = 38  # network out of order


@dataclass(frozen=True, slots=True)
class Submitted:
    """One part the network took; `at` is CLOCK_MONOTONIC seconds."""

    recipient: str
    text: str
    tpdu: str  # hex, without the service centre's field
    reference: int
    at: float
    alphabet: str
    concat: Concat | None
    report: bool


class Network:
    """The whole outside of one modem; `to_modem` is set by the modem and returns False for "not now"."""

    def __init__(
        self,
        options: Options,
        timers: Timers,
        journal: Journal,
        handsets: Handsets,
        clock: Callable[[], datetime],
    ) -> None:
        self._options = options
        self._timers = timers
        self._journal = journal
        self._handsets = handsets
        self._clock = clock
        self._waiting: list[bytes] = []  # TPDUs for the modem, service centre's field first
        self._refused: dict[tuple[str, bytes], int] = {}
        self._reference = 0
        self._covered = True
        self._denied = False
        self._radio = False
        self.seconds = options.network_seconds  # to take a part
        self.barred: dict[str, int] = {}  # number: the code it is refused with, always; "": every number
        self.registration = OFF
        self.submitted: deque[Submitted] = deque(maxlen=KEPT)
        self.to_modem: Callable[[bytes], bool] = lambda _octets: False
        self.on_registration: Callable[[int], None] = lambda _stat: None
        self.own_number: Callable[[], str] = lambda: options.number

    # ---- registration ----------------------------------------------------------------------------

    @property
    def registered(self) -> bool:
        return self.registration == HOME

    def radio(self, on: bool) -> None:
        """The modem switched its radio on or off."""
        self._radio = on
        self._look_around()

    def cover(self, covered: bool) -> None:
        """The network comes back, or is lost."""
        self._covered = covered
        self._look_around()

    def deny(self, denied: bool) -> None:
        """The operator does not let this SIM in, or lets it in again."""
        self._denied = denied
        self._look_around()

    def _look_around(self) -> None:
        if self._radio and self._covered and self._denied:
            self._register(DENIED)
        elif not (self._radio and self._covered):
            self._register(SEARCHING if self._radio else OFF)
        elif not self.registered:
            self._register(SEARCHING)
            self._timers.after(self._options.registration_seconds, self._found)

    def _found(self) -> None:
        if self._radio and self._covered and not self._denied:
            self._register(HOME)
            self.flush()

    def _register(self, stat: int) -> None:
        if stat != self.registration:
            self.registration = stat
            self.on_registration(stat)

    # ---- from the modem --------------------------------------------------------------------------

    def submit(self, submit: Submit, octets: bytes, next_reference: Callable[[], int]) -> int:
        """Take a part: its reference, or CmsError.  Its fate goes its way from here."""
        if not self.registered:
            raise self._refuse(submit, NO_NETWORK)
        code = self.barred.get(submit.recipient, self.barred.get("", 0))
        if code:
            raise self._refuse(submit, code)
        manner = manner_of(submit.recipient)
        key = (submit.recipient, submit.content.encode())
        if self._refused.get(key, 0) < manner.refusals:
            self._refused[key] = self._refused.get(key, 0) + 1
            raise self._refuse(submit, REFUSAL)
        self._refused.pop(key, None)
        reference = next_reference()
        self._note_submitted(submit, octets, reference)
        self._stage(dataclasses.replace(submit, reference=reference), self._clock(), 0)
        return reference

    def _refuse(self, submit: Submit, code: int) -> CmsError:
        self._journal.note(
            "refused",
            self._timers.now,
            recipient=submit.recipient,
            text=submit.content.text,
            code=code,
        )
        return CmsError(code)

    def _note_submitted(self, submit: Submit, octets: bytes, reference: int) -> None:
        content, now = submit.content, self._timers.now
        taken = Submitted(
            submit.recipient,
            content.text,
            octets.hex().upper(),
            reference,
            now,
            content.alphabet,
            content.concat,
            submit.report,
        )
        self.submitted.append(taken)
        facts: dict[str, Any] = dataclasses.asdict(taken)
        del facts["at"]
        self._journal.note("submitted", now, **facts)

    def _stage(self, submit: Submit, sent_at: datetime, number: int) -> None:
        """Set the clock for one stage of a part's fate, and from there for the next."""
        stages = manner_of(submit.recipient).stages
        if number < len(stages):
            option, status = stages[number]
            delay = getattr(self._options, option) if option else 0.0
            self._timers.after(delay, lambda: self._conclude(submit, sent_at, number, status))

    def _conclude(self, submit: Submit, sent_at: datetime, number: int, status: int) -> None:
        if status == DELIVERED:
            self._arrive(submit)
        if submit.report and manner_of(submit.recipient).reports:
            report = StatusReport(submit.reference, submit.recipient, sent_at, self._clock(), status)
            self.bring(report.encode())
        self._stage(submit, sent_at, number + 1)

    def _arrive(self, submit: Submit) -> None:
        receive = self._handsets.modems.get(full_number(submit.recipient))
        if receive:
            receive(Deliver(self.own_number(), submit.content, self._clock(), submit.protocol))
            return
        text = self._handsets.receive(submit)
        if text is None:
            return
        self._journal.note("handset_received", self._timers.now, number=submit.recipient, text=text)
        answer = manner_of(submit.recipient).answer
        if answer:
            delay = self._options.delivery_seconds
            self._timers.after(delay, lambda: self.write(submit.recipient, answer(text)))

    # ---- to the modem ----------------------------------------------------------------------------

    def write(self, sender: str, text: str) -> None:
        """A phone's owner writes `text` to the appliance."""
        self._handsets.write(sender, text)
        self.inject(sender, text)

    def inject(
        self,
        sender: str,
        text: str,
        *,
        order: list[int] | None = None,
        wide: bool = False,
        reference: int | None = None,
    ) -> int:
        """Bring a text of any length; `order` names the parts to bring (from 1), in that order.

        Answers how many parts the whole text has.
        """
        self._reference = (self._reference + 1) % (0x10000 if wide else 0x100)
        chosen = self._reference if reference is None else reference
        parts = user_data.split(text, reference=chosen, wide=wide)
        for seq in order if order is not None else range(1, len(parts) + 1):
            self.bring(Deliver(sender, parts[seq - 1], self._clock()).encode())
        return len(parts)

    def bring(self, tpdu: bytes) -> None:
        """Hand one TPDU to the modem, now or as soon as it can be."""
        self.bring_raw(service_centre_octets(self._options.smsc) + tpdu)

    def bring_raw(self, octets: bytes) -> None:
        """The same with the service centre's field already in front; the TPDU may be nonsense."""
        self._waiting.append(octets)
        self.flush()

    def flush(self) -> None:
        """Try everything kept; one kind that has no room does not hold up the other."""
        stuck: set[bool] = set()
        waiting, self._waiting = self._waiting, []
        for octets in waiting:
            kind = is_report(octets[1 + octets[0] :])
            if not self.registered or kind in stuck or not self.to_modem(octets):
                stuck.add(kind)
                self._waiting.append(octets)

    @property
    def kept(self) -> int:
        """How many TPDUs wait for the modem."""
        return len(self._waiting)
