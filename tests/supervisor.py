"""A service manager in small: starts one program, hears its signs of life, ends it when they stay away or it
takes too much memory, and starts it again, as by Type=notify, WatchdogSec=, MemoryMax= and Restart=always."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

WATCHDOG = 3.0
PAGE = os.sysconf("SC_PAGE_SIZE")


class Manager:
    """`with Manager(command, log) as manager:` — started when the block begins, ended when it ends."""

    def __init__(self, command: Sequence[str], log: Path, memory_max: int) -> None:
        self.command, self.log, self.memory_max = command, log, memory_max
        self.folder = tempfile.TemporaryDirectory(prefix="chappe-")  # a socket's path is short by law
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(f"{self.folder.name}/notify")
        self.ready = threading.Event()
        self.starts = 0
        self.barks = 0  # ended because no sign of life came
        self.hogs = 0  # ended for its memory
        self.words: list[str] = []
        self.ending = False
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Manager:
        self._start()
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ending = True
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.thread.join(20)
        self.process.kill()
        self.process.wait()
        self.line.close()
        self.folder.cleanup()

    def strike(self, number: signal.Signals) -> None:
        """Send a signal; the next `ready` is the next start's."""
        self.ready.clear()
        self.process.send_signal(number)

    def _start(self) -> None:
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": f"{self.folder.name}/notify",
            "WATCHDOG_USEC": str(int(WATCHDOG * 1e6)),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=environment, stderr=log)
        self.starts += 1
        self.due = float("inf")  # watched from its READY=1 on

    def _watch(self) -> None:
        while True:
            if select.select([self.line], [], [], 0.05)[0]:
                self._hear(self.line.recv(4096).decode())
            if time.monotonic() > self.due:
                self.barks += 1
                self.process.kill()
                self.process.wait()
            if self._resident() > self.memory_max:
                self.hogs += 1
                self.process.kill()
                self.process.wait()
            if self.process.poll() is not None:
                if self.ending:
                    return
                self._start()

    def _hear(self, told: str) -> None:
        words = told.splitlines()
        self.words += words
        if "READY=1" in words:
            self.ready.set()
        if "READY=1" in words or ("WATCHDOG=1" in words and self.due < float("inf")):
            self.due = time.monotonic() + WATCHDOG

    def _resident(self) -> int:
        """Octets of memory; 0 once it has ended."""
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE
        except (OSError, IndexError):
            return 0
