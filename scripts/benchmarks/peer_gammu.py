"""gammu-smsd with files, as Debian installs it and tuned."""

from __future__ import annotations

import os
import subprocess

from peer_stack import RECIPIENT, Peer
from stack import NotReady

CONFIG = """
[gammu]
device = {folder}/modem
connection = {connection}

[smsd]
service = files
logfile = {folder}/smsd.log
debuglevel = 0
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
{hook}
{more}
"""
ATTEMPTS = 5
HOOK = "RunOnReceive = {folder}/hook"

TUNED = """
CommTimeout = 0
LoopSleep = 1
ReceiveFrequency = 1
StatusFrequency = 0
CheckSecurity = 0
CheckBattery = 0
CheckSignal = 0
CheckNetwork = 0
"""
# The first letter after OUT is the priority; gammu-smsd-inject always writes C.
URGENT = "OUTA20260101_000000_00_{recipient}_urgent.txt"
QUEUED = "OUTC20260101_000000_00_{recipient}_q{number}.txt"


class Gammu(Peer):
    program = "gammu-smsd"
    setting = "installed"
    needs = ("gammu-smsd", "gammu-smsd-inject")
    calm = False
    burst = 8
    rest = 30.0
    connection = "at"
    more = ""

    def configure(self) -> list[str]:
        for box in ("inbox", "outbox", "sent", "error"):
            (self.folder / box).mkdir()
        hook = HOOK.format(folder=self.folder) if self.hook else ""
        facts = {"folder": self.folder, "connection": self.connection, "hook": hook, "more": self.more}
        (self.folder / "gammurc").write_text(CONFIG.format(**facts), encoding="utf-8")
        return ["gammu-smsd", "-c", str(self.folder / "gammurc")]

    def _fill(self) -> None:
        """The files that its own command would write, without 100,000 commands."""
        for number in range(self.queued):
            name = QUEUED.format(recipient=RECIPIENT, number=number)
            (self.folder / "outbox" / name).write_text(f"queued {number}", encoding="utf-8")

    def submit(self, texts: list[str], *, urgent: bool = False) -> None:
        for text in texts:
            self._put_first(text) if urgent else self._inject(text)

    def _inject(self, text: str) -> None:
        """By its own command; now and then that fails while the daemon moves a file, and is repeated."""
        if not any(self._injected(text) for _ in range(ATTEMPTS)):
            raise NotReady(f"gammu-smsd-inject failed {ATTEMPTS} times\n{self.said()}")

    def _injected(self, text: str) -> bool:
        """The command succeeded; its processor time is counted."""
        command = ["timeout", "10", "gammu-smsd-inject", "-c", str(self.folder / "gammurc")]
        command += ["TEXT", RECIPIENT, "-text", text]
        with open(os.devnull, "wb") as nowhere:
            running = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        self.spent += usage.ru_utime + usage.ru_stime
        return running.returncode == 0

    def _put_first(self, text: str) -> None:
        name = URGENT.format(recipient=RECIPIENT)
        written = self.folder / name
        written.write_text(text, encoding="utf-8")
        written.rename(self.folder / "outbox" / name)


class GammuTuned(Gammu):
    setting = "tuned"
    calm = True
    burst = 150
    rest = 1.0
    connection = "at115200"
    more = TUNED
