"""What we encode, octet by octet, and what we refuse to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.api import Alphabet, Concat, InboundPart, OutboundPart
from modem.codec import CodecError, decode, encode, relative_validity
from modem.errors import Advice
from modem.segments import split

HELLO = OutboundPart("+33639980001", "hello", Alphabet.GSM7, report=False)


@pytest.mark.parametrize(
    ("changed", "tpdu"),
    [
        ({}, "00 01 00 0B 91 3336990800F1 00 00 05 E8329BFD06"),
        ({"report": True}, "00 21 00 0B 91 3336990800F1 00 00 05 E8329BFD06"),
        ({"validity": timedelta(hours=1)}, "00 11 00 0B 91 3336990800F1 00 00 0B 05 E8329BFD06"),
        ({"recipient": "36180"}, "00 01 00 05 81 6381F0 00 00 05 E8329BFD06"),
        ({"recipient": "0639980001"}, "00 01 00 0A 81 6093890010 00 00 05 E8329BFD06"),
        ({"recipient": "112"}, "00 01 00 03 81 11F2 00 00 05 E8329BFD06"),
        ({"text": ""}, "00 01 00 0B 91 3336990800F1 00 00 00"),
        ({"text": "1234567@"}, "00 01 00 0B 91 3336990800F1 00 00 08 31D98C56B3DD00"),
        ({"text": "€"}, "00 01 00 0B 91 3336990800F1 00 00 02 9B32"),
        ({"alphabet": Alphabet.UCS2}, "00 01 00 0B 91 3336990800F1 00 08 0A 00680065006C006C006F"),
        ({"text": "ÿ😀", "alphabet": Alphabet.UCS2}, "00 01 00 0B 91 3336990800F1 00 08 06 00FF D83DDE00"),
        ({"text": "`\x1b", "alphabet": Alphabet.UCS2}, "00 01 00 0B 91 3336990800F1 00 08 04 0060 001B"),
        ({"concat": Concat(167, 3, 2)}, "00 41 00 0B 91 3336990800F1 00 00 0C 050003A70302 D06536FB0D"),
        ({"concat": Concat(0, 255, 255), "text": ""}, "00 41 00 0B 91 3336990800F1 00 00 07 05000300FFFF 00"),
        (
            {"concat": Concat(255, 2, 1), "text": "ça", "alphabet": Alphabet.UCS2},
            "00 41 00 0B 91 3336990800F1 00 08 0A 050003FF0201 00E7 0061",
        ),
    ],
)
def test_a_part_is_exactly_these_octets(changed: dict[str, Any], tpdu: str) -> None:
    octets = bytes.fromhex(tpdu)
    said = encode(replace(HELLO, **changed))
    assert said.hex == octets.hex().upper()
    assert said.length == len(octets) - 1  # the SMSC octet is not counted


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (timedelta(0), 0),
        (timedelta(minutes=-1), 0),
        (timedelta(seconds=1), 0),
        (timedelta(minutes=5), 0),
        (timedelta(minutes=5, microseconds=1), 1),
        (timedelta(hours=1), 11),
        (timedelta(hours=12), 143),
        (timedelta(hours=12, seconds=1), 144),
        (timedelta(hours=12, minutes=30), 144),
        (timedelta(hours=24), 167),
        (timedelta(hours=24, seconds=1), 168),
        (timedelta(days=2), 168),
        (timedelta(days=30), 196),
        (timedelta(days=30, seconds=1), 197),
        (timedelta(weeks=5), 197),
        (timedelta(weeks=63), 255),
        (timedelta(weeks=64), 255),
        (timedelta.max, 255),
    ],
)
def test_a_validity_is_the_shortest_that_is_long_enough(wanted: timedelta, value: int) -> None:
    assert relative_validity(wanted) == value


def lasting(value: int) -> timedelta:
    """The table of 23.040 section 9.2.3.12.1, as it is printed there."""
    if value <= 143:
        return timedelta(minutes=5) * (value + 1)
    if value <= 167:
        return timedelta(hours=12) + timedelta(minutes=30) * (value - 143)
    if value <= 196:
        return timedelta(days=1) * (value - 166)
    return timedelta(weeks=1) * (value - 192)


@pytest.mark.parametrize("value", range(256))
def test_every_validity_of_the_standard_is_met_and_the_next_moment_is_not(value: int) -> None:
    assert relative_validity(lasting(value)) == value
    assert relative_validity(lasting(value) + timedelta.resolution) == min(value + 1, 255)


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "+",
        "06 39 98 00 01",
        "+33 6 39 98 00 01",
        "+33-639980001",
        "*100#",
        "Orange",
        "+0639980001",
        "++33639980001",
        "33639980001+",
        "+1234567890123456",
        "123456789012345678901",
        "+33639980001\n",
        "٠٦٣٩٩٨٠٠٠١",
        "06²",
    ],
)
def test_a_recipient_that_is_no_number_is_refused(recipient: str) -> None:
    refused(replace(HELLO, recipient=recipient))


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("a" * 161, Alphabet.GSM7),
        ("€" * 81, Alphabet.GSM7),
        ("ê", Alphabet.GSM7),
        ("ÿ", Alphabet.GSM7),
        ("`", Alphabet.GSM7),
        ("\x1be", Alphabet.GSM7),
        ("😀", Alphabet.GSM7),
        ("ê" * 71, Alphabet.UCS2),
        ("😀" * 36, Alphabet.UCS2),
        ("\ud83d", Alphabet.UCS2),
        ("a\ude00", Alphabet.UCS2),
        ("octets", Alphabet.DATA),
    ],
)
def test_a_text_its_alphabet_cannot_carry_is_refused(text: str, alphabet: Alphabet) -> None:
    refused(replace(HELLO, text=text, alphabet=alphabet))


@pytest.mark.parametrize(
    ("text", "alphabet"), [("a" * 154, Alphabet.GSM7), ("ê" * 68, Alphabet.UCS2), ("😀" * 34, Alphabet.UCS2)]
)
def test_a_part_of_several_holds_less(text: str, alphabet: Alphabet) -> None:
    encode(replace(HELLO, text=text, alphabet=alphabet))
    refused(replace(HELLO, text=text, alphabet=alphabet, concat=Concat(1, 2, 1)))


@pytest.mark.parametrize(
    "concat",
    [
        Concat(256, 2, 1),
        Concat(-1, 2, 1),
        Concat(1, 256, 1),
        Concat(1, 0, 0),
        Concat(1, 2, 0),
        Concat(1, 2, 3),
        Concat(1, 2, 1, wide=True),
    ],
)
def test_a_part_that_counts_wrongly_is_refused(concat: Concat) -> None:
    refused(replace(HELLO, concat=concat))


def refused(part: OutboundPart) -> None:
    with pytest.raises(CodecError) as refusal:
        encode(part)
    assert refusal.value.code == "unencodable"
    assert refusal.value.advice is Advice.GIVE_UP


def test_a_refusal_does_not_repeat_the_recipient() -> None:
    with pytest.raises(CodecError) as refusal:
        encode(replace(HELLO, recipient="+33 6 39 98 00 01"))
    assert "39" not in str(refusal.value)


ANYTHING = st.builds(
    OutboundPart,
    recipient=st.text(max_size=25) | st.from_regex(r"\+?[0-9]{1,21}", fullmatch=True),
    text=st.text(st.characters(), max_size=200),
    alphabet=st.sampled_from(Alphabet),
    concat=st.none() | st.builds(Concat, *[st.integers(-1, 300)] * 3, wide=st.booleans()),
    validity=st.none() | st.timedeltas(),
    report=st.booleans(),
)


@given(ANYTHING)
def test_a_part_is_encoded_within_the_format_or_refused(part: OutboundPart) -> None:
    try:
        said = encode(part)
    except CodecError:
        return
    assert len(bytes.fromhex(said.hex)) == said.length + 1
    assert said.length <= 164  # octets of the longest SUBMIT (23.040 section 9.2.2.2)


@given(st.text(max_size=400))
def test_whatever_is_split_is_encoded_and_heard_again(text: str) -> None:
    cut = split(text)
    heard = [heard_again(text[start:stop], cut.alphabet) for start, stop in cut.spans]
    assert "".join(heard) == text


def heard_again(text: str, alphabet: Alphabet) -> str:
    """The text of a part after the service centre turned the SUBMIT into a DELIVER."""
    said = encode(replace(HELLO, text=text, alphabet=alphabet)).hex
    address, scheme_and_rest = said[6:22], said[24:]
    heard = decode(f"0004{address}00{scheme_and_rest[:2]}62112250800040{scheme_and_rest[2:]}")
    assert isinstance(heard, InboundPart)
    assert heard.sender == HELLO.recipient
    assert heard.alphabet is alphabet
    return heard.text
