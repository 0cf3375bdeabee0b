"""Simulator, web and gateway, each its own process, started as a user would start them.

Everything they keep lies in a folder of its own, which goes when they do.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHAPPE = Path(sys.executable).with_name("chappe")
UNITS = Path(__file__).parents[2] / "systemd"
PATIENCE = 30.0  # seconds a process may take to be ready
POLL = 0.005  # seconds between two looks: the grain of every start time

CONFIG = """
[appliance]
data_dir = "{folder}"
runtime_dir = "{runtime}"

[web]
port = {port}

[[modems]]
name = "sim1"
port = "{folder}/modem"
"""


class NotReady(Exception):
    """A process did not become ready; what it said is the message."""


class Stack:
    """The three processes; ready when the block begins, gone when it ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.runtime = self.folder  # where an installed one has memory: /run
        self.port = free_port()
        self.config = self.folder / "gateway.toml"
        self.environment = {**os.environ, "CHAPPE_CONFIG": str(self.config)}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.began: dict[str, float] = {}  # when each process was started, monotonic
        self.took: dict[str, float] = {}  # seconds from there to ready
        self.key = ""

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        self.config.write_text(
            CONFIG.format(folder=self.folder, runtime=self.runtime, port=self.port), encoding="utf-8"
        )
        modem, control = str(self.folder / "modem"), str(self.folder / "control")
        quick = ("--network-seconds", "0", "--delivery-seconds", "0")
        self._run("simulator", ("simulate", "--link", modem, "--control", control, *quick))
        self._until("simulator", lambda: Path(modem).exists() and Path(control).exists())
        self.chappe("migrate")
        self._fill()
        self.key = self.chappe("key", "create", "bench", "--quiet").strip()
        self._run("web", ("web",))
        self._until("web", self._answers)
        self._run("gateway", ("gateway",))
        self._until("gateway", self._is_well)
        self._until("gateway", self._modem_is_ready, called="modem")

    def _fill(self) -> None:
        """What is to lie in the ledger before anything looks at it: nothing, if nobody says otherwise."""

    def chappe(self, *arguments: str) -> str:
        """Run one command to its end; its output."""
        command = [str(CHAPPE), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode:
            raise NotReady(f"chappe {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def api(self) -> Caller:
        """A kept connection to the page, with the key."""
        return Caller(self.port, {"Authorization": f"Bearer {self.key}"})

    def simulator(self, **request: object) -> dict[str, Any]:
        """One question to the simulated modem's control socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(PATIENCE)
            line.connect(str(self.folder / "control"))
            line.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline())
            return answer

    def _run(self, name: str, arguments: tuple[str, ...]) -> None:
        self.began[name] = time.monotonic()
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [str(CHAPPE), *arguments],
                env=self.environment | unit_environment(name),
                stdout=log,
                stderr=log,
            )

    def _until(self, name: str, ready: Callable[[], bool], called: str | None = None) -> None:
        """Wait until process `name` is ready; the seconds since its start are noted as `called`."""
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                said = (self.folder / f"{name}.log").read_text(errors="replace")
                raise NotReady(f"{called or name} did not become ready\n{said[-2000:]}")
            time.sleep(POLL)
        self.took[called or name] = time.monotonic() - self.began[name]

    def _answers(self) -> bool:
        try:
            Caller(self.port, {}).get("/healthz")
        except OSError:
            return False
        return True

    def _is_well(self) -> bool:
        return Caller(self.port, {}).get("/healthz")[0] == 200

    def _modem_is_ready(self) -> bool:
        _, body = self.api().get("/api/v1/modems")
        return any(modem["state"] == "ready" for modem in json.loads(body)["items"])


class Caller:
    """One kept-alive HTTP connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.headers = headers

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path, None, {})

    def post(self, path: str, content: object) -> tuple[int, bytes]:
        body = json.dumps(content).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/json"})

    def form(self, path: str, body: str) -> tuple[int, bytes]:
        return self._ask("POST", path, body.encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str]) -> tuple[int, bytes]:
        self.connection.request(method, path, body, {**self.headers, **more})
        response = self.connection.getresponse()
        content = response.read()
        self.remember(response.headers.get_all("Set-Cookie") or [])
        return response.status, content

    def remember(self, cookies: list[str]) -> None:
        """Send back what was set, as a browser does."""
        kept = dict(pair.split("=", 1) for pair in self.headers.get("Cookie", "").split("; ") if pair)
        kept |= dict(cookie.split(";", 1)[0].split("=", 1) for cookie in cookies)
        if kept:
            self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())


def unit_environment(name: str) -> dict[str, str]:
    """What the process's systemd unit sets: memory depends on how the allocator is told to behave."""
    unit = UNITS / f"chappe-{name}.service"
    lines = unit.read_text(encoding="utf-8").splitlines() if unit.exists() else []
    settings = (line.removeprefix("Environment=") for line in lines if line.startswith("Environment="))
    return dict(pair.split("=", 1) for setting in settings for pair in shlex.split(setting))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
