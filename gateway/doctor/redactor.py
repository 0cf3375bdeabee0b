"""The last door of the bundle: whatever comes to it leaves without numbers, secrets and addresses of people.

What is put into the bundle is chosen so that there is nothing to take out; this is the net under it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST = 4  # characters of a known word: a shorter one would be found everywhere

# Not after a digit, nor after a digit and a mark: that is a date, an hour, a version.
_NUMBER = re.compile(r"(?<!\d)(?<!\d[-.:/])(?:\+|0)(?:[ .\-/()\u00a0\u202f]*\d){6,}")
_DIGITS = re.compile(r"\d{9,}")
_HEX = re.compile(r"\b[0-9A-Fa-f]{16,}\b")
_TOKEN = re.compile(r"\b(?:chp|whsec|AC|SK)_?[A-Za-z0-9_-]{12,}|\bBearer\s+\S+", re.IGNORECASE)
_LONG = re.compile(r"(?<![\w-])(?<!/by-id/)(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{24,}={0,2}")
_NAMED = re.compile(
    r"(?i)\b((?:[\w-]*(?:password|passwd|secret|token|apikey|api_key)|pin|puk|auth)\s*[=:]\s*)(?!set\b|\")[^\s,;]+"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")


class Redactor:
    """`known` are words that must not leave, wherever they stand: identities, names of people."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        words = sorted({word for word in known if len(word) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None

    def clean(self, text: str) -> str:
        """The text, with a word in brackets for each thing that was taken out."""
        if self._known is not None:
            text = self._known.sub("[hidden]", text)
        text = _IN_URL.sub("[secret]@", text)
        text = _MAIL.sub("[mail]", text)
        text = _TOKEN.sub("[secret]", text)
        text = _NAMED.sub(r"\1[secret]", text)
        text = _HEX.sub("[hex]", text)
        text = _NUMBER.sub("[number]", text)
        text = _DIGITS.sub("[digits]", text)
        return _LONG.sub("[secret]", text)
