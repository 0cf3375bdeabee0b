"""Everything about one simulated modem that a caller may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Times are seconds; a time of 0 means at once."""

    network_seconds: float = 2.0  # how long the network takes to accept a part
    delivery_seconds: float = 2.0  # from there to the phone, and from a phone's answer to here
    retry_seconds: float = 20.0  # how long after "still trying" a part is delivered
    silence_seconds: float = 15.0  # how long the silent number silences the modem
    registration_seconds: float = 0.0  # from radio on to registered
    pace_seconds: float = 0.0  # between two bytes of output; 0: all at once

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
    first_index: int = 1  # some families count their slots from 0
