"""Power off and on: what a family says while it starts, when it hears again and when its SIM is read.

Half of `boot_seconds` the modem is deaf, then it answers; the SIM is busy until the end.  Meanwhile it
says its own lines and scraps of what its loader prints.
"""

from __future__ import annotations

from modem.simulator import calls
from modem.simulator.device import Device
from modem.simulator.silence import FOR_EVER

DEAF = 0.5  # share of `boot_seconds`
SCRAPS = (b"\x00\xff\xfe\x00", b"\r\n^BOOT:20164651,0,0,0,20\r\n", b"\xf8\x0d\x80UART\x00\r\n", b"\r\n\r\n")
BETWEEN = 0.4  # seconds between two scraps


def off(device: Device) -> None:
    """Deaf, mute and unreachable from now on."""
    calls.end(device)
    device.network.radio(False)
    device.reset()
    device.silence.begin(FOR_EVER)


def cycle(device: Device, seconds: float | None = None) -> None:
    """Everything but the storages is forgotten; ready `seconds` later (none: as the options say)."""
    off(device)
    device.silence.end()
    device.sim.power_cycle()
    device.journal.note("restarted", device.timers.now)
    start(device, device.options.boot_seconds if seconds is None else seconds)


def start(device: Device, seconds: float) -> None:
    """The modem has power from now on; after `seconds` it is ready."""
    device.deaf_until = device.timers.now + DEAF * seconds
    device.sim_ready_at = device.timers.now + seconds
    life = device.life
    for share, line in device.family.boot:
        _later(device, life, share * seconds, lambda line=line: device.urc(line))
    for number in range(int(seconds / BETWEEN)):
        scrap = SCRAPS[number % len(SCRAPS)]
        _later(device, life, number * BETWEEN, lambda scrap=scrap: device.blurt(scrap))
    if seconds:
        _later(device, life, seconds, device.find_network)
    else:
        device.find_network()


def _later(device: Device, life: int, seconds: float, act: object) -> None:
    """Unless the modem was switched off or started once more before."""

    def if_still() -> None:
        if device.life == life and callable(act):
            act()

    device.timers.after(seconds, if_still)


def murmur(device: Device) -> None:
    """From now on a line of noise each `noise_seconds`, in turn."""
    lines = device.family.noise
    seconds = device.options.noise_seconds
    if lines and seconds:
        device.timers.after(seconds, lambda: _say_one(device, lines, seconds))


def _say_one(device: Device, lines: tuple[str, ...], seconds: float) -> None:
    if not device.hushed:
        device.urc(lines[0])
    device.timers.after(seconds, lambda: _say_one(device, (*lines[1:], lines[0]), seconds))
