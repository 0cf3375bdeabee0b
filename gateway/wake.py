"""The doorbell: one word to a Unix datagram socket after a commit.  No data crosses it, no error counts:
the gateway scans every few seconds all the same."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

WORD = b"ring"


def doorbell(runtime_dir: Path) -> Path:
    return runtime_dir / "doorbell"


def ring(runtime_dir: Path) -> None:
    """Wake the gateway; never raises, never waits."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        bell.sendto(WORD, str(doorbell(runtime_dir)))


def listen(runtime_dir: Path) -> socket.socket:
    """The gateway's end of the bell; the caller closes it."""
    path = doorbell(runtime_dir)
    path.unlink(missing_ok=True)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.bind(str(path))
    path.chmod(0o660)
    return bell
