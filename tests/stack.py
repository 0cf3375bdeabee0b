"""The whole thing as it is deployed: simulated modem, gateway and web as three real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from gateway.access import keys
from gateway.ids import Ids
from gateway.secret import appliance_secret
from gateway.store import database

PATIENCE = 120.0  # seconds; several tests share two processors
CONFIG = """\
[appliance]
name = "test"
language = "{language}"
data_dir = "{data}"
runtime_dir = "{runtime}"
[web]
port = {port}
public_url = "{public_url}"
undo_s = 0
[demo]
simulator = "{runtime}/control"
"""
MODEM = """\
[[modems]]
name = "sim{number}"
port = "{runtime}/modem{suffix}"
pin_file = "{pin_file}"
"""


def until(look: Callable[[], Any], what: str = "it", patience: float = PATIENCE) -> Any:
    """Look again and again until there is something; another process gives no event to wait for."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.02)
    return found


class Stack:
    """`with Stack(folder) as stack:` — everything is up when the block begins, gone when it ends."""

    def __init__(
        self,
        folder: Path,
        language: str = "fr",
        modems: int = 1,
        typed_pin: str = "",
        ledger: Path | None = None,
        environment: Mapping[str, str] | None = None,
        public_host: str = "",
        **simulator: float | str,
    ) -> None:
        self.data = folder
        self.language = language
        self.modems = modems
        self.typed_pin = typed_pin  # what the pin_file holds; the SIM's own is the simulator's option
        self.ledger = ledger or folder  # the data_dir; the logs stay in the folder
        self.environment = {**os.environ, **(environment or {})}  # of gateway and web
        self.simulator = {"network-seconds": 0.0, "delivery-seconds": 0.0, "modems": modems, **simulator}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.public_url = f"http://{public_host}:{self.port}" if public_host else ""
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        # Socket paths are short by law (108 octets); a test's own folder may not be.
        self.runtime_folder = tempfile.TemporaryDirectory(prefix="chappe-")
        self.runtime = Path(self.runtime_folder.name)
        self.control = self.runtime / "control"

    def __enter__(self) -> Stack:
        try:
            return self._begin()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def _begin(self) -> Stack:
        self.data.mkdir(parents=True, exist_ok=True)
        self.config = self.data / "gateway.toml"
        self.config.write_text(self._written())
        self.run("migrate")
        times = [word for name, value in self.simulator.items() for word in (f"--{name}", str(value))]
        self.start("simulate", "--link", f"{self.runtime}/modem", "--control", str(self.control), *times)
        self.start("gateway")
        self.start("web")
        self.key = self._make_key()
        until(lambda: self.api("GET", "/healthz")[0] == 200, "a healthy page")
        if not self.typed_pin and not self.simulator.get("pin"):
            until(self.modem_ready, "a ready modem")
            until(self.clock_trusted, "a clock that the network vouches for")
        return self

    def _make_key(self) -> str:
        """As `chappe key create` does, without the second that a process takes to begin."""
        secret = appliance_secret(self.ledger, Ids())
        database.open(self.ledger / "chappe.sqlite")
        with database.connection(), database.transaction():
            made = keys.create("test", (), datetime.now(UTC), Ids(), secret)
        database.db.close_all()
        return made.key

    def _written(self) -> str:
        pin_file = ""
        if self.typed_pin:
            pin_file = str(self.data / "pin")
            Path(pin_file).write_text(self.typed_pin)
        facts = {"language": self.language, "data": self.ledger, "runtime": self.runtime, "port": self.port}
        facts["public_url"] = self.public_url
        suffixes = ["", *(f"-{number}" for number in range(2, self.modems + 1))]
        tables = [
            MODEM.format(number=number, suffix=suffix, runtime=self.runtime, pin_file=pin_file)
            for number, suffix in enumerate(suffixes, 1)
        ]
        return CONFIG.format(**facts) + "".join(tables)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self.children.values()):
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.runtime_folder.cleanup()

    # ---- processes ------------------------------------------------------------------------------

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gateway.cli", "--config", str(self.config), *arguments]

    def run(self, *arguments: str) -> str:
        """Run one command to its end; its output."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> None:
        with (self.data / f"{arguments[0]}.log").open("ab") as log:
            environment = self.environment if arguments[0] in ("gateway", "web") else None
            command = self.command(*arguments)
            self.children[arguments[0]] = subprocess.Popen(command, stderr=log, env=environment)

    def kill(self, name: str) -> None:
        """Kill −9: no handler runs, nothing is closed."""
        child = self.children.pop(name)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self, name: str) -> None:
        """Ask it to leave, as `systemctl stop` does, and wait until it has."""
        child = self.children.pop(name)
        child.terminate()
        child.wait(PATIENCE)

    def log(self, name: str) -> str:
        return (self.data / f"{name}.log").read_text()

    # ---- from outside ---------------------------------------------------------------------------

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one call with the stack's key; (0, None) where nobody answers."""
        try:
            status, answer, _ = self.call(method, path, body, **headers)
        except OSError:
            return 0, None
        return status, answer

    def call(
        self, method: str, path: str, body: Any = None, timeout: float = 30, **headers: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON and headers of one call with the stack's key; raises OSError where nobody answers."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", f"Bearer {getattr(self, 'key', '')}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.load(error), error.headers

    def send(self, to: str, text: str, **rest: Any) -> str:
        status, message = self.api("POST", "/api/v1/messages", {"to": to, "text": text, **rest})
        assert status == 202, message
        return str(message["id"])

    def message(self, uid: str) -> dict[str, Any]:
        status, message = self.api("GET", f"/api/v1/messages/{uid}")
        assert status == 200, message
        return dict(message)

    def wait_for(self, uid: str, state: str, patience: float = PATIENCE) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            message = self.message(uid)
            return message if message["state"] == state else None

        return dict(until(look, f"state {state} of {uid}", patience))

    def inbound(self) -> list[dict[str, Any]]:
        return list(self.api("GET", "/api/v1/inbound?limit=500")[1]["items"])

    def links(self) -> dict[str, dict[str, Any]]:
        """Each modem as the API shows it, by name."""
        status, answer = self.api("GET", "/api/v1/modems")
        return {modem["name"]: modem for modem in answer["items"]} if status == 200 else {}

    def modem_ready(self) -> bool:
        return any(modem["state"] == "ready" for modem in self.links().values())

    def clock_trusted(self) -> bool:
        """The gateway believes its clock: read where it says so, whatever hour that is."""
        content = json.loads((self.runtime / "status.json").read_text(encoding="utf-8"))
        return bool(content["clock"]["trusted"])

    def modem(self, which: int = 1, /, **order: Any) -> dict[str, Any]:
        """Ask the which-th simulated modem over its control socket."""
        suffix = f"-{which}" if which > 1 else ""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(30)
            line.connect(f"{self.control}{suffix}")
            line.sendall(json.dumps(order).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        assert answer.get("ok"), answer
        return dict(answer)

    def stored(self) -> int:
        """How many TPDUs lie in the modem's storages."""
        return sum(used for used, _ in self.modem(do="state")["storages"].values())

    def submitted(self) -> list[dict[str, Any]]:
        """Every SUBMIT that the simulated network took, in order: the witness."""
        return [event for event in self.modem(do="log")["events"] if event["event"] == "submitted"]

    def shown(self, number: str) -> list[str]:
        """What the telephone with that number got so far, whole texts in order."""
        phones = {phone["number"]: phone["messages"] for phone in self.modem(do="handsets")["handsets"]}
        return [said["text"] for said in phones.get(number, []) if not said["from_phone"]]

    def sign_in_link(self, name: str = "ana") -> str:
        """A one-time link for a person, made if need be."""
        known = name in self.run("user", "list")
        said = self.run("user", "password" if known else "add", name)
        found = re.search(r"http://\S+", said)
        assert found, said
        return found[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
