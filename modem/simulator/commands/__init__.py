"""The whole vocabulary of the simulated modem: every command and the forms it has.

A name that is not here is refused as an unknown one; a form that is missing, as one not allowed.
"""

from __future__ import annotations

from modem.simulator.answers import Answer
from modem.simulator.commands import general, manners, messages, network, routing, sending, sim, ussd
from modem.simulator.commands.entry import Entry, Handler, says
from modem.simulator.device import Device
from modem.simulator.errors import NOT_ALLOWED, NOT_SUPPORTED, CmeError
from modem.simulator.grammar import Command
from modem.simulator.settings import NUMBERS

VOCABULARY: dict[str, Entry] = {
    # the line and the modem itself
    "Z": Entry(set=general.reset),
    "&F": Entry(set=general.reset),
    "I": Entry(set=general.describe),
    "S": Entry(set=general.set_register, read=general.show_register),
    "&C": Entry(set=says()),
    "&D": Entry(set=says()),
    "&W": Entry(set=says()),
    "X": Entry(set=says()),
    "H": Entry(set=network.end_call),
    "+CHUP": Entry(run=network.end_call, test=says()),
    **{name: general.number(name) for name in NUMBERS if name not in network.REGISTRATIONS},
    "+GMI": Entry(run=general.manufacturer, test=says()),
    "+GMM": Entry(run=general.model, test=says()),
    "+GMR": Entry(run=general.revision, test=says()),
    "+GSN": Entry(run=general.imei, test=says()),
    "+CGMI": Entry(run=general.manufacturer, test=says()),
    "+CGMM": Entry(run=general.model, test=says()),
    "+CGMR": Entry(run=general.revision, test=says()),
    "+CGSN": Entry(run=general.imei, test=says()),
    "+GCAP": Entry(run=says("+GCAP: +CGSM"), test=says()),
    "+CLAC": Entry(run=lambda _device, _arguments: sorted(f"AT{name}" for name in VOCABULARY), test=says()),
    "+CFUN": Entry(set=general.set_function, read=general.show_function, test=says("+CFUN: (0,1,4),(0,1)")),
    "+CBC": Entry(run=says("+CBC: 0,100"), test=says("+CBC: (0),(0-100)")),
    "+CCLK": Entry(read=general.clock),
    "+CSCS": Entry(set=general.set_charset, read=general.show_charset, test=general.list_charsets),
    # the SIM
    "+CPIN": Entry(set=sim.enter, read=sim.show, test=says()),
    "+CPINR": Entry(run=sim.attempts_left, test=says()),
    "+CIMI": Entry(run=sim.imsi, test=says()),
    "+CCID": Entry(run=sim.iccid("+CCID"), read=sim.iccid("+CCID"), test=says()),
    "+ICCID": Entry(run=sim.iccid("+ICCID"), test=says()),
    "+QCCID": Entry(run=sim.iccid("+QCCID"), test=says()),
    "+CNUM": Entry(run=sim.own_number, test=says()),
    # the network
    **{name: network.registration(name) for name in network.REGISTRATIONS},
    "+CGATT": Entry(read=network.attached, test=says("+CGATT: (0,1)")),
    "+COPS": Entry(set=network.choose, read=network.operator, test=network.search),
    "+CSQ": Entry(run=network.signal, test=says("+CSQ: (0-31,99),(0-7,99)")),
    "+CUSD": Entry(set=ussd.dial, read=ussd.show, test=says("+CUSD: (0-2)")),
    # messages: where they are stored, how they are shown and announced
    "+CSCA": Entry(set=routing.set_smsc, read=routing.show_smsc, test=says()),
    "+CPMS": Entry(set=routing.set_storages, read=routing.show_storages, test=routing.list_storages),
    "+CNMI": Entry(set=routing.set_indications, read=routing.show_indications, test=routing.list_indications),
    "+CNMA": Entry(run=routing.acknowledge, set=routing.acknowledge, test=says("+CNMA: (0-2)")),
    "+CSMS": Entry(set=routing.set_service, read=routing.show_service, test=says("+CSMS: (0,1)")),
    "+CSMP": Entry(set=routing.set_text_parameters, read=routing.show_text_parameters, test=says()),
    # messages: reading, writing, sending
    "+CMGL": Entry(run=messages.list_stored, set=messages.list_stored, test=messages.list_statuses),
    "+CMGR": Entry(set=messages.read, test=says()),
    "+CMGD": Entry(set=messages.delete, test=messages.list_indexes),
    "+CMGW": Entry(set=sending.write, test=says()),
    "+CMGS": Entry(set=sending.send, test=says()),
    "+CMSS": Entry(set=sending.send_stored, test=says()),
}


def find_handler(device: Device, command: Command) -> Handler | None:
    """What carries the command out, the family's own first; None: a vendor's or misspelt one."""
    own = manners.own_handler(device, command)
    if own:
        return own
    entry = VOCABULARY.get(command.name)
    if entry is None:
        known = command.name.startswith("+") and not device.family.unknown
        return _refuse(NOT_SUPPORTED) if known else None
    if command.form != "test":
        refusal = sim.refusal(device, command.name)
        if refusal:
            return refusal
    handler: Handler | None = getattr(entry, command.form)
    return handler or _refuse(NOT_ALLOWED)


def _refuse(code: int) -> Handler:
    def refuse(_device: Device, _arguments: tuple[str, ...]) -> Answer:
        raise CmeError(code)

    return refuse
