"""Every call of the document, filled in by a machine that means no good: no answer but those promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import schemathesis
from flask import Flask, Response, request
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.config import Config
from web.app import create_app

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
CASES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 4}  # of each call
SEED = 20261122


def test_no_call_is_answered_in_a_way_that_the_document_does_not_promise(
    app: Flask, new_key: Callable[..., str], beat: Callable[..., None]
) -> None:
    beat()
    headers = {"Authorization": f"Bearer {new_key('admin')}"}
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    calls = [found.ok() for found in document.get_all_operations()]
    assert len(calls) > 30
    broken = [problem for call in calls for mode in CASES for problem in _storm(call, headers, mode)]
    assert not broken, "\n\n".join(broken)


def test_a_broken_promise_is_found(site: Config, new_key: Callable[..., str]) -> None:
    app = create_app(site)  # one of its own, since it is spoilt

    @app.after_request
    def spoil(answer: Response) -> Response:
        if request.path == "/api/v1/preview":
            answer.data = answer.data.replace(b'"units_left"', b'"units_right"')
        return answer

    headers = {"Authorization": f"Bearer {new_key('admin')}"}
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    call = document["/api/v1/preview"]["POST"]
    problems = list(_storm(call, headers, GenerationMode.POSITIVE))
    assert any("units_left" in problem for problem in problems), problems


def _storm(call: Any, headers: dict[str, str], mode: GenerationMode) -> Iterator[str]:
    """The first broken promise of a call, in words."""

    @seeded(SEED)
    @settings(
        max_examples=CASES[mode],
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=call.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        return  # nothing can be wrong with such a call
    except (Exception, BaseExceptionGroup) as error:
        yield f"{call.method.upper()} {call.path}: {error!r}\n{error}"
