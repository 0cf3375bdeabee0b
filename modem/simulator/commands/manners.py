"""What a family answers in its own way, before the standard's vocabulary is asked (`families`)."""

from __future__ import annotations

import re

from modem.simulator import power
from modem.simulator.answers import Answer
from modem.simulator.commands.entry import Handler
from modem.simulator.device import Device
from modem.simulator.errors import Literally
from modem.simulator.grammar import Command

FORMS = {"run": "", "read": "?", "test": "=?"}


def written(command: Command) -> str:
    """The command as the tables of `families` write it: no "AT", no quotes."""
    if command.form != "set":
        return command.name + FORMS[command.form]
    joint = "=" if command.name[0] in "+^*%$#_" else ""
    return command.name + joint + ",".join(command.arguments)


def own_handler(device: Device, command: Command) -> Handler | None:
    """What the family does with the command instead of the standard; None: nothing."""
    family, text = device.family, written(command)
    for pattern, end in family.refuses:
        if re.fullmatch(pattern, text):
            return _ending(end)
    if text in family.answers:
        return _saying(family.answers[text])
    if family.power_off and command.name == family.power_off:
        return _switch_off
    return _hush if family.quiet and text == family.quiet else None


def _ending(end: str) -> Handler:
    def refuse(_device: Device, _arguments: tuple[str, ...]) -> Answer:
        raise Literally(end)

    return refuse


def _saying(lines: tuple[str, ...]) -> Handler:
    def say(device: Device, _arguments: tuple[str, ...]) -> Answer:
        sim = device.sim
        left = {"pin_left": sim.attempts["SIM PIN"], "puk_left": sim.attempts["SIM PUK"]}
        facts = {"imei": device.options.imei, "iccid": sim.iccid, "state": sim.state, **left}
        return [line.format(**facts) for line in lines]

    return say


def _switch_off(device: Device, _arguments: tuple[str, ...]) -> Answer:
    # The result goes out first.
    device.timers.after(0, lambda: power.off(device))
    return []


def _hush(device: Device, _arguments: tuple[str, ...]) -> Answer:
    device.hushed = True
    return []
