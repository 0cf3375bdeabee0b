"""The GSM 7-bit default alphabet and its extension table, written down once more (23.038 section 6.2.1).

The simulator keeps its own copy on purpose: what it reads and writes is a second opinion.
A septet is an int 0-127; an extension character is two of them, the first being ESC.
"""

from __future__ import annotations

ESC = 0x1B

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_SEPTETS: dict[str, tuple[int, ...]] = {
    character: (code,) for code, character in enumerate(BASIC) if code != ESC
}
_SEPTETS |= {character: (ESC, code) for code, character in EXTENSION.items()}


def fits(text: str) -> bool:
    """True when every character of `text` is in one of the two tables."""
    return all(character in _SEPTETS for character in text)


def cost(character: str) -> int:
    """How many septets one character takes: 1 or 2."""
    return len(_SEPTETS[character])


def to_septets(text: str) -> list[int]:
    """The text as septets; ValueError names the first character that is in neither table."""
    septets: list[int] = []
    for character in text:
        if character not in _SEPTETS:
            raise ValueError(f"{character!r} is not in the GSM 7-bit alphabet")
        septets.extend(_SEPTETS[character])
    return septets


def from_septets(septets: list[int]) -> str:
    """The text of some septets; an unknown extension code shows its basic character, a lone ESC a space."""
    text = []
    escaped = False
    for septet in septets:
        if escaped:
            text.append(EXTENSION.get(septet, " " if septet == ESC else BASIC[septet]))
            escaped = False
        elif septet == ESC:
            escaped = True
        else:
            text.append(BASIC[septet])
    return "".join(text) + (" " if escaped else "")


def pack(septets: list[int], fill_bits: int = 0) -> bytes:
    """Septets as octets, least significant bit first, after `fill_bits` zero bits (23.038 section 6.1.2)."""
    value = 0
    for position, septet in enumerate(septets):
        value |= septet << (fill_bits + 7 * position)
    return value.to_bytes((fill_bits + 7 * len(septets) + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> list[int]:
    """`count` septets out of octets; ValueError when the octets are too few."""
    if 8 * len(octets) < fill_bits + 7 * count:
        raise ValueError(f"{len(octets)} octets hold no {count} septets")
    value = int.from_bytes(octets, "little") >> fill_bits
    return [(value >> (7 * position)) & 0x7F for position in range(count)]
