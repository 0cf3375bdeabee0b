"""Where programs may be told: nearby by http, anywhere by https, and nowhere that keeps secrets."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.errors import Invalid
from gateway.features.webhooks import posting, targets
from gateway.features.webhooks.posts import Outcome, Post
from gateway.features.webhooks.targets import Allowed
from receiver import Receiver, Reply

ANY = Allowed()
ROOT = Path(__file__).parents[3]


def code(url: str, allowed: Allowed = ANY) -> str:
    try:
        targets.check(url, allowed, "address")
    except Invalid as error:
        return error.code if error.field == "address" else f"{error.code} elsewhere"
    return "fine"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/hook?a=b", "fine"),
        ("https://8.8.8.8/", "fine"),
        ("http://192.168.1.20:8080/hook", "fine"),
        ("http://10.0.0.1", "fine"),
        ("http://172.31.0.1/", "fine"),
        ("http://100.64.1.1/", "fine"),
        ("http://[fd00::1]:8080/", "fine"),
        ("http://localhost:3000/", "fine"),
        ("http://[::1]/", "fine"),
        ("http://till.lan/hook", "fine"),  # its addresses are looked at when it is told something
        ("HTTPS://Example.org/", "fine"),
        ("http://8.8.8.8/", "url_forbidden"),
        ("http://172.32.0.1/", "url_forbidden"),
        ("https://169.254.169.254/latest/meta-data/", "url_forbidden"),
        ("http://169.254.1.1/", "url_forbidden"),
        ("https://[fe80::1]/", "url_forbidden"),
        ("https://[::ffff:169.254.169.254]/", "url_forbidden"),
        ("https://[64:ff9b::a9fe:a9fe]/", "url_forbidden"),
        ("https://0.0.0.0/", "url_forbidden"),
        ("https://[::]/", "url_forbidden"),
        ("https://224.0.0.1/", "url_forbidden"),
        ("https://[ff02::1]/", "url_forbidden"),
        ("https://255.255.255.255/", "url_forbidden"),
        ("https://240.0.0.1/", "url_forbidden"),
        ("", "url_bad"),
        ("till", "url_bad"),
        ("ftp://till.lan/", "url_bad"),
        ("file:///etc/passwd", "url_bad"),
        ("http:///hook", "url_bad"),
        ("http://till.lan:99999/", "url_bad"),
        ("http://till.lan:0/", "url_bad"),
        ("http://2130706433/", "url_bad"),
        ("http://0x7f.1/", "url_bad"),
        ("http://127.1/", "url_bad"),
        ("http://till lan/", "url_bad"),
        ("http://till.lan/a b", "url_bad"),
        ("http://till.lan/\r\nX: y", "url_bad"),
        ("http://till.lan/#x", "url_bad"),
        ("http://tïll.lan/", "url_bad"),
        ("http://a\\b/", "url_bad"),
        ("http://[::1/", "url_bad"),
        ("https://example.org/" + "x" * 500, "url_long"),
    ],
)
def test_an_address_is_judged_at_the_door(url: str, expected: str) -> None:
    assert code(url) == expected


@pytest.mark.parametrize(
    ("allowed", "fine", "forbidden"),
    [
        (Allowed(loopback=False), "http://10.0.0.1/", "http://127.0.0.2/"),
        (Allowed(loopback=False), "https://8.8.8.8/", "https://localhost/"),
        (Allowed(loopback=False), "https://8.8.8.8/", "https://[::ffff:127.0.0.1]/"),
        (Allowed(private=False), "http://127.0.0.1/", "https://192.168.0.1/"),
        (Allowed(hosts=("till.lan",)), "http://TILL.lan/", "http://other.lan/"),
        (Allowed(hosts=("till.lan",)), "http://till.lan./", "http://127.0.0.1/"),
        (Allowed(hosts=("10.0.0.1",)), "http://10.0.0.1/", "http://10.0.0.2/"),
    ],
)
def test_an_administrator_allows_less(allowed: Allowed, fine: str, forbidden: str) -> None:
    assert (code(fine), code(fine, allowed)) == ("fine", "fine")
    assert (code(forbidden), code(forbidden, allowed)) == ("fine", "url_forbidden")


def test_of_a_name_only_the_addresses_that_may_be_asked_are() -> None:
    found = [ip_address(one) for one in ("169.254.169.254", "8.8.8.8", "192.168.0.7", "::1")]
    for scheme, usable in (("http", found[2:]), ("https", found[1:])):
        assert targets.usable(scheme, found, ANY) == usable
    target = targets.read("https://example.org/")
    assert targets.admits(target, found, Allowed(hosts=("other.org",))) == []


# ---- one exchange ---------------------------------------------------------------------------------------


def send(url: str, allowed: Allowed = ANY, whole: float = 5.0) -> Outcome:
    return posting.send(Post(7, url, {"Content-Type": "text/plain"}, b"hello", allowed), 2.0, whole)


def test_a_post_arrives_as_it_is_and_its_answer_is_read_up_to_a_bound() -> None:
    with Receiver(lambda request: Reply(201, b"x" * 100_000, "Text/Plain; a=b")) as receiver:
        outcome = send(f"{receiver.url}?a=%20b")
        (request,) = receiver.requests
    assert (outcome.name, outcome.status, outcome.kind, outcome.whole) == (7, 201, "text/plain", False)
    assert len(outcome.answer) == posting.MOST
    assert outcome.taken
    assert (request.method, request.path, request.body) == ("POST", "/hook?a=%20b", b"hello")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["user-agent"] == "Chappe"


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Receiver() as receiver:
        assert send(receiver.url).status == 200


def test_what_goes_wrong_has_its_code() -> None:
    with Receiver() as receiver:
        url = receiver.url
    assert send(url).error == "unreachable"
    assert send("http://no-such-host.invalid/").error == "host_unknown"
    assert send("http://localhost:1/", Allowed(loopback=False)).error == "address_forbidden"
    with Receiver() as receiver:
        assert send(receiver.url.replace("http:", "https:")).error == "certificate_bad"


@pytest.mark.parametrize("spoken", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n"])
def test_whoever_trickles_is_cut_off_at_the_deadline(spoken: bytes) -> None:
    """Each octet comes in time, the whole does not."""
    stop = threading.Event()

    def trickle(line: socket.socket) -> None:
        with line:
            try:
                line.sendall(spoken)
                while not stop.wait(0.02):
                    line.sendall(b"H")
            except OSError:
                pass

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=lambda: trickle(server.accept()[0]), daemon=True)
        thread.start()
        outcome = send(f"http://127.0.0.1:{server.getsockname()[1]}/", whole=0.3)
        stop.set()
        thread.join(5)
    assert (outcome.status, outcome.error) == (None, "no_answer")


def test_whoever_says_nothing_or_hangs_up_has_a_code() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert send(url, whole=0.2).error == "no_answer"
        server.accept()[0].close()  # of the call before
        thread = threading.Thread(target=lambda: server.accept()[0].close(), daemon=True)
        thread.start()
        assert send(url).error == "connection_lost"
        thread.join(5)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_a_certificate_is_the_hosts_and_from_somebody_we_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key))
    command = ["openssl", "req", "-x509", *made, *subject, "-days", "2", "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Receiver() as receiver:
        assert receiver.server is not None
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        posting._trust.cache_clear()
        assert send(f"https://localhost:{receiver.port}/").error == "certificate_bad"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        posting._trust.cache_clear()
        assert send(f"https://localhost:{receiver.port}/").status == 200
        assert send(f"https://127.0.0.1:{receiver.port}/").error == "certificate_bad"
    posting._trust.cache_clear()


def test_what_is_not_http_has_a_code() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def chatter() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"220 mail.example ESMTP\r\n")
                line.recv(1000)

        thread = threading.Thread(target=chatter, daemon=True)
        thread.start()
        assert send(f"http://127.0.0.1:{server.getsockname()[1]}/").error == "answer_garbled"
        thread.join(5)


def test_the_first_two_posts_of_a_process_may_leave_together() -> None:
    """The library is there, or not: never half, for whichever thread comes first."""
    code = (
        "import threading\n"
        "from gateway.features.webhooks import dispatch, posts, targets\n"
        "post = posts.Post(1, 'http://127.0.0.1:9/', {}, b'', targets.Allowed())\n"
        "found = []\n"
        "work = lambda: found.append(dispatch._send(post).error)\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(found)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == str(["unreachable"] * 4), done.stderr
