"""The disk: room, whether it may be written, how worn it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.doctor.findings import Finding, bad, good, unsure, warn
from gateway.doctor.patient import Patient, read

MEGA, GIGA = 1_000_000, 1_000_000_000
LITTLE, SCARCE = 1000 * MEGA, 100 * MEGA  # octets free

# What flash memory says of its life (JEDEC eMMC 5.0): tenths used, 0x0B beyond it; then of its spare blocks.
OLD, OVER = 0x09, 0x0B
SPARE_LOW, SPARE_GONE = 0x02, 0x03


def check(patient: Patient) -> Iterator[Finding]:
    yield _room(patient)
    if _is_read_only(patient):
        yield bad("disk_read_only", path=str(patient.site.data_dir))
    yield from _wear(patient.machine.system)


def _room(patient: Patient) -> Finding:
    try:
        total, free = patient.machine.room(patient.site.data_dir)
    except OSError:
        return bad("disk_unreadable", path=str(patient.site.data_dir))
    facts = {"free": free // MEGA, "total": round(total / GIGA, 1)}
    if free < SCARCE:
        return bad("disk_full", **facts)
    if free < LITTLE:
        return warn("disk_little", **facts)
    return good("disk_good", free=round(free / GIGA, 1), total=round(total / GIGA, 1))


def _is_read_only(patient: Patient) -> bool:
    """The mount on which the data lies, the longest that leads there; the last one of a place counts."""
    folder, found, options = patient.site.data_dir.absolute(), "", ""
    for line in read(patient.machine.processes / "self/mounts").splitlines():
        _, place, _, chosen = (line.split(" ") + [""] * 4)[:4]
        place = place.replace("\\040", " ")
        if folder.is_relative_to(place) and len(place) >= len(found):
            found, options = place, chosen
    return "ro" in options.split(",")


def _wear(system: Path) -> Iterator[Finding]:
    told = False
    for folder in sorted(system.glob("block/mmcblk*[0-9]/device")):
        lives = [int(word, 16) for word in read(folder / "life_time").split() if word.startswith("0x")]
        spare = read(folder / "pre_eol_info")
        if not lives:
            continue
        told, used = True, max(lives)
        facts = {"device": folder.parent.name, "used": min(100, used * 10)}
        if used >= OVER or _number(spare) >= SPARE_GONE:
            yield bad("disk_worn", **facts)
        elif used >= OLD or _number(spare) >= SPARE_LOW:
            yield warn("disk_old", **facts)
        else:
            yield good("disk_fresh", **facts)
    if not told:
        yield unsure("disk_wear_unknown")


def _number(word: str) -> int:
    return int(word, 16) if word.startswith("0x") else 0
