"""The page's address: does it answer, and from where can it be reached."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from gateway import certificates
from gateway.doctor.findings import Finding, bad, good, remark, unsure, warn
from gateway.doctor.patient import Patient
from gateway.errors import GatewayError

EVERYWHERE = ("0.0.0.0", "::")
SOON = timedelta(days=30)


def check(patient: Patient) -> Iterator[Finding]:
    web, here = patient.config.web, patient.machine.address()
    knocked = "127.0.0.1" if web.host in EVERYWHERE else web.host
    if not web.port:
        yield unsure("page_port")
    elif not patient.machine.answers(knocked, web.port):
        yield bad("page_silent", host=web.host, port=web.port)
    elif _is_loopback(web.host):
        yield remark("page_loopback", port=web.port)
    else:
        yield good("page_good", address=f"{here or web.host}:{web.port}")
    if web.certificate is not None:
        yield _certificate(web.certificate, patient.now)
    yield good("address_good", address=here) if here else bad("address_none")


def _certificate(file: Path, now: datetime) -> Finding:
    try:
        expires = certificates.expires_at(file)
    except GatewayError:
        return unsure("certificate_unread", path=str(file))
    when = f"{expires:%Y-%m-%d}"
    if expires <= now:
        return bad("certificate_over", when=when)
    return (
        warn("certificate_soon", when=when) if expires - now < SOON else good("certificate_good", when=when)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
