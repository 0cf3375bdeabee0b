"""What every error code means and advises.

CMS: 27.005 section 3.2.5, 24.011 annex E.2, 23.040 section 9.2.3.22.  CME: 27.007 section 9.2.
The words are the standards' own, because a modem that ignores +CMEE=1 answers with them.
"""

from __future__ import annotations

from modem.errors import Advice, Hung, ModemError, PortLost, Silent, advising

AGAIN, LATER, GIVE_UP, STOP_SIM, FREE_STORAGE, RECONFIGURE, RESET, UNCERTAIN = Advice
Row = tuple[str, Advice]

CMS: dict[int, Row] = {
    1: ("unassigned (unallocated) number", GIVE_UP),
    8: ("operator determined barring", LATER),
    10: ("call barred", LATER),
    17: ("network failure", LATER),
    21: ("short message transfer rejected", LATER),
    22: ("congestion", LATER),
    27: ("destination out of service", LATER),
    28: ("unidentified subscriber", GIVE_UP),
    29: ("facility rejected", LATER),
    30: ("unknown subscriber", GIVE_UP),
    38: ("network out of order", LATER),
    41: ("temporary failure", LATER),
    42: ("congestion", LATER),
    47: ("resources unavailable, unspecified", LATER),
    50: ("requested facility not subscribed", LATER),
    69: ("requested facility not implemented", RECONFIGURE),
    81: ("invalid short message transfer reference value", GIVE_UP),
    95: ("invalid message, unspecified", GIVE_UP),
    96: ("invalid mandatory information", GIVE_UP),
    97: ("message type non-existent or not implemented", GIVE_UP),
    98: ("message not compatible with short message protocol state", GIVE_UP),
    99: ("information element non-existent or not implemented", GIVE_UP),
    111: ("protocol error, unspecified", LATER),
    127: ("interworking, unspecified", LATER),
    **dict.fromkeys(range(128, 144), ("TP-PID not supported", GIVE_UP)),
    **dict.fromkeys(range(144, 160), ("TP-DCS not supported", GIVE_UP)),
    **dict.fromkeys(range(160, 176), ("command cannot be actioned", GIVE_UP)),
    176: ("TPDU not supported", GIVE_UP),
    192: ("SC busy", LATER),
    193: ("no SC subscription", LATER),
    194: ("SC system failure", LATER),
    195: ("invalid SME address", GIVE_UP),
    196: ("destination SME barred", GIVE_UP),
    197: ("SM rejected-duplicate SM", UNCERTAIN),  # the centre has it already
    198: ("TP-VPF not supported", RECONFIGURE),
    199: ("TP-VP not supported", RECONFIGURE),
    208: ("SIM SMS storage full", FREE_STORAGE),
    209: ("no SMS storage capability in SIM", FREE_STORAGE),
    210: ("error in MS", RESET),
    211: ("memory capacity exceeded", FREE_STORAGE),
    212: ("SIM application toolkit busy", LATER),
    213: ("SIM data download error", LATER),
    255: ("unspecified error cause", LATER),
    300: ("ME failure", RESET),
    301: ("SMS service of ME reserved", AGAIN),
    302: ("operation not allowed", AGAIN),
    303: ("operation not supported", RECONFIGURE),
    304: ("invalid PDU mode parameter", GIVE_UP),
    305: ("invalid text mode parameter", GIVE_UP),
    310: ("SIM not inserted", STOP_SIM),
    311: ("SIM PIN required", STOP_SIM),
    312: ("PH-SIM PIN required", STOP_SIM),
    313: ("SIM failure", STOP_SIM),
    314: ("SIM busy", AGAIN),
    315: ("SIM wrong", STOP_SIM),
    316: ("SIM PUK required", STOP_SIM),
    317: ("SIM PIN2 required", STOP_SIM),
    318: ("SIM PUK2 required", STOP_SIM),
    320: ("memory failure", FREE_STORAGE),
    321: ("invalid memory index", GIVE_UP),  # an empty slot
    322: ("memory full", FREE_STORAGE),
    330: ("SMSC address unknown", RECONFIGURE),
    331: ("no network service", LATER),
    332: ("network timeout", UNCERTAIN),
    340: ("no +CNMA acknowledgement expected", RECONFIGURE),
    500: ("unknown error", UNCERTAIN),
    515: ("please wait, initialising", AGAIN),
}

CME: dict[int, Row] = {
    0: ("phone failure", RESET),
    1: ("no connection to phone", RESET),
    2: ("phone-adaptor link reserved", AGAIN),
    3: ("operation not allowed", AGAIN),
    4: ("operation not supported", RECONFIGURE),
    5: ("PH-SIM PIN required", STOP_SIM),
    6: ("PH-FSIM PIN required", STOP_SIM),
    7: ("PH-FSIM PUK required", STOP_SIM),
    10: ("SIM not inserted", STOP_SIM),
    11: ("SIM PIN required", STOP_SIM),
    12: ("SIM PUK required", STOP_SIM),
    13: ("SIM failure", STOP_SIM),
    14: ("SIM busy", AGAIN),
    15: ("SIM wrong", STOP_SIM),
    16: ("incorrect password", STOP_SIM),
    17: ("SIM PIN2 required", STOP_SIM),
    18: ("SIM PUK2 required", STOP_SIM),
    20: ("memory full", FREE_STORAGE),
    21: ("invalid index", GIVE_UP),  # an empty slot
    22: ("not found", GIVE_UP),
    23: ("memory failure", RESET),
    24: ("text string too long", GIVE_UP),
    25: ("invalid characters in text string", GIVE_UP),
    26: ("dial string too long", GIVE_UP),
    27: ("invalid characters in dial string", GIVE_UP),
    30: ("no network service", LATER),
    31: ("network timeout", UNCERTAIN),
    32: ("network not allowed - emergency calls only", LATER),
    40: ("network personalization PIN required", STOP_SIM),
    41: ("network personalization PUK required", STOP_SIM),
    42: ("network subset personalization PIN required", STOP_SIM),
    43: ("network subset personalization PUK required", STOP_SIM),
    44: ("service provider personalization PIN required", STOP_SIM),
    45: ("service provider personalization PUK required", STOP_SIM),
    46: ("corporate personalization PIN required", STOP_SIM),
    47: ("corporate personalization PUK required", STOP_SIM),
    48: ("hidden key required", STOP_SIM),
    100: ("unknown", RESET),
    103: ("illegal MS", LATER),
    106: ("illegal ME", LATER),
    107: ("GPRS services not allowed", LATER),
    111: ("PLMN not allowed", LATER),
    112: ("location area not allowed", LATER),
    113: ("roaming not allowed in this location area", LATER),
    515: ("please wait, initialising", AGAIN),
}

# What an operator answers who does not want this SIM, has no credit for it or never let it send.
# One of them may be the recipient's doing; for number after number it is the SIM's.
COUNTED: dict[str, frozenset[int]] = {
    "cms": frozenset({8, 10, 21, 28, 29, 30, 38, 50, 193, 500}),
    "cme": frozenset({32, 103, 106, 111, 112, 113}),
}

OWN: dict[str, Row] = {
    "error": ("the modem answered ERROR and no reason", LATER),
    "unsupported": ("the modem does not know the command", RECONFIGURE),
    "no_carrier": ("the modem gave up without a reason", UNCERTAIN),
    "modem_error": ("the modem failed", RESET),
    "not_ready": ("the modem is not ready", AGAIN),
    "no_prompt": ("the modem did not ask for the TPDU", AGAIN),
    "no_pdu_mode": ("the modem refuses PDU mode: it cannot carry messages", RECONFIGURE),
    "restarted": ("the modem started anew", RECONFIGURE),
    "restart_asked": ("somebody asked for a restart", RECONFIGURE),
    "fault": ("an error of this program: see its log", RESET),
    "sim_missing": ("no SIM", STOP_SIM),
    "sim_pin_required": ("the SIM asks for a PIN and none is configured", STOP_SIM),
    "sim_pin_refused": ("this PIN was tried once on this SIM and not taken", STOP_SIM),
    "sim_pin_last_try": ("one try is left before the SIM locks itself: the PIN is not typed", STOP_SIM),
    "sim_puk": ("the SIM is locked and asks for its PUK", STOP_SIM),
    "sim_locked": ("the SIM asks for a code that is not its PIN", STOP_SIM),
    "modem_locked": ("the modem is locked to another SIM or operator", STOP_SIM),
    "sim_not_ready": ("the SIM is still starting", AGAIN),
    "ussd_invalid": ("no USSD code: digits, * and # only", GIVE_UP),
    "ussd_unsupported": ("the network does not know the code", GIVE_UP),
    "ussd_ended": ("the network ended the dialogue and said nothing", LATER),
    "ussd_timeout": ("the network did not answer the code", LATER),
    "not_registered": ("no network yet", LATER),
    "registration_denied": ("the network refuses this SIM or modem", STOP_SIM),
}


def cms_error(seen: int | str) -> ModemError:
    """The error behind `+CMS ERROR: <seen>`, a number or the standard's words."""
    return _standard("cms", CMS, str(seen).strip())


def cme_error(seen: int | str) -> ModemError:
    """The error behind `+CME ERROR: <seen>`, a number or the standard's words."""
    return _standard("cme", CME, str(seen).strip())


def own_error(code: str, detail: str = "") -> ModemError:
    """The error for one of our own codes."""
    words, advice = OWN[code]
    return advising(advice, code, detail or words)


def silent(command: str) -> Silent:
    return Silent("silent", f"no answer to {command}")


def hung(detail: str) -> Hung:
    return Hung("hung", detail)


def port_lost(code: str, detail: str) -> PortLost:
    """`code`: port_lost, port_busy, port_missing or port_denied."""
    return PortLost(code, detail)


def _standard(family: str, table: dict[int, Row], seen: str) -> ModemError:
    number = int(seen) if seen.isascii() and seen.isdigit() else _number_of(table, seen)
    if number is None:
        return advising(LATER, f"{family}_text", seen)
    words, advice = table.get(number, ("manufacturer's or unknown code", LATER))
    counted = number in COUNTED[family]
    return advising(advice, f"{family}_{number}", words, counts_against_sim=counted)


def _number_of(table: dict[int, Row], seen: str) -> int | None:
    wanted = seen.casefold()
    return next((number for number, (words, _) in table.items() if words.casefold() == wanted), None)
