"""Carries files of contacts into the book, behind the pages: one thread, as long as there is something.

Which file, and how far it has come, is in the ledger: whoever starts the process anew goes on there.
"""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread

from gateway.contacts.imports import carrying, jobs
from gateway.contacts.imports.carrying import Carrier
from gateway.store import database
from gateway.store.models import ImportJob
from web.memory import Kept
from web.office import Office

PATIENCE = 5.0  # seconds after which a database that would not is asked again

log = logging.getLogger(__name__)


class Porter:
    """`call` when there is something; `close` lets the batch at hand end, for good."""

    def __init__(self, here: Office) -> None:
        self._here = here
        self._lock = Lock()
        self._closing = Event()
        self._called = False
        self._thread: Thread | None = None

    def call(self) -> None:
        with self._lock:
            self._called = True
            if self._thread is None and not self._closing.is_set():
                self._thread = Thread(target=self._live, name="porter", daemon=True)
                self._thread.start()

    def close(self) -> None:
        self._closing.set()

    def wait(self, timeout: float) -> bool:
        """Until nothing is carried any more; False: it still is."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def _live(self) -> None:
        while self._is_wanted():
            try:
                with database.connection():
                    for job in jobs.running():
                        self._carry(job)
            except database.Trouble as trouble:
                log.warning("an import waits for the database: %s", trouble)
                self._closing.wait(PATIENCE)
                self._called = True
            except Exception:
                log.exception("an import failed")  # it is tried again when somebody looks at it

    def _carry(self, job: ImportJob) -> None:
        clock, site = self._here.clock, self._here.config.appliance
        with Carrier(job, site, clock.now()) as carrier:
            while not self._closing.is_set() and carrier.batch(clock.now()):
                clock.sleep(carrying.PAUSE)

    def _is_wanted(self) -> bool:
        """Somebody called since the last look; else the thread ends."""
        with self._lock:
            wanted, self._called = self._called and not self._closing.is_set(), False
            if not wanted:
                self._thread = None
            return wanted


on_duty = Kept(lambda app: Porter(app.extensions["chappe"]))


def call() -> None:
    """There is something to be carried."""
    on_duty().call()
