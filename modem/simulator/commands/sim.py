"""The SIM: its PIN, its names, and what is refused while it is locked (27.007 sections 5 and 8.3)."""

from __future__ import annotations

from modem.simulator.answers import Answer
from modem.simulator.commands.entry import Handler
from modem.simulator.device import Device
from modem.simulator.errors import NOT_ALLOWED, WRONG_PARAMETERS, CmeError, CmsError, Refused
from modem.simulator.sim_card import ATTEMPTS, PUK_ATTEMPTS

# What the SIM's state costs: the refusal's number for a message command, and for any other.
BUSY = "busy"
REFUSALS = {"": (310, 10), BUSY: (314, 14), "SIM PIN": (311, 11), "SIM PUK": (316, 12)}
OTHER_LOCK = (302, 5)

MESSAGE_COMMANDS = {"+CSCA", "+CPMS", "+CNMA", "+CMGL", "+CMGR", "+CMGD", "+CMGW", "+CMGS", "+CMSS"}
NEED_READY = {"+CIMI", "+CNUM", "+CUSD"}
NEED_SIM = {"+CPIN", "+CPINR", "+CCID", "+ICCID", "+QCCID"}


def refusal(device: Device, name: str) -> Handler | None:
    """A handler that refuses, when the SIM's state does not allow the command."""
    state = BUSY if device.sim_busy else device.sim.state
    if state == "READY" or (state not in ("", BUSY) and name in NEED_SIM):
        return None
    if name not in MESSAGE_COMMANDS | NEED_READY | NEED_SIM:
        return None
    for_messages, for_others = REFUSALS.get(state, OTHER_LOCK)
    error: Refused = CmsError(for_messages) if name in MESSAGE_COMMANDS else CmeError(for_others)

    def refuse(_device: Device, _arguments: tuple[str, ...]) -> Answer:
        raise error

    return refuse


def show(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CPIN?"""
    return [f"+CPIN: {device.sim.state}"]


def enter(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CPIN=pin, or =puk,newpin once three wrong PINs were typed."""
    state = device.sim.state
    if state == "READY":
        raise CmeError(NOT_ALLOWED)
    if state == "SIM PUK":
        if len(arguments) != 2:
            raise CmeError(WRONG_PARAMETERS)
        device.sim.unblock(arguments[0], arguments[1])
    else:
        device.sim.unlock(arguments[0])
    device.find_network()
    return []


def attempts_left(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CPINR: what is left of the attempts, and how many there are."""
    whole = {"SIM PIN": ATTEMPTS, "SIM PUK": PUK_ATTEMPTS}
    return [f"+CPINR: {kind},{left},{whole[kind]}" for kind, left in device.sim.attempts.items()]


def imsi(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CIMI."""
    return [device.sim.imsi]


def iccid(name: str) -> Handler:
    """The SIM card's number under one of the names families give the command."""
    return lambda device, _arguments: [f"{name}: {device.sim.iccid}"]


def own_number(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CNUM."""
    return [f'+CNUM: ,"{device.sim.number}",145'] if device.sim.number else []
