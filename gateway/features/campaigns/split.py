"""Who reads which text, and who reads none: drawn by lot from (seed, number), whatever the order.  Pure.

The lot is a hash, so that gathering once more gives the same; shares come out as with any fair lot: of n
people, a share p is missed by more than 3.3 · √(p · (1 − p) / n) once in a thousand times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from gateway.features.campaigns.states import CONTROL, EXPOSED, REST


@dataclass(frozen=True, slots=True)
class Split:
    """Percent of the people: `control` is held out, `test` of the others reads a text at once, the rest waits
    for the winner.  100: nobody waits."""

    control: int = 0
    test: int = 100


def place(seed: int, number: str, letters: Sequence[str], split: Split) -> tuple[str, str]:
    """The role of one person, and the letter of the text; "" for whoever reads none yet."""
    if _lot(seed, "control", number) * 100 < split.control:
        return CONTROL, ""
    if len(letters) > 1 and _lot(seed, "test", number) * 100 >= split.test:
        return REST, ""
    return EXPOSED, letters[int(_lot(seed, "letter", number) * len(letters))]


def _lot(seed: int, about: str, number: str) -> float:
    """A fair lot from 0 up to, not including, 1; one for each question."""
    drawn = blake2b(f"{seed}:{about}:{number}".encode(), digest_size=6).digest()
    return int.from_bytes(drawn) / 2**48
