"""A secret within a text stands nowhere in the ledger, and only the modem hears it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import sealing
from gateway.store.models import Message


@given(
    secret=st.text("0123456789ABCDEF", min_size=4, max_size=10),
    around=st.tuples(st.text("abc é€:", max_size=12), st.text("xyz\n@#", max_size=12)),
    twice=st.booleans(),
)
def test_what_was_sealed_is_told_again(tmp_path_factory, secret, around, twice) -> None:
    folder = tmp_path_factory.mktemp("seal")
    (folder / "secret").write_bytes(b"k" * 32)
    text = around[0] + secret + around[1] + (f" {secret}" if twice else "")
    message = Message(uid="a" * 32, text=sealing.hide(text, secret))
    message.sealed = sealing.seal(text, secret, message.uid, b"k" * 32)
    assert secret not in message.text
    assert len(message.text) == len(text)
    assert sealing.text_of(message, folder) == text


@pytest.mark.parametrize("sealed", [None, ""])
def test_without_a_seal_the_text_is_what_it_is(tmp_path, sealed) -> None:
    assert sealing.text_of(Message(text="a ***", sealed=sealed), tmp_path) == "a ***"
