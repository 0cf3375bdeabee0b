"""Whatever stands where a field belongs, the answer is a code that has words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from marshmallow import ValidationError

from web.api.codes import CODES
from web.api.framework import faults
from web.api.inputs import Strict

WRONG = (
    None,
    1,
    -1.5,
    True,
    "",
    "x",
    [],
    [1],
    ["x"],
    [None],
    [[]],
    [{}],
    {},
    {"x": 1},
    {"x": None},
    {"": []},
)
KNOWN = {code for codes in CODES.values() for code in codes}


def bodies(of: type[Strict] = Strict) -> Iterator[type[Strict]]:
    for shape in of.__subclasses__():
        if not shape.__name__.endswith("QuerySchema"):  # in a query, everything is a string
            yield shape
        yield from bodies(shape)


def said(shape: type[Strict], body: Any) -> Iterator[str]:
    try:
        shape().load(body)
    except ValidationError as error:
        yield from (fault.code for fault in faults(error.messages))


@pytest.mark.parametrize("shape", list(bodies()), ids=lambda shape: shape.__name__)
def test_what_is_wrong_in_a_body_has_a_code_that_is_known(app: Flask, shape: type[Strict]) -> None:
    with app.test_request_context():
        for wrong in WRONG:
            assert set(said(shape, wrong)) <= KNOWN, wrong
            for name, field in shape().fields.items():
                assert set(said(shape, {field.data_key or name: wrong})) <= KNOWN, (name, wrong)
