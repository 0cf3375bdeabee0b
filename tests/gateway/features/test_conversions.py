"""Codes that come back: whose they are, what they are worth, once each; and lists of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.conversions import amounts, sheet, verbs
from gateway.features.links import verbs as links
from gateway.privacy import erase, export
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Conversion

BY = "page:ana"
PARIS = ZoneInfo("Europe/Paris")
SUMMER, AUTUMN = "s" * 32, "a" * 32


def campaign(bench: Any, uid: str, **rest: Any) -> Campaign:
    told = {"name": uid[:1], "state": "running", "category": "marketing", "seed": 1, **rest}
    return Campaign.create(uid=uid, written_by=BY, created_at=bench.now, **told)


@pytest.fixture
def autumn(bench: Any) -> Campaign:
    """Two people with a code each, in text A and B; a purchase is worth 25."""
    made = campaign(bench, AUTUMN, name="Autumn", code_kind="made", value_cents=2500)
    for place, letter in enumerate("AB"):
        CampaignPerson.create(
            campaign=made,
            number=f"+3363998000{place}",
            role="exposed",
            letter=letter,
            due_at=bench.now,
            state="written",
            code=f"CODE000{letter}",
        )
    return made


@pytest.fixture
def summer(bench: Any) -> Campaign:
    """One code for everybody."""
    return campaign(bench, SUMMER, name="Summer", code_kind="one", code="ETE10")


def take(bench: Any, code: str, cents: int | None = None, **rest: Any) -> Conversion:
    return verbs.record(code, cents, rest.pop("at", bench.now), "till", BY, bench.now, **rest)


def test_a_persons_code_tells_who_and_for_how_much(bench: Any, autumn: Campaign) -> None:
    found = take(bench, " code 000a ")
    assert (found.code, found.amount_cents, found.person_id) == ("CODE000A", 2500, 1)
    take(bench, "CODE000B", 1250)
    assert verbs.totals(autumn) == (2, 3750)
    assert verbs.totals(autumn, "A") == (1, 2500)
    assert verbs.totals(autumn, role="exposed") == (2, 3750)
    assert verbs.totals(autumn, "A", "control") == (0, 0)


def test_a_persons_code_counts_once_but_where_somebody_says_more(bench: Any, autumn: Campaign) -> None:
    take(bench, "CODE000A")
    with pytest.raises(Conflict, match="conversion_again"):
        take(bench, "CODE000A")
    take(bench, "CODE000A", 100, again=True)
    assert verbs.totals(autumn) == (2, 2600)


def test_the_code_of_everybody_counts_as_often_as_it_comes(bench: Any, summer: Campaign) -> None:
    for _ in range(3):
        assert take(bench, "ete10", 500).person_id is None
    assert verbs.totals(summer) == (3, 1500)
    assert verbs.totals(summer, "A") == (0, 0)


def test_the_same_reference_is_the_same_conversion(bench: Any, summer: Campaign) -> None:
    first = take(bench, "ETE10", 500, reference="r1")
    assert take(bench, "ETE10", 999, reference="r1").id == first.id
    assert verbs.totals(summer) == (1, 500)


def test_a_reference_of_another_code_is_refused(bench: Any, autumn: Campaign) -> None:
    take(bench, "CODE000A", reference="r1")
    with pytest.raises(Conflict, match="conversion_reference_taken"):
        take(bench, "CODE000B", reference="r1")


def test_of_campaigns_with_the_same_code_the_newest_that_began_is_meant(bench: Any, summer: Campaign) -> None:
    newer = campaign(bench, "n" * 32, code_kind="one", code="Ete10")
    campaign(bench, "d" * 32, code_kind="one", code="ETE10", state="draft")
    assert take(bench, "ETE10").campaign.id == newer.id
    assert take(bench, "ETE10", campaign=SUMMER).campaign.id == summer.id


WRONG: tuple[Any, ...] = (
    ("  ", None, {}, Invalid, "conversion_code_missing"),
    ("NOBODY", None, {}, NotFound, "conversion_code_unknown"),
    ("X" * 500, None, {}, NotFound, "conversion_code_unknown"),
    ("ETE10", -1, {}, Invalid, "out_of_range"),
    ("ETE10", 100_000_001, {}, Invalid, "out_of_range"),
    ("ETE10", 1, {"reference": "x" * 81}, Invalid, "conversion_reference_bad"),
    ("ETE10", 1, {"reference": "a\nb"}, Invalid, "conversion_reference_bad"),
    ("ETE10", 1, {"campaign": "nope"}, NotFound, "campaign_unknown"),
    ("CODE000A", 1, {"campaign": SUMMER}, NotFound, "conversion_code_unknown"),
)


def test_what_is_wrong_is_named_and_nothing_is_written(
    bench: Any, autumn: Campaign, summer: Campaign
) -> None:
    for code, cents, rest, kind, error in WRONG:
        with pytest.raises(kind) as refused:
            take(bench, code, cents, **rest)
        assert refused.value.code == error
        assert Conversion.select().count() == 0


@pytest.mark.parametrize("apart", [timedelta(minutes=11), timedelta(days=-731)])
def test_a_day_that_cannot_be_is_refused(bench: Any, summer: Campaign, apart: timedelta) -> None:
    with pytest.raises(Invalid, match="conversion_instant"):
        take(bench, "ETE10", at=bench.now + apart)


def test_what_was_written_by_mistake_is_taken_back_once(bench: Any, autumn: Campaign) -> None:
    found = take(bench, "CODE000A")
    verbs.remove(found.id, BY, bench.now)
    assert verbs.totals(autumn) == (0, 0)
    with pytest.raises(NotFound):
        verbs.remove(found.id, BY, bench.now)
    take(bench, "CODE000A")


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("", None),
        ("30", 3000),
        ("12,5", 1250),
        ("12.50 €", 1250),
        ("1 234,50 EUR", 123450),
        ("1\u202f234,50", 123450),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("1.234.567", 123456700),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_tills_write_them(typed: str, cents: int | None) -> None:
    assert amounts.cents(typed) == cents


@pytest.mark.parametrize("typed", ["abc", "-5", "12,345,6", "1,2,3", "12.505", "١٢x", "1e5"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="amount_bad"):
        amounts.cents(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=PARIS)),
        ("2026-11-20T14:30:00Z", datetime(2026, 11, 20, 15, 30, tzinfo=PARIS)),
        ("20/11/2026 14:30", datetime(2026, 11, 20, 14, 30, tzinfo=PARIS)),
        ("20/11/26", datetime(2026, 11, 20, tzinfo=PARIS)),
        ("20.11.2026", datetime(2026, 11, 20, tzinfo=PARIS)),
    ],
)
def test_days_are_read_as_tills_write_them(typed: str, day: datetime) -> None:
    assert amounts.instant(typed, PARIS) == day


# ---- a sale told by the number -------------------------------------------------------------------


@pytest.fixture
def compared(bench: Any) -> Campaign:
    """+33639980000 was written to, …01 is held out, …02 was left out by the rules."""
    made = campaign(
        bench, "c" * 32, name="Compared", started_at=bench.now - timedelta(days=2), split={"control": 10}
    )
    roles = (("exposed", "written"), ("control", "left_out"), ("exposed", "left_out"))
    for place, (role, state) in enumerate(roles):
        number = f"+3363998000{place}"
        CampaignPerson.create(campaign=made, number=number, role=role, due_at=bench.now, state=state)
    return made


def test_a_sale_by_number_is_of_whoever_was_drawn_and_in_no_revenue(bench: Any, compared: Campaign) -> None:
    for number, person in (("+33639980000", 1), ("+33639980001", 2), ("+33639980001", 2)):
        found = take(bench, "", 900, number=number)
        assert (found.campaign.id, found.person_id, found.code) == (compared.id, person, "")
        assert verbs.shown(found) == number
    assert verbs.totals(compared) == (0, 0)


@pytest.mark.parametrize(
    ("number", "days"),
    [
        ("+33639980002", 0),  # left out by the rules: drawn for nothing
        ("+33639980009", 0),
        ("+33639980001", -3),  # before it began
        ("+33639980001", 28.1),  # thirty days after that
    ],
)
def test_a_sale_by_number_that_nothing_compares_is_refused(
    bench: Any, compared: Campaign, number: str, days: float
) -> None:
    at = bench.now + timedelta(days=days)
    bench.clock.move(timedelta(days=max(0, days)))
    for uid in (None, compared.uid):
        with pytest.raises(NotFound, match="conversion_number_unknown"):
            take(bench, "", 900, number=number, at=at, campaign=uid)
    assert Conversion.select().count() == 0


def test_a_campaign_that_holds_nobody_out_knows_no_sale_by_number(bench: Any, compared: Campaign) -> None:
    Campaign.update(split={"control": 0}).execute()
    with pytest.raises(NotFound, match="conversion_number_unknown"):
        take(bench, "", 900, number="+33639980000")


def test_the_code_of_everybody_with_a_number_tells_who_came(bench: Any, compared: Campaign) -> None:
    Campaign.update(code_kind="one", code="ETE10").execute()
    for _ in range(2):
        found = take(bench, "ete10", 900, number="+33639980000")
        assert (found.code, found.person_id) == ("ETE10", 1)
    assert take(bench, "ETE10", 900, number="+33639980009").person_id is None
    assert verbs.totals(compared) == (3, 2700)


def test_a_reference_of_another_persons_sale_is_refused(bench: Any, compared: Campaign) -> None:
    first = take(bench, "", 900, number="+33639980000", reference="r1")
    assert take(bench, "", 900, number="+33639980000", reference="r1").id == first.id
    with pytest.raises(Conflict, match="conversion_reference_taken"):
        take(bench, "", 900, number="+33639980001", reference="r1")


def test_a_tills_list_tells_people_by_their_numbers(bench: Any, tmp_path: Path, compared: Campaign) -> None:
    Campaign.update(code_kind="one", code="ETE10").execute()
    text = (
        "N° ticket;Code;Téléphone;Montant\n1;;06 39 98 00 01;9,00\n2;ETE10;06 39 98 00 00;5,00\n"
        "3;;0639980009;4,00\n4;ETE10;-;1,00\n5;;zéro;1,00\n6;;;1,00\n"
    )
    report = listed(bench, tmp_path, text, country="FR")
    assert (report.recorded, report.strangers, report.refused) == (3, 1, 2)
    assert [(one.line, one.code, one.why) for one in report.faults] == [
        (6, "zéro", "number_has_letter"),
        (7, "", "conversion_code_missing"),
    ]
    assert [(row.reference, row.person_id) for row in Conversion.select()] == [
        ("1", 2),
        ("2", 1),
        ("4", None),
    ]
    again = listed(bench, tmp_path, text, country="FR")
    assert (again.recorded, again.known) == (0, 3)


def test_a_sale_by_number_is_in_the_persons_copy_and_nobodys_after_their_erasure(
    bench: Any, compared: Campaign
) -> None:
    take(bench, "", 900, number="+33639980001")
    (entry,) = export.everything("+33639980001", bench.site, BY, bench.now)["campaigns"]
    assert [one["amount_cents"] for one in entry["conversions"]] == [900]
    bench.submit(to="+33639980001")
    erase.erase("+33639980001", "FR", BY, bench.now, sleep=lambda _: None)
    assert [verbs.shown(row) for row in Conversion.select()] == [""]


def listed(bench: Any, tmp_path: Path, text: str, encoding: str = "utf-8", **rest: Any) -> sheet.Report:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return sheet.take(path, BY, PARIS, bench.now, **rest)


TILL = """N° ticket;Date;Code promo;Montant TTC
41;20/11/2026 10:00;ETE10;12,50
42;20/11/2026 10:05;code000a;
43;20/11/2026 10:06;CODE000A;8,00
44;20/11/2026 10:07;RIEN;8,00
45;hier;ETE10;8,00
46;20/11/2026;ETE10;huit
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_is_taken_line_by_line_and_once(
    bench: Any, tmp_path: Path, autumn: Campaign, summer: Campaign, encoding: str
) -> None:
    report = listed(bench, tmp_path, TILL, encoding)
    assert (report.recorded, report.cents, report.known, report.refused) == (2, 3750, 0, 4)
    assert [(one.line, one.code, one.why) for one in report.faults] == [
        (4, "CODE000A", "conversion_again"),
        (5, "RIEN", "conversion_code_unknown"),
        (6, "ETE10", "conversion_day_bad"),
        (7, "ETE10", "amount_bad"),
    ]
    again = listed(bench, tmp_path, TILL, encoding)
    assert (again.recorded, again.known, again.refused) == (0, 2, 4)
    assert Conversion.select().count() == 2


def test_a_list_without_heading_and_references_changes_nothing_the_second_time(
    bench: Any, tmp_path: Path, summer: Campaign
) -> None:
    text = "ETE10,5.00,2026-11-20\nETE10,5.00,2026-11-20\nETE10,7.00\n"
    assert listed(bench, tmp_path, text).recorded == 3
    assert listed(bench, tmp_path, text).known == 3
    more = listed(bench, tmp_path, text.replace("ETE10,7.00", "ETE10,5.00,2026-11-20"))
    assert (more.recorded, more.known) == (1, 2)
    assert verbs.totals(summer) == (4, 2200)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "import_empty"),
        ("a;b;c;d;e\n1;2;3;4;5\n", "conversion_no_code_column"),
        ("ETE10\n" * 2001, "import_too_long"),
        ("E" * (1024 * 1024 + 1), "import_too_large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(
    bench: Any, tmp_path: Path, summer: Campaign, text: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        listed(bench, tmp_path, text)
    assert Conversion.select().count() == 0


def test_what_a_person_did_is_in_their_copy_and_nobodys_after_their_erasure(
    bench: Any, autumn: Campaign
) -> None:
    with database.transaction():
        links.personal("https://x.fr", f"campaign:{AUTUMN}", "1", "", bench.ids, bench.now)
    take(bench, "CODE000A")
    (entry,) = export.everything("+33639980000", bench.site, BY, bench.now)["campaigns"]
    assert [link["url"] for link in entry["links"]] == ["https://x.fr"]
    assert [(one["code"], one["amount_cents"]) for one in entry["conversions"]] == [("CODE000A", 2500)]
    bench.submit(to="+33639980000")
    erase.erase("+33639980000", "FR", BY, bench.now, sleep=lambda _: None)
    assert verbs.totals(autumn) == (1, 2500)
    assert verbs.totals(autumn, "A") == (0, 0)
