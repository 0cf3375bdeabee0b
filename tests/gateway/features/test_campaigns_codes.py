"""A list of codes from elsewhere: what is wrong with it is said with its line, and nothing is kept then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigning import Shop
from gateway.errors import Conflict, Invalid
from gateway.features.campaigns import code_lists, codes
from gateway.ids import Ids
from gateway.store.models import CampaignCode

SAID = "Chappe: {code}. STOP 36180"


@pytest.fixture
def shop(bench: Any) -> Shop:
    return Shop(bench, people=1)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "codes.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "A1\nB2\n\nC3\n",
        "Code\nA1\nB2\nC3",
        "\ufeffcode promo\r\nA1\r\nB2\r\nC3\r\n",
        "client;Code;montant\nx;A1;5\ny;B2;5\nz;C3;5\n",
    ],
)
def test_a_file_is_read_by_its_lines_or_its_column(tmp_path: Path, text: str) -> None:
    assert code_lists.read(written(tmp_path, text)) == ["A1", "B2", "C3"]


WRONG = (
    ("A1\nB2\na1\n", "campaign_code_twice", {"line": 3, "value": "a1", "first": 1}),
    ("A1\n" + "X" * 41, "campaign_code_long", {"line": 2, "value": "X" * 40, "most": 40}),
    ("A1\nÉTÉ\n", "campaign_code_char", {"line": 2, "value": "ÉTÉ", "char": "É"}),
    ("A1\nB2€\n", "campaign_code_char", {"line": 2, "value": "B2€", "char": "€"}),
    ("A1\nB\n", "campaign_code_line", {"line": 2, "value": "B"}),
)


@pytest.mark.parametrize(("text", "code", "facts"), WRONG)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, code: str, facts: dict[str, Any]
) -> None:
    for field, read in (("codes", code_lists.pasted), ("codes_file", None)):
        with pytest.raises(Invalid) as refused:
            read(text) if read else code_lists.read(written(tmp_path, text))
        assert (refused.value.code, refused.value.field, refused.value.facts) == (code, field, facts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "import_empty"),
        ("x;A1\ny;B2\n", "campaign_codes_no_column"),
        ("A" * (code_lists.MOST_OCTETS + 1), "import_too_large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        code_lists.read(written(tmp_path, text))
    assert (refused.value.code, refused.value.field) == (code, "codes_file")


def test_a_hundred_thousand_are_read_and_not_one_more(tmp_path: Path) -> None:
    many = [f"C{place}" for place in range(code_lists.MOST_CODES)]
    assert code_lists.read(written(tmp_path, "\n".join(many))) == many
    with pytest.raises(Invalid, match="campaign_codes_many"):
        code_lists.read(written(tmp_path, "\n".join([*many, "MORE"])))


def test_a_long_list_is_kept_in_pieces_while_it_is_a_draft(shop: Shop) -> None:
    many = [f"C{place}" for place in range(2 * codes.AT_ONCE + 1)]
    for _ in range(2):
        shop.say(SAID, code_kind="list", listed=many)
        kept = CampaignCode.select(CampaignCode.code).order_by(CampaignCode.position)
        assert [row.code for row in kept] == many
    before = shop.campaign
    shop.start()
    with pytest.raises(Conflict, match="campaign_state"):
        codes.keep(before, ["A1"])
    assert codes.left(shop.campaign) == len(many)


def test_the_list_stays_until_another_comes(shop: Shop) -> None:
    shop.say(SAID, code_kind="list", listed=["A1", "B2"])
    shop.say(f"{SAID}!", code_kind="list")
    assert codes.left(shop.campaign) == 2
    shop.say(SAID, code_kind="list", listed=["C3"])
    assert codes.left(shop.campaign) == 1
    shop.say(SAID, code_kind="made")
    assert codes.left(shop.campaign) == 0


@pytest.mark.parametrize("kind", ["list", "made"])
def test_a_code_of_ones_own_that_no_text_says_is_refused(shop: Shop, kind: str) -> None:
    with pytest.raises(Invalid, match="campaign_code_unsaid"):
        shop.say("Chappe: -10%, {prénom} STOP 36180", code_kind=kind, listed=["A1"])
    shop.say("Chappe: -10% STOP 36180", f"Chappe {{CODE|ici}} {SAID}", code_kind=kind, listed=["A1"])


def test_a_code_that_somebody_has_is_drawn_again(bench: Any) -> None:
    draws = iter([1, 1, 2])

    def random(size: int) -> bytes:
        return next(draws).to_bytes(8, "big") if size == 8 else bench.ids.random(size)

    shop = Shop(bench, people=2)
    shop.say(SAID, code_kind="made")
    shop.house = replace(shop.house, ids=Ids(random))
    shop.start()
    shop.run()
    anna, ben = shop.people
    assert len({"", anna.code, ben.code}) == 3
    assert list(draws) == []
