"""Every profile and the simulated family of the same name, which was written without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.api import (
    Alphabet,
    Heard,
    Identified,
    InboundPart,
    LinkChanged,
    LinkState,
    OutboundPart,
    PartAccepted,
    Report,
    UssdAnswered,
)
from modem.life import Options
from modem.link import Link
from modem.profiles import load
from modem.session import Timings
from modem.simulator.families import FAMILIES
from modem.simulator.run import Simulator
from scripted_modem import Told

QUICK = Options(
    sweep_again=0.05, register_every=0.05, timings=Timings(factor=0.5, quiet=0.05, quiet_within=0.5, tries=2)
)
NO_REPORTS = {"a7670"}  # the simulated firmware refuses every way of announcing them


def test_each_profile_has_a_simulated_family() -> None:
    assert set(FAMILIES) == set(load())


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_family_works_from_its_first_word_to_a_report(tmp_path: Path, name: str) -> None:
    told = Told()
    quick = {"network_seconds": 0.0, "delivery_seconds": 0.0, "noise_seconds": 0.05}
    with Simulator(tmp_path, family=name, pin="1234", **quick) as simulator:
        link = Link("m1", str(simulator.port), pin="1234", options=QUICK)
        link.start(told)
        told.wait(LinkChanged, state=LinkState.READY)
        identity = told.wait(Identified).identity
        assert (identity.family, identity.pin_tries) == (name, 3)
        assert (identity.imei, identity.iccid) == ("490154203237518", "8933010000000000998")
        assert identity.reports is (name not in NO_REPORTS)
        for job in (1, 2, 3):
            link.send(job, OutboundPart("+33639980001", "Bonjour", Alphabet.GSM7))
            told.wait(PartAccepted, job=job)
        if identity.reports:
            told.until(lambda: len([one for one in told.of(Heard) if isinstance(one.item, Report)]) >= 3)
        link.ussd(4, "#123#")
        assert told.wait(UssdAnswered, job=4).text == "Solde: 12,34 EUR. Valable jusqu'au 31/12."
        link.ussd(5, "*144#")
        menu = told.wait(UssdAnswered, job=5)
        assert (menu.text, menu.more) == ("1 Solde\n2 Forfait", True)
        link.ussd(6, "1")
        assert told.wait(UssdAnswered, job=6).text == "Solde: 12,34 EUR."
        link.stop()


def test_firmware_that_wants_all_three_storages_named_is_read_all_the_same(tmp_path: Path) -> None:
    told = Told()
    options = {"network_seconds": 0.0, "delivery_seconds": 0.0, "storage_names": 3}
    with Simulator(tmp_path, family="huawei", **options) as simulator:
        link = Link("m1", str(simulator.port), options=QUICK)
        link.start(told)
        told.wait(LinkChanged, state=LinkState.READY)
        simulator.inject("+33639980001", "Bonjour")
        told.until(lambda: [one for one in told.of(Heard) if isinstance(one.item, InboundPart)])
        link.stop()
