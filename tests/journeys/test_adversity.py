"""A disk that is full or takes no writing, a database that another holds, a gateway that is away.

Every submission is answered honestly meanwhile, and everything goes on by itself when the trouble ends.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from journeys.guest import Guest
from stack import Stack, until

WRITTEN = {"to": "+33639980181", "text": "Ne te perds pas"}
SIZE = 8  # megabytes of the small disk


def submit(stack: Stack, text: str) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """One submission; a call is waited for longer than a busy database is."""
    return stack.call("POST", "/api/v1/messages", {"to": "+33639980180", "text": text})


def begin(stack: Stack) -> list[str]:
    """Three messages, of which the first is in the modem's hands for a moment yet."""
    stack.modem(do="slow", seconds=0.3)
    return [stack.send("+33639980180", f"avant {number}") for number in range(3)]


def refused(stack: Stack, taken: list[str]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Submit until it is refused: SQLite's log may hold some room yet, and what is taken is taken."""

    def try_it() -> tuple[int, dict[str, Any], Mapping[str, str]] | None:
        answer = submit(stack, f"pendant {len(taken)}")
        if answer[0] != 202:
            return answer
        taken.append(answer[1]["id"])
        return None

    status, problem, headers = until(try_it, "a refusal")
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert int(headers["Retry-After"]) > 0
    return problem, headers


def all_delivered_once(stack: Stack, taken: list[str]) -> None:
    until(lambda: all(stack.message(uid)["state"] == "delivered" for uid in taken), "everything")
    texts = [event["text"] for event in stack.submitted()]
    assert sorted(texts) == sorted(stack.message(uid)["text"] for uid in taken)


def weather(
    stack: Stack, code: str, words: str, begin_trouble: Callable[[], None], end: Callable[[], None]
) -> None:
    """The whole story of a disk that takes nothing for a while."""
    guest = Guest(stack)
    taken = begin(stack)
    begin_trouble()
    problem, _ = refused(stack, taken)
    assert problem["code"] == code
    form = guest.read("/write")[1]
    status, page = guest.send(form, "/write", **WRITTEN)
    assert status == 503
    assert all(each in page for each in (words, *WRITTEN.values()))
    assert stack.api("GET", "/healthz")[1]["failing"] == ["database"]
    stack.modem(do="inject", sender="+33639980182", text="pendant la panne")
    until(lambda: "the database would not" in stack.log("gateway"), "the gateway's own trouble")
    assert (stack.stored(), stack.inbound()) == (1, [])
    end()
    status, page = guest.send(page, "/write", **WRITTEN)
    assert status == 200
    status, message, _ = submit(stack, "après")
    assert status == 202
    until(lambda: [one["text"] for one in stack.inbound()] == ["pendant la panne"], "the inbound one")
    until(lambda: stack.stored() == 0, "an empty SIM")
    found = stack.api("GET", "/api/v1/messages?to=%2B33639980181")[1]["items"]
    all_delivered_once(stack, [*taken, message["id"], *(one["id"] for one in found)])
    assert stack.api("GET", "/healthz")[0] == 200


# ---- a full disk ---------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, gone with the test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    may = os.geteuid() == 0 and shutil.which("mount")
    if not may or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("nothing may be mounted here: a full disk is not tried")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """A file that leaves no octet to anybody."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            return


def test_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    big = small_disk / "big"
    with Stack(tmp_path, ledger=small_disk) as stack:
        weather(stack, "disk_full", "Le disque est plein", lambda: fill(big), big.unlink)


# ---- a read-only disk ----------------------------------------------------------------------------


def seal(files: list[Path], flag: str) -> None:
    """Make files immutable ("+i"), also for whoever has them open, or mutable again ("-i").

    Linux refuses `remount,ro` while somebody may write; this is what a file system that fails does.
    """
    subprocess.run(["chattr", flag, *files], check=True, capture_output=True)


def can_seal(folder: Path) -> bool:
    probe = folder / "probe"
    with probe.open("wb", buffering=0) as file:
        try:
            seal([probe], "+i")
        except (OSError, subprocess.CalledProcessError):
            return False
        try:
            file.write(b"x")
        except OSError:
            return True
        finally:
            seal([probe], "-i")
    return False


def test_a_read_only_disk(tmp_path: Path) -> None:
    if not can_seal(tmp_path):
        pytest.skip("an open file cannot be made read-only here: a read-only disk is not tried")
    # Not the -shm beside them: it is memory that processes share, and Linux ends (SIGBUS) who writes there.
    files = [tmp_path / "chappe.sqlite", tmp_path / "chappe.sqlite-wal"]
    with Stack(tmp_path) as stack:
        try:
            weather(
                stack,
                "disk_read_only",
                "Le disque ne se laisse pas écrire",
                lambda: seal(files, "+i"),
                lambda: seal(files, "-i"),
            )
        finally:
            seal(files, "-i")


# ---- a database that another process holds --------------------------------------------------------


@contextmanager
def held(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_database_that_another_process_holds(tmp_path: Path) -> None:
    """Longer than it is waited for: what is asked is refused, and nothing else stops."""
    with Stack(tmp_path) as stack:
        taken = begin(stack)
        with held(tmp_path / "chappe.sqlite"):
            problem, _ = refused(stack, taken)
            assert problem["code"] == "database_busy"
            assert stack.api("GET", "/healthz")[0] == 200, "it can be read, and the gateway lives"
            assert stack.message(taken[0])["state"] in ("sending", "sent")
        status, message, _ = submit(stack, "après")
        assert status == 202
        all_delivered_once(stack, [*taken, message["id"]])


# ---- a gateway that is away, and an end during trouble ---------------------------------------------


def test_a_gateway_that_is_away(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        guest = Guest(stack)
        stack.stop("gateway")
        uid = stack.send("+33639980183", "en attendant")
        status, health = stack.api("GET", "/healthz")
        assert (status, health["failing"]) == (503, ["gateway"])
        assert stack.message(uid)["state"] == "queued"
        assert [one["reason"] for one in stack.message(uid)["why"] if one["reason"]] == ["gateway_down"]
        assert "La passerelle ne tourne pas." in guest.read(f"/messages/{uid}")[1]
        stack.start("gateway")
        stack.wait_for(uid, "delivered")


def test_the_gateway_may_be_ended_while_the_disk_is_full(tmp_path: Path, small_disk: Path) -> None:
    big = small_disk / "big"
    with Stack(tmp_path, ledger=small_disk) as stack:
        taken = begin(stack)
        fill(big)
        refused(stack, taken)
        until(lambda: "the database would not" in stack.log("gateway"), "the gateway's own trouble")
        stack.stop("gateway")
        stack.start("gateway")
        big.unlink()
        settled = ("delivered", "uncertain")
        until(lambda: all(stack.message(uid)["state"] in settled for uid in taken), "everything")
        texts = [event["text"] for event in stack.submitted()]
        assert sorted(texts) == sorted(stack.message(uid)["text"] for uid in taken)
