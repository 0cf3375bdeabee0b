"""Works that share a commit: each has its own answer, and nobody is answered before the commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from fakes import MONDAY_NOON
from gateway.errors import Invalid
from gateway.store import database
from gateway.store.models import Setting
from gateway.store.upgrade import upgrade
from stack import PATIENCE, until
from web.turns import Turns


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[None]:
    upgrade(tmp_path / "chappe.sqlite", MONDAY_NOON)
    database.open(tmp_path / "chappe.sqlite")
    yield
    database.db.close_all()


def keep(number: int) -> int:
    Setting.create(name=f"n{number}", value={})
    if number % 5 == 0:
        raise Invalid("value_bad", field="value")
    return number


def asked(turns: Turns, number: int) -> int | str:
    with database.connection():
        try:
            answer = turns.take(partial(keep, number))
        except Invalid as error:
            return error.code
        seen = Setting.get_or_none(Setting.name == f"n{number}")
        return answer if seen else "not there"


def test_each_gets_its_own_answer_and_a_refusal_undoes_only_itself(ledger: None) -> None:
    turns = Turns()
    with ThreadPoolExecutor(12) as many:
        answers = list(many.map(partial(asked, turns), range(100)))
    assert answers == [number if number % 5 else "value_bad" for number in range(100)]
    with database.connection():
        assert len([row for row in Setting.select() if row.name[1:].isdigit()]) == 80


def together(turns: Turns, works: Sequence[Callable[[], object]]) -> list[str]:
    """Asked for while somebody has the turn: one commit is for all.  What each that failed was told."""
    begun, held, told = threading.Event(), threading.Event(), list[str]()

    def slow() -> None:
        begun.set()
        held.wait(PATIENCE)

    def ask(work: Callable[[], object]) -> None:
        with database.connection():
            try:
                turns.take(work)
            except database.Trouble as trouble:
                told.append(str(trouble))

    threads = [threading.Thread(target=ask, args=[work]) for work in (slow, *works)]
    threads[0].start()
    assert begun.wait(PATIENCE)
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(turns._waiting) == len(works))
    held.set()
    for thread in threads:
        thread.join(PATIENCE)
    return told


def test_those_who_wait_share_the_next_commit(ledger: None) -> None:
    commits: list[str] = []

    def note(number: int) -> None:
        commits.append(threading.current_thread().name)

    assert together(Turns(), [partial(note, number) for number in range(8)]) == []
    assert len(commits) == 8
    assert len({*commits}) == 1, "one of them did the work of all"


def test_when_the_database_would_not_everybody_hears_it(ledger: None) -> None:
    turns = Turns()

    def broken() -> None:
        database.db.execute_sql("INSERT INTO nowhere VALUES (1)")

    told = together(turns, [partial(keep, 2), broken, partial(keep, 3)])
    assert len(told) == 3, "whoever shared the commit"
    with database.connection():
        assert Setting.select().where(Setting.name << ["n2", "n3"]).count() == 0
    assert asked(turns, 1) == 1
