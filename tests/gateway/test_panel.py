"""The panel: what the lamps say, what the button does, on pins in memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import MemoryModem
from gateway import panel, settings, status
from gateway.clock import SystemClock
from gateway.config import NO_PIN, PanelConfig, load
from gateway.daemon.events import Pressed, Rung
from gateway.daemon.gauges import Gauges
from gateway.daemon.loop import Loop
from gateway.daemon.panel import Panel, Unusable
from gateway.daemon.panel_desk import PanelDesk
from gateway.errors import ConfigError
from gateway.ids import Ids
from gateway.modems import alarms
from gateway.panel import Lamps, Pattern, Press, Sight
from gateway.settings import NoticeSetting
from gateway.store import database
from gateway.store.models import Message
from gateway.store.upgrade import upgrade
from modem import api

if TYPE_CHECKING:
    from conftest import Bench
    from gateway.config import Appliance

OWNER = "+33639980001"
OFF, STEADY, SLOW, FAST = Pattern.OFF, Pattern.STEADY, Pattern.SLOW, Pattern.FAST
PINS = PanelConfig(led_well=17, led_waiting=27, led_trouble=22, buzzer=24, button=23, mock=True)
PATIENCE = 10.0
HELD = 0.15  # instead of five seconds


# ---- what the lamps say: pure -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sight", "well", "waiting", "trouble"),
    [
        (Sight(), OFF, OFF, OFF),
        (Sight(ready=1, modems=1), STEADY, OFF, OFF),
        (Sight(ready=1, modems=2), SLOW, OFF, OFF),
        (Sight(ready=0, modems=2), OFF, OFF, OFF),
        (Sight(ready=1, modems=1, waiting=True), STEADY, STEADY, OFF),
        (Sight(ready=0, modems=1, waiting=True), OFF, SLOW, OFF),
        (Sight(ready=1, modems=1, alarm=True), STEADY, OFF, SLOW),
        (Sight(ready=0, modems=1, alarm=True, waiting=True), OFF, SLOW, FAST),
        (Sight(ready=1, modems=1, waiting=True, stuck=True), OFF, OFF, FAST),
        (Sight(ready=1, modems=1, ending=True), FAST, FAST, FAST),
        (Sight(stuck=True, ending=True), FAST, FAST, FAST),
    ],
)
def test_the_patterns_of_the_lamps(sight: Sight, well: Pattern, waiting: Pattern, trouble: Pattern) -> None:
    assert panel.lamps(sight) == Lamps(well, waiting, trouble)


# ---- pins -------------------------------------------------------------------------------------------


class Front:
    """A panel on mock pins, and what its button said."""

    def __init__(self, config: PanelConfig = PINS) -> None:
        self.said: queue.Queue[Press] = queue.Queue()
        self.panel = Panel(config, self.said.put, held=HELD)

    def press(self, seconds: float) -> None:
        self.panel.put_finger(True)
        threading.Event().wait(seconds)  # a finger takes its time
        self.panel.put_finger(False)


@pytest.fixture
def front() -> Iterator[Front]:
    made = Front()
    yield made
    made.panel.close()


def test_a_lamp_is_lit_or_dark_and_keeps_a_rhythm_until_it_changes(front: Front) -> None:
    lamps = front.panel.lamps
    front.panel.show(Lamps(well=STEADY, trouble=FAST))
    assert lamps["well"].is_lit
    assert not lamps["waiting"].is_lit
    blinking = lamps["trouble"]._blink_thread
    assert blinking.is_alive()
    front.panel.show(Lamps(well=SLOW, trouble=FAST))
    assert lamps["trouble"]._blink_thread is blinking
    front.panel.show(Lamps())
    assert [lamp.is_lit for lamp in lamps.values()] == [False, False, False]
    assert not blinking.is_alive()


def test_a_fast_lamp_goes_on_and_off(front: Front) -> None:
    lamp = front.panel.lamps["trouble"]
    lamp.pin.clear_states()
    front.panel.show(Lamps(trouble=FAST))
    waiting = threading.Event()
    while len(lamp.pin.states) < 4 and not waiting.wait(0.02):
        pass
    assert [state.state for state in lamp.pin.states[-3:]] in ([True, False, True], [False, True, False])


def test_a_short_press_is_one_and_a_long_one_is_told_while_it_lasts(front: Front) -> None:
    front.press(0.03)
    assert front.said.get(timeout=PATIENCE) is Press.SHORT
    front.panel.put_finger(True)
    assert front.said.get(timeout=PATIENCE) is Press.LONG
    front.panel.put_finger(False)
    front.press(0.03)
    assert front.said.get(timeout=PATIENCE) is Press.SHORT
    assert front.said.empty()


def test_a_button_that_was_held_when_the_machine_started_does_nothing() -> None:
    from gpiozero.pins.mock import MockFactory

    factory = MockFactory()
    factory.pin(23).drive_low()

    class Held(Panel):
        def _pins(self) -> MockFactory:
            return factory

    said: queue.Queue[Press] = queue.Queue()
    front = Held(PINS, said.put, held=0.05)
    threading.Event().wait(0.15)
    front.put_finger(False)
    front.put_finger(True)
    assert said.get(timeout=PATIENCE) is Press.LONG  # the first thing that it says
    front.close()


def test_what_is_not_there_is_not_asked_for() -> None:
    front = Front(PanelConfig(17, NO_PIN, NO_PIN, NO_PIN, NO_PIN, mock=True))
    front.panel.show(Lamps(STEADY, STEADY, STEADY))
    front.panel.beep(2)
    front.press(0)
    assert [*front.panel.lamps] == ["well"]
    assert front.said.empty()
    front.panel.close()


def test_a_machine_without_pins_says_so() -> None:
    with pytest.raises(Unusable, match="Factory"):
        Panel(PanelConfig(17, NO_PIN, NO_PIN, NO_PIN, NO_PIN, mock=False), lambda press: None)


# ---- the desk: the loop's side ------------------------------------------------------------------------


@pytest.fixture
def desk(bench: Bench) -> Iterator[PanelDesk]:
    bench.site.runtime_dir.mkdir()
    gauges = Gauges(bench.site.runtime_dir, ("sim1",))
    made = PanelDesk(bench.site, gauges, lambda source: replace(bench.caller, source=source))
    made.begin(PINS, lambda press: None, held=HELD)
    yield made
    made.end()


def beeps(desk: PanelDesk) -> list[int]:
    """How often each of the coming sounds beeps, instead of the sounds."""
    heard: list[int] = []
    assert desk.panel is not None
    desk.panel.beep = heard.append  # type: ignore[method-assign]
    return heard


def be(desk: PanelDesk, state: str) -> None:
    desk.gauges.modems["sim1"] = replace(desk.gauges.modems["sim1"], state=state)


def test_the_lamps_follow_what_happens(bench: Bench, desk: PanelDesk) -> None:
    heard = beeps(desk)

    def shown() -> tuple[str, str, str]:
        desk.refresh(bench.now)
        assert desk.gauges.panel is not None
        return desk.gauges.panel.well, desk.gauges.panel.waiting, desk.gauges.panel.trouble

    assert shown() == ("off", "off", "off")
    be(desk, "ready")
    assert shown() == ("steady", "off", "off")
    message = bench.submit()
    assert shown() == ("steady", "steady", "off")
    alarms.raise_("nothing_leaves", "sim1", bench.now)
    assert shown() == ("steady", "steady", "slow")
    be(desk, "silent")
    assert shown() == ("off", "slow", "fast")
    alarms.clear("nothing_leaves", "sim1", bench.now)
    bench.dispatcher.ready("sim1", bench.modem.sim)
    bench.fill()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.state(message) == "sent"
    assert shown() == ("off", "off", "off")
    assert heard == [2, 2]  # once when it began, once when it grew worse


def test_a_ledger_that_cannot_be_written_shows_until_it_can(bench: Bench, desk: PanelDesk) -> None:
    be(desk, "ready")
    desk.stuck()
    assert desk.gauges.panel == status.PanelStatus("off", "off", "fast")
    assert desk.refresh(bench.now)
    assert desk.gauges.panel == status.PanelStatus("steady", "off", "off")
    assert not desk.refresh(bench.now)


def test_a_short_press_writes_to_those_who_are_told_of_alarms_but_not_at_every_tremble(
    bench: Bench, desk: PanelDesk
) -> None:
    heard = beeps(desk)
    desk.pressed(Press.SHORT, bench.now)
    assert (heard, Message.select().count()) == ([3], 0)
    settings.choose_notices(NoticeSetting((OWNER,)))
    bench.clock.move(timedelta(seconds=11))
    for _ in range(5):
        desk.pressed(Press.SHORT, bench.now)
    assert [(message.source, message.recipient) for message in Message.select()] == [("button", OWNER)]
    assert heard == [3, 1]


def test_a_long_press_leaves_the_wish_where_systemd_watches_for_it(bench: Bench, desk: PanelDesk) -> None:
    heard = beeps(desk)
    desk.pressed(Press.LONG, bench.now)
    assert panel.is_shutdown_asked(bench.site.runtime_dir)
    assert desk.gauges.panel == status.PanelStatus("fast", "fast", "fast", ending=True)
    desk.refresh(bench.now)
    assert desk.gauges.panel.ending
    assert heard == [5]
    desk.pressed(Press.SHORT, bench.now)  # taken back, where nobody obeyed
    assert not panel.is_shutdown_asked(bench.site.runtime_dir)
    assert not desk.gauges.panel.ending
    desk.pressed(Press.LONG, bench.now)
    assert Message.select().count() == 0
    PanelDesk(bench.site, desk.gauges, lambda source: bench.caller).begin(PINS, lambda press: None)
    assert not panel.is_shutdown_asked(bench.site.runtime_dir)


def test_without_pins_the_gateway_goes_on_with_an_alarm_until_they_are_there(
    bench: Bench,
) -> None:
    gauges = Gauges(bench.site.runtime_dir, ("sim1",))
    real = PanelConfig(17, 27, 22, NO_PIN, 23, mock=False)
    for config, standing in ((real, ["panel_unusable"]), (PINS, [])):
        made = PanelDesk(bench.site, gauges, lambda source: bench.caller)
        bench.site.runtime_dir.mkdir(exist_ok=True)
        made.begin(config, lambda press: None)
        made.refresh(bench.now)
        assert [alarm.kind for alarm in alarms.standing()] == standing
        made.pressed(Press.SHORT, bench.now)
        made.end()


def test_a_finger_on_the_picture_reaches_the_loop_and_a_message_its_modem(site: Appliance) -> None:
    clock, modem = SystemClock(), MemoryModem()
    site.runtime_dir.mkdir()
    upgrade(site.database_path, clock.now())
    database.open(site.database_path)
    with database.connection():
        settings.choose_notices(NoticeSetting((OWNER,)))
    arrived = threading.Event()
    modem.send = lambda job, part: (modem.jobs.append((job, part)), arrived.set())  # type: ignore[method-assign]
    loop = Loop(site, {"sim1": modem}, clock, Ids(), by_server=lambda: True)
    loop.panel.begin(PINS, lambda how: loop.inbox.put(Pressed(how)), held=5.0)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        loop.inbox.put(api.Identified("sim1", api.Identity(imei="490154203237518", iccid=modem.sim)))
        loop.inbox.put(api.LinkChanged("sim1", api.LinkState.READY))
        assert panel.press(site.runtime_dir, Press.SHORT)
        assert arrived.wait(PATIENCE)
        assert "ceci est un essai" in modem.texts[0]
        loop.inbox.put(Rung())
    finally:
        loop.stop()
        thread.join(PATIENCE)
    assert not panel.press(site.runtime_dir, Press.SHORT)
    database.db.close_all()


# ---- the configuration ---------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[panel]\nled_well = 28", "panel.led_well"),
        ("[panel]\nled_well = 17\nbutton = 17", "panel.button"),
        ("[panel]\nled = 17", "panel.led"),
        ('[mail]\nhost = "a.b"', "mail.sender"),
        ('[mail]\nsender = "a b"', "mail.sender"),
        ('[mail]\nsecurity = "ssl"', "mail.security"),
        ("[mail]\nport = 0", "mail.port"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        load(written(tmp_path, text))
    assert wrong.value.field == key


def test_a_panel_and_a_relay_are_read(tmp_path: Path) -> None:
    text = '[panel]\nled_well = 17\n[mail]\nhost = "a.b"\nsender = "c@a.b"\npassword_file = "secret"'
    config = load(written(tmp_path, text))
    assert (config.panel.is_there, config.panel.led_well, config.panel.button) == (True, 17, NO_PIN)
    assert config.appliance.mail.password_file == tmp_path / "secret"
    assert not load(written(tmp_path, "")).panel.is_there
