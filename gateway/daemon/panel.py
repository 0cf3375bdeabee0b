"""The panel's pins: three lamps, a buzzer, a button.  gpiozero is imported when a panel is configured: most
machines have none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from gateway.config import NO_PIN, PanelConfig
from gateway.panel import Lamps, Pattern, Press

HELD = 5.0  # seconds that a press must last to be a long one
BOUNCE = 0.05  # seconds in which a contact may tremble
RHYTHM = {Pattern.SLOW: 1.0, Pattern.FAST: 0.2}  # seconds on, and as many off
BEEP = 0.15

Heard = Callable[[Press], None]


class Unusable(Exception):
    """The pins cannot be had; the text says why."""


class Panel:
    """The devices; `heard` is told of each press, in a thread of gpiozero's.  Raises Unusable."""

    def __init__(self, config: PanelConfig, heard: Heard, held: float = HELD) -> None:
        try:
            import gpiozero
        except ImportError as error:
            raise Unusable(str(error)) from error
        self.heard, self.config = heard, config
        self.shown = Lamps()
        self.is_down = False  # only what was seen to go down can come up
        self.is_long = False
        try:
            with warnings.catch_warnings():  # of each library for the pins that is not there: one may do
                warnings.simplefilter("ignore")
                self._take(gpiozero, held)
        except (gpiozero.GPIOZeroError, OSError, RuntimeError, ImportError) as error:
            raise Unusable(f"{type(error).__name__}: {error}") from error
        self._listen()

    def _take(self, library: Any, held: float) -> None:
        config = self.config
        self.factory = self._pins() if config.mock else None
        self.lamps = {
            name: library.LED(pin, pin_factory=self.factory)
            for name in Lamps.__slots__
            if (pin := getattr(config, f"led_{name}")) != NO_PIN
        }
        self.buzzer = self._one(library.Buzzer, config.buzzer)
        self.button = self._one(library.Button, config.button, bounce_time=BOUNCE, hold_time=held)

    def show(self, wanted: Lamps) -> None:
        """Let each lamp have its pattern; one that has it already keeps its rhythm."""
        for name, lamp in self.lamps.items():
            pattern = getattr(wanted, name)
            if pattern != getattr(self.shown, name):
                _light(lamp, pattern)
        self.shown = wanted

    def beep(self, times: int) -> None:
        if self.buzzer is not None:
            self.buzzer.beep(BEEP, BEEP, times, background=True)

    def put_finger(self, down: bool) -> None:
        """On the button that is only a picture: a mock pin is driven as a contact to ground would."""
        if self.button is not None:
            (self.button.pin.drive_low if down else self.button.pin.drive_high)()

    def close(self) -> None:
        """Everything dark and silent, and the pins free for others."""
        for device in (*self.lamps.values(), self.buzzer, self.button):
            if device is not None:
                device.close()
        if self.factory is not None:
            self.factory.close()

    def _one(self, kind: Callable[..., Any], pin: int, **options: Any) -> Any:
        return kind(pin, pin_factory=self.factory, **options) if pin != NO_PIN else None

    def _pins(self) -> Any:
        from gpiozero.pins.mock import MockFactory

        return MockFactory()

    def _listen(self) -> None:
        if self.button is not None:
            self.button.when_pressed = self._pressed
            self.button.when_held = self._held
            self.button.when_released = self._released

    def _pressed(self) -> None:
        self.is_down, self.is_long = True, False

    def _held(self) -> None:
        if self.is_down and not self.is_long:
            self.is_long = True
            self.heard(Press.LONG)

    def _released(self) -> None:
        if self.is_down and not self.is_long:
            self.heard(Press.SHORT)
        self.is_down = False


def _light(lamp: Any, pattern: Pattern) -> None:
    if pattern in RHYTHM:
        lamp.blink(RHYTHM[pattern], RHYTHM[pattern], background=True)
    elif pattern == Pattern.STEADY:
        lamp.on()
    else:
        lamp.off()
