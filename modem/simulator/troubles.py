"""The troubles a modem can be given while it runs: each method is a verb of `control`, described there."""

from __future__ import annotations

from typing import Any

from modem.simulator import calls, power
from modem.simulator.commands.sim import MESSAGE_COMMANDS
from modem.simulator.errors import CmeError, CmsError, Literally, Refused
from modem.simulator.faults import PROMPT, Fault
from modem.simulator.fields import service_centre_octets
from modem.simulator.pty_port import PtyPort
from modem.simulator.silence import CURES, FOR_EVER
from modem.simulator.sim_card import READ, Stored
from modem.simulator.simulation import Simulation
from modem.simulator.tpdu import Deliver
from modem.simulator.user_data import UserData
from modem.simulator.ussd_codes import DEFAULT_CODING, Said

FLOOD_LINE = '^NWTIME:"26/03/04,11:00:00+4,0"'
SCRAP = bytes(range(0x80, 0x100)) + b"\x00\x01\x02+CM\r\n"


class Troubles:
    """What can go wrong with one simulation and its line."""

    def __init__(self, simulation: Simulation, port: PtyPort) -> None:
        self._simulation = simulation
        self._device = simulation.device
        self._network = simulation.network
        self._port = port

    # ---- the modem hangs, restarts, goes away ------------------------------------------------------

    def fall_silent(self, seconds: float, late: bool = False) -> None:
        self._device.fall_silent(seconds, late=late)

    def hang(self, cure: str = "") -> None:
        if cure not in CURES:
            raise ValueError(f"there is {' and '.join(repr(each) for each in CURES)}")
        self._device.fall_silent(FOR_EVER, cure=cure)

    def restart(self, seconds: float | None = None) -> None:
        power.cycle(self._device, seconds)

    def hang_up(self, seconds: float, link: str = "") -> None:
        if "/" in link:
            raise ValueError("a link is a name in the same folder")
        power.off(self._device)
        self._port.hang_up(seconds, lambda: power.cycle(self._device), link)

    def power_off(self) -> None:
        power.off(self._device)

    # ---- single commands ---------------------------------------------------------------------------

    def refuse(
        self, command: str, code: int = 0, says: str = "", times: int = 1, early: bool = False
    ) -> None:
        numbered = CmsError if command in MESSAGE_COMMANDS else CmeError
        refused: Refused = Literally(says) if says else numbered(code)
        self._device.faults.add(Fault(PROMPT if early else command, times, refused))

    def swallow(self, command: str, times: int = 1, seconds: float = 0.0) -> None:
        self._device.faults.add(Fault(command, times, swallowed=True, seconds=seconds))

    def delay(self, command: str, seconds: float, times: int = 1) -> None:
        self._device.faults.add(Fault(command, times, seconds=seconds))

    def lose_prompt(self, times: int = 1) -> None:
        self._device.faults.add(Fault(PROMPT, times, swallowed=True))

    def heal(self) -> None:
        self._device.faults.clear()

    def echo(self, on: bool = True) -> None:
        self._device.settings.numbers["E"] = int(on)

    # ---- the line ----------------------------------------------------------------------------------

    def garbage(self, hex: str = "", seconds: float = 0.0, every: float = 0.01) -> None:
        octets = bytes.fromhex(hex) or SCRAP
        self._repeat(lambda: self._port.write(octets), seconds, every)

    def flood(self, line: str = FLOOD_LINE, seconds: float = 10.0, every: float = 0.01) -> None:
        self._repeat(lambda: self._device.urc(line), seconds, every)

    def _repeat(self, act: Any, seconds: float, every: float) -> None:
        if every <= 0:
            raise ValueError("every is more than nothing")
        until = self._simulation.timers.now + seconds

        def again() -> None:
            act()
            if self._simulation.timers.now + every <= until:
                self._simulation.timers.after(every, again)

        again()

    def pace(self, seconds: float, octets: int = 1) -> None:
        self._port.pace, self._port.octets = seconds, max(1, octets)

    # ---- the SIM -----------------------------------------------------------------------------------

    def fill(self, storage: str = "SM") -> None:
        place, number = self._device.sim.storages[storage], 0
        while not place.full:
            number += 1
            old = Deliver("+33639980098", UserData(f"Old message {number}"), self._device.clock())
            place.add(Stored(READ, service_centre_octets(self._simulation.options.smsc) + old.encode()))

    def empty(self, storage: str = "SM") -> None:
        self._device.sim.storages[storage].slots.clear()
        self._network.flush()

    def remove_sim(self) -> None:
        self._device.sim.remove()
        self._device.find_network()
        self._device.urc(*self._device.family.sim_gone)

    def insert_sim(self, iccid: str = "", pin: str = "") -> None:
        self._device.sim.insert(iccid, pin)
        self._device.find_network()
        if self._device.sim.state == "READY":
            self._device.urc(*self._device.family.sim_back)

    def lock_sim(self, state: str = "") -> None:
        self._device.sim.stick(state)
        self._device.find_network()

    def duplicate(self, copies: int = 2) -> None:
        self._device.copies = max(1, copies)

    # ---- the network -------------------------------------------------------------------------------

    def drop_network(self) -> None:
        self._network.cover(False)

    def restore_network(self) -> None:
        self._network.cover(True)

    def deny(self, denied: bool = True) -> None:
        self._network.deny(denied)

    def bar(self, code: int, number: str = "") -> None:
        self._network.barred[number] = code
        if not code:
            del self._network.barred[number]

    def slow(self, seconds: float) -> None:
        self._network.seconds = seconds

    def ring(self, number: str = "", seconds: float = 15.0) -> None:
        calls.ring(self._device, number, seconds)

    def ussd(
        self, code: str, text: str, mode: int = 0, dcs: int = DEFAULT_CODING, seconds: float | None = None
    ) -> None:
        self._device.ussd_answers[code] = Said(text, mode, dcs, seconds)

    def network_time(self, text: str = "") -> None:
        self._device.clock_text = text
