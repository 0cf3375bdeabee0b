"""How sure a share is, and whether one is larger than another.  Pure.

Sources: Wilson (1927), the score interval; Newcombe (1998), method 10, for the difference of two shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054  # of the normal distribution: 2.5 % lie beyond it


@dataclass(frozen=True, slots=True)
class Decision:
    """`letter` is the winner's, None while there is none; `why` is "clear", "not_enough" or "no_figures".

    `best` and `second` are the letters with the two largest shares; the difference of these lies between
    `low` and `high`.
    """

    letter: str | None
    why: str
    best: str | None = None
    second: str | None = None
    low: float = 0.0
    high: float = 0.0


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Between which shares the true one lies, where `k` of `n` were counted; (0, 1) where nobody was.

    More than `n` – answers of people of whom no report came – are taken for all of them.
    """
    if n <= 0:
        return 0.0, 1.0
    k = min(k, n)
    share, square = k / n, z * z
    middle = share + square / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = (middle - reach) / (1 + square / n), (middle + reach) / (1 + square / n)
    return (0.0 if k == 0 else max(0.0, low)), (1.0 if k == n else min(1.0, high))


def difference(k1: int, n1: int, k2: int, n2: int, z: float = Z95) -> tuple[float, float]:
    """Between which values the first share minus the second lies; (-1, 1) where one of them has nobody."""
    if n1 <= 0 or n2 <= 0:
        return -1.0, 1.0
    k1, k2 = min(k1, n1), min(k2, n2)
    first, second = k1 / n1, k2 / n2
    (low1, high1), (low2, high2) = wilson(k1, n1, z), wilson(k2, n2, z)
    apart = first - second
    low = apart - sqrt((first - low1) ** 2 + (high2 - second) ** 2)
    high = apart + sqrt((high1 - first) ** 2 + (second - low2) ** 2)
    return low, high


def winner(counted: Mapping[str, tuple[int, int]], z: float = Z95) -> Decision:
    """The letter whose share is largest, where its lead over the second is more than chance would make it.

    `counted`: letter → (how many did it, of how many).
    """
    shares = {letter: k / n for letter, (k, n) in counted.items() if n > 0}
    if len(shares) < 2:
        return Decision(None, "no_figures")
    best, second = sorted(shares, key=lambda letter: (-shares[letter], letter))[:2]
    low, high = difference(*counted[best], *counted[second], z)
    letter, why = (best, "clear") if low > 0 else (None, "not_enough")
    return Decision(letter, why, best, second, low, high)
