"""What the network answers to the USSD codes that it knows from the beginning."""

from __future__ import annotations

from dataclasses import dataclass

UCS2_CODING = 72  # <dcs>
DEFAULT_CODING = 15


@dataclass(frozen=True, slots=True)
class Said:
    """What the network answers to one code; `mode` 1 asks for a reply; `seconds` None: as long as a part."""

    text: str
    mode: int = 0
    coding: int = DEFAULT_CODING
    seconds: float | None = None


CODES = {
    "*100#": Said("Solde: 12,34 EUR. Valable jusqu'au 31/12."),
    "#123#": Said("Solde: 12,34 EUR. Valable jusqu'au 31/12."),
    "*#100#": Said("Votre numero: {number}"),
    "*144#": Said("1 Solde\n2 Forfait", mode=1),
    "1": Said("Solde: 12,34 EUR."),
}
UNKNOWN_CODE = Said("Code inconnu.")
