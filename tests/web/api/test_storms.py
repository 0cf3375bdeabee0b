"""Whatever is sent, the answer is one that the document promises, and never a failure of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

API = "/api/v1/messages"
STORM = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

SCALARS = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
ANYTHING = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLAUSIBLE = {
    "to": some.sampled_from(["+33639980001", "3639", ["+33639980001", "x"], []]),
    "text": some.text(max_size=200),
    "category": some.sampled_from(["otp", "marketing", "advert"]),
    "send_at": some.datetimes().map(lambda at: f"{at.isoformat()}+01:00"),
    "validity_s": some.integers(),
    "modem": some.sampled_from(["sim1", "sim9"]),
    "smart_encoding": some.booleans(),
    "metadata": some.dictionaries(some.text(max_size=5), some.text(max_size=5)),
}
BODIES = some.fixed_dictionaries(
    {"to": PLAUSIBLE["to"] | ANYTHING, "text": PLAUSIBLE["text"] | ANYTHING},
    optional={
        name: plausible | ANYTHING for name, plausible in PLAUSIBLE.items() if name not in ("to", "text")
    },
)
QUERIES = some.dictionaries(
    some.sampled_from(["state", "to", "category", "since", "cursor", "limit"]),
    some.sampled_from(["queued", "otp", "+33639980001", "2026-11-23T12:00:00+01:00", "7"])
    | some.text(max_size=25),
)


@STORM
@given(body=BODIES)
def test_any_fields_are_accepted_or_refused_as_promised(
    shop: Any, ledger: Callable[[], dict[str, list[Any]]], body: dict[str, Any]
) -> None:
    before = ledger()
    answer = shop.post(API, data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (202, 400, 422)
    if answer.status_code != 202:
        assert ledger() == before


@STORM
@given(body=some.binary(max_size=60) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_octets_are_answered_as_promised(shop: Any, body: bytes) -> None:
    assert shop.post(API, data=body, content_type="application/json").status_code in (202, 400, 422)
    assert shop.post("/api/v1/preview", data=body, content_type="application/json").status_code in (
        200,
        400,
        422,
    )


@STORM
@given(query=QUERIES)
def test_any_query_is_answered_as_promised(shop: Any, query: dict[str, str]) -> None:
    for path in (API, "/api/v1/inbound"):
        assert shop.get(f"{path}?{urlencode(query)}").status_code in (200, 422)


@STORM
@given(text=some.text(alphabet=some.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400))
def test_a_preview_tells_what_sending_then_does(shop: Any, text: str) -> None:
    seen = shop.post("/api/v1/preview", {"text": text})
    sent = shop.send(text=text)
    if sent.status_code == 202:
        told, done = seen.get_json(), sent.get_json()
        assert [told[name] for name in ("text", "alphabet", "parts")] == [
            done[name] for name in ("text", "alphabet", "parts")
        ]
    else:
        assert sent.get_json()["code"] in ("text_empty", "too_many_parts", "text_unprintable")


def test_one_idempotency_key_used_by_many_at_once_sends_once(
    shop: Any, ledger: Callable[[], dict[str, list[Any]]]
) -> None:
    start, ids = threading.Barrier(8), []

    def call() -> None:
        start.wait(10)
        ids.append(shop.send(headers={"Idempotency-Key": "once"}).get_json()["id"])

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(ids), len(set(ids)), len(ledger()["Message"])) == (8, 1, 1)
