"""Advice on a marketing text: said where it is sure, and never more than two pieces of it."""

from __future__ import annotations

import pytest

from gateway.policy.good_text import hints

NAME = "Café Léa"

TEXTS: list[tuple[str, list[str]]] = [
    ("Café Léa : -20 % samedi sur tout le rayon. https://lea.example/menu Rép. STOP", []),
    ("Bonjour {prénom}, Café Léa vous offre un café samedi. STOP", []),
    ("OFFRE EXCEPTIONNELLE CHEZ CAFÉ LÉA, VENEZ VITE SAMEDI !!! STOP", ["text_shouts"]),
    ("Café Léa : SOLDES ! -20 % sur les gâteaux jusqu’à samedi. STOP", []),
    ("CAFÉ LÉA CAFÉ LÉA : SOLDES. STOP", []),
    ("Café Léa : code {CODE PROMO DE NOEL TOUT EN MAJUSCULES} pour vous. STOP", []),
    ("Café Léa : bit.ly/abc STOP", ["link_shortened"]),
    ("Café Léa : https://www.TinyURL.com/abc. STOP", ["link_shortened"]),
    ("Café Léa : https://bit.ly.lea.example/abc STOP", []),
    ("Café Léa : https://lea.example/bit.ly STOP", []),
    ("Samedi, -20 % sur tous les gâteaux de la vitrine, au Cafe  Lea. STOP", ["name_late"]),
    ("Café Léa : lea.example/a ou lea.example/b STOP", ["links_many"]),
    ("VENEZ VITE VENEZ VITE VENEZ VITE bit.ly/a bit.ly/b, Café Léa", ["link_shortened", "text_shouts"]),
    ("Café Léa : https://[lea/ STOP", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "codes"), TEXTS)
def test_what_people_distrust_is_named(text: str, codes: list[str]) -> None:
    assert hints(text, NAME) == codes


def test_a_shop_without_a_name_is_not_told_where_it_stands() -> None:
    assert hints("Samedi, -20 % sur tous les gâteaux de la vitrine, au café. STOP", "") == []
