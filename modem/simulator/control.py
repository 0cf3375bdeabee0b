"""What can be asked of a running simulator, one JSON object per request and per answer.

| `do` | further keys (optional) | does, and answers besides `"ok": true` |
|---|---|---|
| `handsets` | | `handsets`: `[{"number", "messages": [{"id", "from_phone", "text", "at"}]}]` |
| `answer` | `number`, `text` | a phone's owner writes to the appliance; shown on the phone too |
| `inject` | `sender`, `text`, [`order`, `wide`, `reference`] | an inbound message; `parts`: how many |
| `inject_tpdu` | `tpdu` | an inbound TPDU in hex, service centre's field first, sound or not |
| `log` | [`after`] | `events` with `seq` above `after`: see below |
| `clear_log` | | forgets the events |
| `state` | | `registration`, `kept` (TPDUs), `storages`: `{"SM": [used, size]}`, `pin_tries` |
| the modem | | |
| `fall_silent` | `seconds`, [`late`] | it is deaf and mute; `late`: its answers come afterwards |
| `hang` | [`cure`] | the same until `restart` or `hang_up`; `cure` `"reset"`: or AT+CFUN=1,1 |
| `restart` | [`seconds`] | it starts anew and is ready that much later, with noise meanwhile |
| `power_off` | | it has no power until `restart` |
| `hang_up` | `seconds`, [`link`] | the cable is pulled, and later back under that name |
| one command | | `times` 0: always |
| `refuse` | `command`, [`code`, `says`, `times`, `early`] | ends with that; `early`: at the prompt |
| `swallow` | `command`, [`times`, `seconds`] | carried out, no answer; then silent for `seconds` |
| `delay` | `command`, `seconds`, [`times`] | answered that much later |
| `lose_prompt` | [`times`] | it waits for the message, but does not say so |
| `heal` | | no more of these four |
| `echo` | [`on`] | the echo is back |
| the line | | |
| `garbage` | [`hex`, `seconds`, `every`] | these bytes (or nonsense) as they are; again `every` so often |
| `flood` | [`line`, `seconds`, `every`] | an unasked line (`^NWTIME`), again and again |
| `pace` | `seconds`, [`octets`] | that long between two bytes (or so many) of output; 0: no pause |
| the SIM | | |
| `fill` | [`storage`] | read messages in every free slot of SM (or `storage`) |
| `empty` | [`storage`] | nothing in it any more; the network brings what it kept |
| `remove_sim` | | it is taken out |
| `insert_sim` | [`iccid`, `pin`] | it is back; with `iccid` it is another one |
| `lock_sim` | [`state`] | AT+CPIN? says that (`"SIM PUK"`, `"PH-NET PIN"`); without it, the truth |
| `duplicate` | [`copies`] | what comes in is stored so often (2) |
| the network | | |
| `drop_network` | | the modem loses it |
| `restore_network` | | it comes back |
| `deny` | [`denied`] | it does not let this SIM in |
| `bar` | `code`, [`number`] | it refuses every part (or those to `number`) with that code; 0: no more |
| `slow` | `seconds` | it takes so long for a part |
| `ring` | [`number`, `seconds`] | somebody calls, every 3 s |
| `ussd` | `code`, `text`, [`mode`, `dcs`, `seconds`] | what it answers to a code, and when |
| `network_time` | [`text`] | what AT+CCLK? says; without it, the truth |

Any request may have `in`: it is carried out that many seconds later, and answered now.
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
| `line_back` | `link`: the cable is in again |
| `restarted` | the modem starts |
| `ringing`, `rung_off` | `number`; `by_us`: who ended the call |
| `undone` | `request`, `error`: what was asked for later could not be done |
"""

from __future__ import annotations

import math
from typing import Any

from modem.simulator.pty_port import PtyPort
from modem.simulator.simulation import Simulation
from modem.simulator.troubles import Troubles

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
    "fall_silent": ({"seconds": NUMBER}, {"late": bool}),
    "hang": ({}, {"cure": str}),
    "restart": ({}, {"seconds": NUMBER}),
    "power_off": ({}, {}),
    "hang_up": ({"seconds": NUMBER}, {"link": str}),
    "refuse": ({"command": str}, {"code": int, "says": str, "times": int, "early": bool}),
    "swallow": ({"command": str}, {"times": int, "seconds": NUMBER}),
    "delay": ({"command": str, "seconds": NUMBER}, {"times": int}),
    "lose_prompt": ({}, {"times": int}),
    "heal": ({}, {}),
    "echo": ({}, {"on": bool}),
    "garbage": ({}, {"hex": str, "seconds": NUMBER, "every": NUMBER}),
    "flood": ({}, {"line": str, "seconds": NUMBER, "every": NUMBER}),
    "pace": ({"seconds": NUMBER}, {"octets": int}),
    "fill": ({}, {"storage": str}),
    "empty": ({}, {"storage": str}),
    "remove_sim": ({}, {}),
    "insert_sim": ({}, {"iccid": str, "pin": str}),
    "lock_sim": ({}, {"state": str}),
    "duplicate": ({}, {"copies": int}),
    "drop_network": ({}, {}),
    "restore_network": ({}, {}),
    "deny": ({}, {"denied": bool}),
    "bar": ({"code": int}, {"number": str}),
    "slow": ({"seconds": NUMBER}, {}),
    "ring": ({}, {"number": str, "seconds": NUMBER}),
    "ussd": ({"code": str, "text": str}, {"mode": int, "dcs": int, "seconds": NUMBER}),
    "network_time": ({}, {"text": str}),
}
LATER = {"in": NUMBER}  # seconds; of every verb

Answer = dict[str, Any]


class Control:
    """The verbs, carried out in the simulator's thread."""

    def __init__(self, simulation: Simulation, port: PtyPort) -> None:
        self._simulation = simulation
        self._network = simulation.network
        self._troubles = Troubles(simulation, port)

    def handle(self, request: Any) -> Answer:
        """Carry one request out, now or later; what is wrong with it is in the answer."""
        try:
            verb, facts = self._checked(request)
            later = facts.pop("in", None)
            if later is None:
                return {"ok": True} | (self._carry_out(verb, facts) or {})
            self._simulation.timers.after(later, lambda: self._carry_out_later(verb, facts))
            return {"ok": True}
        except (TypeError, ValueError, LookupError) as error:
            return {"ok": False, "error": str(error) or type(error).__name__}

    def _checked(self, request: Any) -> tuple[str, dict[str, Any]]:
        if not isinstance(request, dict) or request.get("do") not in list(VERBS):
            raise ValueError(f"no such command; there are {', '.join(VERBS)}")
        facts = {key: value for key, value in request.items() if key != "do"}
        required, optional = VERBS[request["do"]]
        known = required | optional | LATER
        for key in required.keys() - facts.keys():
            raise ValueError(f"{key} is missing")
        for key, value in facts.items():
            if key not in known:
                raise ValueError(f"{key} is not known here")
            if not isinstance(value, known[key]):
                raise ValueError(f"{key} is of the wrong type")
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{key} is no finite number")
        return request["do"], facts

    def _carry_out(self, verb: str, facts: dict[str, Any]) -> Answer | None:
        own = getattr(self, f"_{verb}", None)
        answer: Answer | None = (own or getattr(self._troubles, verb))(**facts)
        return answer

    def _carry_out_later(self, verb: str, facts: dict[str, Any]) -> None:
        try:
            self._carry_out(verb, facts)
        except (TypeError, ValueError, LookupError) as error:
            timers, journal = self._simulation.timers, self._simulation.journal
            journal.note("undone", timers.now, request=verb, error=str(error))

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
        sim = self._simulation.device.sim
        fills = {s.name: [len(s.slots), len(s.indexes)] for s in sim.storages.values()}
        return {
            "registration": self._network.registration,
            "kept": self._network.kept,
            "storages": fills,
            "pin_tries": sim.attempts["SIM PIN"],
        }
