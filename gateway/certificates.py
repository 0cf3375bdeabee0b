"""A certificate for the page on a local network, made here by OpenSSL's own command.

An authority is made, signs this one certificate, and its key is thrown away: it can never sign another.  What
people then trust is bound, besides, to the names and addresses of this machine.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from gateway.errors import Invalid, Unusable

DAYS = 820  # no telephone takes one for longer than 825
NAME = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
PATIENCE = 60.0  # seconds
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
CONFIGURATION = """\
[req]
prompt = no
distinguished_name = who
[who]
CN = {title}
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
nameConstraints = critical, {bounds}
[page]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


@dataclass(frozen=True, slots=True)
class Made:
    """Files: what the page shows, with its key; what browsers are to trust; its fingerprint, to compare."""

    page: Path
    authority: Path
    fingerprint: str
    expires_at: datetime


def make(folder: Path, names: Sequence[str], addresses: Sequence[str]) -> Made:
    """Write `page.pem`, for its owner and group alone, and `authority.pem`; what was there is replaced.

    Raises Invalid `certificate_name` or `certificate_address`, and Unusable where OpenSSL is not there or
    will not.
    """
    if not names or (wrong := [name for name in names if not NAME.fullmatch(name) or len(name) > 200]):
        raise Invalid("certificate_name", field="name", value=", ".join(wrong) if names else "")
    hosts = [_address(each) for each in addresses]
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    group = folder.parent.stat().st_gid  # the page reads it as a user of its own, whoever makes it
    os.chown(folder, -1, group)
    with tempfile.TemporaryDirectory(prefix="chappe-") as somewhere:
        place = Path(somewhere)
        _sign(place, list(dict.fromkeys(names)), list(dict.fromkeys(hosts)))
        page, authority = folder / "page.pem", folder / "authority.pem"
        whole = (place / "page.crt").read_bytes() + (place / "page.key").read_bytes()
        _put(page, whole, 0o640, group)
        _put(authority, (place / "authority.crt").read_bytes(), 0o644, group)
    return Made(page, authority, fingerprint(authority), expires_at(page))


def expires_at(file: Path) -> datetime:
    """Until when the first certificate of a file counts; raises Unusable."""
    said = _openssl("x509", "-in", str(file), "-noout", "-enddate", about=file)
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said.strip().partition("=")[2]), UTC)


def fingerprint(file: Path) -> str:
    """SHA-256 of the first certificate of a file, as browsers show it; raises Unusable."""
    said = _openssl("x509", "-in", str(file), "-noout", "-fingerprint", "-sha256", about=file)
    return said.strip().partition("=")[2]


def _sign(place: Path, names: list[str], hosts: list[str]) -> None:
    bounds = [f"permitted;DNS:{name}" for name in names]
    bounds += [f"permitted;IP:{host}/{_mask(host)}" for host in hosts]
    own = [*(f"DNS:{name}" for name in names), *(f"IP:{host}" for host in hosts)]
    for which, title in (("authority", f"Chappe of {names[0]}"[:64]), ("page", names[0][:64])):
        written = CONFIGURATION.format(title=title, bounds=", ".join(bounds), names=", ".join(own))
        (place / f"{which}.cnf").write_text(written, encoding="ascii")
    root = [*_files(place, "authority"), "-x509", "-extensions", "authority", "-days", str(DAYS)]
    _openssl("req", *CURVE, *root, "-out", str(place / "authority.crt"))
    _openssl("req", *CURVE, *_files(place, "page"), "-out", str(place / "page.csr"))
    signer = ["-CA", str(place / "authority.crt"), "-CAkey", str(place / "authority.key"), "-CAcreateserial"]
    wanted = ["-extfile", str(place / "page.cnf"), "-extensions", "page", "-days", str(DAYS)]
    asked = ["-in", str(place / "page.csr"), "-out", str(place / "page.crt")]
    _openssl("x509", "-req", "-sha256", *asked, *signer, *wanted)


def _files(place: Path, which: str) -> list[str]:
    return ["-sha256", "-config", str(place / f"{which}.cnf"), "-keyout", str(place / f"{which}.key")]


def _openssl(*words: str, about: Path | None = None) -> str:
    try:
        done = subprocess.run(
            ["openssl", *words], capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError as error:
        raise Unusable("openssl_missing") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable("certificate_unusable", file=str(about or "openssl"), problem=str(error)) from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or [""])[0]
        raise Unusable("certificate_unusable", file=str(about or "openssl"), problem=said)
    return done.stdout


def _address(typed: str) -> str:
    try:
        return str(ip_address(typed))
    except ValueError as error:
        raise Invalid("certificate_address", field="address", value=typed) from error


def _mask(host: str) -> str:
    return "255.255.255.255" if "." in host else ":".join(["FFFF"] * 8)


def _put(file: Path, content: bytes, mode: int, group: int) -> None:
    """Whole, or as it was; never readable by others in between."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
        os.fchown(opened.fileno(), -1, group)
        os.fchmod(opened.fileno(), mode)
        os.fsync(opened.fileno())
    draft.replace(file)
