"""Somebody rings (27.007 sections 7.6 and 7.11): every three seconds, until it is ended or they give up."""

from __future__ import annotations

from modem.simulator.device import Device

BETWEEN = 3.0  # seconds


def ring(device: Device, number: str, seconds: float) -> None:
    """Somebody calls for so long; an empty `number` is withheld."""
    end(device)
    device.end_ringing = Call(device, number, seconds).end


def end(device: Device) -> None:
    """Whoever rings is sent away."""
    device.end_ringing()


class Call:
    def __init__(self, device: Device, number: str, seconds: float) -> None:
        self._device = device
        self._number = number
        self._until = device.timers.now + seconds
        self._ended = False
        device.journal.note("ringing", device.timers.now, number=number)
        self._ring()

    def _ring(self) -> None:
        device = self._device
        if self._ended:
            return
        if device.timers.now >= self._until:
            self.end(by_us=False)
            return
        device.urc("+CRING: VOICE" if device.settings.numbers["+CRC"] else "RING")
        if device.settings.numbers["+CLIP"]:
            kind = 145 if self._number.startswith("+") else 129
            device.urc(f'+CLIP: "{self._number}",{kind},"",,"",{0 if self._number else 1}')
        device.timers.after(BETWEEN, self._ring)

    def end(self, *, by_us: bool = True) -> None:
        """Nobody rings any more; whose side it was is in the journal."""
        if self._ended:
            return
        self._ended = True
        self._device.journal.note("rung_off", self._device.timers.now, by_us=by_us)
        if not by_us:
            self._device.urc("NO CARRIER")
