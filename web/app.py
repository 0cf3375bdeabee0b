"""The web application: the pages of people and the API of programs, over one database."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_bootstrap import Bootstrap5
from werkzeug.routing import IntegerConverter

import web.api
from gateway import digits, timezones
from gateway.clock import Clock, SystemClock
from gateway.config import Config
from gateway.ids import Ids
from gateway.secret import appliance_secret
from gateway.store import database
from web import (
    assets,
    footprints,
    formats,
    hooks,
    language,
    live,
    memory,
    metrics,
    mishaps,
    pages,
    readings,
    roles,
    security,
    short,
    sign_in,
)
from web.compat import twilio
from web.office import Office

# In this order: what stands before every page first.
PARTS = (
    assets,
    language,
    sign_in,
    roles,
    security,
    formats,
    hooks,
    live,
    metrics,
    mishaps,
    pages,
    short,
    readings,
    footprints,
)


class FormCookie(SecureCookieSessionInterface):
    """The cookie of the form token goes the way that its page came."""

    def get_cookie_name(self, app: Flask) -> str:
        return sign_in.cookie(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


class Site(Flask):
    """Logs what fails once, in `mishaps` and `problems`: they leave the secret of a one-time link out."""

    session_interface = FormCookie()

    def log_exception(self, exc_info: object) -> None:
        pass


class Number(IntegerConverter):
    """In an address; one that no row can have leads nowhere."""

    regex = rf"[0-9]{{1,{digits.LONGEST}}}"


def create_app(config: Config, clock: Clock | None = None, ids: Ids | None = None) -> Flask:
    """A WSGI application over the installation's database; raises gateway.errors.Unusable."""
    app = build()
    furnish(app, config, clock or SystemClock(), ids or Ids())
    return app


def furnish(app: Flask, config: Config, clock: Clock, ids: Ids) -> None:
    """Let the application answer for this installation; what it remembered of another is forgotten."""
    database.open(config.appliance.database_path)
    timezones.stands_in(config.appliance.timezone)
    app.extensions["chappe"] = Office(config, clock, ids)
    app.config["SECRET_KEY"] = appliance_secret(config.appliance.data_dir, ids)  # signs the form token
    memory.forget_all(app)


def build() -> Flask:
    """The application, of no installation yet: it answers nothing before it is furnished."""
    app = Site(__name__)
    app.config.update(
        SESSION_COOKIE_NAME="chappe_form",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=64 * 1024,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # a letter may be written slowly
        WTF_CSRF_CHECK_DEFAULT=False,  # security.py asks for it, on every path but the API's
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = Number
    app.before_request(_connect)
    app.teardown_request(_disconnect)
    Bootstrap5(app)
    for part in PARTS:
        part.register(app)
    web.api.register(app)
    twilio.register(app)
    return app


def _connect() -> None:
    """One connection for the length of a request."""
    g.connection = ExitStack()
    g.connection.enter_context(database.connection())


def _disconnect(_: BaseException | None) -> None:
    held: ExitStack | None = g.pop("connection", None)
    if held is not None:
        held.close()
