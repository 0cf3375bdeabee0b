"""A modem's power key and relay, on pins that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modem.errors import ModemError
from modem.power import Power

gpiozero = pytest.importorskip("gpiozero", reason="gpiozero is not installed")
mock = pytest.importorskip("gpiozero.pins.mock", reason="gpiozero has no mock pins")


@pytest.fixture
def pins() -> Iterator[Any]:
    before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, mock.MockFactory()
    yield gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory.reset()
    gpiozero.Device.pin_factory = before


class Watch:
    """Notes each pause and the pin's level during it."""

    def __init__(self, pins: Any) -> None:
        self.pin = pins.pin(6)
        self.seen: list[tuple[bool, float]] = []

    def __call__(self, seconds: float) -> None:
        self.seen.append((bool(self.pin.state), seconds))


@pytest.mark.parametrize(
    ("kind", "on", "seen"),
    [
        ("relay", True, [(True, 5.0)]),
        ("relay", False, [(True, 5.0)]),
        ("key", False, [(True, 5.0)]),
        ("key", True, [(True, 5.0), (False, 18.0), (True, 5.0)]),
    ],
)
def test_a_relay_cuts_once_and_a_key_is_pressed_once_more_where_the_modem_was_on(
    pins: Any, kind: Any, on: bool, seen: list[tuple[bool, float]]
) -> None:
    watch = Watch(pins)
    Power(6, kind, 5.0, rest=18.0).cycle(watch, on=on)
    assert watch.seen == seen
    assert not watch.pin.state


def test_whatever_ends_the_wait_the_pin_is_released(pins: Any) -> None:
    pin = pins.pin(6)

    def cut(seconds: float) -> None:
        assert pin.state
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Power(6, "relay").cycle(cut, on=True)
    assert not pin.state


def test_a_pin_that_is_not_there_is_an_error_of_the_modem(pins: Any) -> None:
    with pytest.raises(ModemError, match="pin 999"):
        Power(999, "relay").cycle(lambda seconds: None, on=True)
