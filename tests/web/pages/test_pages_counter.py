"""The counter in the browser says what the server's preview says, text by text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser

from gateway.messages.texts import preview

SOURCE = Path(__file__).parents[3] / "web" / "static" / "counter.js"
Count = Callable[[list[str]], list[dict[str, Any]]]

TABLE = [
    "",
    "Bonjour",
    "a" * 160,
    "a" * 161,
    "a" * 152 + "€" + "b" * 20,
    "€" * 80,
    "€" * 81,
    "ê" * 70,
    "ê" * 71,
    "e\u0301" * 160,  # composed first, so GSM-7
    "l’été à l’œuf",
    "n° 5, 20 °C, 20°, °",
    "« Bonjour » – « Salut »…",
    "½ ¼ ¾ × ÷ ± µ ª º № ® © ™ → ² ³",
    "Łódź, Đakovo, ınce, Ÿ, ẞ, Ǆ",
    "tab\there, nbsp\u00a0there, thin\u202fspace, zero\u200bwidth, soft\u00adhyphen",
    "line\r\nline\rline\nline",
    "😀" * 35,
    "😀" * 36,
    "👍🏽" * 30,
    "👨‍👩‍👧‍👦" * 12,
    "🇫🇷" * 40,
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 9,
    "❤️" * 66 + "é",
    "x" * 66 + "😀" + "ê" * 30,
    "q̃" * 90,  # a letter and a mark that no composed letter has
    "\u0301" * 80,
    "été 😀 l’œuf",  # one emoji keeps every accent
    "Ĳ Œuvre ŉ ǆ ﬁ",
    "Привет, как дела?",
    "`´‘’‚‛′‹›",
    "{[]}~\\|^€" * 20,
    " ",
]
STOCK = [
    *"abcdefghij ABC 0123456789 .,;:!?'-\n",
    *"éèàùçâêîôûœŒ€{}[]~^|\\«»’…–°²½µ\u00a0\u202f\u200b",
    *("😀", "👍🏽", "🇫🇷", "👨‍👩‍👧", "e\u0301", "ẽ\u0323", "\u0301", "\u200d", "Я", "漢", "\U0001f1eb"),
]


def storm(seed: int, count: int = 60) -> list[str]:
    """Texts of up to 400 pieces, from plain to wild."""
    random = Random(seed)
    return [
        "".join(random.choices(STOCK[: random.choice((36, 60, len(STOCK)))], k=random.randrange(1, 400)))
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def count(chromium: Browser) -> Iterator[Count]:
    address = "data:text/javascript;base64," + base64.b64encode(SOURCE.read_bytes()).decode()
    page = chromium.new_page()
    script = "async ([from, texts]) => texts.map((await import(from)).count)"
    yield lambda texts: list(page.evaluate(script, [address, texts]))
    page.close()


def expected(text: str) -> dict[str, Any]:
    """The server's preview, in the counter's words."""
    known = preview(text)
    cheaper = {"text": known.suggestion, "parts": known.suggestion_parts}
    return {
        "alphabet": known.alphabet,
        "parts": known.parts,
        "left": known.units_left,
        "characters": len(known.text),
        "culprits": [culprit.char for culprit in known.culprits],
        "cheaper": cheaper if known.suggestion is not None else None,
    }


def test_every_text_of_the_table_costs_the_same(count: Count) -> None:
    assert count(TABLE) == [expected(text) for text in TABLE]


def test_every_character_of_the_first_planes_costs_and_is_spelled_the_same(count: Count) -> None:
    chars = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x3000), *range(0xFB00, 0xFB50))]
    texts = [f"a{char}b" for char in chars]
    assert count(texts) == [expected(text) for text in texts]


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_texts_costs_the_same(count: Count, seed: int) -> None:
    texts = storm(seed)
    assert count(texts) == [expected(text) for text in texts]
