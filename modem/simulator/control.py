"""What can be asked of a running simulator, one JSON object per request and per answer.

| `do` | further keys (optional) | does, and answers besides `"ok": true` |
|---|---|---|
| `handsets` | | `handsets`: `[{"number", "messages": [{"id", "from_phone", "text", "at"}]}]` |
| `answer` | `number`, `text` | a phone's owner writes to the appliance; shown on the phone too |
| `inject` | `sender`, `text`, [`order`, `wide`, `reference`] | an inbound message; `parts`: how many |
| `inject_tpdu` | `tpdu` | an inbound TPDU in hex, service centre's field first, sound or not |
| `log` | [`after`] | `events` with `seq` above `after`: see below |
| `clear_log` | | forgets the events |
| `state` | | `registration`, `kept` (TPDUs the network still has), `storages`: `{"SM": [used, size], …}` |
| `drop_network` | | the modem loses the network |
| `restore_network` | | it comes back |
| `fall_silent` | `seconds`, [`late`] | the modem is deaf and mute; `late`: its answers come afterwards |
| `fill` | [`storage`] | read messages in every free slot of SM (or `storage`) |
| `empty` | [`storage`] | nothing in it any more; the network brings what it kept |
| `garbage` | `hex` | these bytes on the line, as they are |
| `pace` | `seconds` | that long between two bytes of output; 0: no pause |
| `hang_up` | `seconds` | the cable is pulled; that much later it is back, the modem freshly started |

`order` lists the parts to bring (from 1, any order, some may be missing); `wide`: a 16-bit reference.
A request that cannot be done answers `{"ok": false, "error": "…"}`.

Every event has `seq`, `event` and `at` (CLOCK_MONOTONIC seconds):

| `event` | facts |
|---|---|
| `cmgs_line` | `line`: an AT+CMGS line is complete |
| `submitted` | `recipient`, `text`, `tpdu`, `reference`, `alphabet`, `concat`, `report`: taken |
| `refused` | `recipient`, `text`, `code`: it did not |
| `handset_received` | `number`, `text`: a whole message is on a phone |
| `report`, `inbound` | `tpdu`, `urc` (empty: silently), [`storage`, `index`]: handed to the modem |
| `silent` | `seconds`: the modem fell silent |
| `lost` | `octets`: what the modem said and nobody read |
| `line_back` | the cable is in again |
"""

from __future__ import annotations

import math
from typing import Any

from modem.simulator.fields import service_centre_octets
from modem.simulator.pty_port import PtyPort
from modem.simulator.sim_card import READ, Stored
from modem.simulator.simulation import Simulation
from modem.simulator.tpdu import Deliver
from modem.simulator.user_data import UserData

NUMBER = (int, float)

# do: (keys that must be there, keys that may), each with its type
VERBS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "handsets": ({}, {}),
    "answer": ({"number": str, "text": str}, {}),
    "inject": ({"sender": str, "text": str}, {"order": list, "wide": bool, "reference": int}),
    "inject_tpdu": ({"tpdu": str}, {}),
    "log": ({}, {"after": int}),
    "clear_log": ({}, {}),
    "state": ({}, {}),
    "drop_network": ({}, {}),
    "restore_network": ({}, {}),
    "fall_silent": ({"seconds": NUMBER}, {"late": bool}),
    "fill": ({}, {"storage": str}),
    "empty": ({}, {"storage": str}),
    "garbage": ({"hex": str}, {}),
    "pace": ({"seconds": NUMBER}, {}),
    "hang_up": ({"seconds": NUMBER}, {}),
}

Answer = dict[str, Any]


class Control:
    """The verbs, carried out in the simulator's thread."""

    def __init__(self, simulation: Simulation, port: PtyPort) -> None:
        self._simulation = simulation
        self._network = simulation.network
        self._port = port

    def handle(self, request: Any) -> Answer:
        """Carry one request out; what is wrong with it is in the answer."""
        try:
            verb, facts = self._checked(request)
            return {"ok": True} | (getattr(self, f"_{verb}")(**facts) or {})
        except (TypeError, ValueError, LookupError) as error:
            return {"ok": False, "error": str(error) or type(error).__name__}

    def _checked(self, request: Any) -> tuple[str, dict[str, Any]]:
        if not isinstance(request, dict) or request.get("do") not in list(VERBS):
            raise ValueError(f"no such command; there are {', '.join(VERBS)}")
        facts = {key: value for key, value in request.items() if key != "do"}
        required, optional = VERBS[request["do"]]
        for key in required.keys() - facts.keys():
            raise ValueError(f"{key} is missing")
        for key, value in facts.items():
            if key not in required | optional:
                raise ValueError(f"{key} is not known here")
            if not isinstance(value, (required | optional)[key]):
                raise ValueError(f"{key} is of the wrong type")
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{key} is no finite number")
        return request["do"], facts

    # ---- phones and messages ---------------------------------------------------------------------

    def _handsets(self) -> Answer:
        return {"handsets": self._simulation.handsets.shown()}

    def _answer(self, number: str, text: str) -> None:
        self._network.write(number, text)

    def _inject(self, sender: str, text: str, **how: Any) -> Answer:
        return {"parts": self._network.inject(sender, text, **how)}

    def _inject_tpdu(self, tpdu: str) -> None:
        octets = bytes.fromhex(tpdu)
        if not octets or len(octets) <= 1 + octets[0]:
            raise ValueError("the service centre's field takes it all")
        self._network.bring_raw(octets)

    # ---- looking ---------------------------------------------------------------------------------

    def _log(self, after: int = 0) -> Answer:
        return {"events": self._simulation.journal.read(after)}

    def _clear_log(self) -> None:
        self._simulation.journal.clear()

    def _state(self) -> Answer:
        storages = self._simulation.device.sim.storages.values()
        fills = {storage.name: [len(storage.slots), len(storage.indexes)] for storage in storages}
        return {"registration": self._network.registration, "kept": self._network.kept, "storages": fills}

    # ---- faults ----------------------------------------------------------------------------------

    def _drop_network(self) -> None:
        self._network.cover(False)

    def _restore_network(self) -> None:
        self._network.cover(True)

    def _fall_silent(self, seconds: float, late: bool = False) -> None:
        self._simulation.device.fall_silent(seconds, late=late)

    def _fill(self, storage: str = "SM") -> None:
        place, number = self._simulation.device.sim.storages[storage], 0
        while not place.full:
            number += 1
            old = Deliver("+33639980098", UserData(f"Old message {number}"), self._simulation.device.clock())
            place.add(Stored(READ, service_centre_octets(self._simulation.options.smsc) + old.encode()))

    def _empty(self, storage: str = "SM") -> None:
        self._simulation.device.sim.storages[storage].slots.clear()
        self._network.flush()

    def _garbage(self, hex: str) -> None:
        self._port.write(bytes.fromhex(hex))

    def _pace(self, seconds: float) -> None:
        self._port.pace = seconds

    def _hang_up(self, seconds: float) -> None:
        self._port.hang_up(seconds)
        self._simulation.device.power_cycle()
