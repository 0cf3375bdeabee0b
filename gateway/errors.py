"""What the gateway answers when it cannot do what was asked: a stable code, never a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any


class GatewayError(Exception):
    """Something asked for was not done, and nothing was changed.

    `code` is a stable word with a sentence in `gateway.words`; `field` names the input at fault;
    `facts` fill the sentence in.
    """

    def __init__(self, code: str, /, field: str | None = None, **facts: Any) -> None:
        shown = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{code}({shown})" if shown else code)
        self.code = code
        self.field = field
        self.facts = facts


class Invalid(GatewayError):
    """The input is wrong; `field` says where."""


class NotFound(GatewayError):
    """There is no such thing."""


class Conflict(GatewayError):
    """The thing exists in a state that forbids this."""


class Forbidden(GatewayError):
    """Whoever asks may not do this, whatever the input."""


class Limited(GatewayError):
    """Too much was asked for in a time; `until` is when it makes sense to ask again, where that is known."""

    def __init__(
        self, code: str, /, until: datetime | None = None, field: str | None = None, **facts: Any
    ) -> None:
        super().__init__(code, field, **facts)
        self.until = until


class ConfigError(GatewayError):
    """gateway.toml says something impossible; facts: file, line, key, problem."""


class Unusable(GatewayError):
    """The installation is not in a state to run (database missing, older, newer, locked by another)."""


@contextmanager
def on_field(field: str) -> Iterator[None]:
    """What is Invalid in here is so of that input, whatever field the check itself names."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.code, field=field, **error.facts) from error
