"""What a single value may be.  A wrong one is a code with its facts, never a sentence.

Every field knows its own JSON type: `"300"` is not a number and `1` is not `true`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from marshmallow import Schema, ValidationError, fields, validate

from web.office import office
from web.problems import Fault

WHEN = "2026-11-22T10:15:30.000+01:00"  # the example of every instant
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(?P<offset>[Zz]|[+-]\d\d:\d\d)?")
PLUS_LOST = re.compile(r"(?<=\d) (?=\d\d:\d\d$)")  # a "+" that was not escaped in a query


def codes(expected: str) -> dict[str, Any]:
    """marshmallow's sentences as faults; `expected` is a JSON type."""
    wrong = [Fault("wrong_type", facts={"problem": expected})]
    return {"required": [Fault("field_missing")], "null": wrong, "invalid": wrong, "invalid_utf8": wrong}


def _wrong(code: str, **facts: Any) -> NoReturn:
    """Leave marshmallow with a fault instead of a sentence."""
    raise ValidationError([Fault(code, facts=facts)])


class Shape(Schema):
    """The fields of an object.

    It does not change, so that a copy of it is itself: each decorator of a call copies all that the others
    said of the call, which were megabytes.
    """

    def __deepcopy__(self, _: dict[int, Any]) -> Shape:
        return self


class Text(fields.String):
    """A string."""

    default_error_messages = codes("string")


class ShortText(Text):
    """A string of at most so many characters."""

    def __init__(self, *, most: int, code: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=most), **kwargs)  # the documentation reads it
        self.most, self.code = most, code

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and len(value) > self.most:
            _wrong(self.code, most=self.most, value=value)
        return str(super()._deserialize(value, attr, data, **kwargs))


class Flag(fields.Boolean):
    """true or false, and nothing that only looks like it."""

    default_error_messages = codes("true or false")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Whole(fields.Integer):
    """A whole number between two bounds; `strict` refuses a string of digits."""

    default_error_messages = codes("whole number")

    def __init__(self, *, least: int, most: int, code: str = "out_of_range", **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(least, most), **kwargs)  # the documentation reads it
        self.bounds = {"least": least, "most": most}
        self.code = code

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        number = super()._deserialize(value, attr, data, **kwargs)
        if number is None or not self.bounds["least"] <= number <= self.bounds["most"]:
            _wrong(self.code, **self.bounds)
        return number


class Instant(fields.DateTime):
    """An instant: RFC 3339 with an offset; on the way out, with the appliance's own offset."""

    default_error_messages = codes("string")

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(office().config.appliance.timezone).isoformat(timespec="milliseconds")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return instant(value)


class QueryInstant(Instant):
    """The same in a query, where an unescaped "+" arrives as a space."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return instant(PLUS_LOST.sub("+", value))


class QueryNumber(Text):
    """A number in a query, where an unescaped "+" arrives as a space."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return re.sub(r"^ (?=\d)", "+", value)


class OneWord(Text):
    """One word out of a few."""

    def __init__(
        self, choices: Iterable[str], code: str, *, metadata: Mapping[str, Any], **kwargs: Any
    ) -> None:
        self.choices, self.code = [str(choice) for choice in choices], code
        super().__init__(metadata={"enum": self.choices, **metadata}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in self.choices:
            _wrong(self.code, value=value, known=", ".join(self.choices))
        return str(value)


class Texts(fields.List[str]):
    """A list of strings."""

    default_error_messages = codes("array of strings")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(), **kwargs)


class Objects(fields.List[Any]):
    """A list of objects of one shape."""

    default_error_messages = codes("array of objects")

    def __init__(self, shape: Schema, **kwargs: Any) -> None:
        super().__init__(fields.Nested(shape, error_messages=codes("object")), **kwargs)


class Words(fields.List[str]):
    """Some of a few words: in a query they may repeat, or be joined by commas."""

    default_error_messages = codes("string")

    def __init__(self, choices: Iterable[str], code: str, **kwargs: Any) -> None:
        self.word = OneWord(choices, code, metadata={})
        super().__init__(self.word, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str | None]:
        words = [word.strip() for entry in value for word in entry.split(",")]
        return [self.word.deserialize(word) for word in words if word]


class Recipients(fields.Raw):
    """One number, or a list of them; `limit` is how many."""

    default_error_messages = codes("string or array of strings")

    def __init__(self, *, limit: int, metadata: Mapping[str, Any], **kwargs: Any) -> None:
        shapes = [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": limit},
        ]
        super().__init__(metadata={"oneOf": shapes, **metadata}, **kwargs)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | list[str]:
        if isinstance(value, str):
            return value
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self.make_error("invalid")
        if not value:
            _wrong("field_missing")
        if len(value) > self.limit:
            _wrong("too_many_recipients", most=self.limit)
        return value


class Addressed(fields.Raw):
    """A list of recipients, each with variables of their own: `[{"to", "variables"}]`.

    Looked through by hand: a thousand nested schemas take longer than a thousand messages.
    """

    default_error_messages = codes('array of {"to", "variables"}')

    def __init__(
        self, *, limit: int, pairs: int, longest: int, metadata: Mapping[str, Any], **kwargs: Any
    ) -> None:
        words = {"type": "string", "maxLength": longest}
        variables = {"type": "object", "maxProperties": pairs, "additionalProperties": words}
        one = {
            "type": "object",
            "properties": {"to": {"type": "string"}, "variables": variables},
            "required": ["to"],
            "additionalProperties": False,
        }
        shape = {"type": "array", "items": one, "minItems": 1, "maxItems": limit}
        super().__init__(metadata={**shape, **metadata}, **kwargs)
        self.limit, self.pairs, self.longest = limit, pairs, longest

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> list[tuple[str, dict[str, str]]]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not value:
            _wrong("field_missing")
        if len(value) > self.limit:
            _wrong("too_many_recipients", most=self.limit)
        return [self._one(entry, index) for index, entry in enumerate(value)]

    def _one(self, entry: Any, index: int) -> tuple[str, dict[str, str]]:
        fault = self._fault(entry)
        if fault is not None:
            field, wrong = fault
            raise ValidationError({index: {field: [wrong]} if field else [wrong]})
        return entry["to"], entry.get("variables", {})

    def _fault(self, entry: Any) -> tuple[str, Fault] | None:
        """What is wrong with one recipient: the field, and how."""
        if not isinstance(entry, dict):
            return "", Fault("wrong_type", facts={"problem": "object"})
        if more := next((name for name in entry if name not in ("to", "variables")), None):
            return more, Fault("unknown_field")
        if "to" not in entry:
            return "to", Fault("field_missing")
        if not isinstance(entry["to"], str):
            return "to", Fault("wrong_type", facts={"problem": "string"})
        given = entry.get("variables", {})
        if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
            return "variables", Fault("wrong_type", facts={"problem": "object of strings"})
        if len(given) > self.pairs or any(
            len(text) > self.longest for pair in given.items() for text in pair
        ):
            return "variables", Fault(
                "metadata_too_large", facts={"most": self.pairs, "longest": self.longest}
            )
        return None


class Pairs(fields.Dict):
    """A few pairs of strings, kept beside a message and given back."""

    default_error_messages = codes("object of strings")

    def __init__(self, *, limit: int, longest: int, metadata: Mapping[str, Any], **kwargs: Any) -> None:
        bounds = {"maxProperties": limit, "additionalProperties": {"type": "string", "maxLength": longest}}
        super().__init__(metadata={**bounds, **metadata}, **kwargs)
        self.limit, self.longest = limit, longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            raise self.make_error("invalid")
        too_long = any(len(text) > self.longest for pair in value.items() for text in pair)
        if len(value) > self.limit or too_long:
            _wrong("metadata_too_large", most=self.limit, longest=self.longest)
        return value


def instant(typed: str) -> datetime:
    """The instant in UTC; without an offset nobody knows which one was meant."""
    match = RFC3339.fullmatch(typed)
    if match is None:
        _wrong("time_unreadable", value=typed)
    if not match["offset"]:
        _wrong("time_without_offset", value=typed)
    try:
        return datetime.fromisoformat(typed.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        _wrong("time_unreadable", value=typed)


def about(description: str, example: Any = None, **more: Any) -> dict[str, Any]:
    """What the documentation says of a field."""
    known = {"description": description, **more}
    return known if example is None else {**known, "example": example}
