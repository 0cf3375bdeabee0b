"""How flask-smorest serves us: codes instead of its sentences, problems instead of its error bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, NoReturn

import flask_smorest
from flask import Request
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser, is_json_request

from web.api.outputs import ProblemSchema
from web.problems import MEDIA_TYPE, Fault, Problem, attach

View = Callable[..., Any]
LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # escaped half a character; its other half may lack

INTRODUCTION = """\
Send and receive text messages through this appliance's own modems.

Give your key in every call: `Authorization: Bearer KEY`. Instants are RFC 3339 with an offset.
A list is `{"items": [...], "next": cursor or null}`. A wrong call changes nothing and is answered by
`application/problem+json` with a `code` that never changes; an unknown field is refused by name.
"""


class Parser(FlaskParser):
    """Reads bodies, queries and headers; everything wrong becomes a Problem."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            raise Problem(415, Fault("not_json_type"))
        body = req.get_data(cache=True)
        try:
            value = json.loads(body)
            if LONE_SURROGATE.search(body):
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise Problem(400, Fault("not_json")) from error
        return value

    def handle_error(self, error: Any, req: Request, schema: Any, **_: Any) -> NoReturn:
        (messages,) = error.messages.values()  # one location a parse
        raise Problem(422, *faults(messages))


def faults(messages: Any, path: str = "") -> Iterator[Fault]:
    """marshmallow's tree of messages, flat: each leaf a code or a Fault, under its dotted path."""
    if isinstance(messages, dict):
        for name, below in messages.items():
            yield from faults(below, path if name == "_schema" else f"{path}.{name}".lstrip("."))
    elif isinstance(messages, list):
        for message in messages:
            yield from faults(message, path)
    else:
        leaf = messages if isinstance(messages, Fault) else Fault(messages)
        yield Fault(leaf.code, path or None, {"value": path, **leaf.facts})


class Section(flask_smorest.Blueprint):
    """A group of calls that belong together."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        attach(self)


class NativeApi(flask_smorest.Api):
    """The OpenAPI document, and the calls it describes; errors are answered by `web.problems`."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """None for the whole application: pages are not answered in JSON."""

    def _register_responses(self) -> None:
        named = {status.name: status.phrase for status in HTTPStatus if status >= 400}
        for name, phrase in {**named, "DEFAULT_ERROR": "Any other problem"}.items():
            component = {"description": phrase, "content": {MEDIA_TYPE: {"schema": ProblemSchema}}}
            self.spec.components.response(name, component, lazy=True)

    def _register_pagination_header(self) -> None:
        """None: our lists carry their own cursor."""


def refuses(*statuses: int) -> Callable[[View], View]:
    """The documentation says that the call may be answered by these problems."""
    named = {str(status): HTTPStatus(status).name for status in statuses}
    decorator: Callable[[View], View] = Section.doc(responses=named)
    return decorator
