"""A certificate made here: for this machine's names alone, by an authority that can sign no other."""

from __future__ import annotations

import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import certificates
from gateway.errors import Invalid, Unusable

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")

NAMES, ADDRESSES = ["chappe.local", "chappe"], ["192.168.1.20", "fd00::1"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> certificates.Made:
    return certificates.make(tmp_path_factory.mktemp("tls") / "tls", NAMES, ADDRESSES)


def told(file: Path) -> str:
    command = ["openssl", "x509", "-in", str(file), "-noout", "-text"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_authority_vouches_for_the_page_under_each_name(made: certificates.Made) -> None:
    for kind, names in (("hostname", NAMES), ("ip", ADDRESSES)):
        for name in names:
            command = [
                "openssl",
                "verify",
                "-CAfile",
                str(made.authority),
                f"-verify_{kind}",
                name,
                str(made.page),
            ]
            assert subprocess.run(command, capture_output=True).returncode == 0, name
    other = [
        "openssl",
        "verify",
        "-CAfile",
        str(made.authority),
        "-verify_hostname",
        "bank.example",
        str(made.page),
    ]
    assert subprocess.run(other, capture_output=True).returncode != 0


def test_the_authority_is_bound_to_this_machine_and_its_key_is_nowhere(made: certificates.Made) -> None:
    said = told(made.authority)
    assert "CA:TRUE, pathlen:0" in said
    for bound in ("DNS:chappe.local", "DNS:chappe", "IP:192.168.1.20/255.255.255.255"):
        assert bound in said.partition("Permitted:")[2]
    assert sorted(path.name for path in made.page.parent.iterdir()) == ["authority.pem", "page.pem"]
    assert "PRIVATE KEY" not in made.authority.read_text()
    assert "CA:FALSE" in told(made.page)
    assert made.fingerprint.count(":") == 31


def test_nobody_else_may_read_its_key(made: certificates.Made) -> None:
    assert stat.S_IMODE(made.page.stat().st_mode) == 0o640
    assert made.page.read_text().count("PRIVATE KEY") == 2


def test_it_counts_for_as_long_as_telephones_take_one(made: certificates.Made) -> None:
    left = made.expires_at - datetime.now(UTC)
    assert timedelta(days=certificates.DAYS - 1) < left <= timedelta(days=certificates.DAYS)
    assert certificates.expires_at(made.authority) >= made.expires_at - timedelta(minutes=1)


@pytest.mark.parametrize(
    "name", ["", "a b", "a\nCA:TRUE", "-x", "x,DNS:bank.example", "$(id)", "/CN=x", "a" * 64, "*."]
)
def test_a_name_that_is_none_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        certificates.make(tmp_path / "tls", ["chappe.local", name], [])
    assert (refused.value.code, list(tmp_path.iterdir())) == ("certificate_name", [])


@pytest.mark.parametrize("address", ["", "chappe", "192.168.1.300", "10.0.0.1/8", "::1, DNS:bank.example"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Invalid) as refused:
        certificates.make(tmp_path / "tls", ["chappe.local"], [address])
    assert (refused.value.code, list(tmp_path.iterdir())) == ("certificate_address", [])


def test_what_is_no_certificate_has_no_end(tmp_path: Path) -> None:
    (tmp_path / "odd.pem").write_text("odd")
    for file in ("odd.pem", "none.pem"):
        with pytest.raises(Unusable):
            certificates.expires_at(tmp_path / file)
