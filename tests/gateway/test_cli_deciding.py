"""At the terminal: what a person decides, a reference that is never sent twice, and the second thought."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway import wake
from gateway.messages import decisions, lookup
from gateway.store import database
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from conftest import Bench, Run
    from gateway.store.models import Message

ANNA = "+33612345678"
LONG = "Bonjour, votre commande vous attend à l'atelier"


@pytest.fixture
def bell(run: Run, tmp_path: Path) -> Iterator[socket.socket]:
    (tmp_path / "run").mkdir()
    with wake.listen(tmp_path / "run") as listening:
        listening.setblocking(False)
        yield listening


def shown(run: Run, *arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def lose(bench: Bench, text: str = "Bonjour") -> str:
    """A message that the modem took without an answer."""
    message = bench.submit(text)
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    return message.uid


def fail(bench: Bench, text: str = "Bonjour") -> str:
    """A message that the network refused for good."""
    message = bench.submit(text)
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    return message.uid


def stored(uid: str) -> Message:
    with database.connection():
        return lookup.message(uid)


def found_late(bench: Bench) -> str:
    """A message that was found half a day after its hour."""
    now = bench.now
    bench.clock.wall = now - timedelta(days=1)
    uid = bench.submit("late", send_at=now - timedelta(hours=12)).uid
    bench.clock.wall = now
    bench.release()
    return uid


# ---- what needs a person ---------------------------------------------------------------------


def test_nothing_to_decide_is_said_in_one_line(run: Run) -> None:
    assert run("uncertain").stdout == "Nothing needs you.\n"
    assert run("uncertain", language="fr").stdout == "Rien n’a besoin de vous.\n"
    assert shown(run, "uncertain") == []


def test_the_uncertain_come_before_what_failed_lately(bench: Bench, run: Run) -> None:
    now = bench.now
    bench.clock.wall = now - decisions.RECENT - timedelta(hours=1)
    fail(bench, "long ago")
    bench.clock.wall = now
    waits = bench.submit("waits", send_at=now + timedelta(days=1)).uid
    lost, failed = lose(bench, LONG), fail(bench, "refused")
    rows = shown(run, "uncertain")
    assert [(row["id"], row["state"]) for row in rows] == [(lost, "uncertain"), (failed, "failed")]
    assert [row["text"] for row in rows] == [LONG, "refused"]
    assert [row["id"] for row in shown(run, "uncertain", "--limit", "1")] == [lost]
    assert waits in run("queue").stdout


def test_the_table_has_the_beginning_of_a_text_and_why(bench: Bench, run: Run) -> None:
    lost, failed = lose(bench, LONG), fail(bench)
    heading, *rows = run("uncertain").stdout.splitlines()
    assert heading.split() == ["ID", "To", "State", "When", "Text", "Why"]
    assert [row.split()[:3] for row in rows] == [[lost, ANNA, "Uncertain"], [failed, ANNA, "Failed"]]
    assert "Bonjour, votre commande vous …  The modem gave no answer" in rows[0]
    assert rows[1].endswith("refused it for good (nobody has this number).")


@pytest.mark.parametrize(
    ("happens", "decision", "state", "words"),
    [
        (lose, "left", "sent", "Sent – {me} says that it left."),
        (lose, "again", "queued", "Queued – {me} had it sent again."),
        (fail, "again", "queued", "Queued – {me} had it sent again."),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_decision_is_taken_rung_and_shown(
    bench: Bench,
    run: Run,
    bell: socket.socket,
    happens: Callable[[Bench], str],
    decision: str,
    state: str,
    words: str,
    as_json: bool,
) -> None:
    uid = happens(bench)
    if as_json:
        settled = shown(run, "resolve", uid, decision)
        assert (settled["id"], settled["state"], settled["reason"]) == (uid, state, f"decided_{decision}")
    else:
        assert run("resolve", uid, decision).stdout == f"{uid}  {words.format(me=getpass.getuser())}\n"
    assert bell.recv(64) == wake.WORD
    assert shown(run, "why", uid)["state"] == state
    assert shown(run, "uncertain") == []


@pytest.mark.parametrize("as_json", [False, True])
def test_what_waits_is_taken_back(bench: Bench, run: Run, bell: socket.socket, as_json: bool) -> None:
    uid = bench.submit().uid
    if as_json:
        canceled = shown(run, "cancel", uid)
        assert (canceled["id"], canceled["state"]) == (uid, "canceled")
    else:
        assert run("cancel", uid).stdout == f"{uid}  Canceled – Canceled by {getpass.getuser()}.\n"
    assert bell.recv(64) == wake.WORD
    assert shown(run, "queue") == []


@pytest.mark.parametrize(
    ("happens", "verb", "words"),
    [
        (fail, ["resolve", "{uid}", "left"], "nothing uncertain about it: failed"),
        (fail, ["cancel", "{uid}"], "no longer be canceled: failed"),
        (lose, ["cancel", "{uid}"], "no longer be canceled: uncertain"),
        (lambda bench: bench.submit().uid, ["resolve", "{uid}", "left"], "about it: queued"),
        (lambda bench: bench.submit().uid, ["resolve", "{uid}", "again"], "sent again: queued"),
        (lambda _: "nothing", ["resolve", "{uid}", "again"], "no message nothing"),
        (lambda _: "nothing", ["cancel", "{uid}"], "no message nothing"),
    ],
)
def test_what_cannot_be_decided_is_one_line_and_changes_nothing(
    bench: Bench, run: Run, bell: socket.socket, happens: Any, verb: list[str], words: str
) -> None:
    uid = happens(bench)
    before = shown(run, "queue"), shown(run, "uncertain")
    said = run(*(word.format(uid=uid) for word in verb))
    assert (said.exit_code, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert words in said.stderr
    assert (shown(run, "queue"), shown(run, "uncertain")) == before
    with pytest.raises(BlockingIOError):
        bell.recv(64)


@pytest.mark.parametrize(
    "wrong", [["resolve", "ID"], ["resolve", "ID", "maybe"], ["uncertain", "--limit", "0"]]
)
def test_wrong_usage_ends_with_2(run: Run, wrong: list[str]) -> None:
    assert run(*wrong).exit_code == 2


# ---- a reference, and the same text twice ----------------------------------------------------


def test_the_same_reference_and_content_are_one_message(run: Run) -> None:
    first = run("send", ANNA, "Bonjour", "--ref", "order-17", "--json")
    again = run("send", "06 12 34 56 78", "Bonjour", "--ref", "order-17")
    assert (first.exit_code, first.stderr, again.exit_code) == (0, "", 0)
    uid = json.loads(first.stdout)["id"]
    assert again.stdout == f"{uid}  Queued\n"
    assert again.stderr.startswith("It was taken under this reference on ")
    assert again.stderr.count("\n") == 1
    assert [row["id"] for row in shown(run, "queue")] == [uid]


def test_the_same_reference_tells_what_became_of_the_first(run: Run) -> None:
    uid = shown(run, "send", ANNA, "Bonjour", "--ref", "order-17")["id"]
    run("cancel", uid)
    again = shown(run, "send", ANNA, "Bonjour", "--ref", "order-17")
    assert (again["id"], again["state"], shown(run, "queue")) == (uid, "canceled", [])


def test_the_same_reference_with_other_content_is_refused(run: Run) -> None:
    uid = shown(run, "send", ANNA, "Bonjour", "--ref", "order-17")["id"]
    other = run("send", ANNA, "Bonsoir", "--ref", "order-17")
    assert (other.exit_code, other.stdout) == (1, "")
    assert other.stderr == f"The key “order-17” was used for another message ({uid}).\n"
    assert [row["text"] for row in shown(run, "queue")] == ["Bonjour"]


def test_another_callers_reference_is_another_one(bench: Bench, run: Run) -> None:
    theirs = bench.submit("Bonsoir", client_ref="order-17").uid
    ours = run("send", ANNA, "Bonjour", "--ref", "order-17", "--json")
    assert json.loads(ours.stdout)["id"] != theirs
    assert ours.stderr == ""


def test_the_same_text_twice_is_noticed_and_sent(bench: Bench, run: Run) -> None:
    bench.clock.move(-timedelta(minutes=2))
    first = bench.submit()
    hour = f"{first.created_at.astimezone(bench.site.timezone):%H:%M}"
    second = run("send", ANNA, "Bonjour", "--json")
    assert second.exit_code == 0
    assert second.stderr == f"The same text went to this number at {hour} ({first.uid}).\n"
    assert [row["id"] for row in shown(run, "queue")] == [json.loads(second.stdout)["id"], first.uid]


@pytest.mark.parametrize(
    ("minutes", "to", "text", "more"),
    [
        (11, ANNA, "Bonjour", []),
        (2, "+33698765432", "Bonjour", []),
        (2, ANNA, "Bonsoir", []),
        (2, ANNA, "Bonjour", ["--ref", "order-17"]),
    ],
)
def test_what_is_no_second_time_is_sent_without_a_word(
    bench: Bench, run: Run, minutes: int, to: str, text: str, more: list[str]
) -> None:
    bench.clock.move(-timedelta(minutes=minutes))
    bench.submit()
    sent = run("send", to, text, *more)
    assert (sent.exit_code, sent.stderr) == (0, "")
    assert len(shown(run, "queue")) == 2


# ---- how long, and through which modem -------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "validity"),
    [
        ("300s", timedelta(minutes=5)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
    ],
)
def test_a_validity_ends_when_it_was_said_to(run: Run, typed: str, validity: timedelta) -> None:
    uid = shown(run, "send", ANNA, "Bonjour", "--validity", typed)["id"]
    message = stored(uid)
    assert message.expires_at - message.created_at == validity


def test_a_modem_is_asked_for_by_name(run: Run) -> None:
    uid = shown(run, "send", ANNA, "Bonjour", "--modem", "sim1")["id"]
    assert stored(uid).wanted_modem == "sim1"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--ref", ""], "(--ref) has 1 to 200"),
        (["--ref", "x" * 201], "(--ref) has 1 to 200"),
        (["--ref", "two\nlines"], "(--ref) has 1 to 200"),
        (["--ref", "octet \udcff"], "(--ref) has 1 to 200"),
        (["--modem", "sim9"], "no modem “sim9”. Known: sim1"),
        (["--validity", "90s"], "between 300 and 5443200 seconds"),
        (["--validity", "64d"], "between 300 and 5443200 seconds"),
        (["--validity", "999999999d"], "between 300 and 5443200 seconds"),
        *((["--validity", typed], "(--validity). Write 30m") for typed in
          ("", "0s", "2", "h", "-2h", "2 h", "1.5h", "2h30m", "٢h", "9999999999d", "2h\n")),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named_and_nothing_is_sent(run: Run, wrong: list[str], words: str) -> None:
    said = run("send", ANNA, "Bonjour", *wrong)
    assert (said.exit_code, said.stdout) == (1, "")
    assert words in said.stderr
    assert shown(run, "queue") == []


def test_the_longest_reference_is_taken(run: Run) -> None:
    assert run("send", ANNA, "Bonjour", "--ref", "é" * 200).exit_code == 0


# ---- now after all, or at another hour -------------------------------------------------------


def test_what_was_found_too_late_is_listed_first_and_released(bench: Bench, run: Run) -> None:
    lost, late = lose(bench), found_late(bench)
    assert [row["id"] for row in shown(run, "uncertain")] == [late, lost]
    assert "found 720 minutes after its hour" in run("uncertain").stdout
    assert shown(run, "resolve", late, "release")["state"] == "queued"
    assert [row["id"] for row in shown(run, "uncertain")] == [lost]
    assert run("resolve", late, "release").exit_code == 1


def test_what_waits_gets_another_hour(bench: Bench, run: Run) -> None:
    uid = bench.submit(send_at=bench.now + timedelta(days=1)).uid
    hour = (bench.now + timedelta(days=3)).replace(microsecond=0)
    row = shown(run, "reschedule", uid, hour.isoformat())
    assert (row["state"], datetime.fromisoformat(row["until"])) == ("scheduled", hour)
    for wrong in ("yesterday", "2020-01-01T10:00"):
        answer = run("reschedule", uid, wrong)
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)
    assert stored(uid).send_at == hour
