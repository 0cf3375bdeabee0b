"""Lines are the same however their bytes come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.lines import LONGEST, Lines, Prompt

CASES = [
    ("one line", b"\r\nOK\r\n", ["OK"]),
    ("doubled CR", b"\r\r\nOK\r\r\n", ["OK"]),
    ("no LF", b"\rOK\r", ["OK"]),
    ("no CR", b"\nOK\n", ["OK"]),
    ("blank lines", b"\r\n\r\n  \r\nOK\r\n\r\n", ["OK"]),
    ("NULs", b"\0\0\r\nO\0K\0\r\n\0", ["OK"]),
    ("Latin-1", b'\r\n+COPS: 0,0,"T\xe9l\xe9"\r\n', ['+COPS: 0,0,"T\u00e9l\u00e9"']),
    ("no text at all", b"\xff\xfe\r\nOK\r\n", ["\u00ff\u00fe", "OK"]),
    ("unfinished", b"\r\nOK\r\n+CS", ["OK"]),
    ("a blank at the end", b"+CPIN: READY \r\n", ["+CPIN: READY"]),
    ("echoed control characters", b"\x1bAT\r00\x1a\r\n", ["AT", "00"]),
]


def taken(data: bytes, size: int, *, prompt: bool = False) -> list[str | Prompt]:
    lines, found = Lines(), []
    for start in range(0, len(data), size):
        lines.put(data[start : start + size])
        while (item := lines.take(prompt=prompt)) is not None:
            found.append(item)
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 8, 4096])
@pytest.mark.parametrize(("data", "lines"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bytes_become_lines(data: bytes, lines: list[str], size: int) -> None:
    assert taken(data, size) == lines


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize("prompt", [b"\r\n> ", b"\r\n>", b"> ", b"AT+CMGS=20\r\r\n> ", b"\r\n\0> "])
def test_the_prompt_has_no_line_end_and_maybe_no_blank(prompt: bytes, size: int) -> None:
    items = taken(prompt + b"\r\n+CMGS: 1\r\n", size, prompt=True)
    assert items[-2:] == [Prompt.PROMPT, "+CMGS: 1"]


def test_the_prompt_is_text_where_nobody_expects_it() -> None:
    assert taken(b"> 1. Solde\r\n", 1) == ["> 1. Solde"]


def test_a_prompt_that_waits_is_seen_and_can_be_dropped() -> None:
    lines = Lines()
    lines.put(b"\r\nOK\r\n")
    assert lines.take(prompt=False) == "OK"
    assert not lines.prompt_waits
    lines.put(b"\r\n> ")
    assert lines.take(prompt=False) is None
    assert lines.prompt_waits
    lines.drop()
    assert not lines.prompt_waits


def test_garbage_without_an_end_is_cut_and_the_next_line_is_whole() -> None:
    assert taken(b"x" * (LONGEST + 5) + b"\r\nOK\r\n", 4096) == ["x" * LONGEST, "xxxxx", "OK"]


@given(st.binary(max_size=200), st.integers(1, 50), st.booleans())
def test_no_bytes_break_it_and_their_pieces_do_not_matter(data: bytes, size: int, prompt: bool) -> None:
    data += b"\r\n"
    assert taken(data, size, prompt=prompt) == taken(data, len(data), prompt=prompt)
