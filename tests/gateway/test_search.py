"""What was said is found by its words: while it is fresh, once it is in the index, not after it went."""

from __future__ import annotations

import random
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway.errors import Invalid
from gateway.messages import finding, inbox, search, threads, wanted
from gateway.messages.finding import Asked, Found
from gateway.messages.threads import said_at
from gateway.privacy import erase, retention, traces
from gateway.store import database, searching, tallying
from gateway.store.models import Inbound, Message
from modem import api

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
DAY = timedelta(days=1)


def still() -> float:
    """Time that stands still: nothing takes too long."""
    return 0.0


def index_all() -> int:
    """Everything is taken in; how many steps that took."""
    return sum(1 for _ in search.catch_up())


def hear(bench: Bench, text: str, sender: str = ANNA, concat: api.Concat | None = None) -> None:
    bench.clock.move(timedelta(seconds=1))
    part = api.InboundPart(sender, text, api.Alphabet.UCS2, bench.now, concat)
    tpdu = f"{text}{concat}".encode().hex()
    inbox.take(api.Heard("sim1", bench.modem.sim, tpdu, part, None), bench.caller, bench.now)


def say(bench: Bench, text: str, to: str = ANNA) -> Message:
    bench.clock.move(timedelta(seconds=1))
    return bench.submit(text, to=to)


def find(words: str, limit: int = 40, cursor: str | None = None, look: int = 0, **rest: Any) -> Found:
    """What is in the index is not read itself besides."""
    return finding.find(Asked(words, **rest), still, cursor, limit, look)


def texts(found: Found) -> list[str]:
    return [hit.item.text for hit in found.hits]


@pytest.fixture(params=["fresh", "indexed"])
def settle(request: pytest.FixtureRequest) -> Callable[[], object]:
    """What is looked for is still read itself, or is in the index: nobody can tell."""
    return index_all if request.param == "indexed" else lambda: None


# ---- what is found -------------------------------------------------------------------------------

SAID = ("Votre vélo est prêt", "Le VELO électrique arrive demain", "Rendez-vous à l’atelier n° 114")
FOUND = {
    "vélo": (1, 0),
    "VELO": (1, 0),
    "vel": (1, 0),
    "ve": (),
    "élec": (1,),
    "vélo demain": (1,),
    "demain vélo": (1,),
    "vélo atelier": (),
    '"vélo est"': (0,),
    "«vélo est»": (0,),
    '"est vélo"': (),
    '"vélo est': (0,),
    "rendez-vous": (2,),
    "rendez-v": (),
    "rendez-vou": (2,),
    "114": (2,),
    "atelier!": (2,),
    "l’atelier": (2,),
    "(114)": (2,),
    "NOT vélo": (),
    "vélo OR atelier": (),
    "text:vélo": (),
    "vélo*": (1, 0),
}


def test_words_find_what_has_all_of_them(bench: Bench, settle: Callable[[], object]) -> None:
    for text in SAID:
        say(bench, text)
    settle()
    found = {typed: tuple(SAID.index(text) for text in texts(find(typed))) for typed in FOUND}
    assert found == FOUND


def test_both_sides_are_found_the_newest_first(bench: Bench, settle: Callable[[], object]) -> None:
    say(bench, "devis un")
    hear(bench, "devis deux")
    say(bench, "devis trois", to=BEN)
    settle()
    hear(bench, "devis quatre", sender=BEN)
    assert texts(find("devis")) == ["devis quatre", "devis trois", "devis deux", "devis un"]


def test_the_words_are_marked_as_they_stand_in_the_text(bench: Bench, settle: Callable[[], object]) -> None:
    hear(bench, "<b>Prête</b> & prêtée\x02 : rien")
    settle()
    (hit,) = find("prêt").hits
    assert [text for text, is_wanted in hit.pieces if is_wanted][:2] == ["Prête", "prêtée"]
    assert "".join(text for text, _ in hit.pieces) == "<b>Prête</b> & prêtée : rien"


@pytest.mark.parametrize("look", [0, 20, finding.LOOK])
def test_pages_go_on_without_loss_or_repetition(bench: Bench, look: int) -> None:
    """A storm of small texts, some in the index and some not, found as a person would look through them."""
    draw = random.Random(7)
    said = []
    for number in range(90):
        if number == 60:
            index_all()
        text = f"{draw.choice(['Été', 'hiver', 'ete chaud', 'automne'])} {number}"
        hear(bench, text) if draw.random() < 0.5 else say(bench, text, to=draw.choice([ANNA, BEN]))
        said.append(text)
    expected = [text for text in reversed(said) if "ete" in plain(text)]
    seen, cursor = [], None
    for _ in count():
        page = find("été", limit=7, cursor=cursor, look=look)
        assert len(page.hits) == 7 or page.next is None
        seen += texts(page)
        if (cursor := page.next) is None:
            break
    assert len(expected) > 20
    assert seen == expected


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def test_days_leave_over_what_was_said_in_them(bench: Bench, settle: Callable[[], object]) -> None:
    for day in range(4):
        bench.clock.wall = MONDAY_NOON + day * DAY
        say(bench, f"colis {day}")
        hear(bench, f"colis reçu {day}")
    settle()
    found = find("colis", since=MONDAY_NOON + DAY, until=MONDAY_NOON + 3 * DAY)
    assert texts(found) == ["colis reçu 2", "colis 2", "colis reçu 1", "colis 1"]
    assert texts(find("colis", since=MONDAY_NOON + 9 * DAY)) == []


def test_one_person_is_looked_through_alone(bench: Bench, settle: Callable[[], object]) -> None:
    for number in range(12):
        say(bench, f"colis {number}", to=BEN)
    hear(bench, "Un colis ?")
    say(bench, "Le colis arrive")
    settle()
    assert texts(find("colis", number=ANNA)) == ["Le colis arrive", "Un colis ?"]
    first = find("colis", number=BEN, limit=8)
    second = find("colis", number=BEN, limit=8, cursor=first.next)
    assert texts(first) + texts(second) == [f"colis {number}" for number in reversed(range(12))]
    assert second.next is None


def test_a_long_conversation_is_looked_through_a_page_at_a_time(bench: Bench) -> None:
    """Nothing is lost where the two sides reach back differently far."""
    say(bench, "colis un")
    rest = {"complete": True, "modem": "sim1", "sim": "", "received_at": bench.now}
    rows = [{"uid": str(n), "sender": ANNA, "text": f"oui {n}", **rest} for n in range(finding.THROUGH * 2)]
    rows[100]["text"] = "colis deux"
    for number, row in enumerate(rows):
        row["received_at"] = bench.now + timedelta(seconds=number)
    with database.transaction():
        for first in range(0, len(rows), 500):
            Inbound.insert_many(rows[first : first + 500]).execute()
    bench.clock.move(timedelta(days=1))
    say(bench, "colis trois")
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        found = find("colis", number=ANNA, cursor=cursor)
        seen, cursor, pages = seen + texts(found), found.next, pages + 1
    assert seen == ["colis trois", "colis deux", "colis un"]
    assert pages == 3


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("  ", "search_empty"),
        ("!?…", "search_empty"),
        ("a" * 201, "search_long"),
        ("a " * 13, "search_words"),
    ],
)
def test_what_cannot_be_looked_for_is_said(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        find(typed)
    assert (refused.value.code, refused.value.field) == (code, "q")


def test_a_cursor_of_elsewhere_is_refused(bench: Bench) -> None:
    for cursor in ("x", "1.2.3", "1", "-1.2"):
        with pytest.raises(Invalid, match="cursor_unknown"):
            find("colis", cursor=cursor)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("06 12 34", "61234"),
        ("0033 6 12", "33612"),
        ("+33 (0)6", "3306"),
        ("612", "612"),
        ("12", ""),
        ("06", ""),
        ("Anna 612", ""),
    ],
)
def test_a_piece_of_a_number_is_read_as_the_ledger_has_it(typed: str, digits: str) -> None:
    assert wanted.digits(typed) == digits


# ---- what would take too long --------------------------------------------------------------------


def hasty() -> Callable[[], float]:
    """A clock on which every look is a second later than the one before."""
    looks = count()
    return lambda: float(next(looks))


def many_words(bench: Bench, transactions: int) -> None:
    """3000 words that begin alike, in so many pieces of the index, and one message that has the beginning."""
    say(bench, "mot")
    for first in range(0, 3000, 3000 // transactions):
        with database.transaction():
            for row in range(first, first + 3000 // transactions):
                searching.put(row + 1, f"mot{row or ''}")
    tallying.move(search.SENT.cursor, 3000)


def test_where_too_many_words_begin_like_that_whole_words_are_looked_for(bench: Bench) -> None:
    many_words(bench, 1)
    found = finding.find(Asked("mot"), hasty(), look=0)
    assert found.whole_words
    assert texts(found) == ["mot"]
    assert not finding.find(Asked("mot"), still, look=0).whole_words


def test_a_search_that_takes_too_long_is_given_up_and_said(bench: Bench) -> None:
    many_words(bench, 30)
    with pytest.raises(Invalid, match="search_wide"):
        finding.find(Asked("mot"), hasty(), look=0)
    assert not find("mot").whole_words  # and the connection is as it was


# ---- behind the hot path -------------------------------------------------------------------------


def test_the_index_takes_a_few_rows_a_step_and_may_be_stopped_anywhere(bench: Bench) -> None:
    with database.transaction():
        for number in range(2 * search.BATCH + 50):
            bench.submit(f"mot{number:04}")
    next(search.catch_up())  # and killed: what it took in, it knows
    assert search.SENT.reached == search.BATCH
    steps = search.catch_up()
    next(steps)
    assert search.SENT.reached == 2 * search.BATCH
    assert [texts(find(f"mot{number:04}")) for number in (0, 399, 449)] == [
        ["mot0000"],
        ["mot0399"],
        ["mot0449"],
    ]
    assert index_all() > 0
    assert index_all() == 0
    assert [hit.item.text for hit in find("mot0100").hits] == ["mot0100"]


def test_who_looks_is_told_what_is_not_in_the_index_yet(bench: Bench) -> None:
    with database.transaction():
        for number in range(finding.TAIL + 3):
            bench.submit(f"mot{number:04}")
    found = find("mot0001")
    assert (texts(found), found.unread) == ([], 3)
    assert texts(find(f"mot{finding.TAIL:04}")) == [f"mot{finding.TAIL:04}"]
    index_all()
    found = find("mot0001")
    assert (texts(found), found.unread) == (["mot0001"], 0)


def test_a_part_that_comes_late_changes_what_is_found(bench: Bench) -> None:
    hear(bench, "la fin.", concat=api.Concat(reference=7, total=2, seq=2))
    index_all()
    assert texts(find("fin")) == ["[…]la fin."]
    hear(bench, "Le début, ", concat=api.Concat(reference=7, total=2, seq=1))
    assert texts(find("début fin")) == ["Le début, la fin."]
    index_all()
    Inbound.delete().execute()
    assert texts(find("fin")) == []


# ---- what goes -----------------------------------------------------------------------------------


def octets(bench: Bench) -> bytes:
    """What lies on the disk, read by another process: closing the file in this one would open its locks."""
    path = bench.site.database_path
    files = [str(file) for file in (path, Path(f"{path}-wal")) if file.exists()]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def lose(bench: Bench, message: Message) -> None:
    Message.update(state="delivered").where(Message.id == message.id).execute()


def test_the_words_of_somebody_who_is_erased_leave_the_file(bench: Bench) -> None:
    for number in range(300):
        say(bench, f"Bonjour numéro {number}", to=BEN)
        if number % 60 == 0:
            index_all()
            lose(bench, say(bench, f"zyzzyva{number} Bonjour"))
            hear(bench, f"quokka{number} oui")
    index_all()
    assert b"zyzzyva" in octets(bench)
    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda _: None)
    assert texts(find("zyzzyva")) == texts(find("quokka")) == []
    assert search.is_scoured()
    assert b"zyzzyva" not in octets(bench)
    assert b"quokka" not in octets(bench)
    assert len(find("bonjour", limit=400).hits) == 300


def test_what_an_erasure_leaves_in_a_large_index_goes_in_the_night(bench: Bench) -> None:
    lose(bench, say(bench, "zyzzyva"))
    index_all()
    for _ in islice(erase.steps(ANNA, "FR", "test:me", bench.now), 10):
        pass
    assert not search.is_scoured()
    traces.wipe()
    assert search.is_scoured()
    assert b"zyzzyva" not in octets(bench)


def test_a_text_that_was_kept_long_enough_is_found_no_more(bench: Bench) -> None:
    lose(bench, say(bench, "zyzzyva"))
    hear(bench, "quokka")
    index_all()
    bench.clock.move(timedelta(days=400))
    say(bench, "Bonjour", to=BEN)
    for _ in retention.purge(bench.site, bench.now):
        pass
    database.maintain()
    assert texts(find("zyzzyva")) == texts(find("quokka")) == []
    assert b"zyzzyva" not in octets(bench)
    index_all()
    assert texts(find("bonjour")) == ["Bonjour"]


def test_what_goes_before_it_was_in_the_index_leaves_it_whole(bench: Bench) -> None:
    kept = say(bench, "Bonjour", to=BEN)
    index_all()
    lose(bench, say(bench, "Bonjour zyzzyva"))
    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda _: None)
    index_all()
    assert [hit.item.id for hit in find("bonjour").hits] == [kept.id]
    assert said_at(kept) == threads.said_at(find("bonjour").hits[0].item)
    database.db.execute_sql("INSERT INTO search (search) VALUES ('integrity-check')")
