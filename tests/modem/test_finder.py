"""Finding a modem by what it is, among ttys whose names move."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from modem.errors import PortLost
from modem.finder import Claims, Finder, Where
from modem.port import Port
from scripted_modem import OK, SILENCE, ScriptedModem

FIRST, SECOND, THIRD = "490154203237518", "356938035643809", "352099001761481"


class Ttys:
    """A folder of ttys; behind some of them a modem answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = folder / "dev"
        self.names.mkdir()
        self.count = 0
        self.now = 0.0
        self.claims = Claims()
        self._stack = ExitStack()

    def add(self, name: str, imei: str, **answers: str | None) -> ScriptedModem:
        """A modem at a tty of that name; without an IMEI nobody answers there."""
        self.count += 1
        folder = self.folder / f"modem-{self.count}"
        folder.mkdir()
        said = {"AT+CGSN": f"\r\n{imei}\r\n{OK}", "AT+CNMI?": f"\r\n+CNMI: 2,1,0,1,0\r\n{OK}"} | {
            f"AT+{command}?": answer for command, answer in answers.items()
        }
        modem = self._stack.enter_context(ScriptedModem(folder, said))
        if not imei:
            modem.hang()
        (self.names / name).symlink_to(modem.path)
        return modem

    def move(self, old: str, new: str) -> None:
        (self.names / old).rename(self.names / new)

    def path(self, name: str) -> str:
        return str(self.names / name)

    def finder(self, port: str = "", imei: str = "") -> Finder:
        where = Where(self.path(port) if port else "", imei)
        return Finder(
            where,
            Port(where.port, clock=self.clock),
            roots=[f"{self.names}/*"],
            claims=self.claims,
            clock=self.clock,
        )

    def clock(self) -> float:
        return time.monotonic() + self.now

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def ttys(tmp_path: Path) -> Iterator[Ttys]:
    ttys = Ttys(tmp_path)
    yield ttys
    ttys.close()


def nowhere(finder: Finder) -> str:
    with pytest.raises(PortLost) as lost:
        finder.find()
    return lost.value.code


def test_a_configured_port_is_taken_at_its_word_and_not_asked(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    assert ttys.finder(port="ttyUSB0").find() == ttys.path("ttyUSB0")
    assert modem.typed == []


def test_a_port_elsewhere_is_taken_at_its_word_too() -> None:
    where = Where("socket://127.0.0.1:1")
    assert Finder(where, Port(where.port), roots=[], claims=Claims()).find() == where.port


def test_a_configured_port_that_is_not_there_is_missing_whatever_else_answers(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    assert nowhere(ttys.finder(port="ttyUSB1")) == "port_missing"
    assert modem.typed == []


def test_a_modem_is_found_by_its_imei_among_others_and_mute_ttys(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", "")
    ttys.add("ttyUSB1", FIRST)
    ttys.add("ttyUSB2", SECOND)
    assert ttys.finder(imei=SECOND).find() == ttys.path("ttyUSB2")


def test_what_was_met_at_a_port_is_followed_to_another(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", FIRST)
    ttys.add("ttyUSB1", SECOND)
    finder = ttys.finder(port="ttyUSB0")
    finder.met(finder.find(), FIRST)
    ttys.move("ttyUSB0", "ttyUSB7")
    assert finder.find() == ttys.path("ttyUSB7")
    finder.met(ttys.path("ttyUSB7"), FIRST)
    ttys.move("ttyUSB7", "ttyUSB0")
    assert finder.find() == ttys.path("ttyUSB0")


def test_another_modem_at_the_port_is_accepted_unless_an_imei_is_configured(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", FIRST)
    open_minded = ttys.finder(port="ttyUSB0")
    open_minded.met(open_minded.find(), FIRST)
    open_minded.met(open_minded.find(), SECOND)
    strict = ttys.finder(port="ttyUSB0", imei=THIRD)
    with pytest.raises(PortLost) as lost:
        strict.met(strict.find(), FIRST)
    assert lost.value.code == "other_modem"
    assert FIRST in lost.value.detail
    assert nowhere(strict) == "other_modem"


def test_sticks_that_swapped_their_names_are_told_apart(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", SECOND)
    ttys.add("ttyUSB1", FIRST)
    finder = ttys.finder(port="ttyUSB0", imei=FIRST)
    with pytest.raises(PortLost):
        finder.met(finder.find(), SECOND)
    found = finder.find()
    assert found == ttys.path("ttyUSB1")
    finder.met(found, FIRST)


def test_with_nothing_configured_any_free_modem_will_do_and_no_other_links(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", FIRST)
    ttys.add("ttyUSB1", SECOND)
    ttys.add("ttyUSB2", THIRD)
    by_port = ttys.finder(port="ttyUSB0")
    by_imei = ttys.finder(imei=SECOND)
    anyone = ttys.finder()
    assert anyone.find() == ttys.path("ttyUSB2")
    assert nowhere(ttys.finder()) == "port_missing"
    anyone.leave()
    assert ttys.finder().find() == ttys.path("ttyUSB2")
    assert by_imei.find() == ttys.path("ttyUSB1")
    assert by_port.find() == ttys.path("ttyUSB0")


def test_of_several_ttys_of_one_modem_the_one_that_announces_messages_is_taken(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", FIRST, CPMS="\r\nERROR\r\n", CNMI="\r\nERROR\r\n")
    ttys.add("ttyUSB1", FIRST, CNMI="\r\nERROR\r\n")
    ttys.add("ttyUSB2", FIRST)
    assert ttys.finder(imei=FIRST).find() == ttys.path("ttyUSB2")


def test_two_names_of_one_tty_are_asked_once(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    (ttys.names / "by-id").symlink_to(modem.path)
    assert nowhere(ttys.finder(imei=SECOND)) == "port_missing"
    assert modem.count("AT+CGSN") == 1


def test_what_was_of_no_use_is_asked_again_ever_less_often(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    finder = ttys.finder(imei=SECOND)
    asked = []
    for pause in (0, 1, 10, 1, 10):
        ttys.now += pause
        assert nowhere(finder) == "port_missing"
        asked.append(modem.count("AT+CGSN"))
    assert asked == [1, 1, 2, 2, 3]


def test_a_tty_that_went_and_came_is_asked_at_once(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    finder = ttys.finder(imei=SECOND)
    assert nowhere(finder) == "port_missing"
    modem.unplug()
    assert nowhere(finder) == "port_missing"
    modem.always("AT+CGSN", f"\r\n{SECOND}\r\n{OK}")
    modem.plug()
    assert finder.find() == ttys.path("ttyUSB0")


def test_a_tty_that_another_program_has_is_passed_over(ttys: Ttys) -> None:
    modem = ttys.add("ttyUSB0", FIRST)
    other = Port(modem.path)
    other.open()
    assert nowhere(ttys.finder(imei=FIRST)) == "port_missing"
    other.dispose()
    assert modem.typed == []


def test_a_modem_that_does_not_say_its_imei_is_nobodys(ttys: Ttys) -> None:
    ttys.add("ttyUSB0", FIRST).always("AT+CGSN", SILENCE)
    assert nowhere(ttys.finder()) == "port_missing"
