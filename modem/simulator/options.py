"""Everything about one simulated modem that a caller may choose."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Options:
    """Times are seconds; a time of 0 means at once."""

    network_seconds: float = 2.0  # how long the network takes to accept a part
    delivery_seconds: float = 2.0  # from there to the phone, and from a phone's answer to here
    retry_seconds: float = 20.0  # how long after "still trying" a part is delivered
    silence_seconds: float = 15.0  # how long the silent number silences the modem
    registration_seconds: float = 0.0  # from radio on to registered
    pace_seconds: float = 0.0  # between two bytes of output; 0: all at once
    boot_seconds: float = 0.0  # from power on, or AT+CFUN=1,1, to a SIM that is read
    noise_seconds: float = 20.0  # between two meaningless lines of a family that says some; 0: none

    family: str = "generic"  # a row of `families`

    number: str = "+33639980099"  # the SIM's own number
    smsc: str = "+33609001390"
    imsi: str = "208010000000099"
    iccid: str = "8933010000000000998"
    imei: str = "490154203237518"
    operator: str = "Simulated"
    operator_code: str = "20801"
    pin: str = ""  # empty: the SIM asks for none
    puk: str = "12345678"
    sim_inserted: bool = True
    rssi: int = 20  # +CSQ's first value

    sim_slots: int = 20  # storage "SM"
    modem_slots: int = 50  # storage "ME"
    report_slots: int = 10  # storage "SR"
    first_index: int | None = None  # of every storage; None: as the family counts
    storage_names: int = 1  # how many +CPMS wants at least; some firmwares want all three

    def numbered(self, modem: int) -> Options:
        """The same for the `modem`-th of several, from 1: with names of its own."""
        if modem == 1:
            return self
        return replace(
            self,
            number=f"{self.number[:-2]}{int(self.number[-2:]) + 1 - modem:02d}",
            imsi=_counted(self.imsi, modem - 1),
            iccid=_checked(_counted(self.iccid[:-1], modem - 1)),
            imei=_checked(_counted(self.imei[:-1], modem - 1)),
        )


def _counted(digits: str, more: int) -> str:
    return str(int(digits) + more).zfill(len(digits))


def _checked(digits: str) -> str:
    """With the check digit of ISO 7812 at the end."""
    doubled = [int(digit) * (1 + number % 2) for number, digit in enumerate(reversed(digits), 1)]
    return digits + str(-sum(each - 9 if each > 9 else each for each in doubled) % 10)
