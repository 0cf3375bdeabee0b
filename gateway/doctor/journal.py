"""The end of the log, of which only what this program itself wrote is shown: a line is taken apart by the
very sentences that are in its source, and whatever was filled in is left out.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2]
ROOMS = ("gateway", "modem", "web")
LIBRARIES = ("waitress", "waitress.queue", "apscheduler", "peewee", "werkzeug")
ASKED = (
    "--no-pager",
    "--quiet",
    "--output=short-iso",
    "--lines=400",
    "--unit=chappe-gateway.service",
    "--unit=chappe-web.service",
)
PATIENCE = 2.0  # seconds

_SENTENCE = re.compile(r"""log\.(?:debug|info|warning|error|exception|critical)\(\s*"((?:[^"\\]|\\.)*)\"""")
_LINE = re.compile(r"(\S+) \S+ ([\w.-]+)\[\d+\]: (.*)")
_SAID = re.compile(r"([DIWEC]) ([\w.]+): (.*)")
_PLACE = re.compile(r'\s*File "(?:.*/)?((?:gateway|modem|web)/[\w/]+\.py)", line (\d+), in (\w+)')
_ERROR = re.compile(r"((?:[a-z_]+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit))(?::.*)?")
_GAP = re.compile(r"%[-\d.]*[srdfx]")
BEGINS = "Traceback (most recent call last):"
NOT_SHOWN = "…"


def read(programs: Iterable[Path], patience: float = PATIENCE) -> list[str]:
    """What journald has of our units, the newest last; [] where there is none, or it does not answer."""
    program = next((folder / "journalctl" for folder in programs if (folder / "journalctl").exists()), None)
    if program is None:
        return []
    try:
        done = subprocess.run(
            [str(program), *ASKED],
            capture_output=True,
            timeout=patience,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines()


def shown(lines: Iterable[str]) -> Iterator[str]:
    """Each line as far as it is this program's own; lines of which nothing is are counted."""
    hidden = 0
    for line in lines:
        found = _shown(line)
        if found is None:
            hidden += 1
            continue
        if hidden:
            yield f"(not shown: {hidden})"
        hidden = 0
        yield found
    if hidden:
        yield f"(not shown: {hidden})"


def _shown(line: str) -> str | None:
    whole = _LINE.fullmatch(line)
    if whole is None:
        return None
    at, _, text = whole.groups()
    said = _said(text)
    return None if said is None else f"{at} {said}"


def _said(text: str) -> str | None:
    if found := _SAID.fullmatch(text):
        level, logger, words = found.groups()
        if logger in LIBRARIES or logger in _loggers():
            return f"{level} {logger}: {_sentence(words)}"
        return None
    if found := _PLACE.fullmatch(text):
        return f"  {found[1]} line {found[2]} in {found[3]}"
    if found := _ERROR.fullmatch(text):
        return found[1]
    return text if text == BEGINS else None


def _sentence(words: str) -> str:
    """The sentence of the source that this is, with its gaps empty."""
    return next((told for pattern, told in _sentences() if pattern.fullmatch(words)), NOT_SHOWN)


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The longest first: the one that says most."""
    texts = {text for file in _sources() for text in _SENTENCE.findall(file.read_text(encoding="utf-8"))}
    plain = sorted((text for text in texts if _GAP.sub("", text).strip(" :;,.")), key=len, reverse=True)
    return tuple((_pattern(text), _GAP.sub(NOT_SHOWN, text)) for text in plain)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in _GAP.split(text)), re.DOTALL)


@cache
def _loggers() -> frozenset[str]:
    return frozenset(str(file.relative_to(HOUSE).with_suffix("")).replace("/", ".") for file in _sources())


@cache
def _sources() -> tuple[Path, ...]:
    return tuple(file for room in ROOMS for file in sorted((HOUSE / room).rglob("*.py")))
