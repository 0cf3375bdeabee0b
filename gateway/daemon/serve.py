"""`chappe gateway`: the lock, the links, the doorbell and the loop, put together and taken apart."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from gateway import timezones
from gateway.clock import Clock, SystemClock
from gateway.config import Appliance, Config, ModemConfig
from gateway.daemon.bell import Bell
from gateway.daemon.events import Pressed, Rung
from gateway.daemon.loop import Loop
from gateway.daemon.pins import PinMemory
from gateway.daemon.trial import Absent
from gateway.errors import Unusable
from gateway.features import FEATURES
from gateway.ids import Ids
from gateway.modems import pin_files
from gateway.notify import Supervisor
from gateway.store import database
from modem import profiles
from modem.api import Modem
from modem.finder import Where
from modem.link import Link
from modem.power import Power
from modem.trace import Trace

log = logging.getLogger(__name__)


def serve(config: Config, clock: Clock | None = None, *, trial: bool = False) -> None:
    """Run until SIGTERM or SIGINT; raises Unusable when another gateway runs or the database is not ours.

    On trial no modem is opened and no feature is asked: nothing is sent, received, or called.
    """
    clock = clock or SystemClock()
    runtime_dir = config.appliance.runtime_dir
    runtime_dir.mkdir(parents=True, exist_ok=True)
    with _alone(runtime_dir):
        database.open(config.appliance.database_path)
        timezones.stands_in(config.appliance.timezone)
        pins = PinMemory(clock.now)
        links = [_link(modem, config.appliance, pins) for modem in config.modems]
        modems: dict[str, Modem] = {one.name: Absent(one.name) if trial else one for one in links}
        supervisor, features = Supervisor(), () if trial else FEATURES
        loop = Loop(config.appliance, modems, clock, Ids(), supervisor=supervisor, features=features)
        bell = Bell(runtime_dir, lambda: loop.inbox.put(Rung()))
        if not trial:
            loop.panel.begin(config.panel, lambda how: loop.inbox.put(Pressed(how)))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        bell.start()
        log.info("gateway ready, %d modems configured", len(modems))
        try:
            loop.run()
        finally:
            bell.stop()


def _link(modem: ModemConfig, site: Appliance, pins: PinMemory) -> Link:
    _check_pin_file(modem)
    return Link(
        modem.name,
        Where(modem.port, modem.imei),
        modem.baudrate,
        partial(pin_files.read, modem, site),
        pins,
        profile=modem.profile,
        power=_power(modem),
        trace=Trace(modem.trace, pins.now) if modem.trace else None,
    )


def _power(modem: ModemConfig) -> Power | None:
    """How long a power key is pressed is the family's; a relay cuts for as long as its default says."""
    if modem.power == "key":
        family = "generic" if modem.profile == profiles.AUTO else modem.profile
        return Power(modem.power_pin, "key", profiles.named(family).power_key_seconds)
    return Power(modem.power_pin, "relay") if modem.power == "relay" else None


def _check_pin_file(modem: ModemConfig) -> None:
    """A name mistyped in the configuration is told at the start, before anything is tried."""
    if modem.pin_file is None:
        return
    try:
        modem.pin_file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable("pin_unreadable", modem=modem.name, path=str(modem.pin_file)) from error


@contextmanager
def _alone(runtime_dir: Path) -> Iterator[None]:
    """Two gateways on one queue would send everything twice: the second one refuses to start."""
    path = runtime_dir / "gateway.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Unusable("already_running", path=str(path)) from error
    try:
        yield
    finally:
        os.close(descriptor)
