"""The power supply, where the machine tells: a Raspberry Pi's firmware and its voltage sensor."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, unsure, warn
from gateway.doctor.patient import Patient, read

FLAGS = "devices/platform/soc*/soc*firmware/get_throttled"
SENSOR = "rpi_volt"

# What the firmware's word says (vcgencmd get_throttled): now, and since the machine started.
LOW, SLOWED = 1 << 0, 1 << 1 | 1 << 2 | 1 << 3
WAS_LOW, WAS_SLOWED = LOW << 16, SLOWED << 16


def check(patient: Patient) -> Iterator[Finding]:
    flags, alarm = _flags(patient), _sensor(patient)
    if flags is None and alarm is None:
        yield unsure("power_unknown")
        return
    flags = flags or 0
    if flags & LOW or alarm:
        yield bad("under_voltage")
    elif flags & WAS_LOW:
        yield warn("under_voltage_past")
    if flags & SLOWED:
        yield warn("throttled")
    elif flags & WAS_SLOWED:
        yield warn("throttled_past")
    if not flags & (LOW | SLOWED | WAS_LOW | WAS_SLOWED) and not alarm:
        yield good("power_good")


def _flags(patient: Patient) -> int | None:
    for file in patient.machine.system.glob(FLAGS):
        try:
            return int(read(file), 16)
        except ValueError:
            continue
    return None


def _sensor(patient: Patient) -> bool | None:
    for folder in patient.machine.system.glob("class/hwmon/hwmon*"):
        if read(folder / "name") == SENSOR:
            return read(folder / "in0_lcrit_alarm") == "1"
    return None
