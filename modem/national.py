"""The national language tables of received GSM-7 text (23.038 annex A).

A part's header may name a language whose letters replace some of the basic table (locking shift) or of
the extension (single shift).  We read Turkish, Spanish and Portuguese; we never write them, because
not every handset can read them.  An unknown language leaves the default tables (23.040 section 9.2.3.24.15).
"""

from __future__ import annotations

from collections.abc import Mapping

from modem.alphabet import BASIC, EXTENSION

TURKISH, SPANISH, PORTUGUESE = 1, 2, 3  # the language identifiers of 23.038 section 6.2.1.2.4

# Annex A.2: what a language adds to the extension table.
SINGLE_SHIFT: Mapping[int, Mapping[int, str]] = {
    TURKISH: {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    SPANISH: dict(zip(b"\x09AIOUaiou", "çÁÍÓÚáíóú", strict=True)),
    PORTUGUESE: dict(
        zip(
            b"\x05\x09\x0b\x0c\x0e\x0f\x12\x13\x15\x16\x17\x18\x19\x1fAIOU[\\aiou{|\x7f",
            "êçÔôÁáΦΓΩΠΨΣΘÊÀÍÓÚÃÕÂíóúãõâ",
            strict=True,
        )
    ),
}

# Annex A.3: what a language replaces in the basic table; Spanish has no such table.
LOCKING_SHIFT: Mapping[int, Mapping[int, str]] = {
    TURKISH: dict(zip(b"\x04\x07\x0b\x0c\x1c\x1d\x40\x60", "€ıĞğŞşİç", strict=True)),
    PORTUGUESE: dict(
        zip(
            b"\x04\x06\x07\x08\x09\x0b\x0c\x0e\x0f\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d\x1e"
            b"\x24\x40[\\]\x60{|}",
            "êúíóçÔôÁáªÇÀ∞^\\€Ó|ÂâÊºÍÃÕÚ~ãõ`",
            strict=True,
        )
    ),
}

_BASIC = {
    language: "".join(letters.get(code, char) for code, char in enumerate(BASIC))
    for language, letters in LOCKING_SHIFT.items()
}
_EXTENSION = {language: {**EXTENSION, **letters} for language, letters in SINGLE_SHIFT.items()}


def basic(locking: int | None) -> str:
    """The 128 characters in force under a locking shift."""
    return BASIC if locking is None else _BASIC.get(locking, BASIC)


def extension(single: int | None) -> Mapping[int, str]:
    """The escaped characters in force under a single shift."""
    return EXTENSION if single is None else _EXTENSION.get(single, EXTENSION)
