"""The API over a real database file and the real verbs; every answer is held against the OpenAPI document."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server
from werkzeug.test import TestResponse

from gateway import status
from gateway.access import keys
from gateway.config import Config
from gateway.ids import Ids
from gateway.status import ModemStatus
from gateway.store import database, models
from installation import installed
from web.api import docs
from web.api.codes import CODES
from web.app import furnish
from web.problems import MEDIA_TYPE

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday; noon in Paris
SECRET = bytes(32)
READY = ModemStatus(
    "sim1",
    "ready",
    since=NOON.isoformat(),
    imei="861234567890123",
    iccid="8933010000000001234",
    operator="Orange F",
    signal_dbm=-71,
    registration=1,
)


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


# ---- the document as a judge ---------------------------------------------------------------------

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


@dataclass
class Judge:
    """Says where an answer differs from what the document promises; an undeclared field differs too."""

    document: Mapping[str, Any]

    def differences(self, method: str, path: str, answer: TestResponse) -> list[str]:
        declared = self._declared(method, path, answer.status_code)
        if answer.content_type not in declared:
            return [f"{answer.content_type} is not one of {list(declared)}"]
        if answer.content_type == MEDIA_TYPE and answer.get_json()["code"] not in CODES[answer.status_code]:
            return [f"{answer.get_json()['code']} is not among the codes of {answer.status_code}"]
        return list(self.against(declared[answer.content_type]["schema"], answer.get_json(), "body"))

    def _declared(self, method: str, path: str, status_code: int) -> Mapping[str, Any]:
        responses = {"default": {"$ref": "#/components/responses/DEFAULT_ERROR"}}
        for template, operations in self.document["paths"].items():
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method in operations:
                responses = operations[method]["responses"]
        if str(status_code) not in responses and "default" not in responses:
            return {}
        found = responses.get(str(status_code)) or responses["default"]
        return self.resolve(found)["content"]

    def resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part with what its `$ref` names, if it has one."""
        named: Any = self.document
        for step in part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ():
            named = named[step]
        return part if "$ref" not in part else {**named, **{key: part[key] for key in part if key != "$ref"}}

    def against(self, schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
        schema = self.resolve(schema)
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            fits = [choice for choice in choices if not list(self.against(choice, value, where))]
            if len(fits) != 1:
                yield f"{where}: fits {len(fits)} of {len(choices)} shapes: {value!r}"
            return
        yield from self._scalar(schema, value, where)
        if isinstance(value, dict):
            yield from self._object(schema, value, where)
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                yield from self.against(schema["items"], entry, f"{where}[{index}]")

    def _scalar(self, schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
        named = schema.get("type", [])
        types = [named] if isinstance(named, str) else named
        fits = any(isinstance(value, TYPES[name]) for name in types)
        if types and (not fits or (isinstance(value, bool) and "boolean" not in types)):
            yield f"{where}: {value!r} is not {types}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not one of {schema['enum']}"
        if schema.get("format") == "date-time" and value is not None and not RFC3339.fullmatch(str(value)):
            yield f"{where}: {value!r} is not an instant"

    def _object(self, schema: Mapping[str, Any], value: Mapping[str, Any], where: str) -> Iterator[str]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        yield from (f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value)
        for name, entry in value.items():
            if name in known or isinstance(others, dict):
                yield from self.against(known.get(name, others), entry, f"{where}.{name}")
            else:
                yield f"{where}: {name} is not in the document"


# ---- who calls ----------------------------------------------------------------------------------


@dataclass
class Caller:
    """A program with a key (or none); what it is answered is checked against the document."""

    app: Flask
    judge: Judge
    key: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **how: Any) -> TestResponse:
        headers = {**self.headers, **how.pop("headers", {})}
        if self.key is not None:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        answer = self.app.test_client().open(path, method=method, headers=headers, **how)
        assert self.judge.differences(method.lower(), path.partition("?")[0], answer) == []
        return answer

    def get(self, path: str, **how: Any) -> TestResponse:
        return self.call("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> TestResponse:
        return self.call("POST", path, **({} if body is None else {"json": body}), **how)

    def send(self, to: Any = "+33639980001", text: str = "Bonjour", **more: Any) -> TestResponse:
        headers = more.pop("headers", {})
        return self.post("/api/v1/messages", {"to": to, "text": text, **more}, headers=headers)


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    return installed(tmp_path, empty_database, modems=2)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
def app(built: Flask, site: Config, clock: StandingClock) -> Flask:
    furnish(built, site, clock, Ids())
    return built


@pytest.fixture(scope="session")
def judge(built: Flask) -> Judge:
    return Judge(json.loads(json.dumps(built.extensions[docs.DOCUMENT])))


@pytest.fixture
def new_key(app: Flask) -> Callable[..., str]:
    """Makes a key with these scopes and gives its secret."""
    numbers = count(1)

    def make(*scopes: str) -> str:
        with database.connection():
            return keys.create(f"key{next(numbers)}", scopes, NOON, Ids(), SECRET).key

    return make


@pytest.fixture
def shop(app: Flask, judge: Judge, new_key: Callable[..., str]) -> Caller:
    """A caller that may send and read."""
    return Caller(app, judge, new_key("send", "read"))


@pytest.fixture
def stranger(app: Flask, judge: Judge) -> Caller:
    """A caller without a key."""
    return Caller(app, judge, None)


@pytest.fixture
def beat(site: Config, clock: StandingClock) -> Callable[..., None]:
    """The gateway says of itself, now, that it is well and has these modems."""

    def say(*modems: ModemStatus) -> None:
        status.write(site.appliance.runtime_dir, modems or (READY,), clock.now())

    return say


@pytest.fixture
def ledger(app: Flask) -> Callable[[], dict[str, list[Any]]]:
    """All rows of the tables that a call could change."""
    tables = (models.Message, models.Part, models.History, models.Conversation, models.ConcatReference)

    def read() -> dict[str, list[Any]]:
        with database.connection():
            return {table.__name__: list(table.select().tuples()) for table in tables}

    return read


@pytest.fixture
def received(app: Flask) -> Callable[..., str]:
    """Stores an inbound message and gives its id."""
    numbers = count(1)

    def store(sender: str, text: str, minutes: int = 0, complete: bool = True) -> str:
        at = NOON + timedelta(minutes=minutes)
        uid = f"{next(numbers):032x}"
        with database.connection():
            models.Inbound.create(
                uid=uid, sender=sender, text=text, received_at=at, complete=complete, modem="sim1", sim="8933"
            )
        return uid

    return store


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    server = create_server(app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
    assert not thread.is_alive()
