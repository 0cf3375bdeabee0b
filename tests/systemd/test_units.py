"""The units, as systemd itself reads them: nothing unknown, hardly exposed, each with what it must have."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from house.tree import ROOT

UNITS = ROOT / "systemd"
SERVICES = ("chappe-backup", "chappe-gateway", "chappe-migrate", "chappe-web")
MOST_EXPOSED = 20  # tenths

needs_analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
needs_sysusers = pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="no systemd-sysusers here")


def said(unit: str, key: str) -> list[str]:
    """Every value that the unit gives a key, in order."""
    text = (UNITS / unit).read_text(encoding="utf-8")
    return re.findall(rf"(?m)^{key}=(.*)$", text)


@needs_analyze
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    program = shutil.which("true")
    for unit in UNITS.glob("chappe*.*"):
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(text.replace("/usr/bin/chappe", str(program)), encoding="utf-8")
    units = sorted(str(unit) for unit in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert len(units) == 9
    assert (done.returncode, done.stderr) == (0, "")


@needs_analyze
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_hardly_exposed(service: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={MOST_EXPOSED}"]
    done = subprocess.run(
        [*command, UNITS / f"{service}.service"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", ["chappe-gateway.service", "chappe-web.service"])
def test_a_service_is_watched_bounded_and_tried_for_ever(service: str) -> None:
    once = {"Type": "notify", "Restart": "always", "StartLimitIntervalSec": "0", "WatchdogSec": "60"}
    assert {key: said(service, key) for key in once} == {key: [value] for key, value in once.items()}
    assert said(service, "MemoryHigh")
    assert said(service, "MemoryMax")
    assert "chappe-migrate.service" in said(service, "After")[0]


def test_the_clock_may_be_asked_and_only_the_gateway_reaches_devices() -> None:
    assert said("chappe-gateway.service", "ProtectClock") == []
    assert any("adjtimex" in names for names in said("chappe-gateway.service", "SystemCallFilter"))
    assert said("chappe-gateway.service", "SupplementaryGroups") == ["dialout"]
    assert "char-ttyUSB rw" in said("chappe-gateway.service", "DeviceAllow")
    assert said("chappe-web.service", "PrivateDevices") == ["yes"]
    assert said("chappe-web.service", "SupplementaryGroups") == []


def test_the_gateway_may_open_no_port_and_the_page_needs_no_privilege_for_its_own() -> None:
    assert said("chappe-gateway.service", "SocketBindDeny") == ["any"]
    assert said("chappe-web.socket", "ListenStream") == ["80"]
    assert {user for service in SERVICES for user in said(f"{service}.service", "User")} == {
        "chappe-gateway",
        "chappe-web",
    }
    assert all(said(f"{service}.service", "CapabilityBoundingSet") == [""] for service in SERVICES)


@needs_analyze
def test_what_shuts_the_machine_down_is_watched_for_and_hardly_exposed() -> None:
    assert said("chappe-shutdown.path", "PathExists") == ["/run/chappe/shutdown"]
    assert "chappe-shutdown.path" in said("chappe.target", "Wants")[0]
    assert "= chappe-gateway ] && exec systemctl" in said("chappe-shutdown.service", "ExecStart")[0]
    assert said("chappe-shutdown.service", "CapabilityBoundingSet") == ["CAP_DAC_OVERRIDE"]
    test_a_service_is_hardly_exposed("chappe-shutdown")


@needs_sysusers
def test_the_users_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}", "--replace=/etc/chappe.conf", "-"]
    given = (UNITS / "sysusers.d/chappe.conf").read_bytes()
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "etc/group").read_text(encoding="utf-8")
    assert re.search(r"(?m)^chappe:.*chappe-gateway.*chappe-web|^chappe:.*chappe-web.*chappe-gateway", made)
