"""The check-up on the page: each field with its mark and its cure; looked at again when asked; the bundle."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from fakes import MONDAY_NOON, FakeClock
from gateway import status
from gateway.access import people
from gateway.config import Config
from gateway.doctor.checks import CHECKS
from gateway.ids import Ids
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Audit
from journeys.visitor import PASSWORD, Ledger, Visitor

BROKEN = ModemStatus("sim1", "sim", error="sim_missing", model="EC25")


def test_each_field_is_there_with_what_is_wrong_and_what_to_do(ana: Visitor, site: Config) -> None:
    status.write(site.appliance.runtime_dir, (BROKEN,), MONDAY_NOON)
    page = ana.read("/doctor")
    assert re.findall(r'id="field-(\w+)"', page) == list(CHECKS)
    assert "There is no SIM card in modem sim1, or it makes no contact." in page
    assert "Put the SIM card in until it clicks, then: chappe modem reset sim1" in page
    assert "things have to be mended." in page
    assert "<code>messages</code>" in page  # the size of each table


def test_it_speaks_french(ana: Visitor, site: Config) -> None:
    status.write(site.appliance.runtime_dir, (BROKEN,), MONDAY_NOON)
    page = ana.send("/language", form_at="/doctor", language="fr", next="/doctor")
    assert "Bilan de santé" in page
    assert "Il n’y a pas de carte SIM dans le modem sim1" in page
    assert "Que faire :" in page


def test_a_look_is_kept_for_a_minute_unless_another_is_asked_for(
    ana: Visitor, site: Config, clock: FakeClock
) -> None:
    folder = site.appliance.runtime_dir
    assert "no SIM card" not in ana.read("/doctor")
    status.write(folder, (BROKEN,), MONDAY_NOON)
    assert "no SIM card" not in ana.read("/doctor")
    page = ana.send("/doctor")
    assert "Looked at everything again." in page
    assert "no SIM card" in page
    status.remove(folder)
    clock.move(timedelta(minutes=2))
    assert "The gateway does not run: nothing leaves" in ana.read("/doctor")


def test_the_bundle_holds_nothing_of_anybody_and_its_fetching_is_noted(ana: Visitor, ledger: Ledger) -> None:
    ledger.message(text="Vos bottes sont prêtes", to="+33639980001")
    answer = ana.client.get("/doctor/bundle")
    assert answer.headers["Content-Disposition"].startswith(
        "attachment; filename=chappe-doctor-20261123T1100"
    )
    with tarfile.open(fileobj=io.BytesIO(answer.data)) as archive:
        texts = {file.name.rpartition("/")[2]: archive.extractfile(file) for file in archive}
        content = {name: file.read().decode() for name, file in texts.items() if file is not None}
    answer.close()
    assert "Ports" in content["findings.txt"]
    assert all("bottes" not in text and "639980001" not in text for text in content.values())
    with database.connection():
        row = Audit.select().where(Audit.action == "bundle_fetched").get()
    assert (row.written_by, row.shown) == (
        "page:ana",
        answer.headers["Content-Disposition"].partition("=")[2],
    )


def test_managers_look_and_administrators_also_fetch(
    app: Flask, clock: FakeClock, invite: Callable[..., str]
) -> None:
    for role, look, fetch in (("writer", 403, 403), ("manager", 200, 403), ("administrator", 200, 200)):
        with database.connection():
            token = people.add(role, "en", clock.now(), Ids(), role)
        visitor = Visitor(app.test_client())
        visitor.send(f"/welcome/{token}", password=PASSWORD)
        page = visitor.read("/doctor", expect=look)
        assert ("/doctor/bundle" in page) is (fetch == 200)
        assert visitor.client.get("/doctor/bundle").status_code == fetch
        assert ("/doctor" in visitor.read("/")) is (look == 200)
