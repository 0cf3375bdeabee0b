"""Programs that know nothing of this house and read the same octets: tshark."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

DEADLINE = 120  # seconds for one run: starting it is what costs, so all TPDUs of a test go through one
FIELDS = ["tp-mti", "tp-mr", "tp-rd", "tp-srr", "tp-vpf", "tp-udhi", "tp-dcs", "tp-da", "tp-oa"]
FIELDS += ["dis_field_addr.num_type", "vp.validity_period", "sms_text"]
CONCAT_FIELDS = ("udh.mm.msg_id", "udh.mm.msg_parts", "udh.mm.msg_part")
AS_SMS = 'uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0",""'


def tshark(tpdus: Sequence[tuple[str, str]], where: Path) -> list[dict[str, str]]:
    """What tshark reads in (direction, hex without SMSC) pairs; I: to the network, O: from it."""
    if not (shutil.which("tshark") and shutil.which("text2pcap")):
        pytest.skip("tshark is not installed")
    dump, capture = where / "dump", where / "capture"
    dump.write_text("".join(f"{way} 000000 {bytes.fromhex(tpdu).hex(' ')}\n" for way, tpdu in tpdus))
    make = ["text2pcap", "-q", "-D", "-F", "pcapng", "-l", "147", str(dump), str(capture)]
    subprocess.run(make, check=True, capture_output=True, timeout=DEADLINE)
    read = ["tshark", "-r", str(capture), "-o", AS_SMS, "-o", "gsm_sms.reassemble:FALSE", "-T", "json"]
    read += [option for name in (*FIELDS, *CONCAT_FIELDS) for option in ("-e", f"gsm_sms.{name}")]
    shown = subprocess.run(read, check=True, capture_output=True, timeout=DEADLINE).stdout
    return [
        {name.removeprefix("gsm_sms."): values[0] for name, values in frame["_source"]["layers"].items()}
        for frame in json.loads(shown)
    ]
