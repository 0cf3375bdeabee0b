"""What is in the GSM 7-bit alphabet, and what each text costs."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.alphabet import (
    BASIC,
    COST,
    EXTENSION,
    Culprit,
    choose,
    culprits,
    fits,
    from_septets,
    septets,
    to_septets,
    units,
)
from modem.api import Alphabet

GSM_TEXT = st.text(st.sampled_from(sorted(COST)))


def test_each_code_has_its_own_character() -> None:
    assert len(BASIC) == len(set(BASIC)) == 128
    assert not set(BASIC) & set(EXTENSION.values())


@pytest.mark.parametrize(
    ("char", "codes"),
    [
        ("@", "00"),
        ("é", "05"),
        ("Ç", "09"),
        ("\n", "0A"),
        ("\r", "0D"),
        ("_", "11"),
        ("É", "1F"),
        (" ", "20"),
        ("¤", "24"),
        ("A", "41"),
        ("§", "5F"),
        ("¿", "60"),
        ("ñ", "7D"),
        ("à", "7F"),
        ("\f", "1B0A"),
        ("^", "1B14"),
        ("{", "1B28"),
        ("}", "1B29"),
        ("\\", "1B2F"),
        ("[", "1B3C"),
        ("~", "1B3D"),
        ("]", "1B3E"),
        ("|", "1B40"),
        ("€", "1B65"),
    ],
)
def test_a_character_has_the_code_of_the_standard(char: str, codes: str) -> None:
    assert to_septets(char).hex().upper() == codes
    assert septets(char) == len(codes) // 2


def test_the_backtick_is_the_only_printable_ascii_character_outside() -> None:
    printable = set(string.printable) - set(string.whitespace)
    assert {char for char in printable if not fits(char)} == {"`"}


@pytest.mark.parametrize("char", "àäéèöùüæÄÇÉÖÜÆ£¥$§¤€ñßøåìò")
def test_the_alphabet_has_this_letter(char: str) -> None:
    assert fits(char)


@pytest.mark.parametrize("char", "âçêëîïôûÿœÀÂÈÊËÎÏÔÙÛŸŒ«»’“”…–—°`²µ\t\x00\x1b\xa0\u200b😀")
def test_the_alphabet_has_not_this_character(char: str) -> None:
    assert not fits(char)
    assert septets(char) is None
    assert choose(f"a{char}") is Alphabet.UCS2
    assert culprits(f"a{char}") == (Culprit(1, char),)
    with pytest.raises(KeyError):
        to_septets(char)


def test_every_culprit_is_named_with_its_place() -> None:
    assert culprits("l’été ’ 😀") == (Culprit(1, "’"), Culprit(6, "’"), Culprit(8, "😀"))
    assert culprits("l'été [€]") == ()


@pytest.mark.parametrize(("text", "cost"), [("", 0), ("abc", 3), ("5€", 3), ("[x]", 5), ("é\r\n", 3)])
def test_a_text_costs_so_many_septets(text: str, cost: int) -> None:
    assert septets(text) == cost
    assert choose(text) is Alphabet.GSM7


@pytest.mark.parametrize(
    ("text", "cost"), [("", 0), ("abc", 3), ("ça", 2), ("😀", 2), ("👍🏽a", 5), ("\ud83d", 1)]
)
def test_a_text_costs_so_many_units(text: str, cost: int) -> None:
    assert units(text) == cost


@given(GSM_TEXT)
def test_septets_come_back_as_the_text_they_were(text: str) -> None:
    assert fits(text)
    assert from_septets(to_septets(text)) == text
    assert len(to_septets(text)) == septets(text)


@given(st.text())
def test_fitting_costing_and_culprits_agree(text: str) -> None:
    assert fits(text) == (septets(text) is not None) == (not culprits(text))
    assert units(text) == len(text.encode("utf-16-be")) // 2


@given(st.lists(st.integers(0, 127)).map(bytes))
def test_any_septets_are_some_text_without_an_escape(codes: bytes) -> None:
    assert "\x1b" not in from_septets(codes)


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ("1B41", "A"),
        ("1B1B", " "),
        ("1B1B41", " A"),
        ("411B", "A "),
        ("1B65", "€"),
        ("1B1B1B65", " €"),
        ("1B0D", "\r"),
    ],
)
def test_an_escape_is_overlooked_a_space_or_half_a_character(codes: str, text: str) -> None:
    assert from_septets(bytes.fromhex(codes)) == text
