"""Results as drawings: shares with how sure they are, hours after a message, hours of the week.

As in `charts.py`: a field that is stretched, no letter in it, and the same figures beside it as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.dates import get_day_names

from gateway.features.results.hours import LEAST, Place
from gateway.features.results.rates import Rate
from web import charts
from web.charts import Box
from web.language import current

DAYS, HOURS = range(7), range(24)
STEPS = 5  # of a heat map's ink
TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
LEAST_SCALE = 0.01  # one percent: below it chance is all that is seen


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share on a scale of a hundred units, with the interval around it; None where there is no share."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week; `ink` 1 to STEPS, 0 where too few people tell nothing."""

    day: int
    hour: int
    k: int
    n: int
    ink: int


def whiskers(rates: Sequence[Rate]) -> tuple[list[Whisker | None], float]:
    """(each rate's drawing, the share at the right end)."""
    highs = [rate.interval[1] if rate.interval else rate.share or 0.0 for rate in rates]
    top = next((top for top in TOPS if top >= max(highs, default=0)), 1.0)
    return [_whisker(rate, top) for rate in rates], top


def slots(counts: Sequence[int], top: int) -> list[Box]:
    """Bars over time, without those that are nought."""
    width = charts.FIELD / len(counts)
    return [
        Box(round(place * width + width / 8, 2), charts.FIELD - high, round(width * 3 / 4, 2), high)
        for place, count in enumerate(counts)
        if count and (high := round(max(charts.LEAST, charts.FIELD * count / top), 2))
    ]


def week(found: Mapping[Place, tuple[int, int]]) -> list[list[Cell]]:
    """A row a day, Monday first, a cell an hour; the ink grows to the largest share of those that count."""
    shares = [k / n for k, n in found.values() if n >= LEAST]
    most = max([LEAST_SCALE, *shares])
    return [[_cell(day, hour, *found.get((day, hour), (0, 0)), most) for hour in HOURS] for day in DAYS]


def days() -> list[str]:
    """The days as the reader names them, Monday first."""
    names = get_day_names("abbreviated", "stand-alone", locale=current())
    return [str(names[day]) for day in DAYS]


def _cell(day: int, hour: int, k: int, n: int, most: float) -> Cell:
    return Cell(day, hour, k, n, 1 + round((STEPS - 1) * k / n / most) if n >= LEAST else 0)


def _whisker(rate: Rate, top: float) -> Whisker | None:
    if rate.share is None:
        return None
    low, high = rate.interval or (rate.share, rate.share)
    at, low, high = (round(100 * min(1.0, one / top), 2) for one in (rate.share, low, high))
    return Whisker(at, low, high)
