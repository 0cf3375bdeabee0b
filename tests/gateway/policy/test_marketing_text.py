"""What every marketing text must hold: who sends it, how to stop it, links that work."""

from __future__ import annotations

import pytest

from gateway.policy.marketing_text import Finding, broken_links, findings, with_mention

NAME, MENTION = "Café Léa", "Rép. STOP"

# text → the codes of what is found in it
TEXTS = [
    ("Café Léa : -20 % samedi. Rép. STOP", []),
    ("CAFE LEA: -20 % samedi. STOP au 36180", []),
    ("Cafe  Lea, -20 %, répondez stop", []),
    ("-20 % samedi. Rép. STOP", ["sender_missing"]),
    ("Café Léa : -20 % samedi", ["stop_added"]),
    ("Café Léa : non-stop de 8 à 20 h", ["stop_added"]),
    ("Café Léa : non-STOP de 8 à 20 h", ["stop_added"]),
    ("Café Léa : un stop à la plage", ["stop_added"]),
    ("Café Léa, htp:/lea.example/x STOP", ["link_broken"]),
    ("Café Léa, https://lea.example/x. STOP", []),
    ("Café Léa, lea.example/menu, STOP", []),
    ("Café Léa (https://lea/x) www.-lea.example STOP", ["link_broken", "link_broken"]),
    ("-20 % sur https:// samedi", ["sender_missing", "stop_added", "link_broken"]),
]


@pytest.mark.parametrize(("text", "codes"), TEXTS)
def test_what_is_missing_or_wrong_is_found(text: str, codes: list[str]) -> None:
    assert [found.code for found in findings(text, NAME, MENTION)] == codes


def test_only_what_must_be_mended_is_wrong() -> None:
    found = findings("-20 % : htp:/x", NAME, MENTION)
    assert found == [
        Finding("sender_missing", True, {"name": NAME}),
        Finding("stop_added", False, {"mention": MENTION}),
        Finding("link_broken", True, {"link": "htp:/x"}),
    ]


def test_nobody_is_asked_for_while_the_shop_has_no_name() -> None:
    assert findings("-20 % STOP", "", MENTION) == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Café Léa : -20 %", "Café Léa : -20 % Rép. STOP"),
        ("Café Léa : -20 % \n", "Café Léa : -20 % Rép. STOP"),
        ("Café Léa : -20 % STOP", "Café Léa : -20 % STOP"),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_the_way_to_stop_is_added_where_it_is_missing_and_once(text: str, whole: str) -> None:
    assert with_mention(text, MENTION) == whole
    assert with_mention(whole, MENTION) == whole


@pytest.mark.parametrize(
    "link",
    ["https://lea.example", "http://www.lea.example:8080/a?b=c#d", "www.lea.example", "a.b-c.example/x"],
)
def test_links_that_lead_somewhere_are_left_alone(link: str) -> None:
    assert broken_links(f"Voir {link}, ou ({link}) !") == []


@pytest.mark.parametrize(
    "link", ["https:/lea.example", "https//lea.example", "http://lea_.example/x", "www.l,ea", "https://[x"]
)
def test_links_that_lead_nowhere_are_named_as_typed(link: str) -> None:
    assert broken_links(f"Voir {link} vite") == [link]


@pytest.mark.parametrize("piece", ["rep", "rép ", "a.", "a-", "www.", "http:/", "envoyez  ", "a" * 70 + "."])
def test_a_very_long_text_is_looked_through_in_one_go(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert "stop_added" in [found.code for found in findings(text, "", MENTION)]
    assert with_mention(text, MENTION).endswith(MENTION)
