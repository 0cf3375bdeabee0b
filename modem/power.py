"""The one door to gpiozero: a pin that can take a modem's power away, or press its power key.

A pin that is wired to a relay holds the power while it is low, so that a computer that starts or
dies leaves the modem on.  gpiozero is imported when the pin is first used: most machines have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from modem.error_table import own_error

Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Power:
    """`pin` by its BCM number.  A relay cuts for `seconds`; a key is pressed for `seconds`, which turns
    a modem that is on off, and one that is off on; `rest` lies between two presses."""

    pin: int
    kind: Literal["key", "relay"]
    seconds: float = 3.0
    rest: float = 20.0

    def cycle(self, pause: Pause, *, on: bool) -> None:
        """Off and on again; only on where the modem was off.  Raises a ModemError where there is no such
        pin, and passes on what ends `pause`, with the pin released."""
        with self._held() as pin:
            self._pulse(pin, pause)
            if on and self.kind == "key":
                pause(self.rest)
                self._pulse(pin, pause)

    def _pulse(self, pin: Any, pause: Pause) -> None:
        pin.on()
        try:
            pause(self.seconds)
        finally:
            pin.off()

    @contextmanager
    def _held(self) -> Iterator[Any]:
        try:
            import gpiozero
        except ImportError as error:
            raise own_error("fault", f"pin {self.pin}: {error}") from error
        try:
            pin = gpiozero.OutputDevice(self.pin)
        except (gpiozero.GPIOZeroError, OSError) as error:
            raise own_error("fault", f"pin {self.pin}: {error}") from error
        with pin:
            yield pin
