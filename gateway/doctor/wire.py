"""The end of a modem's wire log, for the bundle: masked once more; of what is no AT line, only the shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from modem.masking import Masks, plain, words

LAST = 128 * 1024  # octets of a log that are read
LINES = 400

_LINE = re.compile(r"(\S+) ([<>]) (.*)")
_ENDS = re.compile(r"((?:\\[rn]|\\x00)*)(.*?)((?:\\[rn]|\\x1a|\\x1b|\\x00)*)")
# A command, an answer or URC with its name, a result code, the prompt.
_NAMED = re.compile(r"(?:AT)?[+^*#!&][A-Z]\w*[:=?].*|AT[\w&+^*#?=]{0,12}", re.DOTALL)
_RESULTS = frozenset(
    {"OK", "ERROR", "> ", ">", "RING", "NO CARRIER", "RDY", "BUSY", "Call Ready", "SMS Ready"}
)
_QUOTED = re.compile(r'"[^"]*"?')
_STAMP = re.compile(r"[\d:+.T-]{10,40}Z?")


def end_of(path: Path) -> list[str]:
    """The last lines of a log, harmless; [] where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LAST))
            text = file.read().decode("ascii", "replace")
    except OSError:
        return []
    return list(_masked(text.splitlines()[-LINES:]))


def _masked(lines: list[str]) -> Iterator[str]:
    masks = {"<": Masks(), ">": Masks()}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or not _STAMP.fullmatch(found[1]):
            continue  # nothing that this program wrote
        at, direction, escaped = found.groups()
        yield f"{at} {direction} {_harmless(escaped, masks[direction])}"


def _harmless(escaped: str, masks: Masks) -> str:
    ends = _ENDS.fullmatch(escaped)
    assert ends is not None  # it takes any text
    line = masks.line(ends[2])
    if line in _RESULTS:
        said = line
    elif _NAMED.fullmatch(line):
        said = _QUOTED.sub(lambda quoted: words(quoted[0]), plain(line))
    else:
        said = words(line)
    return ends[1] + said + ends[3]
