"""A file of contacts: read whatever wrote it, mended where that is certain, taken in once, reported truly."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway import audit
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book, consents, fields, groups, particulars
from gateway.contacts.book import Entry
from gateway.contacts.imports import carrying, cells, columns, files, jobs, mending, preview, workbook
from gateway.contacts.imports.carrying import Carrier
from gateway.contacts.imports.cells import Number
from gateway.contacts.imports.plans import Plan
from gateway.errors import Conflict, Invalid, NotFound
from gateway.policy.consent import Ground
from gateway.store.models import Contact, ContactField, ImportJob
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
BY = "page:ana"
HEAD = "Nom;Prénom;Tél. portable;CP;Ville"
AGREED = {"consent": "column", "ground": "opt_in", "wording": "[x] J’accepte les offres."}


def give(bench: Bench, text: str | bytes, name: str = "clients.csv") -> ImportJob:
    octets = text.encode() if isinstance(text, str) else text
    return jobs.take_in(io.BytesIO(octets), name, BY, bench.site, bench.now, bench.ids)


def carry(bench: Bench, job: ImportJob, batches: int = 10_000) -> ImportJob:
    """Carried on from where it is."""
    with Carrier(job, bench.site, bench.now) as carrier:
        for _ in range(batches):
            if not carrier.batch(bench.now):
                break
    return jobs.get(job.uid)


def take_in(bench: Bench, text: str | bytes, targets: Sequence[str] = (), **plan: Any) -> ImportJob:
    job = give(bench, text)
    chosen = replace(jobs.plan(job), **({"targets": tuple(targets)} if targets else {}), **plan)
    return carry(bench, jobs.start(job.uid, chosen, BY, bench.now))


def counted(job: ImportJob) -> dict[str, int]:
    return {name: count for name, count in job.report.items() if isinstance(count, int) and count}


def people() -> list[tuple[str, str, str]]:
    return [(one.number, one.name, one.postcode) for one in Contact.select().order_by(Contact.id)]


# ---- a file, whatever wrote it ---------------------------------------------------------------

LINES = "Nom;Mobile\nÉlodie Müller;0612345678\n"


@pytest.mark.parametrize(
    ("octets", "encoding", "separator"),
    [
        (LINES.encode(), "utf-8", ";"),
        (b"\xef\xbb\xbf" + LINES.encode(), "utf-8-sig", ";"),
        (LINES.encode("latin-1"), "cp1252", ";"),
        (LINES.replace("É", "€").encode("cp1252"), "cp1252", ";"),
        (LINES.encode("latin-1") + b"\x81;0612345679\n", "latin-1", ";"),
        (LINES.replace(";", "\t").encode("utf-16"), "utf-16", "\t"),
        (LINES.replace(";", ",").encode(), "utf-8", ","),
        (LINES.replace("\n", "\r\n").encode(), "utf-8", ";"),
        (LINES.replace("\n", "\r").encode(), "utf-8", ";"),
        (b'Nom,Mobile\n"M\xc3\xbcller, Zo\xc3\xa9",0612345678\n', "utf-8", ","),
        (b"Nom;Mobile;Note\nZoe;0612345678;a,b,c,d\nAnna;0612345679;a,b\n", "utf-8", ";"),
    ],
)
def test_a_file_is_read_as_it_was_written(bench: Bench, octets: bytes, encoding: str, separator: str) -> None:
    shape = jobs.plan(job := give(bench, octets)).shape
    assert (shape.encoding, shape.separator, shape.heading) == (encoding, separator, True)
    assert files.headings(jobs.path(job), shape)[:2] == ["Nom", "Mobile"]
    assert "0612345678" in next(files.lines(jobs.path(job), shape))[1]


def test_a_list_without_headings_has_none(bench: Bench) -> None:
    job = give(bench, "0612345678\n0612345679\n\n ; \n0612345680")
    assert (job.total, jobs.plan(job).shape.heading, jobs.plan(job).targets[0]) == (3, False, "number")


def test_a_line_is_counted_as_one_sees_it(bench: Bench) -> None:
    shape = jobs.plan(job := give(bench, 'Nom;Mobile\n"a\nb";0612345678\n\nc;06\n')).shape
    assert [line for line, _ in files.lines(jobs.path(job), shape)] == [2, 5]


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "import_empty"),
        (b"\n \n;;\n", "import_empty"),
        (b";".join([b"x"] * 61), "import_too_wide"),
        (b'"' + b"x" * 140_000, "import_unreadable"),
        (b"PK\x03\x04 no archive", "workbook_unreadable"),
        (b"\xd0\xcf\x11\xe0 no workbook", "workbook_unreadable"),
    ],
)
def test_what_is_no_list_is_refused_and_no_file_is_kept(bench: Bench, octets: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        give(bench, octets)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert not list(jobs.folder().iterdir())
    assert not ImportJob.select().exists()


def test_a_file_is_kept_for_this_user_alone_and_never_under_its_own_name(bench: Bench) -> None:
    job = give(bench, LINES, name="../../etc/passwd")
    assert job.file_name == "passwd"
    assert jobs.path(job) == bench.site.data_dir / "imports" / job.uid
    assert jobs.path(job).stat().st_mode & 0o077 == 0
    assert jobs.folder().stat().st_mode & 0o077 == 0


# ---- a workbook ------------------------------------------------------------------------------

PART = "http://schemas.openxmlformats.org"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def book_of(rows: Iterable[Sequence[str | float]], more: dict[str, bytes] | None = None) -> bytes:
    """The smallest workbook that spreadsheets read."""
    sheet = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    types = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/>'
    )
    kind = f"{PART}/officeDocument/2006/relationships"
    relation = f'<Relationship Id="r1" Type="{kind}/%s"/>'
    link = f'<Relationships xmlns="{PART}/package/2006/relationships">{relation}</Relationships>'
    main = f'xmlns="{PART}/spreadsheetml/2006/main" xmlns:r="{kind}"'
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml", f'<Types xmlns="{PART}/package/2006/content-types">{types}</Types>'
        )
        file.writestr("_rels/.rels", link % 'officeDocument" Target="xl/workbook.xml')
        file.writestr("xl/_rels/workbook.xml.rels", link % 'worksheet" Target="worksheets/sheet1.xml')
        sheets = '<sheets><sheet name="Feuil1" sheetId="1" r:id="r1"/></sheets>'
        file.writestr("xl/workbook.xml", f"<workbook {main}>{sheets}</workbook>")
        file.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>"
        )
        for name, content in (more or {}).items():
            file.writestr(name, content)
    return octets.getvalue()


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def test_a_workbook_is_taken_in_as_a_list(bench: Bench) -> None:
    rows = [("Nom", "Mobile", "CP"), ("Élodie", 612345678.0, 1000), ("Zoé", "06 12 34 56 79", 67000)]
    job = take_in(bench, book_of(rows))
    assert people() == [(ANNA, "Élodie", "01000"), ("+33612345679", "Zoé", "67000")]
    assert counted(job) == {"added": 2, "mended": 1}


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SWOLLEN", 1024 * 1024)
    bomb = book_of([("Mobile",), (612345678,)], {"xl/media/x": b"0" * 2_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(Invalid, match="workbook_swollen"):
        give(bench, bomb)


def test_a_workbook_that_lies_about_its_size_is_refused(bench: Bench) -> None:
    bomb = book_of([("Mobile",), (612345678,)], {"xl/media/x": b"0" * 70_000})
    lying = bomb.replace((70_000).to_bytes(4, "little"), (7).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(Invalid, match="workbook_unreadable"):
        give(bench, lying)


# ---- cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("0612345678", False),
        ("06 12 34 56 78", False),
        ("06.12.34.56.78", False),
        ("06-12-34-56-78", False),
        ("06\u00a012\u202f34 56 78", False),
        ("\u202a+33612345678\u202c", False),
        ("+33 6 12 34 56 78", False),
        ("+33 (0)6 12 34 56 78", False),
        ("0033612345678", False),
        ("33612345678", False),
        ("(0)6 12 34 56 78", False),
        ("'+33612345678", False),
        ("tel:+33612345678", False),
        ("612345678", True),
        ("612345678.0", True),
        ("6 12 34 56 78", True),
    ],
)
def test_every_way_of_writing_a_number_is_one_number(typed: str, mended: bool) -> None:
    assert cells.number(typed, "FR") == Number(ANNA, mended)


def test_a_dropped_zero_overseas_is_put_back_where_it_was() -> None:
    assert cells.number("690123456", "FR") == Number("+590690123456", True)
    assert cells.number("06.12.34.56.00", "FR").number == "+33612345600"  # no fraction


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3,36123E+10", "number_rounded"),
        ("3.36123e10", "number_rounded"),
        ("", "number_missing"),
        ("36111", "bad_number"),  # nobody is a short code
        ("0612", "bad_number"),
        ("06 12 34 56 78 / 06 12 34 56 79", "bad_number"),
        ("06 12 34 56 78 (Maman)", "number_has_letter"),
    ],
)
def test_what_is_no_number_says_why(typed: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        cells.number(typed, "FR")


@pytest.mark.parametrize(("typed", "kept"), [("1000", "01000"), ("67000.0", "67000"), ("2A100", "2A100")])
def test_a_postcode_gets_its_zero_back(typed: str, kept: str) -> None:
    assert cells.postcode(typed, "FR") == kept


# ---- columns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        ("Nom;Prénom;Portable;CP;Ville", "last_name first_name number postcode new:text"),
        ("NOM;Téléphone", "name number"),
        ("Nom;Téléphone fixe;Tél. portable", "name other_number number"),
        ("Client;N° de mobile;E-mail;Code postal", "name number new:text postcode"),
        ("Name;Phone;Zip code;Notes;Tags", "name number postcode note tags"),
        ("First name;Surname;Mobile", "first_name last_name number"),
        ("Nom;Mobile;Opt-in;Date d'inscription", "name number consent consent_date"),
        ("Nom;Mobile;Date de naissance", "name number new:date"),
        ("Nom;Mobile;Mobile 2;Nom", "name number - -"),
        ("A;B", "- -"),
    ],
)
def test_headings_say_what_columns_are_for(bench: Bench, headings: str, targets: str) -> None:
    wanted = ["" if target == "-" else target for target in targets.split()]
    assert columns.guess(headings.split(";"), [], "FR") == wanted


def test_without_headings_the_column_that_is_full_of_numbers_is_the_number(bench: Bench) -> None:
    sample = [["Anna", "67000", "612345678"], ["Ben", "75011", "3,36E+10"], ["Cléo", "1000", ""]]
    assert columns.guess(["", "", ""], sample, "FR") == ["", "", "number"]


def test_a_field_of_that_name_is_used_again(bench: Bench) -> None:
    town = fields.add("Ville", "text", BY, bench.now)
    assert columns.guess(["ville", "Mobile"], [], "FR") == [f"field:{town.id}", "number"]


# ---- the plan --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"targets": ("name", "", "", "", "")}, "column-0", "import_no_number"),
        ({"targets": ("number", "number", "", "", "")}, "column-1", "used_twice"),
        ({"targets": ("name", "last_name", "number", "", "")}, "column-0", "import_two_names"),
        ({"targets": ("x", "", "number", "", "")}, "column-0", "target_unknown"),
        ({"targets": ("field:9", "", "number", "", "")}, "column-0", "target_unknown"),
        ({"tags": "x" * 41}, "tags", "text_long"),
        ({"group": "x" * 61}, "group", "text_long"),
        ({"consent": "perhaps"}, "consent", "consent_choice_unknown"),
        ({**AGREED}, "consent", "import_no_consent_column"),
        ({**AGREED, "consent": "everybody", "ground": "hope"}, "ground", "ground_unknown"),
        ({**AGREED, "consent": "everybody", "wording": " "}, "wording", "wording_missing"),
        ({**AGREED, "consent": "everybody", "wording": "x" * 2001}, "wording", "text_long"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field_and_nothing_begins(
    bench: Bench, wrong: dict[str, Any], field: str, code: str
) -> None:
    job = give(bench, f"{HEAD}\nMartin;Anna;0612345678;67000;Évry\n")
    with pytest.raises(Invalid) as refused:
        jobs.start(job.uid, replace(jobs.plan(job), **wrong), BY, bench.now)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert jobs.get(job.uid).state == "mapping"
    assert not ContactField.select().exists()


def test_the_first_lines_are_shown_as_they_will_be_and_nothing_is_written(bench: Bench) -> None:
    book.add(ANNA, Entry("Anna Martin", postcode="67000"), BY, bench.now)
    job = give(bench, f"{HEAD}\nMartin;Anna;612345678;67000;Évry\nDurand;Ben;06 12;1000;Évry\n")
    one, two = preview.first_lines(job, jobs.plan(job), bench.site, bench.now)
    assert (one.outcome, one.person.mended, list(one.person.values.values())) == ("changed", True, ["Évry"])
    assert (two.outcome, two.person.postcode, two.person.faults[0].code) == ("invalid", "01000", "bad_number")
    assert preview.samples(job, jobs.plan(job))[2] == ["612345678", "06 12"]
    assert (Contact.select().count(), ContactField.select().count()) == (1, 0)


# ---- taking in -------------------------------------------------------------------------------


def test_people_come_with_everything_that_their_lines_say(bench: Bench) -> None:
    job = take_in(
        bench,
        "Nom;Prénom;Mobile;CP;Ville;Tags\nMartin;Élodie;0612345678;1000;Évry;été, VIP\n",
        tags="import 2026",
        group="Clients",
    )
    contact = book.get(ANNA)
    known = particulars.of([contact])[contact.id]
    assert (contact.name, contact.folded, contact.postcode) == ("Élodie Martin", "elodie martin", "01000")
    assert known.values == {"Ville": "Évry"}
    assert (known.tags, known.groups) == (["import 2026", "VIP", "été"], ["Clients"])
    assert (job.state, job.done, counted(job)) == ("done", 1, {"added": 1})
    assert not jobs.path(job).exists()
    assert [row.action for row in audit.recent(limit=2)] == ["import_done", "import_started"]


def test_an_empty_cell_takes_nothing_away_and_a_filled_one_replaces(bench: Bench) -> None:
    book.add(ANNA, Entry("Anna", postcode="67000", note="early"), BY, bench.now)
    job = take_in(bench, "Nom;Mobile;CP;Note\n;0612345678;75011;\n")
    kept = book.get(ANNA)
    assert (kept.name, kept.postcode, kept.note) == ("Anna", "75011", "early")
    assert counted(job) == {"changed": 1}


def test_the_same_file_again_changes_nothing(bench: Bench) -> None:
    text = f"{HEAD}\nMartin;Anna;0612345678;67000;Évry\nDurand;Ben;0698765432;;\n"
    take_in(bench, text, tags="vip", group="Clients")
    before = [contact.updated_at for contact in Contact.select()]
    bench.clock.move(timedelta(days=1))
    job = take_in(bench, text, tags="VIP", group="clients")
    assert counted(job) == {"unchanged": 2}
    assert [contact.updated_at for contact in Contact.select()] == before


def test_the_first_line_of_a_number_counts(bench: Bench) -> None:
    job = take_in(bench, "Nom;Mobile\nAnna;0612345678\nAnna bis;+33 6 12 34 56 78\n")
    assert people() == [(ANNA, "Anna", "")]
    assert counted(job) == {"added": 1, "duplicate": 1}
    assert job.report["duplicate_lines"] == [3]


def test_who_has_no_name_is_taken_in_without(bench: Bench) -> None:
    job = take_in(bench, "0612345678\n")
    assert people() == [(ANNA, "", "")]
    assert counted(job) == {"added": 1, "nameless": 1}


def test_the_second_number_stands_in_for_the_first(bench: Bench) -> None:
    text = "Nom;Mobile;Téléphone\nAnna;;0612345678\nBen;06 12;0698765432\nCléo;;\n"
    job = take_in(bench, text)
    assert [number for number, _, _ in people()] == [ANNA, BEN]
    assert counted(job) == {"added": 2, "invalid": 1}


def test_a_cell_that_cannot_be_is_left_out_and_said(bench: Bench) -> None:
    text = "Nom;Mobile;CP;Naissance\nAnna;0612345678;?!;31/02/1990\n"
    job = take_in(bench, text, ("name", "number", "postcode", "new:date"))
    assert people() == [(ANNA, "Anna", "")]
    assert counted(job) == {"added": 1, "left_out": 1}
    assert [(row.line, row.code, row.facts["column"]) for row in jobs.faults(job)] == [(2, "postcode_bad", 2)]


def test_a_file_that_breaks_off_in_the_middle_says_where(bench: Bench) -> None:
    job = give(bench, "Nom;Mobile\nAnna;0612345678\n")
    jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    with jobs.path(job).open("a", encoding="utf-8") as file:
        file.write('"' + "x" * 140_000)
    ended = carry(bench, job)
    assert (ended.state, ended.report["code"], ended.report["facts"]) == (
        "failed",
        "import_unreadable",
        {"line": 3},
    )
    assert not jobs.path(job).exists()


# ---- consents --------------------------------------------------------------------------------


def test_a_yes_is_recorded_with_its_words_and_its_line_and_a_no_is_not(bench: Bench) -> None:
    text = "Nom;Mobile;Accord;Date consentement\nAnna;0612345678;oui;01/02/2026\nBen;0698765432;non;\n"
    job = take_in(bench, text, **AGREED, purpose="offers")
    answer = consents.answer(ANNA)
    assert answer.act
    assert (answer.code, answer.act.channel, answer.act.ground) == ("agreed", "import", "opt_in")
    assert (answer.act.wording, answer.act.purpose) == (AGREED["wording"], "offers")
    assert (answer.act.proof, answer.act.written_by) == ("clients.csv:2 (2026-02-01)", BY)
    assert consents.answer(BEN).code == "never"
    assert counted(job) == {"added": 2, "consent_given": 1}


@pytest.mark.parametrize(
    ("day", "code", "count"),
    [("", "withdrawn", "consent_older"), ("22/11/2026", "withdrawn", "consent_older"),
     ("24/11/2026", "agreed", "consent_given")],
)  # fmt: skip
def test_what_was_taken_back_counts_again_only_on_a_later_day(
    bench: Bench, day: str, code: str, count: str
) -> None:
    agree(ANNA, bench.now)
    ledger.withdraw(ANNA, Act("phone", BY), bench.now)
    bench.clock.move(timedelta(days=2))
    job = take_in(bench, f"Mobile;Accord;Date consentement\n0612345678;x;{day}\n", **AGREED)
    assert consents.answer(ANNA).code == code
    assert counted(job)[count] == 1


def test_no_import_ends_a_no(bench: Bench) -> None:
    ledger.oppose(ANNA, "marketing", Act("sms", "sms"), bench.now)
    job = take_in(bench, "Mobile\n0612345678\n", **{**AGREED, "consent": "everybody"})
    assert consents.answer(ANNA).code == "opposed"
    assert counted(job) == {"added": 1, "nameless": 1, "consent_opposed": 1}


def test_a_day_to_come_is_no_proof(bench: Bench) -> None:
    job = take_in(bench, "Mobile;Accord;Date consentement\n0612345678;x;24/11/2026\n", **AGREED)
    assert consents.answer(ANNA).code == "never"
    assert jobs.faults(job)[0].code == "date_to_come"


# ---- killed, stopped, twice ------------------------------------------------------------------


def wild(lines: int, seed: int = 7) -> tuple[bytes, dict[str, int]]:
    """A list as it comes out of the wild, and what the report must say of it."""
    dice = random.Random(seed)
    shapes = ("0{}", "{}", "+33{}", "0033{}", "(0){}", "+33 (0){}")
    expected = dict.fromkeys(("added", "duplicate", "invalid", "mended"), 0)
    rows, earlier = [f"{HEAD};Né(e) le"], ""
    for index in range(lines):
        digits = f"6{dice.randrange(9):01}{index:07}"
        outcome = dice.choices(("added", "duplicate", "invalid"), (90, 5, 5))[0] if index else "added"
        if outcome == "duplicate":
            digits = earlier
        shape = dice.choice(shapes)
        number = (
            dice.choice(("3,36123E+10", "06 12", "", "inconnu"))
            if outcome == "invalid"
            else shape.format(digits)
        )
        expected[outcome] += 1
        if outcome == "added":
            earlier = digits
            expected["mended"] += shape == "{}"
        rows.append(f"Lefèvre;Zoé n° {index};{number};{dice.choice(('1000', '67000'))};Évry;31/12/1990")
    return "\r\n".join(rows).encode("latin-1"), expected


def test_a_list_in_the_wilds_shape_is_taken_in_with_a_true_report(bench: Bench) -> None:
    octets, expected = wild(5000)
    job = take_in(bench, octets, tags="import")
    assert counted(job) == expected
    assert Contact.select().count() == expected["added"]
    assert job.done == 5000
    assert len(jobs.faults(job, limit=5000)) == expected["invalid"]
    assert book.page("zoe n° 0").items[0].name == "Zoé n° 0 Lefèvre"


def test_a_rehearsal_says_the_same_and_writes_nothing(bench: Bench) -> None:
    octets, expected = wild(500)
    report = carrying.rehearse(give(bench, octets), bench.site, bench.now)
    assert {name: report[name] for name in expected} == expected
    assert not Contact.select().exists()


def test_killed_anywhere_it_goes_on_and_takes_nobody_in_twice(bench: Bench) -> None:
    octets, expected = wild(1300)
    job = give(bench, octets)
    job = jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    lives = 0
    while job.state == "running":
        job = carry(bench, job, batches=1)
        lives += 1
    assert lives == 1300 / carrying.BATCH + 1
    assert counted(job) == expected
    assert Contact.select().count() == expected["added"]


def test_two_cannot_carry_one_file(bench: Bench) -> None:
    octets, expected = wild(300)
    job = give(bench, octets)
    job = jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    with Carrier(job, bench.site, bench.now) as one, Carrier(job, bench.site, bench.now) as other:
        assert one.batch(bench.now)
        assert not other.batch(bench.now)
    assert counted(carry(bench, job)) == expected


def test_stopped_it_ends_after_the_batch_at_hand(bench: Bench) -> None:
    octets, _ = wild(500)
    job = give(bench, octets)
    job = jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    with Carrier(job, bench.site, bench.now) as carrier:
        assert carrier.batch(bench.now)
        jobs.cancel(job.uid, BY, bench.now)
        assert not carrier.batch(bench.now)
    ended = jobs.get(job.uid)
    assert (ended.state, ended.done) == ("canceled", carrying.BATCH)
    assert not jobs.path(job).exists()
    with pytest.raises(Conflict, match="import_over"):
        jobs.cancel(job.uid, BY, bench.now)


def test_a_file_that_is_lost_is_said_to_be(bench: Bench) -> None:
    job = give(bench, LINES)
    job = jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    jobs.path(job).unlink()
    assert (carry(bench, job).state, jobs.get(job.uid).report["code"]) == ("failed", "import_file_lost")


def test_it_begins_once(bench: Bench) -> None:
    job = give(bench, LINES)
    jobs.start(job.uid, jobs.plan(job), BY, bench.now)
    with pytest.raises(Conflict, match="import_begun"):
        jobs.start(job.uid, jobs.plan(job), BY, bench.now)


# ---- mending ---------------------------------------------------------------------------------


@pytest.fixture
def faulty(bench: Bench) -> ImportJob:
    return take_in(
        bench,
        "Nom;Mobile;CP\nAnna;3,36123E+10;67000\nBen;0698765432;?!\nCléo;0612345679;\n",
        tags="import",
    )


def test_a_line_is_mended_and_the_report_follows(bench: Bench, faulty: ImportJob) -> None:
    assert counted(faulty) == {"added": 2, "invalid": 1, "left_out": 1}
    wrong, partly = jobs.faults(faulty)
    assert mending.mend(faulty.uid, wrong.id, {1: "06 12 34 56 78"}, BY, bench.site, bench.now) == "added"
    assert mending.mend(faulty.uid, partly.id, {2: "67000"}, BY, bench.site, bench.now) == "changed"
    assert counted(jobs.get(faulty.uid)) == {"added": 3}
    assert {(number, postcode) for number, _, postcode in people()} >= {(ANNA, "67000"), (BEN, "67000")}
    assert particulars.of([book.get(ANNA)])[book.get(ANNA).id].tags == ["import"]
    assert not jobs.faults(faulty)


def test_a_line_that_is_wrong_still_stays(bench: Bench, faulty: ImportJob) -> None:
    wrong = jobs.faults(faulty)[0]
    with pytest.raises(Invalid) as refused:
        mending.mend(faulty.uid, wrong.id, {1: "06 12"}, BY, bench.site, bench.now)
    assert (refused.value.code, refused.value.field) == ("bad_number", "cell-1")
    assert counted(jobs.get(faulty.uid)) == {"added": 2, "invalid": 1, "left_out": 1}


def test_a_line_is_dealt_with_once(bench: Bench, faulty: ImportJob) -> None:
    wrong = jobs.faults(faulty)[0]
    mending.leave_out(faulty.uid, wrong.id)
    with pytest.raises(NotFound, match="fault_unknown"):
        mending.mend(faulty.uid, wrong.id, {1: "06 12 34 56 78"}, BY, bench.site, bench.now)
    assert len(jobs.faults(faulty)) == 1
    assert counted(jobs.get(faulty.uid))["invalid"] == 1


def test_a_plan_comes_back_as_it_was_kept(bench: Bench) -> None:
    plan = jobs.plan(give(bench, LINES))
    assert isinstance(plan, Plan)
    assert jobs.plan(ImportJob(mapping=replace(plan, ground=str(Ground.B2B)).as_json())).ground == "b2b"
    assert groups.called("nobody's") is None
    assert not Path(bench.site.data_dir / "clients.csv").exists()
