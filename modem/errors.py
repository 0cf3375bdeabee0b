"""A modem's error is advice: callers branch on `error.advice`, never on a text.

There is one class per advice; what each code of the standards and of our own means is data, in
`modem.error_table`.
"""

from __future__ import annotations

from enum import StrEnum


class Advice(StrEnum):
    """What an error asks of whoever sees it."""

    AGAIN = "again"  # the same thing in a few seconds
    LATER = "later"  # back off: minutes
    GIVE_UP = "give_up"  # this part or number, for ever
    STOP_SIM = "stop_sim"  # this SIM cannot send: a person is needed
    FREE_STORAGE = "free_storage"  # empty the storage, then again
    RECONFIGURE = "reconfigure"  # a setting of the modem is wrong: initialise again
    RESET = "reset"  # initialise again, then reset the modem when it repeats
    UNCERTAIN = "uncertain"  # it may have been done: never repeat it blindly


class ModemError(Exception):
    """Something a modem, its SIM or the network did not do.

    `code` is a stable word (`cms_38`, `silent`, `port_lost` ...), `detail` what was seen.
    """

    advice: Advice = Advice.LATER

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Busy(ModemError):
    """Not now; in a few seconds."""

    advice = Advice.AGAIN


class Unavailable(ModemError):
    """Not now; in minutes."""

    advice = Advice.LATER


class Impossible(ModemError):
    """Never, for this part or number."""

    advice = Advice.GIVE_UP


class SimBarred(ModemError):
    """This SIM cannot; a person is needed."""

    advice = Advice.STOP_SIM


class StorageFull(ModemError):
    """There is no room for another message."""

    advice = Advice.FREE_STORAGE


class WrongSetting(ModemError):
    """The modem is set in a way that cannot work."""

    advice = Advice.RECONFIGURE


class Broken(ModemError):
    """The modem itself failed."""

    advice = Advice.RESET


class MaybeDone(ModemError):
    """Nobody knows whether it was done."""

    advice = Advice.UNCERTAIN


class PortLost(Busy):
    """The port cannot be opened, or went away; whatever was asked ends here."""


class Silent(Broken):
    """A command had no answer within its deadline; the modem may still be there."""


class Hung(Broken):
    """The modem answers nothing at all."""


GONE = (Silent, Hung, PortLost)  # no answer at all, as against a refusal

BY_ADVICE: dict[Advice, type[ModemError]] = {
    kind.advice: kind
    for kind in (Busy, Unavailable, Impossible, SimBarred, StorageFull, WrongSetting, Broken, MaybeDone)
}


def advising(advice: Advice, code: str, detail: str = "") -> ModemError:
    """The error `code` with this advice."""
    return BY_ADVICE[advice](code, detail)


def certain(error: ModemError) -> ModemError:
    """`error` where it is known that nothing was done: uncertain becomes "later"."""
    if error.advice is Advice.UNCERTAIN:
        return Unavailable(error.code, error.detail)
    return error


def uncertain(error: ModemError) -> ModemError:
    """`error` where it is not known whether something was done."""
    return MaybeDone(error.code, error.detail)
