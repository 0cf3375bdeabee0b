"""The page by https, on real sockets with a real certificate: whole, quick, and knowing who calls."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from fakes import MONDAY_NOON
from gateway import certificates, config
from gateway.access import people
from gateway.errors import Unusable
from gateway.ids import Ids
from gateway.store import database, upgrade
from journeys.visitor import PASSWORD
from web import serve, tls
from web.app import create_app

TOML = """
[appliance]
language = "en"
data_dir = "{folder}"
runtime_dir = "{folder}"
[[modems]]
name = "sim1"
"""
STRANGER = "127.0.0.2"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")


@dataclass
class Served:
    site: config.Config
    port: int
    plain: int
    trusting: ssl.SSLContext

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Any:
        line = http.client.HTTPSConnection("localhost", self.port, timeout=10, context=self.trusting)
        with closing(line):
            line.request(
                method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "gateway.toml").write_text(TOML.format(folder=folder), encoding="utf-8")
    loaded = config.load(folder / "gateway.toml")
    upgrade.upgrade(loaded.appliance.database_path, MONDAY_NOON)
    made = certificates.make(folder / "tls", ["localhost"], ["127.0.0.1"])
    site = replace(loaded, web=replace(loaded.web, port=0, tls_port=0, certificate=made.page))
    server = serve.listening(create_app(site), site, trial=False)
    front = serve.begin_tls(site, server)
    thread = threading.Thread(target=server.run)
    thread.start()
    trusting = ssl.create_default_context(cafile=str(made.authority))
    yield Served(site, front.listener.getsockname()[1], server.effective_port, trusting)
    front.end()
    server.close()
    thread.join(10)
    database.db.close_all()
    assert not thread.is_alive()


def test_the_page_is_there_under_its_name_for_whoever_trusts_the_authority(served: Served) -> None:
    assert served.ask("/healthz")[0] in (200, 503)
    status, headers, text = served.ask("/sign-in")
    assert (status, "Strict-Transport-Security" in headers) == (200, False)
    assert "</html>" in text
    with pytest.raises(ssl.SSLCertVerificationError):
        replace(served, trusting=ssl.create_default_context()).ask("/healthz")


def test_one_signs_in_and_the_cookies_go_by_https_alone(served: Served) -> None:
    with database.connection():
        token = people.add("ana", "en", datetime.now(UTC), Ids())
    _, headers, page = served.ask(f"/welcome/{token}")
    form = re.search(r"__Host-chappe_form=[^;]+", headers["Set-Cookie"])
    word = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert form
    assert word
    body = f"csrf_token={word[1]}&password={PASSWORD.replace(' ', '+')}"
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": form[0]}
    sent["Referer"] = f"https://localhost:{served.port}/welcome/{token}"
    status, headers, said = served.ask(f"/welcome/{token}", "POST", body, **sent)
    assert status == 302, said
    cookies = headers.get_all("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-chappe_sign_in="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
    value = session.partition(";")[0]
    assert served.ask("/account", Cookie=value)[0] == 200
    assert served.ask("/account", Cookie=value.removeprefix("__Host-"))[0] == 302


def test_who_calls_is_known_and_no_header_says_otherwise(served: Served) -> None:
    """This machine alone sees /metrics without a key: here that is seen, and a header is no reason."""
    assert served.ask("/metrics")[0] == 200
    assert served.ask("/metrics", X_Forwarded_For="127.0.0.1")[0] == 401


def test_large_things_go_both_ways_and_one_connection_bears_many_questions(served: Served) -> None:
    line = http.client.HTTPSConnection("localhost", served.port, timeout=10, context=served.trusting)
    with closing(line):
        for _ in range(3):
            line.request("POST", "/api/v1/messages", b"a" * 3_000_000, {"Content-Type": "application/json"})
            answer = line.getresponse()
            assert (answer.status, bool(answer.read())) == (401, True)
        line.request("GET", "/api/v1/openapi.json")
        assert len(line.getresponse().read()) > 100_000


def test_no_answer_waits_for_anything(served: Served) -> None:
    """The kernel would hold its second half back until the first was acknowledged, 40 ms later."""
    line, took = (
        http.client.HTTPSConnection("localhost", served.port, timeout=10, context=served.trusting),
        [],
    )
    with closing(line):
        for _ in range(10):
            began = monotonic()
            line.request("GET", "/healthz")
            line.getresponse().read()
            took.append(monotonic() - began)
    assert min(took[1:]) < 0.03


def knock(served: Served, source: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), 15, (source, 0))


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"])
def test_who_speaks_no_tls_is_hung_up_on_and_holds_up_nobody(served: Served, said: bytes) -> None:
    held = [knock(served, STRANGER) for _ in range(tls.PER_ADDRESS)]
    for connection in held:
        connection.sendall(said)
    assert served.ask("/healthz")[0] in (200, 503)
    if not said:
        with closing(knock(served, STRANGER)) as more:
            assert more.recv(1) == b""
        held[-1].setblocking(False)
        with pytest.raises(BlockingIOError):  # those before it are heard out yet
            held[-1].recv(1)
    for connection in held:
        connection.close()


def test_what_is_too_old_is_refused(served: Served) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        replace(served, trusting=old).ask("/healthz")


def test_a_certificate_that_will_not_do_is_said(tmp_path: Path) -> None:
    (tmp_path / "odd.pem").write_text("no certificate", encoding="utf-8")
    for file in ("none.pem", "odd.pem"):
        with pytest.raises(Unusable) as refused:
            tls.context(tmp_path / file, None)
        assert refused.value.code == "certificate_unusable"
