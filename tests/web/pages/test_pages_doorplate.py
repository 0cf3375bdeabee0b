"""Where links lead that are followed later: never where a request alone says that this machine is."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

import web
from web import doorplate
from web.office import Office

OURS = socket.gethostname()


def told(app: Flask, host: str) -> str:
    with app.test_request_context("/", headers={"Host": host}):
        return doorplate.root()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "192.168.1.20:8080",
        "10.0.0.7",
        "[fd00::1]:8080",
        OURS,
        f"{OURS}.local",
        f"{OURS}.home:81",
    ],
)
def test_a_name_that_may_be_this_machine_stands_in_the_link(app: Flask, host: str) -> None:
    assert told(app, host) == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"www.{OURS}.example",
        "8.8.8.8",
        "localhost.evil.example",
        "[2001:4860::1]",
        "a@evil.example",
    ],
)
def test_a_name_of_a_stranger_is_never_believed(app: Flask, host: str) -> None:
    assert told(app, host) == f"http://{OURS}.local"


def test_what_is_configured_counts_before_everything(app: Flask) -> None:
    here: Office = app.extensions["chappe"]
    public = replace(here.config.web, public_url="https://sms.example")
    app.extensions["chappe"] = replace(here, config=replace(here.config, web=public))
    assert {told(app, host) for host in ("evil.example", "localhost")} == {"https://sms.example"}


def test_nobody_else_makes_an_address_of_what_a_request_says() -> None:
    """A dialect's answer goes to whoever asked alone, and names the address at which it was asked."""
    asks = re.compile(r"request\.(url_root|host_url|host\b|base_url|url\b)|_external=True")
    found = {
        str(path.relative_to(Path(web.__path__[0])))
        for path in Path(web.__path__[0]).rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"doorplate.py"}
