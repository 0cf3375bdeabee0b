"""What the simulated network saw, beside what the ledger says: where they differ, a promise is broken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crash_copy import Found, Taken
from crash_load import SILENT, Asked, number_in
from stack import NotReady, Stack

# promise → what it says; one broken row of any of them and the bench ends with 1
PROMISES = {
    "lost": "an acknowledged message left, or its state says why not",
    "sent twice unsaid": "a part leaves once, and again only where its history says so",
    "left, denied": "what is called waiting or canceled was not sent",
    "cancellation forgotten": "a cancellation that was acknowledged holds",
    "doubled under a key": "one idempotency key, one message",
    "inbound lost": "what came in is in the inbox, whole",
    "inbound doubled": "what came in is in the inbox once",
    "copies damaged": "a copy of the files opens, and SQLite finds it sound",
    "copies: not there": "what was acknowledged before a copy is in it",
    "copies: unwritten": "what reached the wire before a copy was written down in it",
}

LEFT = {"sent", "delivered", "undelivered"}
STAYED = {"scheduled", "held", "queued", "canceled", "rejected"}
MOVING = {"queued", "sending"}
KNOWINGLY = {"repeat", "again"}  # the events by which a part that may have left is sent once more

Row = dict[str, Any]


@dataclass(frozen=True)
class Offence:
    """One broken promise, and the row that breaks it."""

    promise: str
    row: str
    what: str


class Witness:
    """The simulated modem's own log, read as it grows."""

    def __init__(self, stack: Stack) -> None:
        self.taken: Taken = Counter()
        self._stack = stack
        self._after = 0

    def read(self) -> Taken:
        """Every part the network took until now, and how often."""
        for event in self._stack.simulator(do="log", after=self._after)["events"]:
            self._after = event["seq"]
            number = number_in(event["text"]) if event["event"] == "submitted" else None
            if number is not None:
                concat = event["concat"]
                self.taken[number, concat["seq"] if concat else 1] += 1
        return self.taken

    def has_nothing_left(self) -> bool:
        """Everything that came in was taken over and deleted."""
        state = self._stack.simulator(do="state")
        return not state["kept"] and not any(used for used, _ in state["storages"].values())


# ---- what the ledger says, by the API --------------------------------------------------------------


def listed(stack: Stack, path: str) -> list[Row]:
    """All entries of a list, over all its pages."""
    caller, rows, cursor = stack.api(), [], ""
    joint = "&" if "?" in path else "?"
    while True:
        status, body = caller.get(f"{path}{joint}limit=500{cursor}")
        if status != 200:
            raise NotReady(f"GET {path} answered {status}: {body[:300]!r}")
        page = json.loads(body)
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


def in_full(stack: Stack) -> dict[str, Row]:
    """Every message by its id, with parts and history."""
    caller = stack.api()
    uids = [row["id"] for row in listed(stack, "/api/v1/messages")]
    return {uid: json.loads(caller.get(f"/api/v1/messages/{uid}")[1]) for uid in uids}


def still_moving(stack: Stack) -> list[Row]:
    """Messages that will leave, or come back, within seconds."""
    rows = listed(stack, "/api/v1/messages?state=queued,sending,held")
    return [row for row in rows if row["state"] != "held" or row["reason"] == "retry"]


def unreported(stack: Stack) -> int:
    """Messages that left for a phone that reports, and of which no report is known."""
    return sum(row["to"] != SILENT for row in listed(stack, "/api/v1/messages?state=sent"))


def events(row: Row) -> set[str]:
    return {step["event"] for step in row["history"]}


def had_left(row: Row, taken: Taken) -> bool:
    """Every part of it reached the network."""
    return all(taken[number_in(row["text"]) or 0, part["seq"]] for part in row["parts_detail"])


# ---- the judgement -----------------------------------------------------------------------------------


def judge_messages(rows: Mapping[str, Row], asked: Iterable[Asked], taken: Taken) -> Iterator[Offence]:
    """Each message against the log, whether it was acknowledged or not."""
    by_number: dict[int | None, list[str]] = {}
    for uid, row in rows.items():
        by_number.setdefault(number_in(row["text"]), []).append(uid)
        for promise, what in _judge_parts(row, taken):
            yield Offence(promise, uid, f"{what}; {_told(row)}")
    for one in asked:
        yield from _judge_answers(one, by_number.get(one.number, []), rows)


def _judge_parts(row: Row, taken: Taken) -> Iterator[tuple[str, str]]:
    again = Counter(step["part"] for step in row["history"] if step["event"] in KNOWINGLY)
    for part in row["parts_detail"]:
        seq, state = part["seq"], part["state"]
        times = taken[number_in(row["text"]) or 0, seq]
        said = min(part["attempts"], 1 + again[seq] + again[None])
        if times > max(said, 1) or (times and not part["attempts"]):
            yield "sent twice unsaid", f"part {seq} was taken {times} times and {said} are owned up to"
        if times and state in STAYED and not again:
            yield "left, denied", f"part {seq} is {state} and was taken {times} times"
        if not times and state in LEFT:
            yield "lost", f"part {seq} is {state} and never reached the network"
        if state in MOVING or (not times and state not in LEFT and not row["reason"]):
            yield "lost", f"part {seq} is {state}, and nothing says why"


def _judge_answers(one: Asked, uids: list[str], rows: Mapping[str, Row]) -> Iterator[Offence]:
    for uid in one.uids - set(uids):
        yield Offence("lost", uid, "was acknowledged and is not in the ledger")
    if len(one.uids | set(uids)) > 1:
        yield Offence("doubled under a key", str(one.key), f"is {sorted(one.uids | set(uids))}")
    states = {part["state"] for uid in uids for part in rows[uid]["parts_detail"]}
    if one.canceled and uids and "canceled" not in states:
        yield Offence("cancellation forgotten", uids[0], _told(rows[uids[0]]))


def judge_inbox(inbox: Iterable[Row], injected: Iterable[str]) -> Iterator[Offence]:
    """What the network brought against the inbox, text by text."""
    there = Counter(row["text"] for row in inbox if row["complete"])
    texts = set(injected)
    for text in texts:
        if there[text] != 1:
            promise = "inbound doubled" if there[text] else "inbound lost"
            yield Offence(promise, text.partition(" ")[0], f"is {there[text]} times in the inbox")
    for row in inbox:
        if row["text"] not in texts:
            yield Offence("inbound doubled", row["id"], f"is a piece nobody sent: {row['text'][:60]!r}")


def judge_copies(found: Iterable[Found]) -> Iterator[Offence]:
    """What the fresh processes found in the copies."""
    for one in found:
        if one.damage:
            yield Offence("copies damaged", one.copy, one.damage)
        for uid in one.missing:
            yield Offence("copies: not there", one.copy, uid)
        for what in one.unwritten:
            yield Offence("copies: unwritten", one.copy, what)


def _told(row: Row) -> str:
    """The row as far as it matters here."""
    parts = " ".join(f"{part['seq']}:{part['state']}/{part['attempts']}" for part in row["parts_detail"])
    steps = " ".join(step["event"] + (f"[{step['part']}]" if step["part"] else "") for step in row["history"])
    return (
        f"{row['category']} to {row['to']}, {row['state']} ({row['reason']}); parts {parts}; history {steps}"
    )
