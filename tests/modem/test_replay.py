"""A trace of each family, played again through the whole link; and a new one is like the old."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
)
from modem.life import Options
from modem.link import Link
from modem.replay import script, steps
from modem.session import Timings
from modem.trace import Trace
from scripted_modem import ScriptedModem, Told, length_of

FOLDER = Path(__file__).parents[1] / "transcripts"
TRACES = sorted((FOLDER / "traces").glob("*.trace"))
PART = OutboundPart("+33639980142", "Bonjour", Alphabet.GSM7)
MESSAGE = "07913306091093F0040B913336998010F0000062118011000040075474D82D2ECB01"
REPORT = "07913306091093F006010B913336998010F0621180110000406211801100104000"
QUICK = Options(
    register_every=0.05, sim_every=0.1, timings=Timings(factor=0.5, quiet=0.03, quiet_within=0.3, tries=2)
)


def live(modem: ScriptedModem, trace: Trace | None = None) -> Told:
    """One life of a link: set up, one part sent, its report and one message received, stopped."""
    told = Told()
    link = Link("m1", modem.path, options=QUICK, trace=trace)
    link.start(told)
    told.wait(LinkChanged, state=LinkState.READY)
    link.send(1, PART)
    told.wait(PartAccepted, job=1)
    told.until(lambda: len(told.of(Heard)) >= 2)
    link.stop()
    return told


def of_family(folder: Path, name: str) -> ScriptedModem:
    """The modem of the transcript; with the part's answer come its report and a message."""
    family: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    end, talk = family.get("line_end", "\r\n"), family.get("talk", {})
    modem = ScriptedModem(folder, {text: said.replace("|", end) for text, said in family["answers"].items()})
    boot = iter(family["boot"])
    modem.between = lambda: f"\r\n{line}\r\n" if (line := next(boot, "")) else ""
    modem.always("AT+CMGS=20", talk.get("prompt", "|> ").replace("|", end))
    cds = f"+CDS: {length_of(REPORT)}{end}{REPORT}"
    modem.next(
        "Ctrl-Z", end.join(["", f"{talk.get('accepted', '+CMGS: ')}1", "OK", cds, '+CMTI: "SM",3', ""])
    )
    modem.next("AT+CMGR=3", end.join(["", "+CMGR: 0,,26", MESSAGE, "OK", ""]))
    return modem


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_trace_is_lived_again(tmp_path: Path, path: Path) -> None:
    with ScriptedModem(tmp_path) as modem:
        modem.play(script(steps(path.read_text().splitlines())))
        told = live(modem)
    expected = tomllib.loads((FOLDER / f"{path.stem}.toml").read_text())["expected"]
    identity = told.wait(Identified).identity
    for name in {"family", "manufacturer", "model", "pin_tries", "reports"} & set(expected):
        assert getattr(identity, name) == expected[name]
    assert told.wait(PartAccepted, job=1).reference == 1
    report, message = (heard.item for heard in told.of(Heard)[:2])
    assert isinstance(report, Report)
    assert (report.reference, report.status, report.recipient) == (1, 0, "+33000000000")
    assert isinstance(message, InboundPart)
    assert message.sender == "+33000000000"
    assert not modem.garbled


def test_every_family_has_its_trace() -> None:
    families = {path.stem for path in (FOLDER.parents[1] / "config" / "modems").glob("*.toml")}
    assert {path.stem for path in TRACES} == families


@pytest.mark.parametrize("name", ["huawei", "sim800"])
def test_what_is_recorded_now_can_be_lived_again_now(tmp_path: Path, name: str) -> None:
    path = tmp_path / "wire.trace"
    with of_family(tmp_path, name) as modem:
        live(modem, Trace(path, lambda: datetime(2026, 11, 22, tzinfo=UTC)))
    lines = path.read_text().splitlines()
    assert not any("639980142" in line or "3336998010" in line or MESSAGE[-14:] in line for line in lines)
    with ScriptedModem(tmp_path) as modem:
        modem.play(script(steps(lines)))
        assert live(modem).wait(Identified).identity.family == name
