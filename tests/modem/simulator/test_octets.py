"""The simulator's own TPDUs: what is written can be read again, and what is wrong is refused."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.simulator import alphabet, fields, user_data
from modem.simulator.fields import Reader, TpduError
from modem.simulator.tpdu import Deliver, StatusReport, Submit
from modem.simulator.user_data import Concat, UserData, split

GSM_CHARACTERS = [c for c in alphabet.BASIC if c != "\x1b"] + list(alphabet.EXTENSION.values())
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
gsm_text = st.text(st.sampled_from(GSM_CHARACTERS), max_size=600)
numbers = st.builds(
    lambda plus, d: plus + d, st.sampled_from(["", "+"]), st.from_regex(r"[0-9]{1,15}", fullmatch=True)
)
names = st.text(st.sampled_from("ABCDEFabcdef ÉÄ"), min_size=1, max_size=11).filter(str.strip)
zones = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
years = [datetime(year, 1, 1) for year in (2000, 2099)]  # noqa: DTZ001 -- hypothesis adds the zone
instants = st.datetimes(*years, timezones=zones).map(lambda instant: instant.replace(microsecond=0))
one_part = st.builds(lambda text: split(text)[0], st.one_of(any_text, gsm_text))


@given(st.lists(st.integers(0, 127), max_size=170), st.integers(0, 6))
def test_packed_septets_come_back_whatever_the_fill(septets: list[int], fill: int) -> None:
    assert alphabet.unpack(alphabet.pack(septets, fill), len(septets), fill) == septets


@given(gsm_text)
def test_every_gsm_text_comes_back(text: str) -> None:
    assert alphabet.from_septets(alphabet.to_septets(text)) == text


@given(numbers, one_part, st.booleans(), st.sampled_from([None, timedelta(hours=1), timedelta(days=3)]))
def test_a_submit_comes_back(
    number: str, content: UserData, report: bool, validity: timedelta | None
) -> None:
    submit = Submit(number, content, report, validity, coding=content.coding)
    assert Submit.decode(submit.encode()) == submit


@given(st.one_of(numbers, names), one_part, instants)
def test_a_deliver_comes_back(sender: str, content: UserData, sent_at: datetime) -> None:
    deliver = Deliver(sender, content, sent_at)
    assert Deliver.decode(deliver.encode()) == deliver


@given(st.integers(0, 255), numbers, instants, instants, st.integers(0, 255))
def test_a_report_comes_back(mr: int, number: str, sent: datetime, done: datetime, status: int) -> None:
    report = StatusReport(mr, number, sent, done, status)
    assert StatusReport.decode(report.encode()) == report


@given(st.one_of(any_text, gsm_text), st.booleans())
def test_the_parts_of_a_text_make_the_text_and_each_fits(text: str, wide: bool) -> None:
    parts = split(text, reference=200, wide=wide)
    assert "".join(part.text for part in parts) == text
    assert all(user_data.decode(part.encode(), part.coding, bool(part.concat)) == part for part in parts)
    if len(parts) > 1:
        assert [part.concat for part in parts] == [
            Concat(200, len(parts), seq, wide) for seq in range(1, len(parts) + 1)
        ]


@pytest.mark.parametrize(
    ("text", "wide", "sizes"),
    [
        ("a" * 160, False, [160]),
        ("a" * 161, False, [153, 8]),
        ("a" * 161, True, [152, 9]),
        ("€" * 80, False, [80]),
        ("€" * 81, False, [76, 5]),
        ("a" * 152 + "€" + "a" * 10, False, [152, 11]),
        ("ç" * 70, False, [70]),
        ("ç" * 71, False, [67, 4]),
        ("ç" * 71, True, [66, 5]),
        ("ç" * 66 + "😀" + "ç" * 5, False, [66, 6]),
        ("", False, [0]),
    ],
)
def test_texts_are_cut_where_the_specification_says(text: str, wide: bool, sizes: list[int]) -> None:
    assert [len(part.text) for part in split(text, wide=wide)] == sizes


@given(st.binary(max_size=180))
@settings(max_examples=500)
def test_no_octets_do_more_than_be_refused(octets: bytes) -> None:
    for kind in (Submit, Deliver, StatusReport):
        for nearly in (octets, bytes([{Submit: 0x51, Deliver: 0x44, StatusReport: 0x06}[kind]]) + octets):
            with contextlib.suppress(ValueError):
                assert isinstance(kind.decode(nearly), kind)


@pytest.mark.parametrize(
    ("octet", "period"),
    [
        (0, timedelta(minutes=5)),
        (143, timedelta(hours=12)),
        (144, timedelta(hours=12, minutes=30)),
        (167, timedelta(hours=24)),
        (168, timedelta(days=2)),
        (196, timedelta(days=30)),
        (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)
def test_a_relative_validity_means_what_the_table_says(octet: int, period: timedelta) -> None:
    assert fields.relative_validity(octet) == period
    assert fields.validity_octets(period) == bytes([octet])


def test_validity_has_three_forms() -> None:
    instant = datetime(2026, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=-5)))
    stamp = fields.timestamp_octets(instant)
    assert fields.read_validity(Reader(stamp), 3) == instant
    assert fields.read_validity(Reader(bytes.fromhex("023c0000000000")), 1) == timedelta(seconds=60)
    assert fields.read_validity(Reader(bytes.fromhex("03211000000000")), 1) == timedelta(hours=12, minutes=1)
    assert fields.read_validity(Reader(bytes.fromhex("010b0000000000")), 1) == timedelta(hours=1)
    assert fields.read_validity(Reader(bytes(7)), 1) is None


@pytest.mark.parametrize(
    ("hexadecimal", "why"),
    [
        ("", "octets are missing"),
        ("0400", "TP-MTI"),
        ("0100", "octets are missing"),
        ("01000b913336998900f100000548656c6c", "TP-UDL"),
        ("01000b913336998900f1000002c834ff", "TP-UDL"),
        ("41000b913336998900f1000804ff000301", "cut off"),
    ],
)
def test_a_submit_that_is_none_says_why(hexadecimal: str, why: str) -> None:
    with pytest.raises(TpduError, match=why):
        Submit.decode(bytes.fromhex(hexadecimal))


def test_the_alphabets_of_the_coding_groups() -> None:
    expected = {0x00: "GSM-7", 0x04: "8-bit", 0x08: "UCS-2", 0x10: "GSM-7", 0x18: "UCS-2", 0x20: "8-bit"}
    expected |= {0xC8: "GSM-7", 0xD8: "GSM-7", 0xE8: "UCS-2", 0xF0: "GSM-7", 0xF4: "8-bit"}
    assert {coding: user_data.alphabet_of(coding) for coding in expected} == expected
