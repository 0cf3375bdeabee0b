"""At the till: a code, its amount, a slip taken back, a list from the till."""

from __future__ import annotations

import io
import re

import pytest

from fakes import FakeClock
from gateway.features.conversions import verbs
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Conversion, User
from journeys.visitor import Visitor


@pytest.fixture
def autumn(ana: Visitor, clock: FakeClock) -> Campaign:
    """One person with a code; a purchase is worth 25 euros."""
    now = clock.now()
    with database.connection():
        made: Campaign = Campaign.create(
            uid="a" * 32,
            name="Autumn",
            state="running",
            category="marketing",
            code_kind="made",
            value_cents=2500,
            seed=1,
            written_by="page:ana",
            created_at=now,
        )
        CampaignPerson.create(
            campaign=made, number="+33639980001", role="exposed", due_at=now, state="written", code="ABCD2345"
        )
    return made


def kept() -> list[tuple[str, int, str]]:
    with database.connection():
        return [(row.code, row.amount_cents, row.source) for row in Conversion.select()]


def test_without_a_campaign_with_codes_the_page_says_where_they_come_from(ana: Visitor) -> None:
    assert "No campaign has codes yet." in ana.read("/till")


def test_a_code_is_written_down_and_taken_back(ana: Visitor, autumn: Campaign) -> None:
    page = ana.send("/till", code="abcd 2345", amount="12,50")
    assert "ABCD2345, €12.50, counted for “Autumn”." in page
    assert kept() == [("ABCD2345", 1250, "till")]
    assert "ABCD2345 is taken back" in ana.send("/till/1/undo", form_at="/till")
    assert kept() == []
    assert "it was taken back already" in ana.send("/till/1/undo", form_at="/till")


def test_without_an_amount_it_is_what_the_campaign_says(ana: Visitor, autumn: Campaign) -> None:
    ana.send("/till", code="ABCD2345")
    assert kept() == [("ABCD2345", 2500, "till")]


def test_a_second_time_is_asked_about_first(ana: Visitor, autumn: Campaign) -> None:
    ana.send("/till", code="ABCD2345")
    page = ana.send("/till", 409, code="ABCD2345", amount="5")
    assert "was used before" in page
    assert "Count it once more" in page
    assert len(kept()) == 1
    ana.send("/till", code="ABCD2345", amount="5", again="1")
    assert [cents for _, cents, _ in kept()] == [2500, 500]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"code": "NOBODY"}, "code", "No campaign has the code “NOBODY”."),
        ({"code": " "}, "code", "Write the code, or the telephone number"),
        ({"code": "ABCD2345", "amount": "ten"}, "amount", "“ten” is no amount."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    ana: Visitor, autumn: Campaign, given: dict[str, str], field: str, sentence: str
) -> None:
    page = ana.send("/till", 422, **given)
    assert sentence in page.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
    assert kept() == []


def test_a_number_is_asked_only_where_a_campaign_compares_and_counts_to_compare(
    ana: Visitor, autumn: Campaign, clock: FakeClock
) -> None:
    assert 'name="number"' not in ana.read("/till")
    with database.connection():
        Campaign.update(split={"control": 10}, started_at=clock.now()).execute()
    page = ana.send("/till", number="06 39 98 00 01", amount="12,50")
    assert "+33639980001, €12.50, counted for “Autumn”." in page
    assert "to compare only" in page
    with database.connection():
        assert [(row.code, row.person_id) for row in Conversion.select()] == [("", 1)]
        assert verbs.totals(autumn) == (0, 0)
    for typed, sentence in (("0639980009", "that compares knows this number"), ("zéro", "“zéro”")):
        page = ana.send("/till", 422, number=typed)
        assert sentence in page.partition('id="number-fault"')[2].partition("</p>")[0]
    report = upload(ana, "téléphone;montant\n0639980001;8,00\n0639980009;5\n")
    assert "1 line counted: €8.00" in report
    assert "1 line is of a number that no campaign compares" in report
    assert "+33639980001 is taken back" in ana.send("/till/1/undo", form_at="/till")


def upload(ana: Visitor, text: str | None, expect: int = 200) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/till"))
    assert token
    data: dict[str, object] = {"csrf_token": token[1]}
    if text is not None:
        data["file"] = (io.BytesIO(text.encode()), "till.csv")
    answer = ana.client.post("/till/list", data=data, content_type="multipart/form-data")
    assert answer.status_code == expect, answer.text
    return answer.text


def test_a_list_is_taken_and_its_faults_are_named(ana: Visitor, autumn: Campaign) -> None:
    page = upload(ana, "code;montant\nABCD2345;8,00\nNADA;1\n")
    assert "1 line counted: €8.00" in page
    assert "1 line was not taken" in page
    assert "No campaign has the code “NADA”" in page
    assert kept() == [("ABCD2345", 800, "csv")]
    assert "1 line was known already" in upload(ana, "code;montant\nABCD2345;8,00\nNADA;1\n")


def test_a_file_that_is_none_is_said_at_its_field(ana: Visitor, autumn: Campaign) -> None:
    assert "Choose a file first." in upload(ana, None, 422)
    assert "The file is empty." in upload(ana, "", 422)


def test_a_writer_stands_at_the_till_but_gives_no_lists(ana: Visitor, autumn: Campaign) -> None:
    with database.connection():
        User.update(role="writer").execute()
    page = ana.send("/till", code="ABCD2345")
    assert 'href="/till"' in page
    assert "from a list" not in page
    assert 'href="/landings"' not in page
    upload(ana, "code\nABCD2345\n", 403)
    with database.connection():
        assert verbs.totals(autumn)[0] == 1
