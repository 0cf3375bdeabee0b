"""What is read from sysfs, in a tree that looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.usb import UsbDevice, device_of


def stick(system: Path, tty: str = "ttyUSB2", interface: str = "02") -> Path:
    """A device with one tty, as the kernel lays it out; answers the device's folder."""
    device = system / "devices" / "usb1" / "1-1" / "1-1.3"
    node = device / f"1-1.3:1.{int(interface, 16)}" / tty
    node.mkdir(parents=True)
    (device / "idVendor").write_text("1e0e\n")
    (device / "idProduct").write_text("9001\n")
    (device / "authorized").write_text("1\n")
    (node.parent / "bInterfaceNumber").write_text(f"{interface}\n")
    entry = system / "class" / "tty" / tty
    entry.mkdir(parents=True)
    (entry / "device").symlink_to(node)
    return device


@pytest.mark.parametrize(("written", "interface"), [("00", 0), ("02", 2), ("0a", 10)])
def test_a_tty_leads_to_its_device_and_interface(tmp_path: Path, written: str, interface: int) -> None:
    folder = stick(tmp_path, interface=written)
    assert device_of("/dev/ttyUSB2", tmp_path) == UsbDevice(folder, "1e0e:9001", interface)


def test_a_link_to_a_tty_is_followed(tmp_path: Path) -> None:
    stick(tmp_path)
    link = tmp_path / "by-id"
    link.symlink_to("/dev/ttyUSB2")
    assert device_of(str(link), tmp_path) is not None


@pytest.mark.parametrize("tty", ["/dev/ttyUSB3", "/dev/ttyS0", "socket://somewhere:1", ""])
def test_what_is_no_usb_tty_has_no_device(tmp_path: Path, tty: str) -> None:
    stick(tmp_path)
    (tmp_path / "class" / "tty" / "ttyS0" / "device").mkdir(parents=True)
    assert device_of(tty, tmp_path) is None


def test_a_reset_takes_the_device_off_the_bus_for_a_moment(tmp_path: Path) -> None:
    folder, seen = stick(tmp_path), []
    device = device_of("/dev/ttyUSB2", tmp_path)
    assert device is not None
    assert device.can_be_reset
    device.reset(lambda seconds: seen.append(((folder / "authorized").read_text(), seconds)))
    assert seen == [("0", 1.0)]
    assert (folder / "authorized").read_text() == "1"


def test_a_device_that_is_gone_cannot_be_reset(tmp_path: Path) -> None:
    folder = stick(tmp_path)
    device = device_of("/dev/ttyUSB2", tmp_path)
    (folder / "authorized").unlink()
    assert device is not None
    assert not device.can_be_reset
