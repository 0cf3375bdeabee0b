"""The bundle for support: what explains the appliance is in it, of what was planted everywhere nothing."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import MONDAY_NOON, FakeClock
from gateway import audit
from gateway.access import keys, people
from gateway.doctor import bundle, journal, spoken, wire
from gateway.doctor.examine import examine
from gateway.doctor.redactor import Redactor
from gateway.errors import Unusable
from gateway.ids import Ids
from gateway.messages import inbox, outbox
from gateway.messages.outbox import Caller, Draft
from gateway.modems import alarms, requests
from gateway.privacy import spellings
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import (
    TABLES,
    Call,
    Contact,
    ConversationNote,
    History,
    Incident,
    Message,
    Setting,
)
from gateway.words import say
from modem import api

if TYPE_CHECKING:
    from conftest import Ward

ANNA, BEN = "+33612345678", "+33698765432"
NAME, COLLEAGUE, SHOP = "Anna-Lise Delacourt", "marcel", "Cordonnerie Bellemain"
TEXT, ANSWER, NOTE = "Vos bottes rouges attendent", "Je passe jeudi soir", "Paie toujours en retard"
USSD = "Solde 12,34 EUR valable"
PIN, PASSWORD, SECRET = "7391", "a tower on every hill", "whsec_9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c"
IMEI, ICCID, IMSI, SMSC = "490154203237518", "8933010000000000998", "208011234567890", "+33609001390"
REMARK = "acheté chez Bellemain rue des Lilas"

# What a person, a SIM or a secret is known by; none of it may be anywhere in the bundle.
PLANTED = (
    *("Delacourt", "Anna-Lise", COLLEAGUE, "Bellemain", "Lilas"),
    *("bottes", "rouges", "jeudi", "retard", "Solde", "12,34"),
    *(PIN, PASSWORD, SECRET, IMEI, ICCID, IMSI, SMSC.lstrip("+")),
    *("612345678", "06 12 34 56 78", "06.12.34.56.78", "698765432", "98 76 54 32"),
    "3316325476F8",  # Anna's number as a TPDU has it
    *(text.encode("utf-16-be").hex().upper() for text in (TEXT, ANSWER)),
)

JOURNALCTL = """#!/bin/sh
cat "$(dirname "$0")/journal"
"""
LOG = f"""\
2026-11-23T11:58:00+0100 pi chappe[311]: I gateway.daemon.serve: gateway ready, 1 modems configured
2026-11-23T11:58:01+0100 pi chappe[311]: W gateway.daemon.gauges: cannot write the status file: {TEXT} {ANNA}
2026-11-23T11:58:02+0100 pi chappe[311]: E web.live: {NAME} wrote {TEXT}
2026-11-23T11:58:03+0100 pi chappe[311]: I {COLLEAGUE}.{PIN}: {ANSWER}
2026-11-23T11:58:04+0100 pi chappe[311]: Traceback (most recent call last):
2026-11-23T11:58:04+0100 pi chappe[311]:   File "/opt/{COLLEAGUE}/gateway/daemon/loop.py", line 12, in run
2026-11-23T11:58:04+0100 pi chappe[311]:     send("{ANNA}", "{TEXT}")
2026-11-23T11:58:05+0100 pi chappe[311]: ValueError: {NAME} at 06 12 34 56 78
{NAME} {PASSWORD}
"""


def _hex(text: str) -> str:
    """A SUBMIT to Anna with that text, as it goes over the wire."""
    return "0011000B913316325476F80008FF" + f"{len(text) * 2:02X}" + text.encode("utf-16-be").hex().upper()


TRACE = f"""\
2026-11-23T11:58:00.000+00:00 > AT+CPIN="{PIN}"\\r
2026-11-23T11:58:00.100+00:00 < \\r\\nOK\\r\\n
2026-11-23T11:58:01.000+00:00 > AT+CMGS=42\\r
2026-11-23T11:58:01.100+00:00 > {_hex(TEXT)}\\x1a
2026-11-23T11:58:02.000+00:00 < +CMT: "{ANNA}","{NAME}","26/11/23,11:58:02+04"\\r\\n
2026-11-23T11:58:02.100+00:00 < {ANSWER}\\r\\n
2026-11-23T11:58:03.000+00:00 < +CUSD: 0,"{USSD}",15\\r\\n
2026-11-23T11:58:04.000+00:00 < {IMEI}\\r\\n
2026-11-23T11:58:05.000+00:00 < +CREG: 0,1\\r\\n
{NAME} was here
"""


@pytest.fixture
def planted(ward: Ward) -> Ward:
    """Somebody's number, name and words in every place of the appliance."""
    ward.toml = f"# {REMARK}, {ANNA}, PIN {PIN}\n" + ward.toml.replace('"shop"', f'"{SHOP}"')
    ward.plant({"pin": PIN, "line.trace": TRACE, "bin/journal": LOG, "bin/journalctl": JOURNALCTL})
    (ward.folder / "bin" / "journalctl").chmod(0o755)
    ward.toml = ward.toml.replace(
        "port = 8123",
        f'port = 8123\npublic_url = "https://{COLLEAGUE}:{PASSWORD.replace(" ", "-")}@shop.example"',
    )
    ward.modem("sim1", "/dev/not-there", imei=IMEI, pin_file="pin", trace="line.trace")
    identity = {"imei": IMEI, "iccid": ICCID, "imsi": IMSI, "smsc": SMSC, "number": BEN}
    ward.tells(
        ModemStatus(
            "sim1", "ready", error="cms_38", detail=f"{ANSWER} {ANNA}", model=f"EC25 {IMEI}", **identity
        )
    )
    site = ward.patient().site
    database.open(site.database_path)
    with database.connection():
        _fill(Caller("page:marcel", site, ("sim1",), Ids()))
    database.db.close_all()
    return ward


def _fill(caller: Caller) -> None:
    ids = Ids()
    now = MONDAY_NOON
    message = outbox.submit(Draft(ANNA, TEXT, metadata={"who": NAME}), caller, now)
    Message.update(facts={"who": NAME, "number": ANNA}).execute()
    History.update(facts={"text": TEXT, "number": ANNA}).execute()
    heard = api.InboundPart(BEN, ANSWER, api.Alphabet.GSM7, now)
    inbox.take(api.Heard("sim1", ICCID, "00", heard, None), caller, now)
    Contact.create(number=ANNA, name=NAME, note=NOTE, created_at=now, updated_at=now)
    ConversationNote.create(number=ANNA, text=NOTE, written_by=f"page:{COLLEAGUE}", at=now)
    alarms.raise_("modem_down", NAME, now, modem=NAME, error=TEXT, number=ANNA)
    Incident.create(modem="sim1", error="cms_38", detail=f"{TEXT} {ANNA}", began_at=now)
    request = requests.ask("sim1", "ussd", "*123#", f"page:{COLLEAGUE}", ("sim1",), now, ids)
    requests.finish(request.id, now, answer=USSD)
    Call.create(modem="sim1", number=BEN, at=now)
    Setting.create(name="mail", value={"password": PASSWORD, "to": "anna@bellemain.example"})
    people.add(COLLEAGUE, "fr", now, ids)
    keys.create("till", ("send",), now, ids, SECRET.encode()[:32])
    audit.write(f"page:{COLLEAGUE}", "message_read", now, ANNA, shown=NAME, text=TEXT)
    assert message.uid


def members(ward: Ward) -> dict[str, str]:
    """The bundle's files by their names, as text."""
    patient, content = ward.patient(), io.BytesIO()
    found = tuple(examine(patient, FakeClock()))

    def english(code: str, /, **facts: object) -> str:
        return say(code, "en", **facts)

    bundle.write(patient, found, spoken.text(found, english), content)
    content.seek(0)
    files = {}
    with tarfile.open(fileobj=content) as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member)
            assert opened is not None
            assert stat.S_IMODE(member.mode) == 0o600
            files[member.name.partition("/")[2]] = opened.read().decode()
    return files


def test_nothing_that_was_planted_is_in_it(planted: Ward) -> None:
    files = members(planted)
    number_forms = [form for number in (ANNA, BEN) for form in spellings.of(number, "FR")]
    for name, text in files.items():
        flat = text.casefold()
        for word in (*PLANTED, *number_forms):
            assert word.casefold() not in flat, (name, word)
    with closing(sqlite3.connect(planted.data / "chappe.sqlite")) as connection:
        for (digest,) in connection.execute(
            "SELECT digest FROM api_keys UNION SELECT account_sid FROM api_keys"
        ):
            assert all(digest not in text for text in files.values())


def test_what_explains_the_appliance_is_in_it(planted: Ward) -> None:
    files = members(planted)
    assert set(files) == {
        *("findings.txt", "findings.json", "versions.json", "config.json", "status.json", "tables.json"),
        *("history.json", "alarms.json", "incidents.json", "requests.json", "self_tests.json"),
        *("log.txt", "wire-1.txt"),
    }
    told = {name: json.loads(text) for name, text in files.items() if name.endswith(".json")}
    assert "The port /dev/not-there of modem sim1 is not there." in files["findings.txt"]
    assert told["status.json"]["modems"][0]["error"] == "cms_38"
    assert told["status.json"]["modems"][0]["iccid"] == "known"
    assert told["config.json"]["modems"][0]["pin_file"] == "set"
    assert told["config.json"]["modems"][0]["port"] == "/dev/not-there"
    assert told["config.json"]["web"]["public_url"] == "set"
    rows = {table["name"]: table["rows"] for table in told["tables.json"]}
    assert (rows["messages"], rows["contacts"]) == (1, 1)
    assert {table._meta.table_name for table in TABLES} <= set(rows)
    assert told["history.json"][0]["step_at"] == "2026-11-23T11:00:00+00:00"
    assert told["history.json"][0]["event"] == "enqueue"
    assert told["alarms.json"][0] == {
        "kind": "modem_down",
        "modem": "…",
        "raised_at": "2026-11-23T11:00:00+00:00",
        "cleared_at": None,
    }
    assert told["requests.json"][0]["state"] == "done"
    assert told["versions.json"]["migrations"] == database.known_versions()


def test_of_the_log_only_the_programs_own_sentences_are_shown(planted: Ward) -> None:
    assert members(planted)["log.txt"].splitlines() == [
        "2026-11-23T11:58:00+0100 I gateway.daemon.serve: gateway ready, … modems configured",
        "2026-11-23T11:58:01+0100 W gateway.daemon.gauges: cannot write the status file: …",
        "2026-11-23T11:58:02+0100 E web.live: …",
        "(not shown: 1)",
        "2026-11-23T11:58:04+0100 Traceback (most recent call last):",
        "2026-11-23T11:58:04+0100   gateway/daemon/loop.py line 12 in run",
        "(not shown: 1)",
        "2026-11-23T11:58:05+0100 ValueError",
        "(not shown: 1)",
    ]


def test_a_journal_that_hangs_or_is_not_there_is_no_log(ward: Ward) -> None:
    assert journal.read((ward.folder / "bin",)) == []
    for script in ("exit 1", "exec sleep 60"):
        ward.plant({"bin/journalctl": f"#!/bin/sh\n{script}\n"})
        (ward.folder / "bin" / "journalctl").chmod(0o755)
        assert journal.read((ward.folder / "bin",), patience=0.2) == []


def test_of_the_wire_the_conversation_is_left_and_nothing_that_was_said(planted: Ward) -> None:
    shown = [line.partition(" ")[2] for line in wire.end_of(planted.folder / "line.trace")]
    assert shown[0] == '> AT+CPIN="0000"\\r'
    assert shown[1] == "< \\r\\nOK\\r\\n"
    assert shown[2] == "> AT+CMGS=42\\r"
    assert shown[5] == "< xx xxxxx xxxxx xxxx\\r\\n"
    assert shown[6] == '< +CUSD: 0,"xxxxx 00,00 xxx xxxxxxx",15\\r\\n'
    assert shown[8] == "< +CREG: 0,1\\r\\n"
    assert len(shown) == 9  # the last line is no line of the wire's


def test_the_file_is_its_owners_alone_and_never_put_over_another(planted: Ward, tmp_path: Path) -> None:
    patient, target = planted.patient(), tmp_path / "help.tar.gz"
    bundle.save(patient, (), "", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(Unusable, match="file_there"):
        bundle.save(patient, (), "", target)
    with pytest.raises(Unusable, match="file_unwritable"):
        bundle.save(patient, (), "", tmp_path / "no-such-folder" / "help.tar.gz")


def test_a_bundle_is_made_of_a_damaged_appliance_too(ward: Ward) -> None:
    (ward.data / "chappe.sqlite").write_bytes(os.urandom(9000))
    (ward.folder / "run" / "status.json").write_text("{half")
    files = members(replace(ward))
    assert "is damaged" in files["findings.txt"]
    assert json.loads(files["history.json"]) == []
    assert json.loads(files["status.json"])["alive"] is False


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +33612345678 now", "call [number] now"),
        ("06 12 34 56 78", "[number]"),
        ("(06.12.34.56.78)", "([number])"),
        ("0033 6 12 34 56 78", "[number]"),
        ("33612345678", "[digits]"),
        ("2026-11-23 12:00:05 up", "2026-11-23 12:00:05 up"),
        ("2026-01-05T08:00:00+00:00", "2026-01-05T08:00:00+00:00"),
        ("rows 1234567", "rows 1234567"),
        ("key chp_AbCdEf0123456789xyz", "key [secret]"),
        ("whsec_0123456789abcdef", "[secret]"),
        ("AC0123456789abcdef0123456789abcdef", "[secret]"),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("password=tower", "password=[secret]"),
        ("auth: x7, pin = 1234;", "auth: [secret], pin = [secret];"),
        ("0011000B913316325476F80008FF", "[hex]"),
        ("anna.d@shop.example wrote", "[mail] wrote"),
        ("https://ana:tower@shop.example/", "https://[secret]@shop.example/"),
        ("/welcome/Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5", "/welcome/[secret]"),
        (
            "/dev/serial/by-id/usb-Quectel_EC25-E_7a-if02-port0",
            "/dev/serial/by-id/usb-Quectel_EC25-E_7a-if02-port0",
        ),
        ("token Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5", "token [secret]"),
        ("by Anna-Lise Delacourt, Anna-Lise", "by [hidden], Anna-Lise"),
        ("192.168.1.20:8080", "192.168.1.20:8080"),
        ("0.1.0, 3.40.1, 6.12.34", "0.1.0, 3.40.1, 6.12.34"),
    ],
)
def test_the_redactor_takes_out_what_looks_like_a_person_or_a_secret(text: str, left: str) -> None:
    assert Redactor((NAME, "")).clean(text) == left
