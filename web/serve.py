"""The web process: waitress around the application until a signal asks it to leave."""

from __future__ import annotations

import ctypes
import logging
import signal
from types import FrameType
from typing import NoReturn

from waitress.server import create_server

from gateway.config import Config
from gateway.errors import Unusable
from web.app import create_app

THREADS = 12
BODY_LIMIT = 1024 * 1024  # what waitress reads before the application refuses with a sentence

M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8  # malloc.h

log = logging.getLogger(__name__)


def serve(config: Config) -> None:
    """Answer until SIGTERM or Ctrl-C; what is being answered then is finished first.

    Raises gateway.errors.Unusable when the address is taken or not this machine's.
    """
    _stay_lean()
    app = create_app(config)
    host, port = config.web.host, config.web.port
    try:
        server = create_server(
            app, host=host, port=port, threads=THREADS, ident=None, max_request_body_size=BODY_LIMIT
        )
    except OSError as error:
        raise Unusable("address_unusable", host=host, port=port, problem=error.strerror) from error
    signal.signal(signal.SIGTERM, _leave)
    log.info("listening on http://%s:%s", host, getattr(server, "effective_port", port))
    server.run()


def _stay_lean() -> None:
    """Twelve threads need no heap each, and what a password took (17 MB) goes back at once (glibc)."""
    try:
        allocator = ctypes.CDLL(None)
        allocator.mallopt(M_ARENA_MAX, 2)
        allocator.mallopt(M_TRIM_THRESHOLD, 128 * 1024)
    except (OSError, AttributeError):  # another C library: it has its own ways
        log.debug("mallopt is not to be had")


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
