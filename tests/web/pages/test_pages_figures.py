"""Figures in addresses and forms that no row and no reader of numbers can hold: answered, never a failure."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from journeys.visitor import Visitor

FIGURES = ("9" * 19, "9" * 5000, "²", "٣")


@pytest.mark.parametrize("figures", FIGURES)
def test_an_address_with_a_number_that_no_row_has_leads_nowhere(
    app: Flask, ana: Visitor, figures: str
) -> None:
    addresses = [
        (method, re.sub(r"<[^<>]+>", figures, rule.rule))
        for rule in app.url_map.iter_rules()
        for method in {"GET", "POST", "DELETE"} & set(rule.methods or ())
        if "<int:" in rule.rule
    ]
    assert len(addresses) > 20
    answers = {asked: ana.client.open(asked[1], method=asked[0]).status_code for asked in addresses}
    assert {asked: code for asked, code in answers.items() if code not in (400, 401, 404)} == {}


@pytest.mark.parametrize("figures", FIGURES)
@pytest.mark.parametrize(
    "address",
    [
        "/results?before={}",
        "/privacy/register?before={}",
        "/contacts?group={}&segment={}",
        "/messages?before={}",
        "/inbox?before={}",
        "/write?template={}",
    ],
)
def test_a_list_begins_at_its_beginning_where_the_address_says_no_number(
    ana: Visitor, address: str, figures: str
) -> None:
    answer = ana.client.get(address.format(figures, figures), follow_redirects=True)
    assert answer.status_code in (200, 400, 404)


@pytest.mark.parametrize("figures", FIGURES)
def test_a_segment_is_counted_from_the_beginning(ana: Visitor, figures: str) -> None:
    told = ana.send(f"/segments/count?after={figures}", form_at="/segments/new", test="tag_has", value="pro")
    assert json.loads(told) == {"found": 0, "next": None}
