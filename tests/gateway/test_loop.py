"""The loop itself: one thread, events in, rows out; with trouble on the disk and without."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from apscheduler.triggers.cron import CronTrigger

from fakes import MemoryModem
from gateway import status, wake
from gateway.clock import SystemClock
from gateway.daemon.bell import Bell
from gateway.daemon.events import Minute, Night, Rung
from gateway.daemon.heartbeat import Heartbeat, NoBacklog
from gateway.daemon.loop import FOLD, QUIET, Loop
from gateway.errors import Unusable
from gateway.ids import Ids
from gateway.messages import lookup, outbox, search
from gateway.messages.outbox import Caller, Draft
from gateway.privacy import retention
from gateway.store import database
from gateway.store.models import Inbound, Message, OneTimeLink, Part, Quarantine, Signal, Tally, User
from gateway.store.upgrade import upgrade
from modem import api
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from gateway.config import Appliance

ANNA = "+33612345678"
PATIENCE = 10.0


class Daemon:
    """A loop in a thread of its own, a modem in memory, and this thread as everybody else."""

    def __init__(self, site: Appliance) -> None:
        self.site = site
        self.modem = EventfulModem()
        self.clock = SystemClock()
        self.loop = Loop(site, {"sim1": self.modem}, self.clock, Ids(), by_server=lambda: True)
        self.thread = threading.Thread(target=self.loop.run)

    def tell(self, event: Any) -> None:
        self.loop.inbox.put(event)

    def be_ready(self) -> None:
        self.tell(api.Identified("sim1", api.Identity(imei="490154203237518", iccid=self.modem.sim)))
        self.tell(api.LinkChanged("sim1", api.LinkState.READY))

    def submit(self, text: str = "Bonjour", **rest: Any) -> str:
        caller = Caller("test:me", self.site, ("sim1",), Ids())
        uid = outbox.submit(Draft(ANNA, text, **rest), caller, self.clock.now()).uid
        self.tell(Rung())
        return uid


class EventfulModem(MemoryModem):
    """Lets the test wait for a part instead of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Semaphore(0)

    def send(self, job: int, part: api.OutboundPart) -> None:
        super().send(job, part)
        self.arrived.release()

    def next_text(self) -> str:
        assert self.arrived.acquire(timeout=PATIENCE)
        return self.texts[-1]


@pytest.fixture
def daemon(site: Appliance) -> Iterator[Daemon]:
    site.runtime_dir.mkdir()
    upgrade(site.database_path, SystemClock().now())
    database.open(site.database_path)
    daemon = Daemon(site)
    daemon.thread.start()
    with database.connection():
        yield daemon
    daemon.loop.stop()
    daemon.thread.join(PATIENCE)
    assert not daemon.thread.is_alive()


def until(look: Callable[[], Any]) -> Any:
    """Poll a row: commits of another thread give no event."""
    deadline = SystemClock().monotonic() + PATIENCE
    while not (found := look()):
        assert SystemClock().monotonic() < deadline, "it never came"
        SystemClock().sleep(0.01)
    return found


def test_a_ring_sends_what_was_committed(daemon: Daemon) -> None:
    daemon.be_ready()
    uid = daemon.submit("Bonjour")
    assert daemon.modem.next_text() == "Bonjour"
    daemon.tell(daemon.modem.accepts())
    until(lambda: lookup.message(uid).state == "sent")


def test_what_was_said_is_in_the_index_of_words_within_a_minute(daemon: Daemon) -> None:
    daemon.be_ready()
    uids = [daemon.submit(f"Bonjour {number}") for number in range(3)]
    daemon.tell(Minute())
    until(lambda: search.SENT.reached == lookup.message(uids[-1]).id)
    until(lambda: daemon.loop.index is None)  # and it rests until the next one


def test_a_row_whose_instant_comes_leaves_without_any_ring(daemon: Daemon) -> None:
    daemon.be_ready()
    daemon.submit(send_at=daemon.clock.now() + timedelta(seconds=0.2))
    assert daemon.modem.next_text() == "Bonjour"


def test_what_was_heard_is_stored_before_it_is_forgotten(daemon: Daemon) -> None:
    place = api.Place("SM", 3, 1)
    part = api.InboundPart(ANNA, "Oui", api.Alphabet.GSM7, None)
    daemon.tell(api.Heard("sim1", "8933", "07AA", part, place))
    until(lambda: daemon.modem.forgotten == [place])
    assert Inbound.get().text == "Oui"


def test_nothing_is_lost_while_the_disk_refuses_to_write(
    daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    """Another program moves a table away: every write fails as on a full disk, until it is back."""
    daemon.be_ready()
    daemon.submit("first")
    daemon.modem.next_text()
    database.db.execute_sql("ALTER TABLE quarantine RENAME TO moved")
    daemon.tell(api.Heard("sim1", "8933", "07BB", api.Undecodable("odd"), None))
    daemon.tell(daemon.modem.accepts())
    until(lambda: "the database would not" in caplog.text)
    database.db.execute_sql("ALTER TABLE moved RENAME TO quarantine")
    until(lambda: Quarantine.select().exists())
    until(lambda: Message.get().state == "sent")


def test_an_event_that_nobody_can_handle_does_not_stop_the_others(
    daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    daemon.tell(api.Heard("no such modem", "8933", "07CC", api.Undecodable("odd"), api.Place("SM", 1, 1)))
    daemon.be_ready()
    daemon.submit("after")
    assert daemon.modem.next_text() == "after"
    assert "while handling Heard" in caplog.text


def test_stopping_writes_down_the_modems_last_words(daemon: Daemon) -> None:
    daemon.be_ready()
    uid = daemon.submit()
    daemon.modem.next_text()
    last = daemon.modem.accepts()
    daemon.modem.stop = lambda timeout=5.0: daemon.tell(last)  # type: ignore[method-assign]
    daemon.loop.stop()
    daemon.thread.join(PATIENCE)
    assert lookup.message(uid).state == "sent"
    assert not status.read(daemon.site.runtime_dir, daemon.clock.now()).alive


def test_the_status_file_shows_the_modem_and_what_is_wrong(daemon: Daemon) -> None:
    daemon.be_ready()

    def shown() -> status.ModemStatus:
        return status.read(daemon.site.runtime_dir, daemon.clock.now()).modems[0]

    until(lambda: status.read(daemon.site.runtime_dir, daemon.clock.now()).alive)
    until(lambda: shown().state == "ready")
    assert shown().imei == "490154203237518"
    daemon.tell(
        api.LinkChanged("sim1", api.LinkState.CLOSED, advising(Advice.AGAIN, "port_lost", "unplugged"))
    )
    until(lambda: shown().state == "closed")
    assert (shown().error, shown().detail) == ("port_lost", "unplugged")
    daemon.tell(api.LinkChanged("sim1", api.LinkState.OPENING))
    until(lambda: shown().state == "opening")
    assert shown().error == "port_lost", "the cause stays on show while it is being cured"


def test_the_night_tidies_up(daemon: Daemon) -> None:
    User.create(name="ana", language="fr", created_at=daemon.clock.now())
    OneTimeLink.create(user=1, digest="x", created_at=daemon.clock.now(), expires_at=daemon.clock.now())
    daemon.tell(Night())
    until(lambda: not OneTimeLink.select().exists())


def test_what_is_to_leave_does_not_wait_for_the_night(daemon: Daemon) -> None:
    """A year of old texts goes a little at a time, and a message leaves before the last of them is gone."""
    old = daemon.clock.now() - timedelta(days=400)
    with database.transaction():
        for place in range(10 * retention.BATCH):
            daemon.submit(f"n° {place}")
        Part.update(state="delivered").execute()
        Message.update(state="delivered", updated_at=old).execute()
    daemon.be_ready()
    daemon.tell(Night())
    until(lambda: Message.select().where(Message.text == "").exists())
    daemon.submit("Un code", category="otp")
    assert daemon.modem.next_text() == "Un code"
    assert Message.select().where(Message.text != "").count() > 1
    daemon.tell(daemon.modem.accepts())
    until(lambda: Message.select().where(Message.text != "").count() == 1)


def test_each_minute_the_signal_is_noted_and_what_happened_is_counted(daemon: Daemon) -> None:
    daemon.be_ready()
    daemon.tell(api.HealthRead("sim1", api.Health(signal_dbm=-71)))
    uid = daemon.submit()
    daemon.modem.next_text()
    daemon.tell(daemon.modem.accepts())
    until(lambda: lookup.message(uid).state == "sent")
    daemon.tell(Minute())
    until(lambda: Signal.select().where(Signal.dbm == -71).exists())
    until(lambda: {tally.name: tally.count for tally in Tally.select()} == {"sent": 1, "parts": 1})


# ---- what stands around the loop --------------------------------------------------------------


def test_the_doorbell_rings_through_a_socket_and_is_deaf_to_errors(site: Appliance) -> None:
    site.runtime_dir.mkdir()
    rung = threading.Semaphore(0)
    wake.ring(site.runtime_dir)  # nobody listens yet: ignored
    bell = Bell(site.runtime_dir, rung.release)
    bell.start()
    wake.ring(site.runtime_dir)
    assert rung.acquire(timeout=PATIENCE)
    bell.stop()
    assert not bell.thread.is_alive()
    wake.ring(site.runtime_dir)


def test_a_second_gateway_refuses_to_start(site: Appliance) -> None:
    from gateway.daemon import serve

    site.runtime_dir.mkdir()
    with serve._alone(site.runtime_dir), pytest.raises(Unusable) as caught, serve._alone(site.runtime_dir):
        pass
    assert caught.value.code == "already_running"
    with serve._alone(site.runtime_dir):
        pass


def test_a_clock_that_jumps_56_years_costs_one_misfire(site: Appliance) -> None:
    made: list[int] = []

    def make() -> CronTrigger:
        made.append(1)
        return CronTrigger(second=7, timezone=UTC)

    trigger = NoBacklog(make)
    boot, now = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    first = trigger.get_next_fire_time(None, boot)
    runs = 0
    while first is not None and first <= now:  # what the scheduler does to list the runs it missed
        first, runs = trigger.get_next_fire_time(first, now), runs + 1
    assert (runs, len(made)) == (1, 2)


def test_the_heartbeat_begins_anew_with_the_same_two_jobs(site: Appliance) -> None:
    beat = Heartbeat(site.timezone, lambda: None, lambda: None)
    beat.begin_anew()  # before it was started: nothing to make anew
    beat.start()
    before = {job.id for job in beat.scheduler.get_jobs()}
    beat.begin_anew()
    after = {job.id for job in beat.scheduler.get_jobs()}
    beat.stop()
    assert len(before) == len(after) == 2
    assert not before & after


def test_what_is_due_leaves_while_events_come_one_upon_the_other(daemon: Daemon) -> None:
    daemon.be_ready()
    daemon.submit(send_at=daemon.clock.now() + timedelta(seconds=0.1))

    def look() -> bool:
        daemon.tell(Rung())
        return daemon.modem.arrived.acquire(timeout=QUIET / 4)

    until(look)
    assert daemon.modem.texts == ["Bonjour"]


def test_the_log_goes_back_into_the_file_when_it_is_quiet(daemon: Daemon) -> None:
    uid = daemon.submit()
    for _ in range(FOLD):
        daemon.tell(Rung())
    until(lambda: uid in in_the_file_alone(daemon.site.database_path))


def in_the_file_alone(path: Path) -> set[str]:
    """The ids that a reader finds who does not know of the log beside the file."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as file:
        return {uid for (uid,) in file.execute("SELECT uid FROM messages")}
