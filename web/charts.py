"""Figures as drawings: their geometry, on a field of a hundred units each way, and what they say in words.

A drawing is stretched to its place, so no letter stands in it: words stand beside it, and each drawing has a
table.  One drawing shows one thing, so that colour tells nothing that its title does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_datetime
from flask_babel import gettext as _
from jinja2 import Environment

from gateway.figures import slots
from gateway.figures.signals import Span
from gateway.figures.tallies import Figures
from web import formats, tones
from web.language import current
from web.office import office

SHOWN = ("sent", "delivered", "failed", "received")
HOURS, DAYS = 24, 30  # how far back
FIELD = 100.0  # units, wide and high
GAP = 0.25  # of a slot, between two bars
LEAST = 3.0  # units: once is not nothing
LOWEST, HIGHEST = -113, -51  # dBm (27.007 section 8.5)
EVERY = 6  # slots from one word below the drawing to the next
NICE = (1, 2, 5)
SMALLEST = 5  # so that a single message does not look like many


def register(env: Environment) -> None:
    env.globals.update(chart_words=words, strength_lines=LINES)


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of a drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """One figure over time; `most` is its highest slot, at `peak`."""

    name: str
    values: Sequence[int]
    bars: Sequence[Box]
    peak: int

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def most(self) -> int:
        return self.values[self.peak]


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures over the same time and on the same scale, up to `top`."""

    begins: Sequence[datetime]
    labels: Sequence[str]  # of each slot, in full
    marks: Sequence[str]  # below the drawing, one each EVERY slots
    figures: Sequence[Bars]
    top: int
    behind: bool

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The table, the newest first."""
        columns = [figure.values for figure in self.figures]
        return [(label, [column[at] for column in columns]) for at, label in enumerate(self.labels)][::-1]


@dataclass(frozen=True, slots=True)
class Strengths:
    """A modem's signal over time: a box from the lowest to the highest of each slot, a line at its mean."""

    labels: Sequence[str]
    marks: Sequence[str]
    spans: Sequence[Span | None]
    boxes: Sequence[Box]
    means: Sequence[Box]

    @property
    def heard(self) -> list[Span]:
        return [span for span in self.spans if span is not None]

    @property
    def least(self) -> int:
        return min(span.least for span in self.heard)

    @property
    def most(self) -> int:
        return max(span.most for span in self.heard)

    @property
    def rows(self) -> list[tuple[str, Span | None]]:
        return list(zip(self.labels, self.spans, strict=True))[::-1]


def reach(by_day: bool, now: datetime) -> list[datetime]:
    """The slots of the last thirty days, else of the last twenty-four hours."""
    zone = office().config.appliance.timezone
    return slots.days(DAYS, zone, now) if by_day else slots.hours(HOURS, zone, now)


def chart(figures: Figures, by_day: bool, shown: Sequence[str] = SHOWN) -> Chart:
    top = scale(max(max(figures.counts[name]) for name in shown))
    return Chart(
        begins=figures.begins,
        labels=labels(figures.begins, by_day),
        marks=marks(figures.begins, by_day),
        figures=[_bars(name, figures.counts[name], top) for name in shown],
        top=top,
        behind=figures.behind,
    )


def strengths(begins: Sequence[datetime], spans: Sequence[Span | None], by_day: bool) -> Strengths:
    slots = [(place, span) for place, span in enumerate(spans) if span is not None]
    boxes = [_box(place, len(spans), _height(span.least), _height(span.most)) for place, span in slots]
    means = [_box(place, len(spans), _height(span.mean), _height(span.mean)) for place, span in slots]
    return Strengths(labels(begins, by_day), marks(begins, by_day), spans, boxes, means)


def scale(most: int) -> int:
    """The round number up to which a drawing goes."""
    size = 1
    while True:
        for step in NICE:
            if step * size >= max(most, SMALLEST):
                return step * size
        size *= 10


def labels(begins: Sequence[datetime], by_day: bool) -> list[str]:
    """What each slot is called in a table."""
    local = [formats.local(begin) for begin in begins]
    pattern = "EEE d MMM" if by_day else "EEE HH:mm"
    return [str(format_datetime(at, pattern, locale=current())) for at in local]


def marks(begins: Sequence[datetime], by_day: bool) -> list[str]:
    """What stands below the drawing."""
    local = [formats.local(begin) for begin in begins[::EVERY]]
    if by_day:
        return [str(format_date(at, "d MMM", locale=current())) for at in local]
    return [f"{at:%H:%M}" for at in local]


def words() -> dict[str, str]:
    """Each figure's name."""
    return {
        "sent": _("sent"),
        "delivered": _("delivered"),
        "failed": _("failed"),
        "received": _("received"),
        "validated": _("typed back"),
    }


def _bars(name: str, values: Sequence[int], top: int) -> Bars:
    bars = [
        _box(place, len(values), 0, max(LEAST, FIELD * value / top))
        for place, value in enumerate(values)
        if value
    ]
    return Bars(name, values, bars, max(range(len(values)), key=values.__getitem__))


def _box(place: int, slots: int, low: float, high: float) -> Box:
    """From `low` to `high` units above the ground, in its slot."""
    slot = FIELD / slots
    shape = (place + GAP / 2) * slot, FIELD - high, (1 - GAP) * slot, max(high - low, LEAST)
    return Box(*(round(number, 2) for number in shape))


def _height(dbm: int) -> float:
    """Units above the ground."""
    return (min(max(dbm, LOWEST), HIGHEST) - LOWEST) * FIELD / (HIGHEST - LOWEST)


# Where one word for the signal ends and a better one begins, in units from above.
LINES = tuple(round(FIELD - _height(floor), 2) for floor, _ in tones.BARS if floor > LOWEST)
