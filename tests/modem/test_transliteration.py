"""The cheaper spelling changes what costs, and nothing else."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.alphabet import COST, fits
from modem.transliteration import SPELLINGS, Change, cheaper

FRENCH = st.text(st.sampled_from(sorted({*COST, *SPELLINGS, "°"})))


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("ça", "ca"),
        ("âêëîïôûÿ", "aeeiiouy"),
        ("ÀÂÈÊËÎÏÔÙÛŸ", "AAEEEIIOUUY"),
        ("œuf Œuvre", "oeuf OEuvre"),
        ("áíóúãõÁÍÓÚšž", "aiouaoAIOUsz"),
        ("Łódź", "Lodz"),
        ("« oui » “a” „b”", '" oui " "a" "b"'),
        ("l’été ‘a’ ‹b› `c´", "l'été 'a' 'b' 'c'"),
        ("bon…", "bon..."),
        ("a–b—c−d‑e", "a-b-c-d-e"),
        ("• un · deux", "- un - deux"),
        ("10\u00a0h\u202f30\u2009\t!", "10 h 30  !"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("m² m³ ½ ¼ ¾", "m2 m3 1/2 1/4 3/4"),
        ("2×3÷4±1", "2x3/4+/-1"),
        ("µ", "u"),
        ("® © ™", "(R) (C) TM"),
        ("n°5 N°6", "no5 No6"),
        ("20° 21 °C", "20 deg 21 degC"),
        ("L’Haÿ-les-Roses", "L'Hay-les-Roses"),
    ],
)
def test_a_text_has_this_cheaper_spelling(typed: str, spelled: str) -> None:
    assert cheaper(typed).text == spelled


@pytest.mark.parametrize("text", ["", "é è à ù ì ò Ç É ä ö ü ñ Ä Ö Ñ Ü å ø æ ß", "prix : 5€ [x]", "a\r\nb"])
def test_what_is_cheap_stays(text: str) -> None:
    assert cheaper(text) == (text, ())


@pytest.mark.parametrize("text", ["ça 😀", "l’été ❤️", "Здравствуй «мир»", "漢字…", "👨‍👩‍👧"])
def test_a_text_that_stays_dear_anyway_is_not_touched(text: str) -> None:
    assert cheaper(text) == (text, ())


def test_accents_typed_apart_are_joined_first() -> None:
    assert cheaper("e\u0301te\u0301") == ("été", ())
    assert cheaper("e\u0302tre").text == "etre"


def test_a_mark_that_no_letter_can_take_is_dropped() -> None:
    assert cheaper("q\u0303") == ("q", (Change("\u0303", "", 1),))


def test_each_change_says_what_became_what_and_where() -> None:
    assert cheaper("cœur…").changes == (Change("œ", "oe", 1), Change("…", "...", 4))


def test_every_spelling_of_the_table_is_in_the_alphabet() -> None:
    assert all(fits(spelled) for spelled in SPELLINGS.values())
    assert not SPELLINGS.keys() & COST.keys()


@given(FRENCH | st.text())
def test_the_spelling_of_a_spelling_is_itself(text: str) -> None:
    once = cheaper(text)
    assert cheaper(once.text) == (once.text, ())


@given(FRENCH)
def test_what_the_table_knows_always_fits(text: str) -> None:
    assert fits(cheaper(text).text)


@given(FRENCH | st.text())
def test_the_changes_lead_from_the_text_to_its_spelling(text: str) -> None:
    spelled, changes = cheaper(text)
    typed = list(normalize("NFC", text))
    for old, new, index in changes:
        assert typed[index] == old
        typed[index] = new
    assert "".join(typed) == spelled
