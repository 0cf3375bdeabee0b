"""The web process: waitress around the application until a signal asks it to leave."""

from __future__ import annotations

import ctypes
import gc
import logging
import signal
import socket
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask
from waitress.server import create_server

from gateway import trust
from gateway.clock import SystemClock, boot_id
from gateway.config import Config
from gateway.errors import Unusable
from gateway.notify import Supervisor, handed_socket
from gateway.store import database
from web import channels, live, porter, postings, pulse
from web.api import waiting
from web.app import create_app

if TYPE_CHECKING:
    from web.tls import Front

THREADS = 12
BODY_LIMIT = 22 * 1024 * 1024  # what waitress reads, onto the disk, before the application refuses it

M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8  # malloc.h

log = logging.getLogger(__name__)


def serve(config: Config, *, trial: bool = False) -> None:
    """Answer until SIGTERM or Ctrl-C; what is being answered then is finished first.

    On trial it answers on a socket in `runtime_dir` and goes on with nothing: nobody can write to it.
    Raises gateway.errors.Unusable when the address is taken or not this machine's.
    """
    _stay_lean()
    app = create_app(config)
    gc.freeze()  # what the start made stays; looking through it for rubbish would hold up everybody for 30 ms
    if not trial:
        _note_the_start()
        porter.on_duty.of(app).call()  # an import that a stop cut short goes on
        postings.resume(app)
    supervisor = Supervisor()
    server = listening(app, config, trial)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_leave, app, supervisor))
    logging.getLogger("waitress").setLevel(logging.WARNING)  # not every page that somebody leaves
    listener = _listener(server)
    log.info("listening on %s", _shown(listener))
    if config.web.certificate is not None and not trial:
        begin_tls(config, server)
    pulse.begin(supervisor, lambda: listener, SystemClock())
    supervisor.ready(f"listening on {_shown(listener)}")
    server.run()


def listening(app: Flask, config: Config, trial: bool) -> Any:
    """A server on the socket that was opened for us, else on the address of the configuration."""
    where: dict[str, Any] = {"host": config.web.host, "port": config.web.port}
    if trial:
        where = {"unix_socket": str(trial_socket(config)), "unix_socket_perms": "660"}
    elif handed := handed_socket():
        where = {"sockets": [handed]}
    try:
        server = create_server(
            app,
            threads=THREADS,
            ident=None,
            connection_limit=channels.IN_ALL,
            channel_timeout=channels.IDLE,
            asyncore_use_poll=True,
            max_request_header_size=channels.HEAD_LIMIT,
            max_request_body_size=BODY_LIMIT,
            clear_untrusted_proxy_headers=False,  # not believed; /metrics must see that they are there
            channel_request_lookahead=1,  # it reads on while it answers, and so sees a browser leave
            **where,
        )
    except OSError as error:
        host, port = config.web.host, config.web.port
        raise Unusable("address_unusable", host=host, port=port, problem=error.strerror) from error
    for each in servers(server):
        each.channel_class = channels.Channel
    return server


def servers(server: Any) -> list[Any]:
    """One for each address that it listens on."""
    return [one for one in getattr(server, "map", {}).values() if hasattr(one, "effective_port")] or [server]


def begin_tls(config: Config, server: Any) -> Front:
    """The same page by https; raises Unusable where the certificate or the address will not do."""
    from web import tls  # asyncio's megabytes, which only this needs

    assert config.web.certificate is not None
    context = tls.context(config.web.certificate, config.web.key)
    host = _listener(server).getsockname()[0]  # wherever http is, though it was opened for us
    listener = tls.listen(host, config.web.tls_port)
    front = tls.Front(listener, context, servers(server)[0])
    front.begin()
    log.info("listening by https on port %d", listener.getsockname()[1])
    return front


def trial_socket(config: Config) -> Path:
    """Where the page answers while it is on trial."""
    return config.appliance.runtime_dir / "trial.sock"


def _listener(server: Any) -> socket.socket:
    """One of the sockets it listens on: of several, each serves the same."""
    listener: socket.socket = servers(server)[0].socket
    return listener


def _shown(listener: socket.socket) -> str:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return str(name)
    return f"http://[{name[0]}]:{name[1]}" if ":" in name[0] else f"http://{name[0]}:{name[1]}"


def _note_the_start() -> None:
    """What this machine's earlier runs wrote ends here: a clock that is wrong since is put right later."""
    clock = SystemClock()
    try:
        with database.connection():
            trust.begin(boot_id(), clock.now(), clock.monotonic())
    except database.Trouble as trouble:
        log.error("the database would not: %s", trouble)


def _stay_lean() -> None:
    """Twelve threads need no heap each, and what a password took (17 MB) goes back at once (glibc)."""
    try:
        allocator = ctypes.CDLL(None)
        allocator.mallopt(M_ARENA_MAX, 2)
        allocator.mallopt(M_TRIM_THRESHOLD, 128 * 1024)
    except (OSError, AttributeError):  # another C library: it has its own ways
        log.debug("mallopt is not to be had")


def _leave(app: Flask, supervisor: Supervisor, _signal: int, _frame: FrameType | None) -> NoReturn:
    supervisor.stopping()
    postings.close(app)
    porter.on_duty.of(app).close()
    live.close(app)  # pages that only listen are not waited for
    waiting.close(app)
    raise SystemExit(0)
