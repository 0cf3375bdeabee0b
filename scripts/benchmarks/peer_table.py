"""The figures of the peers' run, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from latency import rank

LEVEL = 1.02  # the ratio below which nobody is ahead
NEVER = float("inf")  # not seen within URGENT_WAIT
TAIL = 100  # samples, below which a 99th percentile is but the largest of them
URGENT_WAIT = 15.0  # seconds an urgent message is waited for

Samples = list[float]


@dataclass(frozen=True)
class Figure:
    unit: str
    more_is_better: bool = False
    percent: int = 50
    of: str = ""  # the samples it is made of; "": those of its own name
    digits: int = 1


FIGURES = {
    "submit to wire p50": Figure("ms", of="wire"),
    "submit to wire p99": Figure("ms", percent=99, of="wire"),
    "inbound to hook p50": Figure("ms", of="hook"),
    "inbound to hook p99": Figure("ms", percent=99, of="hook"),
    "messages a second": Figure("/s", more_is_better=True),
    "CPU per 1,000 messages": Figure("s", digits=2),
    "idle CPU": Figure("%", digits=2),
    "memory (PSS)": Figure("MB"),
    "memory without the page": Figure("MB"),
    "modem use at 0.3 s a part": Figure("%", more_is_better=True),
    "urgent behind 300, 0.3 s": Figure("s", digits=2),
    "parts before it, 0.3 s": Figure("", digits=0),
    "modem use at 3 s a part": Figure("%", more_is_better=True),
    "urgent behind 300, 3 s": Figure("s", digits=2),
    "parts before it, 3 s": Figure("", digits=0),
    "messages a second, 100,000": Figure("/s", more_is_better=True),
    "CPU per 1,000, 100,000": Figure("s", digits=2),
}


@dataclass
class Results:
    """Each contender's samples, by what they are of."""

    samples: dict[str, dict[str, Samples]]

    def add(self, name: str, found: dict[str, Samples]) -> None:
        for what, more in found.items():
            self.samples[name].setdefault(what, []).extend(more)

    def value(self, name: str, figure: str) -> float | None:
        of = FIGURES[figure].of or figure
        found = sorted(self.samples[name].get(of, []))
        if not found:
            return None
        percent = FIGURES[figure].percent
        if percent == 50:
            return median(found)
        return rank(found, percent) if len(found) >= TAIL else None


def table(results: Results) -> str:
    """One line a figure: Chappe, each peer, and how Chappe stands to the best of them."""
    names = list(results.samples)
    words = [name.partition(" ") for name in names]
    lines = [_line("", [program for program, _, _ in words], "compared with")]
    lines += [_line("", [setting for _, _, setting in words], "the best peer")]
    for figure in shown(results):
        values = [results.value(name, figure) for name in names]
        lines.append(_line(figure, [_cell(figure, value) for value in values], standing(figure, values)))
    return "\n".join(lines)


def _line(name: str, cells: list[str], last: str) -> str:
    return (f"{name:26}" + "".join(f"{cell:>12}" for cell in cells) + f"   {last}").rstrip()


def shown(results: Results) -> list[str]:
    return [one for one in FIGURES if any(results.value(name, one) is not None for name in results.samples)]


def _cell(figure: str, value: float | None) -> str:
    if value is None:
        return ""
    if value == NEVER:
        return f"> {URGENT_WAIT:g} s" if FIGURES[figure].unit else "all"
    return f"{value:.{FIGURES[figure].digits}f} {FIGURES[figure].unit}".rstrip()


def standing(figure: str, values: list[float | None]) -> str:
    """How many times better or worse than the best of the peers the first is."""
    ratio = ratio_to_best(figure, values)
    if ratio is None:
        return ""
    if LEVEL > ratio > 1 / LEVEL:
        return "level"
    return f"{ratio:.2f} × better" if ratio > 1 else f"{1 / ratio:.2f} × worse"


def ratio_to_best(figure: str, values: list[float | None]) -> float | None:
    """Above 1 where the first is better than every other; none to or from nothing at all."""
    ours, *others = values
    known = [value for value in others if value is not None and value != NEVER]
    if ours is None or ours == NEVER or not known:
        return None
    if FIGURES[figure].more_is_better:
        return ours / max(known) if max(known) else None
    return min(known) / ours if ours and min(known) else None


def document(results: Results) -> dict[str, object]:
    """What --json writes: each figure of each contender, how many samples it is of, and the ratio."""
    names = list(results.samples)
    rows: dict[str, object] = {}
    for figure in shown(results):
        values = [results.value(name, figure) for name in names]
        row = FIGURES[figure]
        rows[figure] = {
            "unit": row.unit,
            "more_is_better": row.more_is_better,
            "values": {n: None if v == NEVER else v for n, v in zip(names, values, strict=True)},
            "samples": {n: len(results.samples[n].get(row.of or figure, [])) for n in names},
            "times_better_than_the_best_peer": ratio_to_best(figure, values),
        }
    return rows
