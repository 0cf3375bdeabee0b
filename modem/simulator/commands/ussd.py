"""USSD: a code is dialled, the network answers by URC (27.007 section 7.15).

Most families take and give text in the character set of AT+CSCS; some want the code as packed septets
in hex and answer in UCS-2, as hex too.
"""

from __future__ import annotations

from modem.simulator import alphabet
from modem.simulator.answers import Answer
from modem.simulator.commands.general import whole_number
from modem.simulator.device import Device
from modem.simulator.errors import NO_SERVICE, WRONG_PARAMETERS, CmeError
from modem.simulator.text_mode import from_line, to_line
from modem.simulator.user_data import ucs2
from modem.simulator.ussd_codes import UCS2_CODING, UNKNOWN_CODE, Said


def dial(device: Device, arguments: tuple[str, ...]) -> Answer:
    """AT+CUSD=1,"code",15: OK, and the answer by URC when the network has one; =0 hides it, =2 ends it."""
    mode = whole_number(arguments[0], 2)
    if mode == 2:
        device.ussd_calls += 1  # the answer under way is not told any more
        return []
    device.settings.ussd_shown = mode
    if not arguments[1:]:
        return []
    if not device.network.registered:
        raise CmeError(NO_SERVICE)
    device.ussd_calls += 1
    call, said = device.ussd_calls, device.ussd_answers.get(_code(device, arguments[1]), UNKNOWN_CODE)
    seconds = device.network.seconds if said.seconds is None else said.seconds
    device.timers.after(seconds, lambda: _tell(device, said, call))
    return []


def _code(device: Device, typed: str) -> str:
    try:
        if device.family.packed_ussd:
            octets = bytes.fromhex(typed)
            return alphabet.from_septets(alphabet.unpack(octets, 8 * len(octets) // 7)).rstrip("@\r")
        return from_line(typed, device.settings.charset)
    except ValueError:
        raise CmeError(WRONG_PARAMETERS) from None


def _tell(device: Device, said: Said, call: int) -> None:
    if not device.settings.ussd_shown or call != device.ussd_calls:
        return
    text = said.text.format(number=device.sim.number) if "{number}" in said.text else said.text
    coding = UCS2_CODING if device.family.packed_ussd else said.coding
    shown = ucs2(text).hex().upper() if coding == UCS2_CODING else to_line(text, device.settings.charset)
    device.urc(f'+CUSD: {said.mode},"{shown}",{coding}')


def show(device: Device, _arguments: tuple[str, ...]) -> Answer:
    """AT+CUSD?"""
    return [f"+CUSD: {device.settings.ussd_shown}"]
