"""Families set up by the same driver, and a PIN that is typed once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem import commands
from modem.driver import Driver
from modem.errors import Advice, Hung, ModemError
from modem.pin import ForgetfulPinMemory
from modem.port import Port
from modem.session import Session, Timings
from scripted_modem import OK, SILENCE, ScriptedModem

QUICK = Timings(factor=0.1, quiet=0.03, quiet_within=0.3, tries=2)
TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.toml"))


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[ScriptedModem]:
    with ScriptedModem(tmp_path) as modem:
        yield modem


class Driven:
    def __init__(self, modem: ScriptedModem) -> None:
        self.port = Port(modem.path)
        self.port.open()
        self.heard: list[Any] = []
        self.session = Session(self.port, self.heard.append, QUICK)
        self.driver = Driver(self.session, patience=0.4)
        self.memory = ForgetfulPinMemory()

    def initialise(self, pin: str = "") -> Any:
        self.driver.awaken()
        return self.driver.initialise(pin, self.memory)

    def fails(self, pin: str = "") -> ModemError:
        with pytest.raises(ModemError) as seen:
            self.initialise(pin)
        return seen.value


@pytest.fixture
def driven(modem: ScriptedModem) -> Iterator[Driven]:
    driven = Driven(modem)
    yield driven
    driven.port.dispose()


# ---- families -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_family_is_set_up_and_understood(tmp_path: Path, path: Path) -> None:
    family = tomllib.loads(path.read_text())
    answers = {text: answer.replace("|", "\r\n") for text, answer in family["answers"].items()}
    boot = iter(family["boot"] * 3)
    with ScriptedModem(tmp_path, answers) as modem:
        modem.between = lambda: f"\r\n{line}\r\n" if (line := next(boot, "")) else ""
        driven = Driven(modem)
        identity = driven.initialise()
        health = driven.driver.health()
        driven.port.dispose()
        seen = {
            **{name: getattr(identity, name) for name in identity.__slots__},
            **{name: getattr(health, name) for name in health.__slots__},
            "storages": list(driven.driver.storages.names),
            "setting": [line for line in modem.typed if line.startswith("AT+CNMI=")][-1],
        }
    assert {name: seen[name] for name in family["expected"]} == family["expected"]


def test_every_optional_command_may_be_refused(modem: ScriptedModem, driven: Driven) -> None:
    needed = {"AT", "AT+CPIN?", "AT+CMGF=0"}
    for text in set(modem._answers) - needed | {'AT+CPMS="SM"', 'AT+CPMS="ME"'}:
        modem.always(text, "\r\nERROR\r\n")
    identity = driven.initialise()
    assert identity.sim == "unknown"
    assert not identity.reports
    health = driven.driver.health()
    assert health.registration is None
    assert health.signal_dbm is None
    assert health.storage_used is None


def test_an_optional_command_may_have_no_answer(modem: ScriptedModem, driven: Driven) -> None:
    for text in ("AT+CCID", "AT+CSMS=0", "AT+CMMS=2", "AT+CSCA?"):
        modem.always(text, SILENCE)
    assert driven.initialise().imsi == "208010000000001"


def test_a_modem_that_is_gone_is_no_refusal(modem: ScriptedModem, driven: Driven) -> None:
    driven.driver.awaken()
    modem.hang()
    with pytest.raises(Hung):
        driven.driver.initialise("", driven.memory)


def test_without_pdu_mode_there_are_no_messages(modem: ScriptedModem, driven: Driven) -> None:
    modem.always("AT+CMGF=0", "\r\nERROR\r\n")
    assert (driven.fails().code, driven.fails().advice) == ("no_pdu_mode", Advice.RECONFIGURE)


@pytest.mark.parametrize(
    "busy", ["+CMS ERROR: 314", "+CMS ERROR: 302", "+CMS ERROR: 500", "+CMS ERROR: SIM busy"]
)
def test_a_sim_that_is_being_read_is_waited_for(modem: ScriptedModem, driven: Driven, busy: str) -> None:
    modem.next("AT+CMGF=0", *[f"\r\n{busy}\r\n"] * 2)
    modem.next("AT+CPMS=?", f"\r\n{busy}\r\n")
    modem.next("AT+CPIN?", "\r\n+CME ERROR: 14\r\n", f"\r\n+CPIN: NOT READY\r\n{OK}")
    driven.initialise()
    assert driven.driver.storages.names == ("SM", "ME", "SR")


def test_the_service_centre_of_the_sim_is_never_written(modem: ScriptedModem, driven: Driven) -> None:
    driven.initialise()
    assert not any(line.startswith("AT+CSCA=") for line in modem.typed)


# ---- the PIN --------------------------------------------------------------------------------------


def locked(modem: ScriptedModem, answer: str | None, after: str = "READY") -> None:
    modem.next("AT+CPIN?", f"\r\n+CPIN: SIM PIN\r\n{OK}", f"\r\n+CPIN: {after}\r\n{OK}")
    modem.always("AT+CPIN?", f"\r\n+CPIN: {after}\r\n{OK}")
    modem.always('AT+CPIN="1234"', answer)


def pins(modem: ScriptedModem) -> int:
    return sum(line.startswith("AT+CPIN=") for line in modem.typed)


def test_a_right_pin_is_typed_and_may_be_typed_again_after_the_next_power_up(
    modem: ScriptedModem, driven: Driven
) -> None:
    for count in (1, 2):
        locked(modem, OK)
        driven.initialise("1234")
        assert pins(modem) == count


@pytest.mark.parametrize(
    "answer", ["+CME ERROR: 16", "+CME ERROR: incorrect password", "+CMS ERROR: 311", "ERROR"]
)
def test_a_refused_pin_is_never_typed_again_on_that_sim(
    modem: ScriptedModem, driven: Driven, answer: str
) -> None:
    locked(modem, f"\r\n{answer}\r\n", after="SIM PIN")
    assert [driven.fails("1234").code for _ in range(3)] == ["sim_pin_refused"] * 3
    assert pins(modem) == 1
    modem.always("AT+CCID", f'\r\n+CCID: "89330100000000099999"\r\n{OK}')
    assert driven.fails("1234").code == "sim_pin_refused"
    assert pins(modem) == 2


def test_a_pin_whose_fate_is_unknown_is_not_typed_again(modem: ScriptedModem, driven: Driven) -> None:
    locked(modem, SILENCE, after="SIM PIN")
    assert driven.fails("1234").code == "silent"
    assert driven.fails("1234").code == "sim_pin_refused"
    assert pins(modem) == 1
    modem.always("AT+CPIN?", f"\r\n+CPIN: READY\r\n{OK}")
    driven.initialise("1234")
    locked(modem, OK)
    driven.initialise("1234")
    assert pins(modem) == 2


@pytest.mark.parametrize(
    ("left", "code"),
    [
        ("+CPINR: SIM PIN,1,3", "sim_pin_last_try"),
        ('+CPINR: "SIM PIN",0,3', "sim_pin_last_try"),
        ("+CPINR: SIM PIN,2,3", None),
        ("+CPINR: SIM PUK,1,10", None),
    ],
)
def test_the_last_try_is_left_to_a_person(
    modem: ScriptedModem, driven: Driven, left: str, code: str | None
) -> None:
    modem.always("AT+CPINR", f"\r\n{left}\r\n{OK}")
    if code is None:
        locked(modem, OK)
        driven.initialise("1234")
        assert pins(modem) == 1
    else:
        modem.always("AT+CPIN?", f"\r\n+CPIN: SIM PIN\r\n{OK}")
        assert driven.fails("1234").code == code
        assert pins(modem) == 0


@pytest.mark.parametrize(
    ("text", "line", "left"),
    [
        ("AT+CPINR", "+CPINR: SIM PIN,3,3", 3),
        ("AT+QPINC?", '+QPINC: "SC",2,10', 2),
        ("AT+SPIC", "+SPIC: 1,10,0,10", 1),
        ("AT+SPIC", "+SPIC: 3", 3),
        ("AT+ZPINPUK=?", "+ZPINPUK: 3,10", 3),
        ("AT^CPIN?", "^CPIN: SIM PIN,2,10,2,10,3", 2),
        ("AT^CPIN?", "^CPIN: READY,,10,3,10,3", 3),
        ("AT^CPIN?", "^CPIN:SIM PUK,9,9,0,10,3", 0),
        ("AT+CPINR", "+CPINR: SIM PIN2,3,3", None),
    ],
)
def test_each_family_tells_its_tries(
    modem: ScriptedModem, driven: Driven, text: str, line: str, left: int | None
) -> None:
    modem.always(text, f"\r\n{line}\r\n{OK}")
    assert driven.session.run(commands.pin_tries(text)) == left


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ('+CNUM: "","+33639980042",145,7,4', "+33639980042"),
        ('+CNUM: "Ana, moi","0639980042",129', "0639980042"),
        ('+CNUM: ,"+33639980042",145', "+33639980042"),
        ('+CNUM: "","",129\r\n+CNUM: "Fax","+33639980043",145', "+33639980043"),
        ("", ""),
    ],
)
def test_the_sims_own_number_where_it_knows_it(
    modem: ScriptedModem, driven: Driven, lines: str, number: str
) -> None:
    modem.always("AT+CNUM", f"\r\n{lines}\r\n{OK}" if lines else OK)
    assert driven.initialise().number == number


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ('"26/11/22,10:30:00+04"', "2026-11-22T10:30:00+01:00"),
        ("26/11/22,10:30:00-14", "2026-11-22T10:30:00-03:30"),
        ('"2026/11/22,10:30:00+8"', "2026-11-22T10:30:00+02:00"),
        ('"23/12/31,23:59:59+04"', None),
        ('"80/01/06,00:00:00+00"', None),
        ('"26/02/31,00:00:00+00"', None),
        ('"26/11/22,10:30:00+97"', None),
        ('"26/11/22,10:30:00"', None),
        ('""', None),
    ],
)
def test_the_networks_time(modem: ScriptedModem, driven: Driven, said: str, at: str | None) -> None:
    modem.always("AT+CCLK?", f"\r\n+CCLK: {said}\r\n{OK}")
    seen = driven.driver.network_time()
    assert (seen.isoformat() if seen else None) == at


def test_the_fullest_storage_is_told(modem: ScriptedModem, driven: Driven) -> None:
    driven.initialise()
    modem.always('AT+CPMS="SM"', f"\r\n+CPMS: 8,10,0,50,0,50\r\n{OK}")
    modem.always('AT+CPMS="ME"', f"\r\n+CPMS: 20,50,0,50,0,50\r\n{OK}")
    modem.always('AT+CPMS="SR"', "\r\n+CMS ERROR: 303\r\n")
    health = driven.driver.health()
    assert (health.storage_used, health.storage_total) == (8, 10)
    assert [line for line in modem.typed if line.startswith('AT+CPMS="')][-1] == 'AT+CPMS="ME"'


def test_a_busy_sim_has_not_looked_at_the_pin(modem: ScriptedModem, driven: Driven) -> None:
    modem.next("AT+CPIN?", *[f"\r\n+CPIN: SIM PIN\r\n{OK}"] * 2)
    modem.next('AT+CPIN="1234"', "\r\n+CME ERROR: 14\r\n", OK)
    driven.initialise("1234")
    assert pins(modem) == 2


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("+CPIN: SIM PUK", "sim_puk"),
        ("+CPIN: SIM PIN2", "sim_locked"),
        ("+CPIN: PH-NET PIN", "modem_locked"),
        ("+CPIN: PH-SIM PIN", "modem_locked"),
        ("+CPIN: PH-SP PUK", "modem_locked"),
        ("+CME ERROR: 40", "modem_locked"),
        ("+CME ERROR: PH-SIM PIN required", "modem_locked"),
        ("+CPIN: NOT INSERTED", "sim_missing"),
        ("+CPIN: NOT READY", "sim_not_ready"),
        ("+CME ERROR: 10", "sim_missing"),
        ("+CME ERROR: SIM not inserted", "sim_missing"),
        ("+CMS ERROR: 310", "sim_missing"),
        ("+CME ERROR: 12", "sim_puk"),
        ("+CME ERROR: 13", "cme_13"),
    ],
)
def test_only_the_words_sim_pin_get_the_pin(
    modem: ScriptedModem, driven: Driven, state: str, code: str
) -> None:
    modem.always("AT+CPIN?", f"\r\n{state}\r\n" + (OK if state.startswith("+CPIN") else ""))
    assert driven.fails("1234").code == code
    assert pins(modem) == 0


@pytest.mark.parametrize(
    ("pin", "code"), [("", "sim_pin_required"), ('1"', "sim_pin_refused"), ("12345678901", "sim_pin_refused")]
)
def test_what_is_no_pin_is_not_typed(modem: ScriptedModem, driven: Driven, pin: str, code: str) -> None:
    modem.always("AT+CPIN?", f"\r\n+CPIN: SIM PIN\r\n{OK}")
    assert driven.fails(pin).code == code
    assert pins(modem) == 0


# ---- storages -------------------------------------------------------------------------------------

MESSAGE = "07913306091093F0040B913336998010F0000062118011000040075474D82D2ECB01"


def test_every_storage_is_read_and_what_we_stored_ourselves_is_not(
    modem: ScriptedModem, driven: Driven
) -> None:
    driven.initialise()
    modem.stored = {("SM", 0): MESSAGE, ("SR", 2): MESSAGE}
    modem.next("AT+CMGL=4", f"\r\n+CMGL: 0,1,,26\r\n{MESSAGE}\r\n+CMGL: 1,3,,26\r\n{MESSAGE}\r\n{OK}")
    found = driven.driver.storages.read_all()
    assert [(each.storage, each.index) for each in found] == [("SM", 0), ("SR", 2)]
    assert modem.storage == "ME"


def test_a_modem_that_cannot_list_is_read_index_by_index(modem: ScriptedModem, driven: Driven) -> None:
    driven.initialise()
    modem.always("AT+CMGL=4", "\r\n+CMS ERROR: 303\r\n")
    modem.stored = {("ME", 0): MESSAGE, ("ME", 5): MESSAGE}
    modem.always("AT+CPMS?", f'\r\n+CPMS: "ME",2,50,"ME",2,50,"ME",2,50\r\n{OK}')
    modem.next("AT+CMGR=1", *["\r\n+CMS ERROR: 321\r\n"] * 3)
    found = driven.driver.storages.read_all()
    assert [(each.storage, each.index) for each in found] == [("ME", 0), ("ME", 5)]


def test_a_tpdu_that_came_damaged_is_read_once_more(modem: ScriptedModem, driven: Driven) -> None:
    driven.initialise()
    modem.stored = {("SM", 4): MESSAGE}
    for damaged in (MESSAGE[:-2], MESSAGE[:-1], MESSAGE[:10] + "\xff?" + MESSAGE[12:], ""):
        modem.next("AT+CMGL=4", f"\r\n+CMGL: 4,0,,26\r\n{damaged}\r\n{OK}")
        assert [each.tpdu for each in driven.driver.storages.read_all()] == [MESSAGE]


def test_a_storage_that_refuses_is_passed_over(modem: ScriptedModem, driven: Driven) -> None:
    driven.initialise()
    modem.stored = {("ME", 1): MESSAGE}
    modem.always('AT+CPMS="SM"', "\r\n+CMS ERROR: 310\r\n")
    assert [each.storage for each in driven.driver.storages.read_all()] == ["ME"]


def test_deleting_an_empty_slot_is_no_error_and_flags_are_never_used(
    modem: ScriptedModem, driven: Driven
) -> None:
    driven.initialise()
    modem.next("AT+CMGD=0", "\r\n+CMS ERROR: 321\r\n", "\r\n+CMS ERROR: 302\r\n")
    driven.driver.storages.delete("SM", 0)
    with pytest.raises(ModemError):
        driven.driver.storages.delete("SM", 0)
    assert commands.delete(0).text == "AT+CMGD=0"
    assert modem.typed.count('AT+CPMS="SM"') == 1
