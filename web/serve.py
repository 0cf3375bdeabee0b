"""The web process: waitress around the application until a signal asks it to leave."""

from __future__ import annotations

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

log = logging.getLogger(__name__)


def serve(config: Config) -> None:
    """Answer until SIGTERM or Ctrl-C; what is being answered then is finished first.

    Raises gateway.errors.Unusable when the address is taken or not this machine's.
    """
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


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
