"""The page's address: does it answer, and from where can it be reached."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, remark, unsure
from gateway.doctor.patient import Patient

EVERYWHERE = ("0.0.0.0", "::")


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
    yield good("address_good", address=here) if here else bad("address_none")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
