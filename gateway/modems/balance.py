"""What is left on a SIM's account: the operator says it when its code is dialled, and some take money for it.

So nothing is asked by itself: a person presses a button, and the last answer stays with its date.
"""

from __future__ import annotations

from gateway.errors import Invalid
from gateway.modems.requests import USSD
from gateway.store import choices
from gateway.store.models import ModemRequest


def code(operator: str) -> str:
    """The code that was remembered for this operator; "" where there is none."""
    found = choices.find(name(operator)) if operator else None
    return str(found["code"]) if found else ""


def remember(operator: str, typed: str) -> None:
    """Keep it, "" forgets it; raises Invalid `ussd_bad`."""
    if not typed:
        choices.forget(name(operator))
        return
    if not USSD.fullmatch(typed):
        raise Invalid("ussd_bad", field="code", value=typed)
    choices.keep(name(operator), {"code": typed})


def last(modem: str, dialled: str) -> ModemRequest | None:
    """The newest request of that code on this modem, whatever became of it."""
    asked = ModemRequest.select().where(
        ModemRequest.modem == modem, ModemRequest.kind == "ussd", ModemRequest.argument == dialled
    )
    return asked.order_by(ModemRequest.id.desc()).first()


def name(operator: str) -> str:
    """Of the setting, as the log shows it."""
    return f"balance.{operator}"[:60]
