"""Where a text is cut into parts, and where never."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.alphabet import COST, septets, units
from modem.api import Alphabet
from modem.segments import LIMITS, Split, TooLong, split

GSM7, UCS2 = Alphabet.GSM7, Alphabet.UCS2
FAMILY, FLAG, THUMB, HEART = "👨‍👩‍👧‍👦", "🇫🇷", "👍🏽", "❤️"  # 11, 4, 4 and 2 units
ASTRONAUT = "👩🏽‍🚀"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"  # 14 units


def pieces(text: str, cut: Split) -> list[str]:
    return [text[start:stop] for start, stop in cut.spans]


def cost(alphabet: Alphabet, text: str) -> int:
    return units(text) if alphabet is UCS2 else septets(text) or 0


@pytest.mark.parametrize(
    ("text", "alphabet", "parts", "used", "left"),
    [
        ("", GSM7, 1, 0, 160),
        ("a", GSM7, 1, 1, 159),
        ("a" * 160, GSM7, 1, 160, 0),
        ("a" * 161, GSM7, 2, 161, 145),
        ("a" * 306, GSM7, 2, 306, 0),
        ("a" * 307, GSM7, 3, 307, 152),
        ("€" * 80, GSM7, 1, 160, 0),
        ("€" * 81, GSM7, 2, 162, 143),
        ("ê" * 70, UCS2, 1, 70, 0),
        ("ê" * 71, UCS2, 2, 71, 63),
        ("ê" * 134, UCS2, 2, 134, 0),
        ("ê" * 135, UCS2, 3, 135, 66),
        ("😀" * 35, UCS2, 1, 70, 0),
        ("😀" * 36, UCS2, 2, 72, 61),
    ],
)
def test_a_text_costs_so_many_parts(text: str, alphabet: Alphabet, parts: int, used: int, left: int) -> None:
    cut = split(text)
    assert (cut.alphabet, len(cut.spans), cut.units_used, cut.units_left) == (alphabet, parts, used, left)
    assert cut.per_part == (LIMITS[alphabet].joined if parts > 1 else LIMITS[alphabet].alone)


@pytest.mark.parametrize("before", range(150, 156))
def test_an_escape_pair_is_never_cut(before: int) -> None:
    text = "a" * before + "€" + "b" * 60
    first, second = pieces(text, split(text))
    assert septets(first) == (152 if before == 152 else 153)
    assert ("€" in first) == (before < 152)
    assert first + second == text


ENDS = ["🇦🇿", "🇿🇦", "👍🏻", "👍🏿"]  # the first and the last flag letter and skin tone


@pytest.mark.parametrize(
    "sequence", [*ENDS, "😀", FAMILY, FLAG, THUMB, HEART, SCOTLAND, "q\u0303\u0323", "\r\n", ASTRONAUT]
)
@pytest.mark.parametrize("before", range(50, 69))
def test_what_a_reader_sees_as_one_is_never_cut(sequence: str, before: int) -> None:
    text = "ê" * before + sequence + "ê" * 60
    assert [sequence in piece for piece in pieces(text, split(text))].count(True) == 1


@pytest.mark.parametrize("before", range(150, 154))
def test_a_line_end_of_two_characters_is_never_cut(before: int) -> None:
    text = "a" * before + "\r\n" + "b" * 60
    assert not pieces(text, split(text))[0].endswith("\r")


def test_a_sequence_that_just_fills_a_part_stays_whole() -> None:
    text = "ê" + "e" + "\u0323" * 66 + "ê" * 10
    assert split(text).spans == ((0, 1), (1, 68), (68, 78))


@pytest.mark.parametrize("shift", range(5))
def test_flags_in_a_row_stay_whole(shift: int) -> None:
    text = "ê" * shift + FLAG * 40
    for piece in pieces(text, split(text)):
        assert piece.strip("ê") == FLAG * (len(piece.strip("ê")) // 2)


def test_a_sequence_longer_than_a_part_is_cut_between_characters() -> None:
    text = "e" + "\u0323" * 200
    assert [len(piece) for piece in pieces(text, split(text))] == [67, 67, 67]
    text = "👩" + "\u200d👩" * 60
    cut = split(text)
    assert all(units(piece) <= 67 for piece in pieces(text, cut))
    assert "".join(pieces(text, cut)) == text


def test_255_parts_are_the_most() -> None:
    assert len(split("a" * 153 * 255).spans) == 255
    assert len(split("ê" * 67 * 255).spans) == 255
    with pytest.raises(TooLong) as refusal:
        split("a" * (153 * 255 + 1))
    assert refusal.value.parts == 256


def test_a_text_can_be_asked_to_leave_in_ucs2() -> None:
    cut = split("a" * 71, UCS2)
    assert (cut.alphabet, len(cut.spans)) == (UCS2, 2)


@pytest.mark.parametrize(("text", "alphabet"), [("ê", GSM7), ("a", Alphabet.DATA)])
def test_an_alphabet_that_cannot_say_the_text_is_refused(text: str, alphabet: Alphabet) -> None:
    with pytest.raises(ValueError, match="cannot say"):
        split(text, alphabet)


WHOLE = [*"aé€[^ê漢", "\r\n", "😀", FAMILY, FLAG, THUMB, HEART, SCOTLAND]
LOOSE = [*WHOLE, "\r", "🇫", "\u0301", "\u200d"]
LONG = st.lists(st.sampled_from(LOOSE), max_size=400).map("".join)
PLAIN = st.text(st.sampled_from(sorted(COST)), max_size=700)


@given(LONG | PLAIN | st.text(max_size=300))
def test_the_parts_joined_are_the_text_and_each_fits(text: str) -> None:
    cut = split(text)
    assert "".join(pieces(text, cut)) == text
    assert cut.units_used == cost(cut.alphabet, text)
    assert all(0 < cost(cut.alphabet, piece) <= cut.per_part for piece in pieces(text, cut) if text)
    assert cut.units_left == cut.per_part - cost(cut.alphabet, pieces(text, cut)[-1])


@given(st.lists(st.sampled_from(WHOLE), max_size=400))
def test_a_part_ends_only_where_the_next_sequence_does_not_fit(sequences: list[str]) -> None:
    """So no other way of cutting between sequences needs fewer parts."""
    text = "".join(sequences)
    begins = dict(zip(accumulate(map(len, sequences), initial=0), sequences, strict=False))
    cut = split(text)
    for start, stop in cut.spans[:-1]:
        left = cut.per_part - cost(cut.alphabet, text[start:stop])
        assert left < cost(cut.alphabet, begins[stop])


@given(PLAIN)
def test_gsm7_parts_waste_one_septet_at_most_before_an_escape_or_line_end(text: str) -> None:
    cut = split(text)
    for start, stop in cut.spans[:-1]:
        left = 153 - (septets(text[start:stop]) or 0)
        assert left == 0 or (left == 1 and (COST[text[stop]] == 2 or text[stop : stop + 2] == "\r\n"))
