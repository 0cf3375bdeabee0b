"""The web process: waitress around the application until a signal asks it to leave."""

from __future__ import annotations

import ctypes
import logging
import signal
from functools import partial
from types import FrameType
from typing import NoReturn

from flask import Flask
from waitress.server import create_server

from gateway import trust
from gateway.clock import SystemClock, boot_id
from gateway.config import Config
from gateway.errors import Unusable
from gateway.store import database
from web import live, porter, postings
from web.app import create_app

THREADS = 12
BODY_LIMIT = 22 * 1024 * 1024  # what waitress reads, onto the disk, before the application refuses it

M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8  # malloc.h

log = logging.getLogger(__name__)


def serve(config: Config) -> None:
    """Answer until SIGTERM or Ctrl-C; what is being answered then is finished first.

    Raises gateway.errors.Unusable when the address is taken or not this machine's.
    """
    _stay_lean()
    app = create_app(config)
    _note_the_start()
    porter.of(app).call()  # an import that a stop cut short goes on
    postings.resume(app)
    host, port = config.web.host, config.web.port
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=BODY_LIMIT,
            channel_request_lookahead=1,  # it reads on while it answers, and so sees a browser leave
        )
    except OSError as error:
        raise Unusable("address_unusable", host=host, port=port, problem=error.strerror) from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_leave, app))
    logging.getLogger("waitress").setLevel(logging.WARNING)  # not every page that somebody leaves
    log.info("listening on http://%s:%s", host, getattr(server, "effective_port", port))
    server.run()


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


def _leave(app: Flask, _signal: int, _frame: FrameType | None) -> NoReturn:
    postings.close(app)
    porter.of(app).close()
    live.close(app)  # pages that only listen are not waited for
    raise SystemExit(0)
