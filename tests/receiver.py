"""A program that is told what happens: it keeps every request, and answers as the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Request:
    """One request as it came; `form` is its body where that is a form."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in small letters
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body)))


@dataclass(frozen=True)
class Reply:
    """What is answered; `after` is waited for before."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: threading.Event | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has hung up: that is a part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.receiver.take(Request(self.command, self.path, headers, body))
        if reply.after is not None:
            reply.after.wait(PATIENCE)
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Receiver:
    """`with Receiver() as receiver:` — `receiver.url` is told, `receiver.requests` keeps what came, in order.

    `answer(request)` says what each is answered.  `down()` refuses connections, `up()` takes them again on
    the same port.
    """

    def __init__(self, answer: Callable[[Request], Reply] = lambda request: Reply()) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.news = threading.Condition()
        self.server: _Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Receiver:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def up(self) -> None:
        self.server = _Server(("127.0.0.1", self.port), _Handler)
        self.server.receiver = self
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def take(self, request: Request) -> Reply:
        with self.news:
            self.requests.append(request)
            self.news.notify_all()
        return self.answer(request)

    def wait(self, count: int, patience: float = PATIENCE) -> list[Request]:
        """The requests, once there are so many."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.requests) >= count, patience), (
                f"{len(self.requests)} of {count} came"
            )
            return list(self.requests)
