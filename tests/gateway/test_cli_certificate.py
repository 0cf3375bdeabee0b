"""At the terminal and in the check-up: a certificate is made, looked at, and missed before it is over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway import certificates, config
from gateway.cli import main
from gateway.doctor.checks import addresses
from gateway.doctor.patient import Machine, Patient

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")

TOML = """
[appliance]
language = "en"
data_dir = "."
runtime_dir = "."
[web]
port = 0
{web}
[[modems]]
name = "sim1"
"""
OWN = 'certificate = "tls/page.pem"'
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*arguments: str, web: str = "") -> Result:
        (tmp_path / "gateway.toml").write_text(TOML.format(web=web), encoding="utf-8")
        return CliRunner().invoke(main, ["--config", str(tmp_path / "gateway.toml"), *arguments])

    return command


def test_it_is_made_and_what_is_to_be_done_with_it_is_said(run: Run, tmp_path: Path) -> None:
    made = run("certificate", "make", "--name", "shop.lan", "--address", "10.0.0.7")
    assert (made.exit_code, "shop.lan, 10.0.0.7" in made.output) == (0, True)
    assert f'certificate = "{tmp_path / "tls/page.pem"}"' in made.output
    mark = certificates.fingerprint(tmp_path / "tls/authority.pem")
    assert mark in made.output
    shown = json.loads(run("certificate", "show", "--json", web=OWN).output)
    assert shown["file"] == str(tmp_path / "tls/page.pem")
    assert run("certificate", "show", web=OWN).output.startswith(shown["file"])


def test_its_names_are_this_machines_where_none_are_given(run: Run) -> None:
    made = run("certificate", "make")
    assert (made.exit_code, ".local" in made.output) == (0, True)


def test_without_one_it_is_said(run: Run) -> None:
    shown = run("certificate", "show")
    assert (shown.exit_code, "by http alone" in shown.output) == (1, True)


@pytest.mark.parametrize(
    ("later", "code"),
    [(0, "certificate_good"), (certificates.DAYS - 20, "certificate_soon"), (900, "certificate_over")],
)
def test_the_check_up_says_it_before_it_is_over(run: Run, tmp_path: Path, later: int, code: str) -> None:
    run("certificate", "make", "--name", "shop.lan", web=OWN)
    site = config.load(tmp_path / "gateway.toml")
    end = certificates.expires_at(tmp_path / "tls/page.pem")
    now = end - timedelta(days=certificates.DAYS - later)
    patient = Patient(site, now, Machine(address=lambda: "10.0.0.7"))
    assert code in {finding.code for finding in addresses.check(patient)}


def test_one_that_cannot_be_read_is_unknown(run: Run, tmp_path: Path) -> None:
    run("certificate", "show", web=OWN)
    patient = Patient(config.load(tmp_path / "gateway.toml"), datetime.now(UTC))
    assert "certificate_unread" in {finding.code for finding in addresses.check(patient)}
