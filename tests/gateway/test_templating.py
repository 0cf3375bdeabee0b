"""Gaps in a text are filled for each person; what is missing is named, and a brace can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.messages import templating

ANA = templating.values("Ana Durand", "+33639980001", "67000", {"Taille": "42", "vide": " "})


@pytest.mark.parametrize(
    ("text", "read", "missing"),
    [
        ("Bonjour", "Bonjour", ()),
        ("Bonjour {prénom} {nom}", "Bonjour Ana Durand", ()),
        ("{PRENOM} {first_name} {First Name}", "Ana Ana Ana", ()),
        ("{name}, {nom complet}", "Ana Durand, Ana Durand", ()),
        ("{numéro} {code postal} {cp}", "+33639980001 67000 67000", ()),
        ("{ taille }", "42", ()),
        ("Bonjour {vide}, à demain", "Bonjour, à demain", ("vide",)),
        ("Bonjour {vide} !", "Bonjour !", ("vide",)),
        ("{vide} {Vide}", "", ("Vide",)),
        ("{vide|chère cliente}", "chère cliente", ()),
        ("{prénom|chère cliente}", "Ana", ()),
        ("{vide|} !", " !", ()),
        ("{vide|a|b}", "a|b", ()),
        ("{{prénom}} a {{", "{prénom} a {", ()),
        ("} seul, }} deux", "} seul, } deux", ()),
        ("{{{prénom}}}", "{Ana}", ()),
    ],
)
def test_a_text_as_one_person_reads_it(text: str, read: str, missing: tuple[str, ...]) -> None:
    assert templating.fill(text, ANA) == templating.Filled(read, missing)


@pytest.mark.parametrize("text", ["{", "a { b", "{}", "{ }", "{|x}", "{a\nb}", "{a{b}", "{" + "x" * 41 + "}"])
def test_a_brace_that_is_no_variable_is_refused_with_the_way_to_mean_it(text: str) -> None:
    with pytest.raises(Invalid) as error:
        templating.parse(text)
    assert (error.value.code, error.value.field) == ("brace_open", "text")


def test_an_unknown_variable_is_named_with_those_that_are_known() -> None:
    templating.check("{prenom} {taille}", ["Taille"])
    with pytest.raises(Invalid) as error:
        templating.check("{prenom} {pointure}", ["Taille"])
    assert error.value.facts["value"] == "pointure"
    assert error.value.facts["known"].split() == [
        "{prénom}", "{nom}", "{nom", "complet}", "{numéro}", "{code", "postal}", "{Taille}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ana Durand", "Ana", "Durand"),
        ("DURAND Ana", "Ana", "DURAND"),
        ("DE LA TOUR Ana Maria", "Ana Maria", "DE LA TOUR"),
        ("Ana DURAND", "Ana", "DURAND"),
        ("ANA DURAND", "ANA", "DURAND"),
        ("Ana", "Ana", ""),
        ("Mme Durand", "", "Durand"),
        ("M. Jean Durand", "Jean", "Durand"),
        ("Dr", "Dr", ""),
        ("", "", ""),
    ],
)
def test_the_halves_of_a_name(name: str, first: str, last: str) -> None:
    assert templating.halves(name) == (first, last)


def test_a_field_of_the_shops_own_goes_before_the_guess() -> None:
    known = templating.values("Ana Durand", "+33639980001", own={"Prénom": "Anouk"})
    assert templating.fill("{prénom} {nom}", known).text == "Anouk Durand"


def test_each_gap_is_named_once_in_the_order_of_the_text() -> None:
    assert [gap.name for gap in templating.gaps("{nom} {prénom|toi} {NOM} {{x}}")] == ["nom", "prénom"]


@given(st.text())
def test_doubled_braces_give_any_text_back(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert templating.fill(doubled, {}) == templating.Filled(text)
