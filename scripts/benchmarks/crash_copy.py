"""Copies of the database files, taken at any instant as a power cut would leave them, and looked at.

Started with a file's path this is the fresh process that opens it: what it finds comes out as JSON.
"""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from crash_load import number_in

NAME = "chappe.sqlite"
PATIENCE = 60.0  # seconds one look may take

Taken = Counter[tuple[int, int]]  # (number, seq) → how often the network took that part


@dataclass(frozen=True)
class Copy:
    """One copy, and what had to be in it: all that happened before it was begun."""

    folder: Path
    acknowledged: frozenset[str]
    taken: Taken


@dataclass
class Found:
    """What one copy broke of the promises; nothing when it is as it should be."""

    copy: str
    damage: str = ""  # what SQLite says of the file
    missing: list[str] = field(default_factory=list)  # acknowledged and not there
    unwritten: list[str] = field(default_factory=list)  # on the wire before the ledger said so


def take(
    source: Path, folder: Path, writers: Iterable[subprocess.Popen[bytes]], known: Iterable[str], taken: Taken
) -> Copy:
    """Copy the three files while their writers stand still: a disk stops at one instant."""
    copy = Copy(folder, frozenset(known), Counter(taken))
    folder.mkdir()
    stopped = [process for process in writers if process.poll() is None]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    try:
        for file in source.glob(f"{NAME}*"):
            shutil.copyfile(file, folder / file.name)
    finally:
        for process in stopped:
            process.send_signal(signal.SIGCONT)
    return copy


def look(copy: Copy) -> Found:
    """Open the copy in a fresh process, compare, and throw it away."""
    command = [sys.executable, __file__, str(copy.folder / NAME)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    found = Found(copy.folder.name)
    if done.returncode:
        found.damage = done.stderr.strip()[-300:]
        return found
    seen = json.loads(done.stdout)
    found.damage = "" if seen["check"] == "ok" else seen["check"]
    found.missing = sorted(copy.acknowledged - set(seen["uids"]))
    attempts = {(number, seq): tries for number, seq, tries in seen["attempts"]}
    found.unwritten = [
        f"m{number} part {seq}: {times} times on the wire, {attempts.get((number, seq), 0)} attempts written"
        for (number, seq), times in copy.taken.items()
        if times > attempts.get((number, seq), 0)
    ]
    shutil.rmtree(copy.folder)
    return found


def seen_in(path: str) -> dict[str, object]:
    """What the file holds: SQLite's verdict, every message, every part's attempts."""
    with closing(sqlite3.connect(path)) as connection:
        (check,) = connection.execute("PRAGMA quick_check").fetchone()
        uids = [uid for (uid,) in connection.execute("SELECT uid FROM messages")]
        rows = connection.execute(
            "SELECT m.text, p.seq, p.attempts FROM parts AS p JOIN messages AS m ON m.id = p.message_id"
        )
        attempts = [(number_in(text), seq, tries) for text, seq, tries in rows]
    return {"check": check, "uids": uids, "attempts": attempts}


if __name__ == "__main__":
    json.dump(seen_in(sys.argv[1]), sys.stdout)
