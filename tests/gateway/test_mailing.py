"""A text to many people goes into the queue a little at a time: each once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway import audit
from gateway.contacts import audience, book, fields, groups, mailing, particulars, recipients
from gateway.contacts.book import Entry
from gateway.contacts.mailing import Mail
from gateway.errors import Conflict, Invalid
from gateway.messages import batches, lookup
from gateway.messages.templating import Filled
from gateway.privacy import erase
from gateway.store.models import Batch, GroupMember, Message

if TYPE_CHECKING:
    from conftest import Bench

ME = "test:me"
PEOPLE = [f"+336399800{n:02}" for n in range(70)]


@pytest.fixture
def club(bench: Bench) -> None:
    """Seventy people in @Club; the first has the shoe size 42."""
    group = groups.add("Club", ME, bench.now)
    for place, number in enumerate(PEOPLE):
        contact = book.add(number, Entry(f"Nom{place:02} Famille"), ME, bench.now)
        GroupMember.create(group=group, contact=contact)
    size = fields.add("Taille", "text", ME, bench.now)
    particulars.keep(PEOPLE[0], ME, bench.now, {size.id: "42"})


def begin(bench: Bench, typed: str = "@Club", text: str = "Bonjour {prénom}", **rest: object) -> Batch:
    mail = Mail(typed, text, str(rest.get("category", "notification")))
    return mailing.begin(mail, "key", 70, rest.get("hold_until"), ME, bench.now)  # type: ignore[arg-type]


def go_on(bench: Bench, batch: Batch, steps: int = 99) -> int:
    """As many steps as are wanted; gives how many it took."""
    readers = mailing.readers(batch, "FR", bench.now)
    return next(
        (n for n in range(1, steps + 1) if not mailing.step(batch, bench.caller, readers, bench.now)), steps
    )


def texts() -> dict[str, str]:
    return {message.recipient: message.text for message in Message.select()}


# ---- who reads what ------------------------------------------------------------------------------


def test_everybody_comes_once_the_named_ones_first(bench: Bench, club: None) -> None:
    found = recipients.read(f"{PEOPLE[3]}\nMoi <0612345678>\n@Club", "FR", bench.now)
    readers = list(audience.readers(found, bench.now))
    assert [reader.number for reader in readers[:3]] == [PEOPLE[3], "+33612345678", PEOPLE[0]]
    assert (len(readers), readers[1].name) == (71, "Moi")


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        (PEOPLE[0], Filled("Nom00 Famille 42")),
        (PEOPLE[1], Filled("Nom01 Famille", ("taille",))),
        ("Moi <0612345678>", Filled("Moi", ("nom", "taille"))),
        ("0612345678", Filled("", ("prénom", "nom", "taille"))),
    ],
)
def test_each_reads_their_own_text(bench: Bench, club: None, who: str, reads: Filled) -> None:
    found = recipients.read(who, "FR", bench.now)
    (reader,) = audience.readers(found, bench.now)
    assert reader.reads("{prénom} {nom} {taille}") == reads


def test_a_gap_that_nobody_can_fill_is_refused(bench: Bench, club: None) -> None:
    audience.check("{TAILLE} {prénom}")
    with pytest.raises(Invalid, match="pointure"):
        audience.check("{pointure}")


# ---- into the queue ------------------------------------------------------------------------------


def test_it_is_written_in_steps_and_the_row_says_how_far(bench: Bench, club: None) -> None:
    batch = begin(bench)
    assert go_on(bench, batch, 1) == 1
    assert (mailing.get("key").done, Message.select().count()) == (50, 50)
    assert go_on(bench, batch) == 2
    known = mailing.get("key")
    assert (known.state, known.done, known.faults, known.letter) == ("done", 70, {}, {})
    assert texts() == {number: f"Bonjour Nom{place:02}" for place, number in enumerate(PEOPLE)}
    assert batches.counts(ME, "key") == {"queued": 70}
    assert [row.action for row in audit.recent(by=ME, limit=1)] == ["batch_begun"]


def test_after_any_end_it_is_gone_through_again_and_nobody_gets_two(bench: Bench, club: None) -> None:
    begin(bench)
    go_on(bench, mailing.get("key"), 1)
    book.change(PEOPLE[0], Entry("Autre Nom"), ME, bench.now)  # would read another text now
    bench.clock.move(timedelta(hours=1))
    (left,) = mailing.unfinished()
    go_on(bench, left)
    known = mailing.get("key")
    assert (known.state, known.done, known.faults) == ("done", 70, {})
    assert Message.select().count() == 70
    assert mailing.unfinished() == []


def test_what_cannot_be_sent_is_counted_and_spoils_nothing(bench: Bench, club: None) -> None:
    batch = begin(bench, f"0612345678\n{PEOPLE[5]}", "{prénom}")
    go_on(bench, batch)
    assert (mailing.get("key").faults, list(texts())) == ({"text_empty": 1}, [PEOPLE[5]])


def test_the_same_key_is_the_same_batch(bench: Bench, club: None) -> None:
    go_on(bench, begin(bench))
    assert begin(bench).state == "done"
    assert Batch.select().count() == 1


# ---- taken back ----------------------------------------------------------------------------------


def test_what_waits_for_the_undo_leaves_by_itself_when_the_time_is_over(bench: Bench, club: None) -> None:
    go_on(bench, begin(bench, hold_until=bench.now + timedelta(seconds=10)))
    message = Message.get(Message.recipient == PEOPLE[0])
    assert (message.state, message.reason) == ("held", "undo")
    bench.clock.move(timedelta(seconds=9))
    bench.release()
    assert bench.state(message) == "held"
    bench.clock.move(timedelta(seconds=1))
    bench.release()
    assert bench.state(message) == "queued"


def test_undone_half_way_nothing_leaves_and_nothing_more_is_written(bench: Bench, club: None) -> None:
    batch = begin(bench, hold_until=bench.now + timedelta(seconds=10))
    readers = mailing.readers(batch, "FR", bench.now)
    assert mailing.step(batch, bench.caller, readers, bench.now)
    mailing.stop("key")
    assert not mailing.step(batch, bench.caller, readers, bench.now)
    assert [each.key for each in mailing.unfinished()] == ["key"]  # another process may go on undoing
    assert mailing.undo("key", ME, bench.now) == 50
    assert (batches.counts(ME, "key"), mailing.get("key").state) == ({"canceled": 50}, "stopped")
    bench.clock.move(timedelta(minutes=1))
    bench.release()
    assert batches.counts(ME, "key") == {"canceled": 50}
    assert audit.recent(by=ME, limit=1)[0].facts == {"people": 50}


def test_while_it_is_taken_back_nothing_leaves_though_its_time_is_over(bench: Bench, club: None) -> None:
    go_on(bench, begin(bench, hold_until=bench.now + timedelta(seconds=10)))
    bench.clock.move(timedelta(seconds=9))

    def meanwhile(_: float) -> None:
        bench.clock.move(timedelta(seconds=60))
        bench.release()

    assert batches.take_back(ME, "key", ME, bench.now, sleep=meanwhile) == 70


def test_what_left_has_left(bench: Bench, club: None) -> None:
    go_on(bench, begin(bench))
    bench.ready()
    assert batches.counts(ME, "key") == {"queued": 69, "sending": 1}
    assert batches.take_back(ME, "key", ME, bench.now) == 69
    assert batches.counts(ME, "key") == {"canceled": 69, "sending": 1}


def test_another_batch_and_another_person_are_left_alone(bench: Bench, club: None) -> None:
    go_on(bench, begin(bench, PEOPLE[0], "Bonjour"))
    other = bench.submit(client_ref="key2:x")
    assert batches.take_back(ME, "key", ME, bench.now) == 1
    assert batches.take_back("test:you", "key2", ME, bench.now) == 0
    assert lookup.message(other.uid).state == "queued"


def test_a_person_is_not_erased_while_a_batch_names_them(bench: Bench, club: None) -> None:
    batch = begin(bench, "06 39 98 00 01\n@Club")
    with pytest.raises(Conflict, match="erase_later"):
        erase.erase(PEOPLE[1], "FR", ME, bench.now, sleep=lambda _: None)
    go_on(bench, batch)
    assert erase.erase(PEOPLE[1], "FR", ME, bench.now, sleep=lambda _: None).rows["messages"] == 1


def test_the_seconds_of_the_undo_make_no_other_message_of_it(bench: Bench) -> None:
    first = bench.submit(client_ref="a", hold_until=bench.now + timedelta(seconds=10))
    bench.clock.move(timedelta(seconds=5))
    assert bench.submit(client_ref="a", hold_until=bench.now + timedelta(seconds=10)).uid == first.uid
    assert bench.submit(client_ref="b", hold_until=bench.now).state == "queued"
