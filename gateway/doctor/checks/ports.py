"""The ttys: each modem's is there, the gateway's user may use it, and nobody else has it."""

from __future__ import annotations

import glob
import grp
import os
import pwd
import stat
from collections.abc import Iterator

from gateway.doctor import processes
from gateway.doctor.findings import Finding, bad, good, unsure, warn
from gateway.doctor.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    if not patient.config.modems:
        yield bad("modem_none")
    for modem, port in patient.ports():
        if not port:
            yield _unplaced(patient, modem.name)
        elif "://" in port:
            yield unsure("port_elsewhere", modem=modem.name)
        elif not os.path.exists(port):
            yield bad("port_missing", modem=modem.name, port=port, others=_others(patient))
        else:
            yield from _there(patient, modem.name, port)


def _unplaced(patient: Patient, modem: str) -> Finding:
    """A modem that is known by its IMEI, or not at all: it may be behind any tty."""
    if not _ttys(patient):
        return bad("port_none", modem=modem)
    return (
        unsure("port_unknown", modem=modem) if not patient.seen.alive else warn("port_not_found", modem=modem)
    )


def _there(patient: Patient, modem: str, port: str) -> Iterator[Finding]:
    device = os.path.realpath(port)
    denied, holder = _denied(device, patient.owner), _holder(patient, device)
    if denied is not None:
        yield bad("port_denied", modem=modem, port=port, group=denied, user=_user(patient.owner))
    if holder is not None:
        yield bad("port_held", modem=modem, port=port, process=holder.name, pid=holder.pid)
    if denied is None and holder is None:
        yield good("port_good", modem=modem, port=port)


def _holder(patient: Patient, device: str) -> processes.Process | None:
    """Another program that has the port open, as far as this user may know."""
    node = os.stat(device)
    held = (one for one in processes.running(patient.machine.processes) if one.has_open(node))
    return next((one for one in held if not one.is_ours), None)


def _denied(device: str, uid: int) -> str | None:
    """The group that may use the device, where the user may not; None: the user may."""
    about = os.stat(device)
    wanted = stat.S_IROTH | stat.S_IWOTH
    for mine, shift in ((uid == about.st_uid, 6), (about.st_gid in _groups(uid), 3), (True, 0)):
        if mine:
            return None if uid == 0 or about.st_mode >> shift & wanted == wanted else _group(about.st_gid)
    return None


def _groups(uid: int) -> set[int]:
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        return set()
    return set(os.getgrouplist(user.pw_name, user.pw_gid))


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _others(patient: Patient) -> str:
    """What stands there instead, for whoever looks for the right name."""
    return ", ".join(_ttys(patient)) or "–"


def _ttys(patient: Patient) -> list[str]:
    return [path for pattern in patient.machine.ttys for path in sorted(glob.glob(pattern))]
