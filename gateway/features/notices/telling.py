"""An alarm was raised or is over: what that means for those who are told."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway import settings
from gateway.errors import GatewayError
from gateway.features.mail import outgoing
from gateway.features.notices import rules, wording
from gateway.features.notices.rules import Belief, Say
from gateway.messages import outbox
from gateway.messages.drafts import Caller, Draft
from gateway.messages.lifecycle import State
from gateway.modems.alarms import RAISED
from gateway.settings import NoticeSetting
from gateway.store import database, tallying
from gateway.store.models import Alarm, AlarmStep, Cursor, Notice
from gateway.store.terms import fn

log = logging.getLogger(__name__)

SOURCE = "gateway:notices"
CURSOR = "notices.alarm_steps"
BATCH = 50  # steps a transaction
VALID = timedelta(hours=6)  # a message that no SIM could carry for so long says nothing new
FORGOTTEN = timedelta(days=30)


def begin() -> None:
    """A cursor that is not there yet begins at the present: nobody is told of what was before."""
    if Cursor.get_or_none(Cursor.name == CURSOR) is None:
        with database.transaction():
            tallying.move(CURSOR, AlarmStep.select(fn.MAX(AlarmStep.id)).scalar() or 0)


def step(caller: Caller, now: datetime) -> bool:
    """Tell of the next steps, in one short transaction; True where there may be more."""
    after = tallying.position(CURSOR)
    last, count = tallying.next_rows("alarm_steps", after, BATCH)
    if not count:
        return False
    with database.transaction():
        chosen = settings.notices()
        found = AlarmStep.select(AlarmStep, Alarm).join(Alarm)
        for one in found.where(AlarmStep.id > after, AlarmStep.id <= last).order_by(AlarmStep.id):
            _take(one, chosen, caller, now)
        tallying.move(CURSOR, last)
    return count == BATCH


def tell_the_rest(caller: Caller, now: datetime) -> None:
    """What came again within an hour, once that is over."""
    chosen = settings.notices()
    for row in Notice.select().where(Notice.unsaid > 0):
        alarm = _newest_alarm(row)
        stands = alarm is not None and alarm.cleared_at is None
        say, belief = rules.rest(_belief(row), stands, now)
        if say is not Say.NOTHING:
            with database.transaction():
                _keep(row.kind, row.subject, belief)
                if alarm is not None and _is_wanted(row.kind, chosen):
                    _say(say, alarm, row.told_at or now, row.unsaid, chosen, caller, now)


def test(caller: Caller, now: datetime) -> int:
    """A message to each number that is told; gives how many were written."""
    chosen, said = settings.notices(), wording.test(caller.site, now)
    with database.transaction():
        return sum(_message(number, said, caller, now) for number in chosen.numbers)


def test_mail(caller: Caller, now: datetime) -> int:
    """The same to each address of mail; raises Conflict `mail_no_relay` where there is no relay."""
    chosen, said = settings.notices(), wording.test(caller.site, now)
    outgoing.check_relay(caller.site, "mails")
    with database.transaction():
        for address in chosen.mails:
            outgoing.queue(address, said, wording.letter(said, caller.site), now, caller.ids)
    return len(chosen.mails)


def forget(now: datetime) -> None:
    """What nobody has heard of for long."""
    Notice.delete().where(Notice.told_at < now - FORGOTTEN, ~Notice.standing, Notice.unsaid == 0).execute()


def _take(one: AlarmStep, chosen: NoticeSetting, caller: Caller, now: datetime) -> None:
    alarm = one.alarm
    if not _is_wanted(alarm.kind, chosen):
        Notice.delete().where(Notice.kind == alarm.kind, Notice.subject == alarm.subject).execute()
        return
    row = Notice.get_or_none(Notice.kind == alarm.kind, Notice.subject == alarm.subject)
    belief = _belief(row) if row is not None else Belief()
    say, belief = rules.raised(belief, now) if one.event == RAISED else rules.cleared(belief)
    _keep(alarm.kind, alarm.subject, belief)
    if say is not Say.NOTHING:
        _say(say, alarm, one.at, 0, chosen, caller, now)


def _is_wanted(kind: str, chosen: NoticeSetting) -> bool:
    return chosen.anybody and kind not in chosen.quiet


def _say(
    say: Say, alarm: Alarm, at: datetime, count: int, chosen: NoticeSetting, caller: Caller, now: datetime
) -> None:
    said = wording.sentence(say, alarm.kind, alarm.facts, caller.site, at, count)
    for number in chosen.numbers:
        _message(number, said, caller, now)
    for address in chosen.mails:
        outgoing.queue(address, said, wording.letter(said, caller.site), now, caller.ids)


def _message(number: str, said: str, caller: Caller, now: datetime) -> bool:
    """It leaves through whichever SIM can; whether it was taken.  One who cannot be written to does not
    spoil the others."""
    draft = Draft(number, said, "alert", validity=VALID, smart_encoding=True)
    try:
        return outbox.submit(draft, caller, now).state != State.REJECTED
    except GatewayError as error:
        log.warning("somebody cannot be told of an alarm: %s", error.code)
        return False


def _newest_alarm(row: Notice) -> Alarm | None:
    found = Alarm.select().where(Alarm.kind == row.kind, Alarm.subject == row.subject)
    newest: Alarm | None = found.order_by(Alarm.id.desc()).first()
    return newest


def _belief(row: Notice) -> Belief:
    return Belief(row.told_at, row.standing, row.unsaid)


def _keep(kind: str, subject: str, belief: Belief) -> None:
    values = {"told_at": belief.told_at, "standing": belief.standing, "unsaid": belief.unsaid}
    Notice.insert(kind=kind, subject=subject, **values).on_conflict(
        conflict_target=[Notice.kind, Notice.subject], update=values
    ).execute()
