"""Every code of the standards has its advice; words and numbers say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modem.error_table import CME, CMS, OWN, cme_error, cms_error, hung, own_error, port_lost, silent
from modem.errors import BY_ADVICE, EFFECTS, Advice, ModemError, OnSim, advising, certain, uncertain

ADVISED = {  # 27.005 section 3.2.5 and what the field makes of it, written down a second time
    "cms": {
        Advice.GIVE_UP: "1 28 30 81 95-99 128-176 195 196 304 305 321",
        Advice.STOP_SIM: "310-313 315-318",
        Advice.LATER: "8 10 17 21 22 27 29 38 41 42 47 50 111 127 192-194 212 213 255 331",
        Advice.RECONFIGURE: "69 198 199 303 330 340",
        Advice.FREE_STORAGE: "208 209 211 320 322",
        Advice.RESET: "210 300",
        Advice.AGAIN: "301 302 314 515",
        Advice.UNCERTAIN: "197 332 500",
    },
    "cme": {
        Advice.RESET: "0 1 23 100",
        Advice.AGAIN: "2 3 14 515",
        Advice.RECONFIGURE: "4",
        Advice.STOP_SIM: "5-7 10-13 15-18 40-48",
        Advice.FREE_STORAGE: "20",
        Advice.GIVE_UP: "21 22 24-27",
        Advice.LATER: "30 32 103 106 107 111-113",
        Advice.UNCERTAIN: "31",
    },
}


def numbers(ranges: str) -> set[int]:
    bounds = [[int(bound) for bound in each.split("-")] for each in ranges.split()]
    return {number for bound in bounds for number in range(bound[0], bound[-1] + 1)}


@pytest.mark.parametrize(("family", "table"), [("cms", CMS), ("cme", CME)])
def test_each_code_advises_what_the_field_says(family: str, table: dict[int, tuple[str, Advice]]) -> None:
    assert set(table) == set().union(*map(numbers, ADVISED[family].values()))
    of = {"cms": cms_error, "cme": cme_error}[family]
    for advice, ranges in ADVISED[family].items():
        for number in numbers(ranges):
            error = of(number)
            assert (error.code, error.advice, error.detail) == (
                f"{family}_{number}",
                advice,
                table[number][0],
            )


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ("SIM busy", "cms_314"),
        ("sim BUSY ", "cms_314"),
        ("Network timeout", "cms_332"),
        (" 38", "cms_38"),
        ("512", "cms_512"),
        ("4711", "cms_4711"),
        ("Kaputt", "cms_text"),
        ("", "cms_text"),
    ],
)
def test_words_numbers_and_what_nobody_knows(seen: str, code: str) -> None:
    error = cms_error(seen)
    assert error.code == code
    if code in ("cms_512", "cms_4711", "cms_text"):
        assert error.advice is Advice.LATER


COUNTED = {"cms": "8 10 21 28-30 38 50 193 500", "cme": "32 103 106 111-113"}


@pytest.mark.parametrize(("family", "build"), [("cms", cms_error), ("cme", cme_error)])
def test_what_an_operator_says_of_a_sim_it_does_not_want_is_counted(
    family: str, build: Callable[[int], ModemError]
) -> None:
    counted = {number for number in range(600) if build(number).counts_against_sim}
    assert counted == numbers(COUNTED[family])
    for number in counted:
        assert build(number).effect.sim is OnSim.COUNT
        assert certain(build(number)).counts_against_sim
        assert uncertain(build(number)).counts_against_sim


EFFECTS_TWICE = [  # advice, part, SIM, link
    ("again", "again", "keep", "keep"),
    ("later", "later", "keep", "keep"),
    ("give_up", "fail", "keep", "keep"),
    ("stop_sim", "later", "stop", "keep"),
    ("free_storage", "later", "keep", "sweep"),
    ("reconfigure", "again", "keep", "set_up"),
    ("reset", "again", "keep", "reset"),
    ("uncertain", "ask", "keep", "keep"),
]


@pytest.mark.parametrize("row", EFFECTS_TWICE, ids=[row[0] for row in EFFECTS_TWICE])
def test_each_advice_does_to_part_sim_and_link(row: tuple[str, ...]) -> None:
    assert tuple(advising(Advice(row[0]), "x").effect) == row[1:]
    assert len(EFFECTS_TWICE) == len(EFFECTS) == len(Advice)


# Every row of our own codes, written down a second time.
OWN_ADVICE = {
    Advice.AGAIN: "not_ready no_prompt sim_not_ready",
    Advice.LATER: "error ussd_ended ussd_timeout not_registered",
    Advice.GIVE_UP: "ussd_invalid ussd_unsupported",
    Advice.STOP_SIM: "sim_missing sim_pin_required sim_pin_refused sim_pin_last_try sim_puk sim_locked "
    "modem_locked registration_denied",
    Advice.RECONFIGURE: "unsupported no_pdu_mode restarted restart_asked",
    Advice.RESET: "modem_error fault",
    Advice.UNCERTAIN: "no_carrier",
}


@pytest.mark.parametrize(
    ("code", "advice"), [(code, advice) for advice, codes in OWN_ADVICE.items() for code in codes.split()]
)
def test_our_own_codes_advise(code: str, advice: Advice) -> None:
    assert own_error(code).advice is advice


def test_there_is_one_class_per_advice() -> None:
    assert set(BY_ADVICE) == set(Advice)
    assert all(kind("x").advice is advice for advice, kind in BY_ADVICE.items())


@pytest.mark.parametrize("code", OWN)
def test_our_own_codes_have_words_and_advice(code: str) -> None:
    error = own_error(code)
    assert error.code == code
    assert error.detail
    assert isinstance(error.advice, Advice)


@pytest.mark.parametrize(
    "error", [silent("AT"), hung("x"), port_lost("port_busy", "x"), cms_error(500), cms_error(38)]
)
def test_certainty_changes_the_advice_and_never_the_code(error: ModemError) -> None:
    assert certain(error).code == uncertain(error).code == error.code
    assert uncertain(error).advice is Advice.UNCERTAIN
    assert certain(uncertain(error)).advice is not Advice.UNCERTAIN
