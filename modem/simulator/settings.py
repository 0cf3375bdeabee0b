"""What the host has set in the modem; AT&F, ATZ and a loss of power bring the defaults back."""

from __future__ import annotations

from dataclasses import dataclass, field

# name: (default, highest value); all are whole numbers from 0
NUMBERS = {
    "E": (1, 1),  # echo
    "V": (1, 1),  # results in words
    "Q": (0, 1),  # no results at all
    "+CMEE": (0, 2),
    "+CMGF": (0, 1),
    "+CSDH": (0, 1),
    "+CMMS": (0, 2),
    "+CSMS": (0, 1),
    "+CREG": (0, 2),
    "+CGREG": (0, 2),
    "+CEREG": (0, 2),
    "+CLIP": (0, 1),
    "+CRC": (0, 1),
    "+CTZU": (0, 1),
    "+CTZR": (0, 1),
}

CHARSETS = ("GSM", "IRA", "UCS2", "HEX")


@dataclass(slots=True)
class Settings:
    """One modem's settings; `numbers` has a key for each of NUMBERS."""

    numbers: dict[str, int] = field(
        default_factory=lambda: {n: default for n, (default, _) in NUMBERS.items()}
    )
    registers: dict[int, int] = field(default_factory=lambda: {0: 0, 3: 13, 4: 10, 5: 8})
    indications: tuple[int, ...] = (0, 0, 0, 0, 0)  # +CNMI
    storages: list[str] = field(default_factory=lambda: ["SM", "SM", "SM"])  # +CPMS: read, write, receive
    text_parameters: tuple[int, ...] = (17, 167, 0, 0)  # +CSMP: first octet, TP-VP, TP-PID, TP-DCS
    charset: str = "IRA"
    operator_format: int = 0
    ussd_shown: int = 0  # +CUSD

    @property
    def text_mode(self) -> bool:
        return self.numbers["+CMGF"] == 1

    @property
    def acknowledged(self) -> bool:
        """True when the host must acknowledge what is handed over directly (AT+CSMS=1)."""
        return self.numbers["+CSMS"] == 1
