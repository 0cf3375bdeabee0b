"""A relay that takes mail: it keeps every line it was told and every mail, and answers as the test says."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType

WELL = {"EHLO": "250-postbox\r\n250 AUTH PLAIN", "DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye"}


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Postbox = self.server.box  # type: ignore[attr-defined]
        self._say(box.greeting)
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            box.lines.append(line)
            verb = line.split(" ")[0].upper()
            answer = box.answers.get(verb, "250 well")
            self._say(answer() if callable(answer) else answer)
            if verb == "DATA" and not callable(answer) and answer.startswith("354"):
                box.take(b"".join(iter(self._line, b"")))
                self._say(str(box.answers["."]))

    def _line(self) -> bytes:
        line = self.rfile.readline()
        return b"" if line == b".\r\n" else line.removeprefix(b".")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class Postbox:
    """`with Postbox() as box:` – `box.port` takes mail, `box.mails` keeps it; `box.answers` by the command's
    first word, "." for the end of a mail."""

    def __init__(self, greeting: str = "220 postbox", **answers: str | Callable[[], str]) -> None:
        self.greeting = greeting
        self.answers: Mapping[str, str | Callable[[], str]] = {**WELL, **answers}
        self.lines: list[str] = []
        self.mails: list[EmailMessage] = []
        self.taken = threading.Event()

    def take(self, octets: bytes) -> None:
        mail = message_from_bytes(octets, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.taken.set()

    def __enter__(self) -> Postbox:
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.box = self  # type: ignore[attr-defined]
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
