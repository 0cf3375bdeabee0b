"""The OpenAPI document as a reader's outline: sections, calls, fields.  Pure: a dict in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One input or output; `place` is body, query, path or header."""

    name: str
    kind: str
    place: str
    required: bool
    description: str
    choices: tuple[str, ...]
    default: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One status, and the name of the shape that comes with it."""

    status: str
    description: str
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str | None  # None: needs no key
    inputs: tuple[Field, ...]
    answers: tuple[Answer, ...]
    example: Mapping[str, Any] | None  # of the body


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    description: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    fields: tuple[Field, ...]


def groups(document: Document) -> list[Group]:
    """The document's tags in order, each with its calls."""
    calls = list(_calls(document))
    return [
        Group(tag["name"], tag["description"], tuple(call for name, call in calls if name == tag["name"]))
        for tag in document["tags"]
    ]


def shapes(document: Document) -> list[Shape]:
    """What answers are made of, by name."""
    named = document["components"]["schemas"]
    return [
        Shape(name, tuple(_properties(schema, "answer")))
        for name, schema in sorted(named.items())
        if "additionalProperties" not in schema  # those are inputs, shown where they are used
    ]


def resolved(document: Document, part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part, or what its `$ref` names."""
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _calls(document: Document) -> Iterator[tuple[str, Call]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            shared = operations.get("parameters", [])
            yield operation["tags"][0], _call(document, method, path, operation, shared)


def _call(document: Document, method: str, path: str, operation: Any, shared: list[Any]) -> Call:
    body = _body(document, operation)
    parameters = [*shared, *operation.get("parameters", [])]
    security = operation.get("security") or [{}]
    scopes = [scope for wanted in security[0].values() for scope in wanted]
    return Call(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=scopes[0] if scopes else None,
        inputs=(*map(_parameter, parameters), *_properties(body, "body")),
        answers=tuple(_answer(document, *item) for item in sorted(operation["responses"].items())),
        example=example(body) if body else None,
    )


def _body(document: Document, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    request = operation.get("requestBody")
    return resolved(document, request["content"]["application/json"]["schema"]) if request else {}


def example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A body with what must be given, or usually is, and no more."""
    required = schema.get("required", [])
    return {
        name: about.get("example")
        for name, about in schema["properties"].items()
        if name in required or about.get("x-usual")
    }


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = {**parameter["schema"], "description": parameter.get("description", "")}
    return _field(parameter["name"], schema, parameter["in"], parameter.get("required", False))


def _properties(schema: Mapping[str, Any], place: str) -> Iterator[Field]:
    for name, about in schema.get("properties", {}).items():
        yield _field(name, about, place, name in schema.get("required", []))


def _field(name: str, schema: Mapping[str, Any], place: str, required: bool) -> Field:
    words = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    choices = tuple(str(word) for word in words if word is not None)
    description = schema.get("description", "")
    return Field(name, kind(schema), place, required, description, choices, schema.get("default"))


def kind(schema: Mapping[str, Any]) -> str:
    """A JSON type in words: `string or null`, `list of Part`, `string (date-time)`."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "oneOf" in schema or "anyOf" in schema:
        return " or ".join(kind(choice) for choice in schema.get("oneOf") or schema["anyOf"])
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else list(types)
    if "array" in names:
        names[names.index("array")] = f"list of {kind(schema.get('items', {}))}"
    if "format" in schema:
        names[0] = f"{names[0]} ({schema['format']})"
    return " or ".join(names)


def _answer(document: Document, status: str, response: Mapping[str, Any]) -> Answer:
    full = resolved(document, response)
    schemas = [media.get("schema", {}) for media in full.get("content", {}).values()]
    names = " or ".join(kind(schema) for schema in schemas if schema)
    return Answer(status, full["description"], tuple(names.split(" or ")) if names else ())
