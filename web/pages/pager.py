"""Where a list of a page goes on."""

from __future__ import annotations

from flask import request

from gateway import digits


def before() -> int | None:
    """The row that the address of this request goes on below; None for the beginning of the list."""
    return digits.number(request.args.get("before", ""))
