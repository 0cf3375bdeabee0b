"""The simulated telephones: an address in what they show can be opened; all else stays text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Template

import pytest

from gateway.policy import marketing_text
from web.pages.handsets import opening

LINKS = (
    ("See http://demo.localhost:8080/l/ab2cd3e.", ["http://demo.localhost:8080/l/ab2cd3e"]),
    ("https://tour.example/a?b=c&d=%20#e, now", ["https://tour.example/a?b=c&amp;d=%20#e"]),
    ("HTTP://TOUR.EXAMPLE", ["HTTP://TOUR.EXAMPLE"]),
    ("<b>see</b> http://a.example", ["http://a.example"]),
    ("one http://a.example two http://b.example/x!", ["http://a.example", "http://b.example/x"]),
    ("javascript:alert(1) data:text/html,x ftp://a.example www.a.example", []),
    ("http:// https://- http:// https://tour", []),
    ('https://a.example/"onclick="alert(1)', ["https://a.example/"]),
    ("https://a.example/<script>alert(1)</script>", ["https://a.example/"]),
    ("https://a.example'><img src=x onerror=alert(1)>", ["https://a.example"]),
    ("https://user:word@a.example/", []),
    ("http://a.example/\u202egpj.exe", ["http://a.example/"]),
)


@pytest.mark.parametrize(("text", "links"), LINKS)
def test_an_address_opens_and_the_rest_is_text(text: str, links: list[str]) -> None:
    shown = str(opening(text))
    assert re.findall(r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer">', shown) == links
    bare = re.sub(r'<a href="[^"<>]*" target="_blank" rel="noopener noreferrer">([^<>]*)</a>', r"\1", shown)
    assert "<" not in bare
    assert '"' not in bare
    assert (
        bare.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", '"')
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        == text
    )


def test_the_demos_own_links_may_stand_in_an_offer_and_open() -> None:
    template = Path(__file__).parents[3] / "config" / "demo.toml"
    demo = tomllib.loads(Template(template.read_text(encoding="utf-8")).safe_substitute(port=8123))
    link = f"{demo['web']['public_url']}/l/ab2cd3e"
    assert marketing_text.broken_links(link) == []
    assert f'href="{link}"' in opening(f"Look: {link}")
