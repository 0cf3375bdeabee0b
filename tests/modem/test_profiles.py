"""Families as data: the files are checked, recognised by what a modem says, and each family is driven."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from modem import profiles
from modem.codec import Tpdu
from modem.driver import Driver
from modem.errors import ModemError
from modem.pin import ForgetfulPinMemory
from modem.port import Port
from modem.profiles import ProfileError, load, named, recognise
from modem.session import Session, Timings
from modem.urc import MessageStored, ReportArrived, Ring
from scripted_modem import OK, ScriptedModem, length_of

FOLDER = Path(__file__).parents[1] / "transcripts"
FAMILIES = sorted(path.stem for path in FOLDER.glob("*.toml"))
QUICK = Timings(factor=0.5, quiet=0.03, quiet_within=0.3, tries=2)
TPDU = Tpdu("0011000B913336998010F00000AA03C2F03C", 17)
REPORT = "07913306091093F006070B913336998010F0621180110000406211801100104000"


# ---- the files ------------------------------------------------------------------------------------


def test_every_family_the_page_names_is_there() -> None:
    assert list(load()) == ["a7670", "ec25", "generic", "huawei", "sim7600", "sim800", "zte"]
    assert set(FAMILIES) >= set(load())


def test_the_generic_profile_is_the_standards_own_way() -> None:
    assert named("generic") == named("auto") == profiles.Profile()


@pytest.mark.parametrize(
    ("said", "family"),
    [
        ("SIMCOM_Ltd|SIMCOM_SIM800L", "sim800"),
        ("SIMCOM_Ltd|SIMCOM_SIM900", "sim800"),
        ("SIMCOM INCORPORATED|SIMCOM_SIM7600E-H", "sim7600"),
        ("SIMCOM INCORPORATED|SIM7070G", "sim7600"),
        ("SIMCOM INCORPORATED|A7670E-FASE", "a7670"),
        ("SIMCOM INCORPORATED|A7602E-H", "a7670"),
        ("Quectel|EC25", "ec25"),
        ("Quectel|EG25", "ec25"),
        ("huawei|E173", "huawei"),
        ("HUAWEI TECHNOLOGIES|E3372", "huawei"),
        ("ZTE CORPORATION|MF190", "zte"),
        ("D-Link|DWM-156", "zte"),
        ("Quectel_Ltd|Quectel_M95", "generic"),
        (" WAVECOM MODEM|MULTIBAND", "generic"),
        ("|", "generic"),
    ],
)
def test_a_family_is_recognised_by_what_it_says(said: str, family: str) -> None:
    assert recognise(*said.split("|")).name == family


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("cmni = ['2,1,0,1,0']", "unknown key 'cmni'"),
        ("name = 'x'", "unknown key 'name'"),
        ("cnmi = ['2,1,0,3,0']", "cnmi cannot be '2,1,0,3,0'"),
        ("cnmi = '2,1,0,1,0'", "cnmi is no list of texts"),
        ("usb = ['1E0E:9001']", "usb cannot be '1E0E:9001'"),
        ("noise = ['(']", "noise cannot be '('"),
        ("ussd = 'hex'", "ussd cannot be 'hex'"),
        ("init = ['CFUN=1']", "init cannot be 'CFUN=1'"),
        ('power_off = "AT\\rX"', "power_off cannot be"),
        ("interface = '2'", "interface is no int"),
        ("keep_link = 1", "keep_link is no bool"),
        ("interface = true", "interface is no int"),
        ("boot_seconds = 0", "boot_seconds cannot be 0.0"),
        ("boot_seconds = 'long'", "boot_seconds is no float"),
        ("init = [1]", "init is no list of texts"),
        ("keep_link =", "strange.toml: "),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "strange.toml").write_text(line)
    with pytest.raises(ProfileError) as seen:
        load(tmp_path)
    assert "strange.toml" in str(seen.value)
    assert why in str(seen.value)


def test_a_profile_nobody_wrote_is_said_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match="'huwei': known are a7670, ec25, generic, huawei"):
        named("huwei")


# ---- each family, driven --------------------------------------------------------------------------


class Driven:
    """A family's modem on a pseudo-terminal, set up by the driver."""

    def __init__(self, modem: ScriptedModem, family: dict[str, Any], profile: str = "auto") -> None:
        self.modem = modem
        self.talk: dict[str, Any] = family.get("talk", {})
        self.end = family.get("line_end", "\r\n")
        self.heard: list[Any] = []
        self.port = Port(modem.path)
        self.port.open()
        self.session = Session(self.port, self.heard.append, QUICK)
        self.driver = Driver(self.session, patience=0.4, profile=profile)
        boot = iter(family["boot"] * 3)
        modem.between = lambda: f"\r\n{line}\r\n" if (line := next(boot, "")) else ""
        self.driver.awaken()
        self.identity = self.driver.initialise("", ForgetfulPinMemory())
        modem.between = None
        self._adopt_manners()

    def _adopt_manners(self) -> None:
        self.modem.accepted = self.talk.get("accepted", "+CMGS: ")
        prompt = self.talk.get("prompt", "|> ").replace("|", self.end)
        echo = f"AT+CMGS={TPDU.length}\r" if self.talk.get("echo") else ""
        self.modem.always(f"AT+CMGS={TPDU.length}", echo + prompt)


@contextmanager
def driven(folder: Path, name: str, *, octets: int = 4096, profile: str = "auto") -> Iterator[Driven]:
    family = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    end = family.get("line_end", "\r\n")
    answers = {text: answer.replace("|", end) for text, answer in family["answers"].items()}
    with ScriptedModem(folder, answers, octets=octets) as modem:
        one = Driven(modem, family, profile)
        yield one
        one.port.dispose()


@pytest.mark.parametrize("octets", [1, 7, 4096])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_sends_and_hears_in_its_own_manner(tmp_path: Path, name: str, octets: int) -> None:
    with driven(tmp_path, name, octets=octets) as one:
        one.heard.clear()
        cds = f"\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n"
        one.modem.between = iter(
            [cds, '\r\n+CMTI: "SM",0\r\n', cds, '\r\nRING\r\n\r\n+CLIP: "+33639980001",145\r\n'] + [""] * 99
        ).__next__
        assert [one.driver.send(TPDU, 10) for _ in range(3)] == [1, 2, 3]
        one.modem.between = None
        assert one.heard == [
            ReportArrived(REPORT),
            MessageStored("SM", 0),
            ReportArrived(REPORT),
            Ring(),
            Ring("+33639980001"),
        ]
        assert one.modem.submitted == [TPDU.hex] * 3
        assert not one.modem.garbled


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_answers_a_code_in_its_own_manner(tmp_path: Path, name: str) -> None:
    with driven(tmp_path, name) as one:
        if "ussd" in one.talk:
            text, more = one.driver.ussd("#123#")
            assert text == one.talk["ussd"]
            assert more is (name == "ec25")
        else:
            with pytest.raises(ModemError) as seen:
                one.driver.ussd("#123#")
            assert seen.value.code == one.talk.get("ussd_error", "error")


@pytest.mark.parametrize("name", FAMILIES)
def test_a_clock_that_was_never_set_tells_no_time(tmp_path: Path, name: str) -> None:
    with driven(tmp_path, name) as one:
        said = one.talk.get("network_time")
        assert one.driver.network_time() == (datetime.fromisoformat(said) if said else None)


@pytest.mark.parametrize("name", FAMILIES)
def test_an_answer_that_comes_late_is_never_the_next_commands(tmp_path: Path, name: str) -> None:
    with driven(tmp_path, name) as one:
        one.modem.next("Ctrl-Z", None)
        with pytest.raises(ModemError):
            one.driver.send(TPDU, 0.1)
        one.modem.say(f"\r\n{one.modem.accepted}77\r\n{OK}")
        assert one.driver.send(TPDU, 10) == 1


@pytest.mark.parametrize("name", FAMILIES)
def test_by_the_generic_profile_every_family_carries_messages(tmp_path: Path, name: str) -> None:
    with driven(tmp_path, name, profile="generic") as one:
        assert one.identity.family == "generic"
        assert one.driver.send(TPDU, 10) == 1


def test_lines_of_the_family_are_typed_and_refusals_ignored(tmp_path: Path) -> None:
    with driven(tmp_path, "zte") as one:
        assert {"AT+ZCDRUN=8", "AT+ZOPRT=5"} <= set(one.modem.typed)
    with driven(tmp_path, "huawei") as one:
        assert "AT+CMMS=2" not in one.modem.typed


def test_what_was_accepted_is_tried_first_the_next_time(tmp_path: Path) -> None:
    with driven(tmp_path, "a7670") as one:
        one.modem.typed.clear()
        one.driver.initialise("", ForgetfulPinMemory())
        assert [line for line in one.modem.typed if "CNMI" in line] == ["AT+CNMI=2,1,0,0,0"]


def test_a_call_is_ended_only_where_it_would_keep_messages_waiting(tmp_path: Path) -> None:
    for name, typed in (("sim800", ["ATH"]), ("ec25", [])):
        with driven(tmp_path, name) as one:
            one.modem.typed.clear()
            one.driver.hang_up()
            assert one.modem.typed == typed


def test_a_modem_is_restarted_and_switched_off_whatever_its_state(tmp_path: Path) -> None:
    with driven(tmp_path, "ec25") as one:
        one.modem.always("AT+CFUN=1,1", None)
        one.modem.always("AT+QPOWD", "\r\nOK\r\n\r\nPOWERED DOWN\r\n")
        assert not one.driver.restart()
        assert one.driver.power_off()
        assert one.modem.typed[-2:] == ["AT+CFUN=1,1", "AT+QPOWD"]
    with driven(tmp_path, "generic") as one:
        assert not one.driver.power_off()
