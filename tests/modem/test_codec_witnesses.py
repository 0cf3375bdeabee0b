"""Programs we did not write read what we encode, and agree with what we decode: tshark and gammu.

All TPDUs of a test go through one run of the program: starting it is what costs.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modem.alphabet import BASIC, EXTENSION
from modem.api import Alphabet, Concat, OutboundPart, Report
from modem.codec import decode, encode
from modem.segments import split
from witness import CONCAT_FIELDS, DEADLINE, tshark

VECTORS = Path(__file__).parents[1] / "vectors"


def entries(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((VECTORS / f"{name}.toml").read_text())[name]
    return found


def hex_of(entry: dict[str, Any]) -> str:
    return str(entry["tpdu"]).replace("|", "").replace(" ", "")


# ---- what is said ---------------------------------------------------------------------------------

GSM7 = [char for char in BASIC if char != "\x1b"] + [char for char in EXTENSION.values() if char != "\f"]
BEYOND = [*"çâêîôûëïÿœŒÀÂÈÊÎÔÛŸ«»’“”…–—°` \t", *"łßЖחعकあ漢한😀🇫🇷👍🏽👩\u200d\u0301"]
RECIPIENTS = ("+33639980001", "+12025550123", "+4915112345678", "0639980001", "36180", "112")
VALIDITIES = {
    None: None,
    7: 1,
    60: 11,
    720: 143,
    721: 144,
    1440: 167,
    4000: 169,
    60_000: 198,
}  # minutes: TP-VP


def texts(count: int) -> Iterator[str]:
    """Random texts of every length around the limits of one and two parts, in both alphabets."""
    storm = random.Random(23038)
    for _ in range(count):
        chars = GSM7 if storm.random() < 0.5 else GSM7 + BEYOND * 2
        yield "".join(storm.choices(chars, k=storm.choice((1, 7, 8, 9, 35, 69, 71, 150, 161, 250, 308))))


def parts(count: int) -> list[OutboundPart]:
    """The parts of so many texts, to every sort of recipient, with and without validity and report."""
    storm = random.Random(27005)
    said = []
    for text in texts(count):
        cut = split(text)
        recipient, minutes = storm.choice(RECIPIENTS), storm.choice(list(VALIDITIES))
        validity = None if minutes is None else timedelta(minutes=minutes)
        reference, total = storm.randrange(256), len(cut.spans)
        for seq, (start, stop) in enumerate(cut.spans, 1):
            concat = Concat(reference, total, seq) if total > 1 else None
            report = storm.random() < 0.5
            said.append(OutboundPart(recipient, text[start:stop], cut.alphabet, concat, validity, report))
    return said


# ---- tshark ---------------------------------------------------------------------------------------


def seen_by_tshark(part: OutboundPart) -> dict[str, str]:
    """What tshark has to show of a part."""
    minutes = None if part.validity is None else part.validity // timedelta(minutes=1)
    shown = {
        "tp-mti": 1,
        "tp-mr": 0,
        "tp-rd": 0,
        "tp-srr": int(part.report),
        "tp-vpf": 0 if minutes is None else 2,
        "tp-udhi": int(part.concat is not None),
        "tp-dcs": 8 if part.alphabet is Alphabet.UCS2 else 0,
        "tp-da": part.recipient.removeprefix("+"),
        "dis_field_addr.num_type": int(part.recipient.startswith("+")),
        "sms_text": part.text,
    }
    if minutes is not None:
        shown["vp.validity_period"] = VALIDITIES[minutes]
    if part.concat:
        counts = (part.concat.reference, part.concat.total, part.concat.seq)
        shown |= dict(zip(CONCAT_FIELDS, counts, strict=True))
    return {name: str(value) for name, value in shown.items()}


def test_tshark_reads_every_field_of_what_we_encode(tmp_path: Path) -> None:
    said = parts(1500)
    seen = tshark([("I", encode(part).hex[2:]) for part in said], tmp_path)
    assert len(seen) == len(said)
    for part, shown in zip(said, seen, strict=True):
        assert shown == seen_by_tshark(part)


def test_tshark_reads_the_received_vectors_as_we_do(tmp_path: Path) -> None:
    shared = [entry for entry in entries("deliver") if entry.get("witness", True) and entry["text"]]
    bare = [without_smsc(hex_of(entry)) for entry in shared]
    for entry, shown in zip(shared, tshark([("O", tpdu) for tpdu in bare], tmp_path), strict=True):
        header = [int(shown[name]) for name in CONCAT_FIELDS if name in shown]
        assert shown["sms_text"] == entry["text"], entry["name"]
        assert shown["tp-oa"] == entry.get("sender", "+33639989001").removeprefix("+"), entry["name"]
        assert header == entry.get("concat", [])[:3], entry["name"]


def without_smsc(tpdu: str) -> str:
    return tpdu[2 + 2 * int(tpdu[:2], 16) :]


# ---- gammu ----------------------------------------------------------------------------------------

DEBIAN_PYTHON = "/usr/bin/python3"  # the one that Debian's python3-gammu belongs to
READ_ALL = """
import json, sys, gammu
for line in sys.stdin:
    print(json.dumps(gammu.DecodePDU(bytes.fromhex(line), True), default=str))
"""


def gammu(tpdus: Sequence[str]) -> list[dict[str, Any]]:
    """What gammu reads in TPDUs with their SMSC field."""
    imports = [DEBIAN_PYTHON, "-c", "import gammu"]
    if (
        not shutil.which(DEBIAN_PYTHON)
        or subprocess.run(imports, capture_output=True, check=False).returncode
    ):
        pytest.skip("python3-gammu is not installed")
    read = subprocess.run(
        [DEBIAN_PYTHON, "-c", READ_ALL],
        input="\n".join(tpdus),
        check=True,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    return [json.loads(line) for line in read.stdout.splitlines()]


def seen_by_gammu(part: OutboundPart) -> dict[str, Any]:
    """What gammu has to show of a part."""
    concat = part.concat or Concat(0, 0, -1)
    return {
        "Type": "Submit",
        "Number": part.recipient,
        "Text": part.text,
        "ID8bit": concat.reference,
        "AllParts": concat.total,
        "PartNumber": concat.seq,
        "RejectDuplicates": 0,
    }


def test_gammu_reads_what_we_encode() -> None:
    # in UCS-2 gammu gives ~ a meaning of its own
    said = [part for part in parts(1500) if not ("~" in part.text and part.alphabet is Alphabet.UCS2)]
    for part, shown in zip(said, gammu([encode(part).hex for part in said]), strict=True):
        # after a text with escapes it also shows what lies behind the end of its buffer
        flat = shown["UDH"] | shown | {"Text": shown["Text"].partition("\0")[0]}
        wanted = seen_by_gammu(part)
        assert {name: flat[name] for name in wanted} == wanted


def test_gammu_reads_the_report_vectors_as_we_do() -> None:
    tpdus = [hex_of(entry) for entry in entries("report")]
    for tpdu, shown in zip(tpdus, gammu(tpdus), strict=True):
        heard = decode(tpdu)
        assert isinstance(heard, Report)
        assert shown["Type"] == "Status_Report"
        assert shown["Number"] == heard.recipient
        assert shown["MessageReference"] == heard.reference
        assert shown["DeliveryStatus"] == heard.status
        assert shown["DateTime"] == without_zone(heard.sent_at)
        assert shown["SMSCDateTime"] == without_zone(heard.discharged_at)


def without_zone(instant: datetime | None) -> str | None:
    """An instant as gammu shows it."""
    return None if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"
