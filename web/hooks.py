"""/hooks/…: where Alertmanager and Grafana post the alerts that people are to be told by text.

The key comes in the header, `Authorization: Bearer KEY`, or as the password of a Basic one: addresses are
kept in the clear in many places, headers in few.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from gateway import wake
from gateway.access import allowances, keys
from gateway.features.alerts import payloads, telling
from gateway.store.models import ApiKey
from web import callers, footprints, problems
from web.api import auth
from web.office import office
from web.problems import Fault, Problem

BODY_LIMIT = 1024 * 1024  # octets: a storm of alerts is told in one call, and must not be lost

pages = Blueprint("hooks", __name__)
problems.attach(pages)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.route("/hooks/<any(alertmanager,grafana):program>/<name>", methods=["POST", "PUT"])
def take(program: str, name: str) -> Response:
    """{"sent", "muted", "reason"}: how many messages were written, how many alerts were not told, and why.

    Both programs post the same shape; the address says which it is, for whoever reads it in a log.
    """
    here, key = office(), _key()
    allowances.category(key, "alert")
    allowances.check_modem(key, None, here.config.modem_names)
    notification, now = payloads.read(_json()), here.clock.now()
    spend = partial(allowances.take, key, now=now, zone=here.config.appliance.timezone)
    told = telling.take(name, notification, callers.of_key(key), now, spend)
    if told.sent:
        wake.ring(here.config.appliance.runtime_dir)
    answer: Response = jsonify(asdict(told))
    return answer


def _key() -> ApiKey:
    """The key of this request, if it may send; raises a Problem 401 or 403."""
    given = request.authorization
    if given is None or given.type != "basic":
        return auth.authorize("send")
    key = keys.find(given.password or "")
    if key is None:
        raise Problem(401, Fault("key_wrong"), headers={"WWW-Authenticate": 'Basic realm="Chappe"'})
    if not {"send", "admin"} & set(key.scopes.split()):
        raise Problem(403, Fault("scope_missing", None, {"scope": "send"}))
    footprints.of_key(key)
    return key


def _json() -> Any:
    """The body, whatever it calls itself: some proxies take the type away."""
    request.max_content_length = BODY_LIMIT
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Problem(400, Fault("not_json")) from error
