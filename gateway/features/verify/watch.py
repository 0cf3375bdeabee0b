"""Looks after codes: what is over, how many are typed back, what is old enough to go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.features.api import Feature, House
from gateway.features.verify import rules, verbs
from gateway.features.verify.rules import Watched
from gateway.modems import alarms
from gateway.policy import pumping
from gateway.policy.pumping import SEEN, Rules
from gateway.store import codes, database
from gateway.store.models import ApiKey, CodeRefusal, CodeSend, Verification

ALARM = "codes_unvalidated"
KEPT = timedelta(days=30)
LOOKED_BACK = timedelta(days=7)
BATCH = 200
MOST_A_MINUTE = 2000


class Verify(Feature):
    """One-time codes, in the gateway's process: the codes themselves are sent by whoever asks for them."""

    name = "verify"

    def minute(self, house: House, now: datetime) -> None:
        if house.trusted():
            expire(now)
            watch(rules.countries(rules.read(), house.site.country), now)

    def night(self, house: House, now: datetime) -> Iterator[None]:
        return forget(now - KEPT)


def expire(now: datetime) -> int:
    """Codes whose life is over open nothing any more, and need not leave; how many there were."""
    done = 0
    late = Verification.select().where(Verification.state == "pending", Verification.expires_at <= now)
    while done < MOST_A_MINUTE and (rows := list(late.limit(BATCH))):
        with database.transaction():
            for row in rows:
                mine = (Verification.id == row.id, Verification.state == "pending")
                over = (*mine, Verification.expires_at <= now)
                if Verification.update(state=verbs.EXPIRED).where(*over).execute():
                    verbs.withdraw(row.message, rules.BY, now)
        done += len(rows)
    return done


def forget(before: datetime) -> Iterator[None]:
    """Delete what is older, a little at a time."""
    while ids := [row.id for row in Verification.select().where(Verification.sent_at < before).limit(BATCH)]:
        with database.transaction():
            Verification.delete().where(Verification.id.in_(ids)).execute()
        yield
    while ids := [row.id for row in CodeSend.select().where(CodeSend.at < before).limit(BATCH)]:
        with database.transaction():
            CodeSend.delete().where(CodeSend.id.in_(ids)).execute()
        yield
    with database.transaction():
        CodeRefusal.delete().where(CodeRefusal.hour < before).execute()
    yield


# ---- the watch -----------------------------------------------------------------------------------


def watch(regions: tuple[str, ...], now: datetime) -> None:
    """Brake for whom hardly any code is typed back; release where they are again.

    Bots ask for codes and never type them: they want the text to be paid for, not the door to open.
    """
    chosen, known = rules.both()
    keys = ApiKey.select().where(ApiKey.revoked_at.is_null())
    for subject in (*map(rules.of_key, keys), *map(rules.of_region, regions)):
        _look(subject, chosen, known.get(subject, Watched()), now)
    for subject, row in known.items():
        if row.brake is None:
            _quiet(subject, now)


def _look(subject: str, chosen: Rules, known: Watched, now: datetime) -> None:
    since = max(filter(None, (now - LOOKED_BACK, known.since)))
    what, _, value = subject.partition(":")
    seen, validated = codes.over(what, value, since, SEEN)
    if known.brake is None and pumping.should_brake(seen, validated, chosen.least_validated):
        whose = rules.named(subject)
        with database.transaction():
            rules.brake(subject, "", now, seen, validated)
            alarms.raise_(ALARM, whose, now, whose=whose, seen=seen, validated=validated)
    elif _is_automatic(known) and pumping.may_release(seen, validated, chosen.least_validated):
        rules.release(subject, "", now)
        _quiet(subject, now)


def _is_automatic(known: Watched) -> bool:
    """The brake is on, and no person put it on."""
    return known.brake is not None and not known.brake.by


def _quiet(subject: str, now: datetime) -> None:
    alarms.clear(ALARM, rules.named(subject), now)
