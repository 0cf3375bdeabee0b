"""What the kernel knows of the USB device behind a tty, and how to take it off the bus and back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/sys")
OFF_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """`folder` in sysfs, `ids` as "1e0e:9001", and the interface whose tty was asked about."""

    folder: Path
    ids: str
    interface: int | None

    @property
    def can_be_reset(self) -> bool:
        """It is on the bus, and this user may take it off (a udev rule's matter)."""
        return os.access(self.folder / "authorized", os.W_OK)

    def reset(self, pause: Callable[[float], None]) -> None:
        """Off the bus and on again: the kernel forgets its ttys and makes them anew."""
        authorized = self.folder / "authorized"
        authorized.write_text("0")
        try:
            pause(OFF_SECONDS)
        finally:
            authorized.write_text("1")


def device_of(tty: str, system: Path = SYSTEM) -> UsbDevice | None:
    """The USB device of a tty by its path (links are followed); None where there is none."""
    node = system / "class" / "tty" / Path(os.path.realpath(tty)).name / "device"
    if not node.exists():
        return None
    folders = list(_upwards(node.resolve(), system.resolve()))
    device = next((folder for folder in folders if (folder / "idVendor").exists()), None)
    if device is None:
        return None
    numbers = [_read(folder / "bInterfaceNumber") for folder in folders]
    interface = next((number for number in numbers if number), "")
    ids = f"{_read(device / 'idVendor')}:{_read(device / 'idProduct')}"
    return UsbDevice(device, ids, int(interface, 16) if interface else None)


def _upwards(folder: Path, top: Path) -> Iterator[Path]:
    while folder != top and folder != folder.parent:
        yield folder
        folder = folder.parent


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
