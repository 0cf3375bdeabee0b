"""smstools with its spool folders, as Debian installs it and tuned."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from peer_stack import RECIPIENT, Peer

CONFIG = """
devices = modem
outgoing = {folder}/outgoing
checked = {folder}/checked
failed = {folder}/failed
incoming = {folder}/incoming
sent = {folder}/sent
stats = {folder}/stats
logfile = {folder}/smsd.log
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
receive_before_send = no
autosplit = 3
{hook}
{everywhere}

[modem]
device = {folder}/modem
incoming = yes
baudrate = {baudrate}
{modem}
"""
HOOK = "eventhandler = {folder}/hook"

TUNED = "notifier = yes\ndelaytime = 1\ntrust_outgoing = yes"
TUNED_MODEM = """
detect_message_routing = no
detect_unexpected_input = no
poll_faster = 100
check_network = 0
"""


class Smstools(Peer):
    program = "smstools"
    setting = "installed"
    needs = ("smsd",)
    calm = False
    burst = 16
    rest = 10.0
    baudrate = 19200
    everywhere = ""
    modem = ""

    def configure(self) -> list[str]:
        for spool in ("outgoing", "checked", "failed", "incoming", "sent", "stats"):
            (self.folder / spool).mkdir()
        config = self.folder / "smsd.conf"
        facts = {"folder": self.folder, "baudrate": self.baudrate, "modem": self.modem}
        facts |= {"everywhere": self.everywhere, "hook": HOOK.format(folder=self.folder) if self.hook else ""}
        config.write_text(CONFIG.format(**facts), encoding="utf-8")
        self._numbers = count()
        return ["smsd", "-t", f"-c{config}"]

    def _fill(self) -> None:
        if self.queued:
            self.submit([f"queued {number}" for number in range(self.queued)])

    def submit(self, texts: list[str], *, urgent: bool = False) -> None:
        """A file written elsewhere and moved in: its manual's way."""
        head = f"To: {RECIPIENT.removeprefix('+')}\n" + ("Priority: HIGH\n" if urgent else "")
        for text in texts:
            written = self._written(f"{head}\n{text}\n")
            os.rename(written, self.folder / "outgoing" / written.name)

    def _written(self, content: str) -> Path:
        written = self.folder / f"message.{next(self._numbers):06}"
        written.write_text(content, encoding="utf-8")
        return written


class SmstoolsTuned(Smstools):
    setting = "tuned"
    calm = True
    burst = 250
    rest = 1.0
    baudrate = 115200
    everywhere = TUNED
    modem = TUNED_MODEM
