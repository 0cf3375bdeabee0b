"""What is left on a SIM's account: the operator says it when its code is dialled, and some take money for it.

So nothing is asked by itself: a person presses a button, and the last answer stays with its date.
"""

from __future__ import annotations

from gateway.errors import Invalid
from gateway.modems.requests import USSD
from gateway.store.models import ModemRequest, Setting


def code(operator: str) -> str:
    """The code that was remembered for this operator; "" where there is none."""
    found = Setting.get_or_none(Setting.name == name(operator)) if operator else None
    return str(found.value["code"]) if found else ""


def remember(operator: str, typed: str) -> None:
    """Keep it, "" forgets it; raises Invalid `ussd_bad`."""
    if not typed:
        Setting.delete().where(Setting.name == name(operator)).execute()
        return
    if not USSD.fullmatch(typed):
        raise Invalid("ussd_bad", field="code", value=typed)
    Setting.insert(name=name(operator), value={"code": typed}).on_conflict(
        conflict_target=[Setting.name], preserve=[Setting.value]
    ).execute()


def last(modem: str, dialled: str) -> ModemRequest | None:
    """The newest request of that code on this modem, whatever became of it."""
    asked = ModemRequest.select().where(
        ModemRequest.modem == modem, ModemRequest.kind == "ussd", ModemRequest.argument == dialled
    )
    return asked.order_by(ModemRequest.id.desc()).first()


def name(operator: str) -> str:
    """Of the setting, as the log shows it."""
    return f"balance.{operator}"[:60]
