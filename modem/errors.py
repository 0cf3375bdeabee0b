"""A modem's error is advice: callers branch on `error.advice`, never on a text.

There is one class per advice; what each code of the standards and of our own means is data, in
`modem.error_table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


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


class OnPart(StrEnum):
    """What becomes of the part whose sending met the error."""

    AGAIN = "again"  # it is sent again within seconds
    LATER = "later"  # it is sent again after a growing while
    FAIL = "fail"  # it never leaves
    ASK = "ask"  # its report, else its category, decides: it may have left


class OnSim(StrEnum):
    """What becomes of the SIM."""

    KEEP = "keep"
    COUNT = "count"  # so many of these, for different numbers, and the SIM is paused
    STOP = "stop"  # paused until a person was there


class OnLink(StrEnum):
    """What the link does."""

    KEEP = "keep"
    SWEEP = "sweep"  # every storage is read, so that it can be emptied
    SET_UP = "set_up"  # the modem is initialised again
    RESET = "reset"  # initialised again, and reset when that does not help


class Effect(NamedTuple):
    """What one error does."""

    part: OnPart
    sim: OnSim
    link: OnLink


EFFECTS: Mapping[Advice, Effect] = {
    Advice.AGAIN: Effect(OnPart.AGAIN, OnSim.KEEP, OnLink.KEEP),
    Advice.LATER: Effect(OnPart.LATER, OnSim.KEEP, OnLink.KEEP),
    Advice.GIVE_UP: Effect(OnPart.FAIL, OnSim.KEEP, OnLink.KEEP),
    Advice.STOP_SIM: Effect(OnPart.LATER, OnSim.STOP, OnLink.KEEP),
    Advice.FREE_STORAGE: Effect(OnPart.LATER, OnSim.KEEP, OnLink.SWEEP),
    Advice.RECONFIGURE: Effect(OnPart.AGAIN, OnSim.KEEP, OnLink.SET_UP),
    Advice.RESET: Effect(OnPart.AGAIN, OnSim.KEEP, OnLink.RESET),
    Advice.UNCERTAIN: Effect(OnPart.ASK, OnSim.KEEP, OnLink.KEEP),
}


class ModemError(Exception):
    """Something a modem, its SIM or the network did not do.

    `code` is a stable word (`cms_38`, `silent`, `port_lost` ...), `detail` what was seen.
    `counts_against_sim`: nothing is wrong with the SIM when it comes once, but when it comes for one
    number after the other, the operator means the SIM.
    """

    advice: Advice = Advice.LATER

    def __init__(self, code: str, detail: str = "", *, counts_against_sim: bool = False) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.counts_against_sim = counts_against_sim

    @property
    def effect(self) -> Effect:
        """What it does to the part, the SIM and the link."""
        effect = EFFECTS[self.advice]
        return effect._replace(sim=OnSim.COUNT) if self.counts_against_sim else effect


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


def advising(advice: Advice, code: str, detail: str = "", *, counts_against_sim: bool = False) -> ModemError:
    """The error `code` with this advice."""
    return BY_ADVICE[advice](code, detail, counts_against_sim=counts_against_sim)


def certain(error: ModemError) -> ModemError:
    """`error` where it is known that nothing was done: uncertain becomes "later"."""
    return _readvised(error, Advice.LATER) if error.advice is Advice.UNCERTAIN else error


def uncertain(error: ModemError) -> ModemError:
    """`error` where it is not known whether something was done."""
    return _readvised(error, Advice.UNCERTAIN)


def _readvised(error: ModemError, advice: Advice) -> ModemError:
    return advising(advice, error.code, error.detail, counts_against_sim=error.counts_against_sim)
