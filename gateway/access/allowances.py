"""What a key may send: its categories, its modems, and how many messages in a minute and in a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.errors import Forbidden, Limited
from gateway.store import database, programs
from gateway.store.models import ApiKey, KeyUsage, Message

KEPT = timedelta(days=40)
MINUTE = timedelta(minutes=1)


def category(key: ApiKey, asked: str | None) -> str:
    """The category of a call: the one it names, else the key's; raises Forbidden `category_not_allowed`."""
    wanted = asked or key.category
    allowed = key.categories.split()
    if allowed and wanted not in allowed:
        raise Forbidden("category_not_allowed", field="category", value=wanted, known=", ".join(allowed))
    return wanted


def modems(key: ApiKey, configured: Sequence[str]) -> tuple[str, ...]:
    """The modems whose SIMs the key may use, in the order of the configuration."""
    allowed = key.modems.splitlines()
    return tuple(name for name in configured if not allowed or name in allowed)


def check_modem(key: ApiKey, asked: str | None, configured: Sequence[str]) -> None:
    """Raises Forbidden `modem_not_allowed`: for a modem that the key may not use, and where it may use none
    of those that there are."""
    allowed = modems(key, configured)
    if not allowed or (asked in configured and asked not in allowed):
        shown = ", ".join(allowed or key.modems.splitlines())
        raise Forbidden("modem_not_allowed", field="modem", value=asked or "", known=shown)


def check_wide(key: ApiKey, wanted: str, configured: Sequence[str]) -> None:
    """Raises Forbidden unless the key may send this category through every modem: for what the gateway itself
    then writes to people, through whichever is best."""
    category(key, wanted)
    allowed = modems(key, configured)
    if others := [name for name in configured if name not in allowed]:
        raise Forbidden("modem_not_allowed", field="modem", value=others[0], known=", ".join(allowed))


def check_message(key: ApiKey, message: Message, configured: Sequence[str]) -> None:
    """Raises Forbidden unless the key might send this message itself, by its category and its modem."""
    category(key, message.category)
    allowed = modems(key, configured)
    if key.modems and message.wanted_modem not in allowed:
        wanted, shown = message.wanted_modem or "", ", ".join(allowed or key.modems.splitlines())
        raise Forbidden("modem_not_allowed", field="modem", value=wanted, known=shown)


def take(key: ApiKey, count: int, now: datetime, zone: ZoneInfo) -> None:
    """Use up a part of what the key may send; raises Limited, and then nothing was used up.

    A minute is the clock's, a day the appliance's.
    """
    with database.transaction():
        for slot, most, code, until in _limits(key, now, zone):
            used = programs.use(key.id, slot, count)
            if most is not None and used > most:
                raise Limited(code, until, most=most, used=used - count, count=count)


def give_back(key: ApiKey, count: int, now: datetime, zone: ZoneInfo) -> None:
    """What was used up and did not become a message."""
    if count:
        with database.transaction():
            for slot, *_ in _limits(key, now, zone):
                rows = KeyUsage.update(messages=KeyUsage.messages - count)
                rows.where(KeyUsage.key == key.id, KeyUsage.slot == slot).execute()


def used_today(key: ApiKey, now: datetime, zone: ZoneInfo) -> int:
    """How many messages it submitted since the appliance's midnight."""
    return _used(key, f"{now.astimezone(zone):%Y-%m-%d}")


def tidy(now: datetime) -> None:
    """Forget what no limit asks for any more."""
    KeyUsage.delete().where(KeyUsage.slot < f"{now - KEPT:%Y-%m-%d}").execute()
    KeyUsage.delete().where(
        KeyUsage.slot.contains("T"), KeyUsage.slot < f"{now - MINUTE:%Y-%m-%dT%H:%M}"
    ).execute()


def _used(key: ApiKey, slot: str) -> int:
    row = KeyUsage.get_or_none(KeyUsage.key == key.id, KeyUsage.slot == slot)
    return int(row.messages) if row else 0


def _limits(key: ApiKey, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, int | None, str, datetime]]:
    """(slot, most, code, until) of what is counted: minutes only where they are limited, days always."""
    if key.per_minute is not None:
        minute = now.replace(second=0, microsecond=0)
        yield f"{minute:%Y-%m-%dT%H:%M}", key.per_minute, "too_many_a_minute", minute + MINUTE
    local = now.astimezone(zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), zone)
    yield f"{local:%Y-%m-%d}", key.per_day, "too_many_a_day", tomorrow
