"""A code is sent, typed back once, and stands nowhere; a new one replaces the old one."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import counting_ids
from gateway import letters
from gateway.access import keys
from gateway.errors import Conflict, Forbidden, GatewayError, Invalid, Limited, NotFound
from gateway.features.verify import code as codes
from gateway.features.verify import letter, verbs, watch
from gateway.features.verify.verbs import Wanted
from gateway.ids import Ids
from gateway.letters import Business
from gateway.messages import lookup
from gateway.privacy import erase, export
from gateway.store import database
from gateway.store.models import ApiKey, CodeSend, Message, Verification

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
SECOND = timedelta(seconds=1)


@pytest.fixture
def key(bench: Bench) -> ApiKey:
    return a_key(bench, "shop")


def a_key(bench: Bench, name: str, **rest: Any) -> ApiKey:
    keys.create(name, (), bench.now, bench.ids, bytes(32))
    ApiKey.update(**rest or {"category": "otp"}).where(ApiKey.name == name).execute()
    return ApiKey.get(ApiKey.name == name)


def start(bench: Bench, key: ApiKey, to: str = ANNA, **rest: Any) -> Verification:
    return verbs.start(Wanted(to, key, **rest), bench.caller, bench.now)


def check(bench: Bench, key: ApiKey, code: str, **whom: Any) -> str:
    return verbs.check(key, code, bench.caller, bench.now, **whom or {"number": ANNA}).state


def refused(ask: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        ask()
    return caught.value


def said(bench: Bench, row: Verification) -> str:
    """What the modem hears of it."""
    bench.ready()
    return bench.modem.texts[-1]


def test_a_code_is_right_once(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key, code="735091")
    assert row.state == "pending"
    assert "735091" in said(bench, row)
    assert check(bench, key, "735092") == "pending"
    assert check(bench, key, "735 091") == "approved"
    assert verbs.fetch(key, row.uid, bench.now).state == "approved"
    assert refused(lambda: check(bench, key, "735091")).code == "verification_unknown"


def test_it_leaves_as_a_code_for_as_long_as_it_counts(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key, life_s=900)
    message = lookup.message(row.message)
    assert message.category == "otp"
    assert message.expires_at == row.expires_at == bench.now + timedelta(minutes=15)


@pytest.mark.parametrize("draws", [0, 999_999, 10**6, 10**6 * 3 + 42, 2**64 - 1])
def test_a_code_is_drawn_evenly(draws: int) -> None:
    """What lies above the last whole million would make small codes likelier, and is drawn again."""
    even = 2**64 // 10**6 * 10**6
    drawn = iter([draws, 123_456])
    code = codes.draw(6, Ids(lambda size: next(drawn).to_bytes(size)))
    assert code == (f"{draws % 10**6:06}" if draws < even else "123456")


@pytest.mark.parametrize("length", [4, 6, 10])
def test_codes_have_the_length_that_was_asked_for(bench: Bench, key: ApiKey, length: int) -> None:
    row = start(bench, key, length=length)
    text = said(bench, row)
    assert "*" * length in lookup.message(row.message).text
    assert "*" not in text


def test_five_wrong_codes_exhaust_it_whatever_comes_after(bench: Bench, key: ApiKey) -> None:
    start(bench, key, code="735091")
    states = [check(bench, key, f"00000{number}") for number in range(5)]
    assert states == ["pending"] * 4 + ["exhausted"]
    error = refused(lambda: check(bench, key, "735091"))
    assert (error.code, type(error)) == ("code_attempts", Limited)


def test_a_new_code_does_not_give_new_tries(bench: Bench, key: ApiKey) -> None:
    first = start(bench, key, code="111111")
    for wrong in ("000001", "000002", "000003", "000004"):
        check(bench, key, wrong)
    bench.clock.move(31 * SECOND)
    second = start(bench, key, code="222222")
    assert (second.uid, second.sends) == (first.uid, 2)
    assert check(bench, key, "111111") == "exhausted"  # only the newest counts, and this was the fifth


def test_a_new_code_replaces_the_one_that_has_not_left(bench: Bench, key: ApiKey) -> None:
    first = start(bench, key, code="111111")
    old = first.message
    bench.clock.move(31 * SECOND)
    second = start(bench, key, code="222222")
    assert bench.state(lookup.message(old)) == "canceled"
    bench.ready()
    assert [text for text in bench.modem.texts if "111111" in text] == []
    assert check(bench, key, "222222", uid=second.uid) == "approved"


def test_a_code_is_over_after_its_life(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key, code="735091", life_s=60)
    bench.clock.move(60 * SECOND)
    assert refused(lambda: check(bench, key, "735091")).code == "verification_unknown"
    assert verbs.fetch(key, ANNA, bench.now).state == "expired"
    assert watch.expire(bench.now) == 1
    assert Verification.get().state == "expired"
    assert bench.state(lookup.message(row.message)) == "canceled"  # it need not leave any more
    assert watch.expire(bench.now) == 0


def test_a_code_is_taken_back(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key, code="735091")
    assert verbs.cancel(key, row.uid, bench.now).state == "canceled"
    assert bench.state(lookup.message(row.message)) == "canceled"
    assert refused(lambda: check(bench, key, "735091")).code == "verification_unknown"
    error = refused(lambda: verbs.cancel(key, row.uid, bench.now))
    assert (type(error), error.facts) == (Conflict, {"state": "canceled"})


def test_one_key_knows_nothing_of_the_codes_of_another(bench: Bench, key: ApiKey) -> None:
    row, other = start(bench, key, code="735091"), a_key(bench, "clinic")
    for ask in (
        lambda: check(bench, other, "735091"),
        lambda: check(bench, other, "735091", uid=row.uid),
        lambda: verbs.fetch(other, row.uid, bench.now),
        lambda: verbs.cancel(other, ANNA, bench.now),
    ):
        assert type(refused(ask)) is NotFound
    assert check(bench, key, "735091") == "approved"


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"to": "abc"}, "number_has_letter", "to"),
        ({"code": "12"}, "code_bad", "code"),
        ({"code": "12345678901"}, "code_bad", "code"),
        ({"code": "१२३४"}, "code_bad", "code"),
        ({"length": 3}, "out_of_range", "length"),
        ({"length": 11}, "out_of_range", "length"),
        ({"life_s": 59}, "out_of_range", "life_s"),
        ({"life_s": 3601}, "out_of_range", "life_s"),
        ({"language": "tlh"}, "code_language", "language"),
        ({"address": "somewhere"}, "address_bad", "address"),
        ({"device": "x" * 201}, "text_long", "device"),
        ({"domain": "https://shop.example"}, "domain_bad", "domain"),
        ({"domain": "shop"}, "domain_bad", "domain"),
    ],
)
def test_what_is_wrong_changes_nothing(
    bench: Bench, key: ApiKey, asked: dict[str, Any], code: str, field: str
) -> None:
    error = refused(lambda: start(bench, key, **asked))
    assert (type(error), error.code, error.field) == (Invalid, code, field)
    assert (Verification.select().count(), Message.select().count()) == (0, 0)


@pytest.mark.parametrize(
    ("allowed", "code"),
    [
        ({"categories": "alert marketing"}, "category_not_allowed"),
        ({"modems": "gone"}, "modem_not_allowed"),
        ({"per_day": 0}, "too_many_a_day"),
    ],
)
def test_a_key_sends_no_more_than_it_may(bench: Bench, allowed: dict[str, Any], code: str) -> None:
    error = refused(lambda: start(bench, a_key(bench, "small", **allowed)))
    assert error.code == code
    assert isinstance(error, Forbidden | Limited)
    assert Message.select().count() == 0


# ---- the text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "votre code est"), ("fr-FR", "votre code est"), ("en", "your code is")]
)
def test_it_is_said_in_the_language_that_was_asked_for(
    bench: Bench, key: ApiKey, language: str, words: str
) -> None:
    letters.choose_business(Business("Chez Léa"), "page:ana", bench.now)
    text = said(bench, start(bench, key, language=language, code="735091", life_s=300))
    assert words in text
    assert [piece for piece in ("Chez Léa", "735091", "5 min") if piece not in text] == []


def test_browsers_find_the_code_in_the_last_line(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key, code="735091", domain="Login.Shop.example")
    assert said(bench, row).splitlines()[-1] == "@login.shop.example #735091"
    assert lookup.message(row.message).part_count == 1


def test_a_long_domain_leaves_room_in_one_part_by_fewer_words(bench: Bench, key: ApiKey) -> None:
    letters.choose_business(Business("La Maison des Cordonniers de Lyon"), "page:ana", bench.now)
    row = start(bench, key, code="735091", domain=f"{'login.' * 9}shop.example", language="fr")
    assert lookup.message(row.message).part_count == 1
    assert said(bench, row).startswith("La Maison des Cordonniers de Lyon : code 735091\n@")


def test_people_may_change_the_text_of_each_language(bench: Bench, key: ApiKey) -> None:
    letter.choose("fr", "{name} vous dit {code}", "page:ana", bench.site, bench.now)
    assert "vous dit 735091" in said(bench, start(bench, key, language="fr", code="735091"))
    assert letter.template("en") == letter.original("en")
    letter.choose("fr", "", "page:ana", bench.site, bench.now)
    assert letter.template("fr") == letter.original("fr")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bonjour", "text_needs_code"),
        ("{code} {prix}", "placeholder_unknown"),
        ("{code", "placeholder_unknown"),
        ("{code:>9}", "placeholder_unknown"),
        ("{code} 你好", "text_not_gsm"),
        ("{code}" + " mot" * 90, "too_many_parts"),
    ],
)
def test_a_text_that_could_not_leave_is_refused(bench: Bench, text: str, code: str) -> None:
    error = refused(lambda: letter.choose("fr", text, "page:ana", bench.site, bench.now))
    assert (error.code, error.field) == (code, "text")
    assert letter.template("fr") == letter.original("fr")


# ---- where the code stands: nowhere --------------------------------------------------------------


def octets(site_folder: Path) -> bytes:
    """What lies on the disk.  Read by another process: closing the file in this one would open its locks."""
    files = [str(path) for path in sorted(site_folder.rglob("*")) if path.is_file()]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def test_the_code_stands_in_no_file_and_no_line(
    bench: Bench, key: ApiKey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wanted = Wanted(ANNA, key, code="7350914826")
    row = verbs.start(wanted, bench.caller, bench.now)
    assert b"7350914826" not in octets(tmp_path)
    assert "7350914826" in said(bench, row)
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.state(lookup.message(row.message)) == "sent"
    assert lookup.message(row.message).sealed == ""
    check(bench, key, "7350914826")
    assert b"7350914826" not in octets(tmp_path)
    told = f"{wanted!r} {row.__data__} {export.everything(ANNA, bench.site, 'test:me', bench.now)}"
    assert "7350914826" not in caplog.text + told


def test_two_rows_of_one_code_have_nothing_in_common(bench: Bench, key: ApiKey) -> None:
    rows = [start(bench, key, to=to, code="735091") for to in (ANNA, "+33698765432")]
    assert len({row.digest for row in rows}) == 2


def test_addresses_and_devices_are_kept_as_marks_only(bench: Bench, key: ApiKey, tmp_path: Path) -> None:
    row = start(bench, key, address="203.0.113.77", device="Annas-iPhone")
    assert len(row.address) == len(row.device) == codes.KEPT
    kept = octets(tmp_path)
    assert [word for word in (b"203.0.113.77", b"Annas-iPhone") if word in kept] == []


def test_one_household_is_one_address() -> None:
    secret = bytes(32)
    same = [codes.address(typed, secret) for typed in ("2001:db8::1", "2001:DB8:0:0:ffff::9")]
    assert same[0] == same[1] != codes.address("2001:db8:0:1::1", secret)
    assert codes.address("::ffff:203.0.113.7", secret) == codes.address(" 203.0.113.7 ", secret)
    assert codes.address("", secret) == ""


def test_an_erasure_takes_the_codes_with_it_and_an_export_tells_of_them(bench: Bench, key: ApiKey) -> None:
    row = start(bench, key)
    told = export.everything(ANNA, bench.site, "test:me", bench.now)
    assert [entry["state"] for entry in told["verifications"]] == ["pending"]
    assert row.digest not in str(told)
    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert (Verification.select().count(), CodeSend.select().count()) == (0, 0)


def test_what_is_old_goes_in_the_night(bench: Bench, key: ApiKey) -> None:
    start(bench, key)
    bench.clock.move(timedelta(days=20))
    kept = start(bench, key, to="+33698765432")
    for _ in watch.forget(bench.now - timedelta(days=10)):
        pass
    assert [row.uid for row in Verification.select()] == [kept.uid]
    assert [row.number for row in CodeSend.select()] == [kept.number]


# ---- two at once ---------------------------------------------------------------------------------


def at_once(ask: Callable[[int], str], count: int) -> Counter[str]:
    answers: Counter[str] = Counter()
    begin = threading.Barrier(count)

    def one(number: int) -> None:
        begin.wait()
        with database.connection():
            try:
                answers[ask(number)] += 1
            except GatewayError as error:
                answers[error.code] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_eight_that_type_the_right_code_at_once_one_is_let_in(bench: Bench, key: ApiKey) -> None:
    start(bench, key, code="735091")
    answers = at_once(lambda number: check(bench, key, "735091"), 8)
    assert answers == {"approved": 1, "verification_unknown": 7}


def test_of_eight_that_guess_at_once_only_five_are_heard(bench: Bench, key: ApiKey) -> None:
    start(bench, key, code="735091")
    answers = at_once(lambda number: check(bench, key, f"00000{number}"), 8)
    assert answers == {"pending": 4, "exhausted": 1, "code_attempts": 3}


def test_of_eight_that_ask_at_once_one_gets_a_code(bench: Bench, key: ApiKey) -> None:
    bench.ids = counting_ids()
    answers = at_once(lambda number: start(bench, key).state, 8)
    assert answers == {"pending": 1, "code_delay": 7}
    assert (Message.select().count(), Verification.select().count()) == (1, 1)
