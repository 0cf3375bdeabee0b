"""tshark, which knows nothing of this house, reads the simulator's TPDUs the same way."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from modem.simulator import alphabet, fields
from modem.simulator.tpdu import Deliver, StatusReport, Submit
from modem.simulator.user_data import split

pytestmark = pytest.mark.skipif(
    not (shutil.which("tshark") and shutil.which("text2pcap")), reason="tshark is not installed"
)

ZONE = timezone(timedelta(hours=1))
TEXTS = [
    "",
    "a",
    "1234567",
    "12345678",
    "[€uro] {~} \\ | ^",
    "é è à ù ì ò Ç Ä ö ñ ü @ £ $ _",
    "a" * 160,
    "b" * 161,
    "€" * 200,
    "L'été, ça été; œuvre « ’ »",
    "😀 ok 🚀",
    "ç" * 150,
]


def dissect(tmp_path: Path, octets: list[bytes], direction: str) -> list[dict[str, Any]]:
    """What tshark sees in each TPDU: I is from the modem, O to it."""
    run = [
        "tshark",
        "-r",
        captured(tmp_path, octets, direction),
        "-T",
        "json",
        "-o",
        "gsm_sms.reassemble:FALSE",
    ]
    packets = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
    return [_flat(packet["_source"]["layers"]["gsm_sms"]) for packet in packets]


def captured(tmp_path: Path, octets: list[bytes], direction: str) -> str:
    dump = tmp_path / f"{direction}.txt"
    dump.write_text("".join(f"{direction}\n0000 {each.hex(' ')}\n\n" for each in octets))
    capture = tmp_path / f"{direction}.pcapng"
    subprocess.run(["text2pcap", "-q", "-D", "-P", "gsm_sms", dump, capture], check=True, capture_output=True)
    return str(capture)


def _flat(tree: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items() if isinstance(tree, dict) else ():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                found |= {k: v for k, v in _flat(each).items() if k not in found}
            else:
                found.setdefault(key, each)
    return found


def random_texts(count: int) -> list[str]:
    source = random.Random(1793)
    letters = [c for c in alphabet.BASIC if c not in "\x1b\r\n"] + ["€", "{", "]", "~"]
    return ["".join(source.choices(letters, k=source.randint(1, 153))) for _ in range(count)]


def test_tshark_reads_every_submit_as_it_was_meant(tmp_path: Path) -> None:
    submits = [
        Submit("+33639980001", part, report=True, validity=timedelta(hours=1))
        for wide in (False, True)
        for text in TEXTS + random_texts(150)
        for part in split(text, reference=0xAB, wide=wide)
    ]
    seen = dissect(tmp_path, [submit.encode() for submit in submits], "I")
    assert len(seen) == len(submits)
    for submit, fields_seen in zip(submits, seen, strict=True):
        assert fields_seen["gsm_sms.tp-mti"] == "1"
        assert fields_seen["gsm_sms.tp-da"] == "33639980001"
        assert fields_seen["gsm_sms.tp-srr"] == "1"
        assert fields_seen.get("gsm_sms.sms_text", "") == submit.content.text
        if submit.content.concat:
            assert int(fields_seen["gsm_sms.udh.mm.msg_id"]) == 0xAB
            assert int(fields_seen["gsm_sms.udh.mm.msg_part"]) == submit.content.concat.seq
            assert int(fields_seen["gsm_sms.udh.mm.msg_parts"]) == submit.content.concat.total


def test_tshark_reads_every_deliver_as_it_was_meant(tmp_path: Path) -> None:
    sent_at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=ZONE)
    delivers = [
        Deliver(sender, part, sent_at)
        for sender in ("+33612345678", "36180", "Banque", "ABCDEFGHIJK")
        for text in TEXTS + random_texts(20)
        for part in split(text, reference=7)
    ]
    seen = dissect(tmp_path, [deliver.encode() for deliver in delivers], "O")
    assert len(seen) == len(delivers)
    for deliver, fields_seen in zip(delivers, seen, strict=True):
        assert fields_seen["gsm_sms.tp-mti"] == "0"
        assert fields_seen["gsm_sms.tp-oa"] == deliver.sender.removeprefix("+")
        assert fields_seen.get("gsm_sms.sms_text", "") == deliver.content.text
        stamp = [fields_seen[f"gsm_sms.scts.{unit}"] for unit in ("year", "month", "day", "hour", "minutes")]
        assert [int(value) for value in stamp] == [26, 3, 4, 5, 6]


def test_tshark_reads_every_report_as_it_was_meant(tmp_path: Path) -> None:
    times = datetime(2026, 3, 4, 5, 6, 7, tzinfo=ZONE), datetime(2026, 3, 4, 5, 7, 8, tzinfo=ZONE)
    statuses = range(256)
    reports = [StatusReport(255 - status, "+33639980002", *times, status) for status in statuses]
    for status, seen in zip(statuses, dissect(tmp_path, [r.encode() for r in reports], "O"), strict=True):
        assert seen["gsm_sms.tp-mti"] == "2"
        assert int(seen["gsm_sms.tp-mr"]) == 255 - status
        assert seen["gsm_sms.tp-ra"] == "33639980002"
        bits = [("definition", 7), ("st_error", 5)]
        seen_status = sum(int(seen[f"gsm_sms.dis_field.{name}"]) << shift for name, shift in bits)
        assert seen_status | int(seen["gsm_sms.dis.field_st_reason"]) == status


def test_tshark_reads_every_relative_validity_the_same_way(tmp_path: Path) -> None:
    periods = [fields.relative_validity(value) for value in range(256)]
    octets = [Submit("+33639980001", split("x")[0], validity=period).encode() for period in periods]
    run = ["tshark", "-V", "-r", captured(tmp_path, octets, "I")]
    words = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    seen = re.findall(r"TP-Validity-Period: (.*)", words)
    assert [_period(each) for each in seen] == periods


def _period(words: str) -> timedelta:
    pairs = re.findall(r"(\d+) (week|day|hour|minute)", words)
    return timedelta(**{f"{unit}s": int(number) for number, unit in pairs})
