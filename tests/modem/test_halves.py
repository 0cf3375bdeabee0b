"""A character cut in two between two parts comes whole again; a half alone can still be stored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modem.api import Concat, InboundPart
from modem.codec import decode
from modem.halves import mend, stand_in

HEAD = "00440B913336998000F1000862112250800040"


def part(units: bytes, seq: int, total: int = 2) -> str:
    """A UCS-2 DELIVER of a message in `total` parts."""
    body = bytes((5, 0, 3, 9, total, seq)) + units
    heard = decode(HEAD + f"{len(body):02X}" + body.hex())
    assert isinstance(heard, InboundPart)
    assert heard.concat == Concat(9, total, seq)
    heard.text.encode()  # storable
    return heard.text


def test_a_split_emoji_is_whole_where_the_parts_are_joined() -> None:
    units = "ça va \U0001f600!".encode("utf-16-be")
    first, second = part(units[:14], 1), part(units[14:], 2)
    assert mend(first + second) == "ça va \U0001f600!"
    assert mend(first) == "ça va \ufffd"
    assert mend(second) == "\ufffd!"


def test_halves_that_no_neighbour_completes_are_lost() -> None:
    assert part(b"\xd8\x3d\x00A\xde\x00", 1) == "\ufffdA\ufffd"
    assert part(b"\x00A\xd8\x3d\x00B", 1) == "A\ufffdB"
    body = b"\x00A\xd8\x3d"
    alone = decode(f"00040B913336998000F1000862112250800040{len(body):02X}{body.hex()}")
    assert isinstance(alone, InboundPart)
    assert alone.text == "A\ufffd"


def test_a_part_that_is_one_half() -> None:
    assert mend(part(b"\xd8\x3d", 1) + part(b"\xde\x00", 2)) == "\U0001f600"


@given(st.text(min_size=1, max_size=40), st.data())
def test_any_cut_of_any_text_is_mended(text: str, data: st.DataObject) -> None:
    if any("\U0010d800" <= char <= "\U0010dfff" for char in text):
        return  # private characters that nobody can send by chance
    units = text.encode("utf-16-be")
    cut = 2 * data.draw(st.integers(0, len(units) // 2))
    halves = [
        units[:cut].decode("utf-16-be", "surrogatepass"),
        units[cut:].decode("utf-16-be", "surrogatepass"),
    ]
    joined = "".join(map(stand_in, halves))
    joined.encode()
    assert mend(joined) == text
