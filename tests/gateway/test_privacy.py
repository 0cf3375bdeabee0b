"""A person's data: a copy of everything, all of it gone from the very octets, and how long it is kept."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway import audit
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.contacts.imports import jobs
from gateway.errors import Conflict, Invalid, NotFound
from gateway.messages import decisions, inbox, lookup, outbox
from gateway.modems import calls, requests
from gateway.policy.consent import Ground
from gateway.privacy import erase, export, retention, sheets, spellings, traces
from gateway.privacy.retention import Retention
from gateway.store import database, wiping
from gateway.store.models import (
    TABLES,
    ApiKey,
    Audit,
    Call,
    CodeSend,
    Contact,
    ContactField,
    ContactGroup,
    ContactTag,
    ContactValue,
    Conversation,
    ConversationNote,
    GroupMember,
    History,
    ImportFault,
    ImportJob,
    Inbound,
    InboundPart,
    Message,
    Opposition,
    Part,
    Quarantine,
    StatusReport,
    Verification,
)
from modem import api

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
BEN = "+33698765432"
SWAPPED = "3316325476F8"  # Anna's number as a TPDU has it
TICKED = Act("form", "test:me", wording="[x] Send me offers.", proof="leaflet 7")
SAID = (
    "Bonjour Anna",
    "Rendez-vous demain",
    "Merci beaucoup",
    "Oui, à demain",
    "Cordonnerie",
    "Rappeler",
    "trente-neuf",
    "bottes",
    "Maman",
)


def hear(bench: Bench, item: api.InboundPart | api.Report | api.Undecodable, tpdu: str) -> None:
    inbox.take(api.Heard("sim1", bench.modem.sim, tpdu, item, None), bench.caller, bench.now)


def said(text: str, sender: str = ANNA) -> api.InboundPart:
    return api.InboundPart(sender, text, api.Alphabet.GSM7, MONDAY_NOON)


def sent(bench: Bench, text: str, to: str = ANNA, **rest: Any) -> Message:
    """Submitted, taken by the network, and delivered."""
    message = bench.submit(text, to=to, **rest)
    bench.ready()
    accepted = bench.modem.accepts()
    bench.dispatcher.accepted(accepted, bench.now)
    report = api.Report(accepted.reference, to, 0, bench.now, bench.now)
    hear(bench, report, f"06{message.uid}{SWAPPED if to == ANNA else ''}")
    assert bench.state(message) == "delivered"
    return message


def person(bench: Bench, number: str, **rest: Any) -> Contact:
    """Somebody in the book."""
    return Contact.create(number=number, name="Somebody", created_at=bench.now, updated_at=bench.now, **rest)


def an_import(bench: Bench, state: str, cell: str, **rest: Any) -> ImportJob:
    """A file of one column, and a line of it that nobody could take in."""
    shape = {"encoding": "utf-8", "separator": ";", "heading": False, "columns": 1, "lines": 1}
    row = {"uid": bench.ids.uid(bench.now), "file_name": "clients.csv", "written_by": "page:ana"}
    mapping = {"shape": shape, "targets": ["number"]}
    job = ImportJob.create(**row, state=state, mapping=mapping, created_at=bench.now, **rest)
    jobs.path(job).write_text(f"{cell}\n", encoding="utf-8")
    if state == "done":
        ImportFault.create(
            job=job, line=1, cells={"0": cell}, code="number_has_letter", facts={"value": cell}
        )
    return job


def a_life(bench: Bench) -> None:
    """Everything that the ledger may know of Anna, in every spelling that a network may use."""
    anna = person(bench, ANNA, note="Cordonnerie")
    field = ContactField.create(name="Pointure", kind="number", position=1)
    group = ContactGroup.create(name="Habitués", created_at=bench.now)
    ContactValue.create(contact=anna, field=field, value="trente-neuf")
    ContactTag.create(contact=anna, tag="bottes")
    GroupMember.create(contact=anna, group=group)
    ConversationNote.create(number=ANNA, at=bench.now, written_by="page:ana", text="Rappeler Anna")
    an_import(bench, "done", "06 12 34 56 78 (Maman)")
    ledger.give(ANNA, Ground.OPT_IN, TICKED, bench.now)
    sent(bench, "Bonjour Anna", metadata={"order": "A-17"}, client_ref="order A-17")
    bench.submit("Rendez-vous demain", send_at=bench.now + timedelta(days=1))
    hear(bench, said("Merci beaucoup"), f"040B91{SWAPPED}0000")
    hear(bench, said("Oui, à demain", "0612345678"), "040A8160214365870000")
    hear(bench, api.Undecodable("odd"), f"07{SWAPPED.lower()}99")
    hear(bench, api.Report(200, ANNA, 0x30, None, None), f"0699{SWAPPED}")
    calls.note("sim1", "0612345678", bench.now)
    requests.ask("sim1", "ussd", "*123*0612345678#", "test:me", ("sim1",), bench.now, bench.ids)
    ledger.oppose(ANNA, "marketing", Act("phone", "test:me"), bench.now)
    a_code(bench)


def a_code(bench: Bench) -> None:
    """One that Anna was to type back."""
    key = ApiKey.create(name="till", digest="", account_sid="AC", scopes="send", created_at=bench.now)
    common = {
        "number": ANNA,
        "prefix": "+3361234",
        "region": "FR",
        "address": "",
        "device": "",
        "message": "",
    }
    at = {"created_at": bench.now, "sent_at": bench.now, "expires_at": bench.now}
    row = Verification.create(
        uid=bench.ids.uid(bench.now), key=key, digest="", state="expired", **common, **at
    )
    CodeSend.create(verification=row, at=bench.now, key_id=key.id, **common)


def octets(bench: Bench) -> bytes:
    """What lies on the disk.  Read by another process: closing the file in this one would open its locks."""
    path = bench.site.database_path
    files = [str(file) for file in (path, Path(f"{path}-wal")) if file.exists()]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def traces_of_anna(bench: Bench) -> list[str]:
    found = octets(bench)
    wanted = ("+33612345678", "612345678", SWAPPED, SWAPPED.lower(), "6021436587", *SAID, "leaflet 7")
    return [one for one in wanted if one.encode() in found]


def forget(bench: Bench, number: str = ANNA) -> erase.Erased:
    return erase.erase(number, "FR", "test:me", bench.now, sleep=lambda seconds: None)


def rows_of(number: str) -> dict[str, int]:
    return erase.kept(number, "FR")


# ---- erasing ---------------------------------------------------------------------------------


def test_a_person_who_is_erased_is_gone_from_every_octet_of_the_disk(bench: Bench) -> None:
    a_life(bench)
    sent(bench, "Bonjour Ben", to=BEN)
    assert len(traces_of_anna(bench)) >= 10  # the search finds what is there
    erased = forget(bench)
    assert erased.rows == {"messages": 2, "inbound": 2, "calls": 1, "consents": 2, "contact": 1}
    assert not erased.pending
    assert traces_of_anna(bench) == []
    assert b"Bonjour Ben" in octets(bench)
    assert rows_of(BEN)["messages"] == 1


def test_only_the_sealed_objection_and_the_log_are_kept(bench: Bench) -> None:
    a_life(bench)
    forget(bench)
    kept = {table.__name__ for table in TABLES if table.select().exists()}
    assert kept == {
        "Opposition",
        "Audit",
        "Setting",
        "ContactField",
        "ContactGroup",
        "ImportJob",
        "ApiKey",
    }  # the last four: of nobody
    assert standing.opposed_since(ANNA, "marketing") is not None
    assert Opposition.get().digest not in ("", ANNA)
    assert audit.recent(number=ANNA)[0].action == "person_erased"
    assert audit.recent(number=ANNA)[0].shown == "+336…78"


def test_every_column_that_holds_a_number_is_known_to_the_erasure() -> None:
    """A table that somebody adds is not forgotten here."""
    holding = {
        column
        for table in TABLES
        for column in table._meta.sorted_fields
        if column.name in ("number", "recipient", "sender", "caller", "phone")
    }
    known = {column for _, column in erase.NUMBERED} | {*erase.KINDS.values(), Conversation.number}
    assert holding - known == set()
    assert len(holding) >= 9


def test_somebody_who_said_no_and_was_erased_is_still_left_alone(bench: Bench) -> None:
    a_life(bench)
    forget(bench)
    message = outbox.submit(outbox.Draft(ANNA, "Soldes", "marketing"), bench.caller, bench.now)
    assert (message.state, message.reason) == ("rejected", "opposed_marketing")


def test_what_waits_is_canceled_first_and_never_leaves(bench: Bench) -> None:
    bench.submit("now")
    bench.submit("later", send_at=bench.now + timedelta(days=1))
    forget(bench)
    bench.ready()
    bench.clock.move(timedelta(days=2))
    bench.release()
    assert bench.modem.jobs == []


def test_a_part_on_its_way_is_waited_for_and_nothing_is_changed(bench: Bench) -> None:
    a_life(bench)
    flying = bench.submit("Au vol")
    bench.ready()
    before = rows_of(ANNA)
    with pytest.raises(Conflict, match="erase_later"):
        forget(bench)
    assert rows_of(ANNA) == before
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.state(flying) == "sent"
    forget(bench)
    assert not any(rows_of(ANNA).values())


def test_what_may_have_left_is_waited_for_too(bench: Bench) -> None:
    message = bench.submit("Peut-être")
    Part.update(state="uncertain").where(Part.message == message.id).execute()
    with pytest.raises(Conflict, match="erase_later"):
        forget(bench)


def test_what_comes_while_somebody_is_erased_is_kept(bench: Bench) -> None:
    for place in range(erase.BATCH + 1):
        bench.submit(f"n° {place}")
    steps = erase.steps(ANNA, "FR", "test:me", bench.now)
    next(steps)
    fresh = bench.submit("Un nouveau message")
    for _ in steps:
        pass
    assert [message.uid for message in lookup.messages(to=ANNA).items] == [fresh.uid]
    assert bench.state(fresh) == "queued"
    assert Conversation.get().last_text == "Un nouveau message"


def test_a_file_that_names_them_and_waits_goes_too_and_another_stays(bench: Bench) -> None:
    theirs, other = an_import(bench, "mapping", "(0)6 12.34.56.78"), an_import(bench, "mapping", BEN)
    bench.submit("Bonjour")
    forget(bench)
    assert (jobs.get(theirs.uid).state, jobs.get(other.uid).state) == ("canceled", "mapping")
    assert [file.name for file in jobs.folder().iterdir()] == [other.uid]


def test_a_file_that_names_them_and_is_being_taken_in_is_waited_for(bench: Bench) -> None:
    bench.submit("Bonjour")
    running = an_import(bench, "running", "0033 6 12 34 56 78")
    with pytest.raises(Conflict, match="erase_import_runs"):
        forget(bench)
    assert rows_of(ANNA)["messages"] == 1
    jobs.cancel(running.uid, "page:ana", bench.now)
    forget(bench)
    assert rows_of(ANNA)["messages"] == 0


def test_a_line_at_fault_is_enough_to_be_known(bench: Bench) -> None:
    an_import(bench, "done", "06 12 34 56 78 (Maman)")
    forget(bench)
    assert not ImportFault.select().exists()


def test_a_number_in_what_programs_attached_to_other_messages_is_hidden(bench: Bench) -> None:
    bench.submit("Hello")
    other = bench.submit("Rappelez", to=BEN, metadata={"from": ANNA, "0612345678": "x", "order": "A-17"})
    forget(bench)
    assert lookup.message(other.uid).metadata == {"from": "…", "…": "x", "order": "A-17"}


def test_nobody_else_is_meant_by_the_same_last_digits(bench: Bench) -> None:
    german = "+49612345678"
    bench.submit("Guten Tag", to=german)
    bench.submit("Bonjour")
    forget(bench)
    assert lookup.messages().items[0].recipient == german


def test_about_somebody_unknown_there_is_nothing_to_erase_or_to_give(bench: Bench) -> None:
    with pytest.raises(NotFound, match="person_unknown"):
        forget(bench)
    with pytest.raises(NotFound, match="person_unknown"):
        export.everything(ANNA, bench.site, "test:me", bench.now)
    assert not Audit.select().exists()


@pytest.mark.parametrize(
    ("number", "country", "spelled"),
    [
        (ANNA, "FR", {ANNA, "33612345678", "0033612345678", "0612345678", "612345678"}),
        (ANNA, "DE", {ANNA, "0033612345678"}),  # 33612345678 may be somebody's number there
        ("36111", "FR", {"36111"}),
        ("Boutique", "FR", {"Boutique"}),
    ],
)
def test_a_number_is_known_under_every_spelling_of_the_country(
    bench: Bench, number: str, country: str, spelled: set[str]
) -> None:
    assert set(spellings.of(number, country)) == spelled
    assert spellings.of(number, country)[0] == number


def test_a_reader_who_holds_the_log_leaves_it_for_the_night(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "PATIENCE", 20)
    bench.submit("Bonjour")
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(bench.site.database_path)], **pipes) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        assert forget(bench).pending
        reader.communicate("enough\n", timeout=60)
    assert wiping.cut_log()


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN")
connection.execute("SELECT * FROM messages").fetchall()
print("reading", flush=True)
sys.stdin.readline()
connection.close()
"""


def test_the_file_is_written_anew_in_the_night_after(bench: Bench) -> None:
    """Moving rows about may have left a copy where no row lies: nothing but writing all anew is sure."""
    for _ in range(30):
        bench.submit("x" * 100)
    forget(bench)
    before = wiping.size()
    assert traces.left()
    traces.wipe_at_night()
    assert not traces.left()
    assert wiping.size() < before
    assert Message.select().count() == 0


def test_the_file_is_not_written_anew_while_something_is_to_leave(bench: Bench) -> None:
    bench.submit("Bonjour")
    forget(bench)
    bench.submit("Un code", to=BEN)
    traces.wipe_at_night()
    assert traces.left()


# ---- a copy ----------------------------------------------------------------------------------


def test_the_copy_holds_everything_of_one_person_and_nothing_of_another(bench: Bench) -> None:
    a_life(bench)
    sent(bench, "Bonjour Ben", to=BEN)
    given = export.everything(ANNA, bench.site, "test:me", bench.now)
    assert {kind: len(rows) for kind, rows in given.items() if isinstance(rows, list)} == {
        "contact": 1, "consents": 2, "oppositions": 1, "messages": 2, "inbound": 2,
        "reports_of_no_message": 1, "verifications": 1, "notes": 1, "alert_routes": 0, "import_lines": 1,
        "told_of_alarms": 0, "mails": 0, "deliveries": 0, "campaigns": 0, "surveys": 0, "automations": 0,
        "events": 0, "barred_from_codes": 0,
        "appointments": 0, "keywords": 0, "calls": 1, "audit": 0,
    }  # fmt: skip
    card = given["contact"][0]
    assert (card["fields"], card["tags"], card["groups"]) == (
        {"Pointure": "trente-neuf"},
        ["bottes"],
        ["Habitués"],
    )
    message = given["messages"][0]
    assert message["text"] == "Bonjour Anna"
    assert message["metadata"] == {"order": "A-17"}
    assert message["parts"][0]["reports"][0]["status"] == 0
    assert [step["event"] for step in message["history"]] == ["enqueue", "claim", "accept", "deliver"]
    assert message["created_at"] == "2026-11-23T12:00:00+01:00"
    assert given["consents"][0]["wording"] == "[x] Send me offers."
    assert given["oppositions"][0]["ended_at"] is None
    assert BEN not in str(given)


def test_that_a_copy_was_given_is_in_the_next_copy(bench: Bench) -> None:
    bench.submit()
    export.everything(ANNA, bench.site, "test:me", bench.now)
    again = export.everything(ANNA, bench.site, "test:me", bench.now)
    assert [row["action"] for row in again["audit"]] == ["person_exported"]


def test_the_sheets_open_in_a_spreadsheet_and_start_no_formula(bench: Bench) -> None:
    a_life(bench)
    hear(bench, said("=1+1;cmd"), f"04AA{SWAPPED}")
    archive = zipfile.ZipFile(
        io.BytesIO(sheets.archive(export.everything(ANNA, bench.site, "me", bench.now)))
    )
    assert {"contact.csv", "messages.csv", "parts.csv", "reports.csv", "history.csv", "inbound.csv"} <= set(
        archive.namelist()
    )
    raw = archive.read("inbound.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert [row["text"] for row in rows] == ["Merci beaucoup", "Oui, à demain", "'=1+1;cmd"]
    assert rows[0]["sender"] == "'+33612345678"
    reports = csv.DictReader(io.StringIO(archive.read("reports.csv").decode("utf-8-sig")))
    assert [(row["part"], row["status"]) for row in reports] == [("1", "0")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_act_is_written_behind_an_apostrophe(start: str) -> None:
    assert sheets.cell(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize(
    ("value", "shown"), [("a=b", "a=b"), ("", ""), (None, ""), (3, "3"), (-3, "'-3"), ({}, "")]
)
def test_other_cells_stay_as_they_are(value: Any, shown: str) -> None:
    assert sheets.cell(value) == shown


# ---- how long --------------------------------------------------------------------------------


def night(bench: Bench, at: datetime | None = None) -> int:
    """The whole of one night's steps; how many there were."""
    return sum(1 for _ in retention.purge(bench.site, at or bench.now))


def test_texts_go_after_a_year_and_the_figures_stay(bench: Bench) -> None:
    message = sent(bench, "Bonjour Anna", metadata={"order": "A-17"})
    hear(bench, said("Merci beaucoup"), f"040B91{SWAPPED}0000")
    bench.clock.move(timedelta(days=364))
    night(bench)
    assert lookup.message(message.uid).text == "Bonjour Anna"
    bench.clock.move(timedelta(days=2))
    night(bench)
    after = lookup.message(message.uid)
    assert (after.text, after.typed, after.metadata, after.state) == ("", None, {}, "delivered")
    assert [(part.start, part.stop, part.state) for part in lookup.parts(after)] == [(0, 12, "delivered")]
    assert lookup.history(after) == []
    assert (Inbound.get().text, InboundPart.get().text, InboundPart.get().tpdu) == ("", "", "")
    assert Conversation.get().last_text == ""
    wiping.cut_log()
    assert not {"Bonjour Anna", "Merci beaucoup", SWAPPED} & {*traces_of_anna(bench)}


@pytest.mark.parametrize("state", ["scheduled", "held", "queued", "sending", "uncertain"])
def test_what_is_not_over_keeps_its_text_however_old(bench: Bench, state: str) -> None:
    message = bench.submit("Bonjour")
    Message.update(state=state).where(Message.id == message.id).execute()
    night(bench, bench.now + timedelta(days=4000))
    assert lookup.message(message.uid).text == "Bonjour"


def test_a_message_without_its_text_is_not_sent_again(bench: Bench) -> None:
    message = bench.submit("Bonjour")
    Message.update(state="failed").where(Message.id == message.id).execute()
    Part.update(state="failed").where(Part.message == message.id).execute()
    bench.clock.move(timedelta(days=366))
    night(bench)
    with pytest.raises(Conflict, match="text_removed"):
        decisions.send_again(message.uid, "test:me", bench.now)
    assert bench.state(message) == "failed"


def test_the_rest_goes_each_after_its_time(bench: Bench) -> None:
    retention.choose(
        Retention(texts_days=40, prospects_days=900, audit_days=200, calls_days=100), "me", bench.now
    )
    a_life(bench)
    for days, gone in (
        (9, {StatusReport: 1}),
        (41, {Quarantine: 0, History: 1}),
        (101, {Call: 0}),
        (201, {Audit: 0}),
    ):
        night(bench, MONDAY_NOON + timedelta(days=days))
        assert {table: table.select().count() for table in gone} == gone, days


def test_a_prospect_who_is_silent_for_three_years_is_forgotten(bench: Bench) -> None:
    ledger.give(ANNA, Ground.OPT_IN, TICKED, bench.now)
    Contact.create(number=BEN, name="Ben", created_at=bench.now, updated_at=bench.now)
    ledger.oppose(BEN, "marketing", Act("phone", "me"), bench.now)
    night(bench, bench.now + timedelta(days=1094))
    assert rows_of(ANNA)["consents"] == rows_of(BEN)["contact"] == 1
    night(bench, bench.now + timedelta(days=1096))
    assert not any([*rows_of(ANNA).values(), *rows_of(BEN).values()])
    assert standing.opposed_since(BEN, "marketing") is not None
    assert audit.recent(action="person_erased", limit=1)[0].written_by == retention.BY


@pytest.mark.parametrize("sign", ["inbound", "consent", "call"])
def test_one_sign_of_life_keeps_a_prospect(bench: Bench, sign: str) -> None:
    retention.choose(Retention(calls_days=1095), "me", bench.now)
    Contact.create(number=ANNA, name="Anna", created_at=bench.now, updated_at=bench.now)
    bench.clock.move(timedelta(days=800))
    if sign == "inbound":
        hear(bench, said("Bonjour", "0612345678"), "04AA")
    elif sign == "call":
        calls.note("sim1", "0612345678", bench.now)
    else:
        ledger.give(ANNA, Ground.CUSTOMER, TICKED, bench.now)
    bench.clock.move(timedelta(days=800))
    night(bench)
    assert rows_of(ANNA)["contact"] == 1


def test_the_night_writes_little_at_a_time_and_may_stop_anywhere(bench: Bench) -> None:
    with database.transaction():
        for place in range(3 * retention.BATCH):
            bench.submit(f"n° {place}")
        Message.update(state="delivered").execute()
    later = bench.now + timedelta(days=400)
    steps = retention.purge(bench.site, later)
    emptied: list[int] = [0]
    for _ in zip(range(2), steps, strict=False):
        emptied.append(Message.select().where(Message.text == "").count())
    assert emptied == [0, retention.BATCH, 2 * retention.BATCH]
    night(bench, later)
    assert Message.select().where(Message.text != "").count() == 0


@pytest.mark.parametrize(
    "wrong", [{"texts_days": 29}, {"prospects_days": 1096}, {"audit_days": 0}, {"calls_days": -1}]
)
def test_a_limit_outside_its_bounds_is_refused(bench: Bench, wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid, match="out_of_range") as refusal:
        retention.choose(Retention(**wrong), "me", bench.now)
    assert refusal.value.field == next(iter(wrong))
    assert retention.read() == Retention()


def test_a_choice_is_remembered_and_noted(bench: Bench) -> None:
    retention.choose(Retention(texts_days=90), "page:ana", bench.now)
    assert retention.read() == Retention(texts_days=90)
    assert [(row.action, row.shown) for row in audit.recent()] == [("settings_changed", "law.retention")]


# ---- who did what ----------------------------------------------------------------------------


def test_looking_is_noted_once_an_hour_for_each_person_and_number(bench: Bench) -> None:
    looks: Iterable[tuple[str, str, int]] = [
        ("page:ana", ANNA, 0), ("page:ana", ANNA, 59), ("page:ben", ANNA, 59), ("page:ana", BEN, 59),
        ("page:ana", ANNA, 60), ("page:ana", ANNA, 61),
    ]  # fmt: skip
    for by, number, minutes in looks:
        audit.reading(by, "conversation_read", MONDAY_NOON + timedelta(minutes=minutes), number)
    assert [row.written_by for row in reversed(audit.recent(number=ANNA))] == [
        "page:ana",
        "page:ben",
        "page:ana",
    ]
    assert len(audit.recent(by="page:ana")) == 3


def test_what_people_decide_about_a_message_is_noted(bench: Bench) -> None:
    message = bench.submit()
    outbox.cancel(message.uid, "page:ana", bench.now)
    (row,) = audit.recent(number=ANNA)
    assert (row.action, row.written_by, row.facts) == ("message_canceled", "page:ana", {"id": message.uid})


def test_what_people_ask_of_a_modem_is_noted_without_the_code(bench: Bench) -> None:
    requests.ask("sim1", "ussd", "*100#", "page:ana", ("sim1",), bench.now, bench.ids)
    (row,) = audit.recent()
    assert (row.action, row.shown, row.facts) == ("modem_ussd", "sim1", {})


def test_the_log_cannot_be_rewritten(bench: Bench) -> None:
    audit.write("me", "settings_changed", bench.now)
    with pytest.raises(Exception, match="only grows"):
        Audit.update(written_by="nobody").execute()


def test_what_imports_hold_goes_after_thirty_days(bench: Bench) -> None:
    done = an_import(bench, "done", "06 12 34 56 78 (Maman)", ended_at=bench.now)
    waiting = an_import(bench, "mapping", BEN)
    stray = jobs.folder() / "of-nobody"
    stray.touch()
    os.utime(stray, (0, 0))
    bench.clock.move(timedelta(days=30))
    night(bench)
    assert ImportFault.select().count() == 1
    assert not stray.exists()
    bench.clock.move(timedelta(seconds=1))
    night(bench)
    assert not ImportFault.select().exists()
    assert (jobs.get(done.uid).state, jobs.get(waiting.uid).state) == ("done", "canceled")
    assert [file.name for file in jobs.folder().iterdir() if file.name != done.uid] == []
