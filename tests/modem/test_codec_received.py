"""Every hand-made TPDU of tests/vectors says what its entry promises."""

from __future__ import annotations

import random
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.api import Alphabet, Concat, InboundPart, Report, Undecodable
from modem.codec import decode

VECTORS = Path(__file__).parents[1] / "vectors"


def entries(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((VECTORS / f"{name}.toml").read_text())[name]
    assert found
    return found


def hex_of(entry: dict[str, Any]) -> str:
    return str(entry["tpdu"]).replace("|", "").replace(" ", "")


def date(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def named(name: str) -> pytest.MarkDecorator:
    found = entries(name)
    return pytest.mark.parametrize("entry", found, ids=[entry["name"] for entry in found])


@named("deliver")
def test_a_deliver_says(entry: dict[str, Any]) -> None:
    assert decode(hex_of(entry)) == InboundPart(
        sender=entry.get("sender", "+33639989001"),
        text=entry.get("text", ""),
        alphabet=Alphabet(entry.get("alphabet", "GSM-7")),
        sent_at=date(entry.get("sent_at", "2026-11-22T05:08:00+01:00")),
        concat=Concat(*entry["concat"]) if "concat" in entry else None,
        data=bytes.fromhex(entry.get("data", "")),
    )


@named("report")
def test_a_status_report_says(entry: dict[str, Any]) -> None:
    assert decode(hex_of(entry)) == Report(
        reference=entry["reference"],
        recipient=entry.get("recipient", "+33639989001"),
        status=entry["status"],
        sent_at=date(entry.get("sent_at", "2026-11-22T05:08:00+01:00")),
        discharged_at=date(entry.get("discharged_at", "2026-11-22T05:08:07+01:00")),
    )


@named("undecodable")
def test_what_no_rule_reads_says_why(entry: dict[str, Any]) -> None:
    assert decode(hex_of(entry)) == Undecodable(entry["why"])


@named("deliver")
def test_case_and_blanks_in_the_hex_change_nothing(entry: dict[str, Any]) -> None:
    typed = str(entry["tpdu"]).replace("|", "").lower()
    assert decode(f" {typed}\r\n") == decode(hex_of(entry))


def test_every_reference_of_eight_bits_is_read() -> None:
    for reference in range(256):
        heard = decode(f"00440B913336999800F1000062112250800040 08 050003{reference:02X}0302 D0")
        assert isinstance(heard, InboundPart)
        assert heard.concat == Concat(reference, 3, 2)
        assert heard.text == "h"


def test_every_status_is_kept_as_it_is() -> None:
    for status in range(256):
        heard = decode(f"00062A0B913336999800F16211225080004062112250807040{status:02X}")
        assert isinstance(heard, Report)
        assert heard.status == status


@pytest.mark.parametrize("kind", ["deliver", "report"])
def test_a_line_cut_anywhere_is_undecodable(kind: str) -> None:
    for entry in entries(kind):
        if "optional" in entry["name"] or "beyond the counted" in entry["name"]:
            continue  # these end after everything that counts
        whole = hex_of(entry)
        for end in range(0, len(whole), 2):
            assert isinstance(decode(whole[:end]), Undecodable), whole[:end]


def test_fifty_thousand_mutilated_tpdus_never_raise_and_always_leave_storable_text() -> None:
    storm = random.Random(23040)
    originals = [bytes.fromhex(hex_of(entry)) for kind in ("deliver", "report") for entry in entries(kind)]
    kinds = set()
    for _ in range(50_000):
        heard = decode(mutilated(storm.choice(originals), storm).hex())
        kinds.add(type(heard))
        if isinstance(heard, InboundPart):
            f"{heard.sender}{heard.text}".encode()
            assert heard.sent_at is None or heard.sent_at.utcoffset() is not None
    assert kinds == {InboundPart, Report, Undecodable}


def mutilated(octets: bytes, storm: random.Random) -> bytes:
    """The octets with a few of them overwritten, lost, doubled or invented; sometimes all of them."""
    if storm.random() < 0.1:
        return storm.randbytes(storm.randrange(180))
    broken = bytearray(octets)
    for _ in range(storm.randint(1, 4)):
        at = storm.randrange(len(broken) + 1)
        broken[at : at + storm.randrange(3)] = storm.randbytes(storm.randrange(3))
    return bytes(broken)


@given(st.text(max_size=80))
def test_any_characters_at_all_are_undecodable_or_read(line: str) -> None:
    assert isinstance(decode(line), InboundPart | Report | Undecodable)
