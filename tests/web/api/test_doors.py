"""What no single call decides: unknown paths and methods, failures, health, the document and its page."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from gateway.config import Config
from gateway.words import LANGUAGES as LANGUAGES_READ
from gateway.words import say
from web.api.codes import CODES
from web.api.samples import LANGUAGES, samples

DOCUMENT = "/api/v1/openapi.json"
METHODS = {"get", "post", "put", "delete"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/messages/", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("DELETE", "/api/v1/messages", 405, "method_not_allowed"),
        ("PUT", "/api/v1/preview", 405, "method_not_allowed"),
        ("POST", "/api/v1/openapi.json", 405, "method_not_allowed"),
    ],
)
def test_an_unknown_path_or_method_is_a_problem(
    stranger: Any, method: str, path: str, status: int, code: str
) -> None:
    answer = stranger.call(method, path)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert ("Allow" in answer.headers) == (status == 405)


def test_where_programs_look_first_leads_to_the_document(stranger: Any) -> None:
    answer = stranger.app.test_client().get("/openapi.json")
    assert (answer.status_code, answer.headers["Location"]) == (302, DOCUMENT)


def test_options_names_the_methods_and_head_is_get_without_a_body(shop: Any, app: Flask) -> None:
    client = app.test_client()
    assert client.options("/api/v1/messages").allow == {"GET", "HEAD", "POST", "OPTIONS"}
    head = client.head("/api/v1/messages", headers={"Authorization": f"Bearer {shop.key}"})
    assert (head.status_code, head.data) == (200, b"")
    assert head.content_length == len(shop.get("/api/v1/messages").data)


def test_nothing_of_an_unforeseen_error_is_told(
    shop: Any, site: Config, caplog: pytest.LogCaptureFixture
) -> None:
    site.appliance.database_path.write_bytes(b"this is no database" * 100)
    answer = shop.send()
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert answer.get_json()["code"] == "internal"
    assert "database" not in answer.get_data(as_text=True)
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("table", ["messages", "parts"])
def test_a_database_that_cannot_be_used_now_asks_to_come_again(shop: Any, site: Config, table: str) -> None:
    with closing(sqlite3.connect(site.appliance.database_path)) as other:
        other.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    answer = shop.send()
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_busy")
    assert "Retry-After" in answer.headers
    assert "elsewhere" not in answer.get_data(as_text=True)


# ---- health --------------------------------------------------------------------------------------


def test_all_is_well_when_the_gateway_beats(stranger: Any, beat: Callable[..., None]) -> None:
    beat()
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["failing"]) == (200, "ok", [])


def test_a_gateway_that_never_spoke_or_fell_silent_is_named(stranger: Any, beat: Any, clock: Any) -> None:
    assert stranger.get("/healthz").get_json()["failing"] == ["gateway"]
    beat()
    clock.instant += timedelta(seconds=30)
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.get_json()["failing"]) == (503, ["gateway"])


def test_a_broken_database_is_named(stranger: Any, site: Config, beat: Callable[..., None]) -> None:
    beat()
    site.appliance.database_path.write_bytes(b"this is no database" * 100)
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.get_json()["failing"]) == (503, ["database"])


# ---- the document --------------------------------------------------------------------------------


def test_the_document_is_openapi(stranger: Any) -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="no openapi-spec-validator")
    validator.validate(stranger.app.test_client().get(DOCUMENT).get_json())


def test_every_reference_of_the_document_leads_somewhere(judge: Any) -> None:
    references = set(_references(judge.document))
    assert len(references) > 20
    for reference in references:
        assert judge.resolve({"$ref": reference})


def test_every_call_is_named_summarized_and_declares_its_answers(judge: Any) -> None:
    names = []
    for path, operations in judge.document["paths"].items():
        for method in operations.keys() & METHODS:
            operation = operations[method]
            names.append(operation["operationId"])
            assert operation["summary"], path
            assert {"default"} & operation["responses"].keys(), path
            assert ("401" in operation["responses"]) == ("security" in operation) == path.startswith("/api/")
    assert len(names) == len(set(names)) > 30


def test_every_field_is_described_and_every_input_has_an_example(judge: Any) -> None:
    for name, schema in judge.document["components"]["schemas"].items():
        for field, about in schema["properties"].items():
            assert about.get("description"), f"{name}.{field}"
            nested = "$ref" in about or about.get("type") == "array" or field in ("next", "cursor")
            assert nested or "example" in about, f"{name}.{field}"


def test_the_judge_finds_what_the_document_does_not_promise(judge: Any, shop: Any) -> None:
    schema = {"$ref": "#/components/schemas/Message"}
    message = shop.send().get_json()
    assert list(judge.against(schema, message, "body")) == []
    for name, wrong in {
        "more": 1,
        "parts": "1",
        "state": "pending",
        "created_at": "today",
        "to": None,
    }.items():
        planted = {name: wrong}
        assert list(judge.against(schema, {**message, **planted}, "body")), planted
    assert list(judge.against(schema, {"id": message["id"]}, "body"))


def test_a_document_not_changed_is_not_sent_twice(app: Flask) -> None:
    client = app.test_client()
    etag = client.get(DOCUMENT).headers["ETag"]
    assert client.get(DOCUMENT, headers={"If-None-Match": etag}).status_code == 304


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        for below in part.values():
            yield from _references(below)
    elif isinstance(part, list):
        for below in part:
            yield from _references(below)


# ---- the page ------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Collects what a page points to and what can be pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        if tag in ("script", "style"):
            self.inline.append(tag)


def test_the_page_shows_every_call_and_asks_nothing_of_any_other_machine(app: Flask, judge: Any) -> None:
    answer = app.test_client().get("/docs")
    text = answer.get_data(as_text=True)
    page = Page(text)
    assert answer.status_code == 200
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if not link.startswith(("/", "#"))] == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    for link in page.links:
        if link.startswith(("/docs", "/api")):
            with app.test_client().get(link) as linked:
                assert linked.status_code == 200
    for operations in judge.document["paths"].values():
        for method in operations.keys() & METHODS:
            assert operations[method]["operationId"] in page.ids


def test_every_code_that_an_answer_points_to_is_on_the_page(app: Flask, shop: Any) -> None:
    page = Page(app.test_client().get("/docs").get_data(as_text=True))
    answers = [shop.send(text=""), shop.get("/api/v1/nothing"), shop.get("/api/v1/messages?limit=0")]
    for answer in answers:
        path, _, anchor = answer.get_json()["type"].partition("#")
        assert path == "/docs"
        assert anchor in page.ids


@pytest.mark.parametrize("reader", LANGUAGES_READ)
def test_every_code_of_the_api_has_a_sentence_in(reader: str) -> None:
    codes = [code for codes in CODES.values() for code in codes]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if say(f"error.{code}", reader) == f"error.{code}"] == []


# ---- the examples, run ---------------------------------------------------------------------------


BODY = {"to": "+33639980001", "text": "L'été, c'est demain"}
RUNNERS = {
    "curl": ("curl", ["sh", "-c"]),
    "Python": ("python3", [sys.executable, "-c"]),
    "PHP": ("php", ["php", "-r"]),
    "Node": ("node", ["node", "--input-type=module", "-e"]),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_sending_works_as_it_is_pasted(
    address: str, shop: Any, ledger: Callable[[], Any], language: str
) -> None:
    needed, command = RUNNERS[language]
    if shutil.which(needed) is None:
        pytest.skip(f"{needed} is not installed")
    program = samples("POST", f"{address}/api/v1/messages", True, BODY)[language]
    program = program.replace("KEY", shop.key).removeprefix("<?php")
    done = subprocess.run([*command, program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert [row[3] for row in ledger()["Message"]] == [BODY["text"]]


def test_examples_hold_together_in_every_language() -> None:
    for body, method in ((None, "GET"), (BODY, "POST")):
        written = samples(method, "http://127.0.0.1/api/v1/messages", True, body)
        ast.parse(written["Python"])
        for program in written.values():
            assert "Bearer KEY" in program
            assert ("été" in program) == (body is not None)
            assert method == "GET" or method in program
    assert json.dumps(BODY, ensure_ascii=False).replace("'", "'\\''") in written["curl"]
