"""The door to `control`: a Unix stream socket, one JSON object a line in both directions."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST_LINE = 1 << 20  # bytes; a client that writes more without an end is dropped


class ControlSocket:
    """The listening socket and its clients; who selects on them calls `serve`."""

    def __init__(self, path: Path, handle: Callable[[Any], dict[str, Any]]) -> None:
        self._path = path
        self._handle = handle
        self._clients: dict[socket.socket, tuple[bytearray, bytearray]] = {}
        if path.is_socket():
            path.unlink()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.setblocking(False)
        self.listener.bind(os.fspath(path))
        self.listener.listen()

    def close(self) -> None:
        """Drop every client and take the socket's file away."""
        for client in list(self._clients):
            self._drop(client)
        self.listener.close()
        self._path.unlink(missing_ok=True)

    def readers(self) -> list[socket.socket]:
        """What may have something to read."""
        return [self.listener, *self._clients]

    def writers(self) -> list[socket.socket]:
        """What has something left to write."""
        return [client for client, (_typed, answers) in self._clients.items() if answers]

    def serve(self, readable: list[Any], writable: list[Any]) -> None:
        """Do what a select found possible; foreign descriptors in the lists are passed over."""
        if self.listener in readable:
            client, _address = self.listener.accept()
            client.setblocking(False)
            self._clients[client] = (bytearray(), bytearray())
        for client in [client for client in self._clients if client in readable]:
            self._receive(client)
        for client in [client for client in self._clients if client in writable]:
            self._send(client)

    def _receive(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        typed, answers = self._clients[ready]
        typed += data
        if not data or len(typed) > LONGEST_LINE:
            self._drop(ready)
            return
        while (end := typed.find(b"\n")) >= 0:
            answers += self._answer(bytes(typed[:end]))
            del typed[: end + 1]
        self._send(ready)

    def _answer(self, line: bytes) -> bytes:
        try:
            answer = self._handle(json.loads(line))
        except ValueError:
            answer = {"ok": False, "error": "that is no JSON"}
        return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def _send(self, client: socket.socket) -> None:
        answers = self._clients[client][1]
        try:
            del answers[: client.send(answers)]
        except BlockingIOError:
            return
        except OSError:
            self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        del self._clients[client]
        client.close()
