"""/healthz: whether the appliance can do its work, for whoever watches over it."""

from __future__ import annotations

import logging

from flask import Response, jsonify

from gateway import status
from gateway.messages import lookup
from gateway.store import database
from web.api.framework import Section
from web.api.outputs import HealthSchema
from web.office import office

log = logging.getLogger(__name__)

section = Section("health", __name__, description="Whether the appliance can do its work.")


@section.route("/healthz")
@section.doc(operationId="getHealth")
@section.response(200, HealthSchema(), description="All is well")
@section.alt_response(503, schema=HealthSchema(), description="Something is not; `failing` names it")
def health() -> Response:
    """Say whether web, database and gateway are well; needs no key."""
    return _answer({"web": True, "database": _database_is_well(), "gateway": _gateway_is_well()})


def _answer(checks: dict[str, bool]) -> Response:
    failing = [name for name, well in checks.items() if not well]
    response = jsonify(
        status="failing" if failing else "ok",
        failing=failing,
        checks=[{"name": name, "well": well} for name, well in checks.items()],
    )
    response.status_code = 503 if failing else 200
    return response


def _database_is_well() -> bool:
    """The ledger can be read, and the disk has room for more; any error means that it is not well."""
    try:
        with database.connection():
            lookup.version()
        return database.has_room() and not database.is_read_only()
    except Exception:
        log.exception("the database is not well")
        return False


def _gateway_is_well() -> bool:
    here = office()
    return status.read(here.config.appliance.runtime_dir, here.clock.now()).alive


def _no_connection(error: Exception) -> Response:
    """Not even a connection to the database could be had for this request."""
    log.error("the database is not well", exc_info=error)
    return _answer({"web": True, "database": False, "gateway": _gateway_is_well()})


section.register_error_handler(Exception, _no_connection)
