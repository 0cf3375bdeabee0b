"""A text whose secret stands nowhere: asterisks in the ledger, the secret only on its way to the modem.

The text that leaves is put together at the last moment (`text_of`) from the row's asterisks and its `sealed`,
which is enciphered with a key that is not in the database.  Once every part has left, or nothing more will,
`sealed` is emptied: the secret cannot be told any more, by anybody.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from gateway.secret import NAME
from gateway.store.models import Message

HIDDEN = "*"  # one for each character: GSM-7 has it, and so the parts stay what they were
GONE = ""
DIGEST = 32  # octets of SHA-256: the longest secret


def hide(text: str, secret: str) -> str:
    """The text as the ledger keeps it."""
    return text.replace(secret, HIDDEN * len(secret))


def seal(text: str, secret: str, uid: str, key: bytes) -> str:
    """Where in the text the secret stands, and the secret enciphered for this message alone.

    `key` is the appliance's secret, `uid` the message's; a secret has at most 32 ASCII characters.
    """
    places = [str(place) for place in range(len(text)) if text.startswith(secret, place)]
    octets = bytes(a ^ b for a, b in zip(secret.encode("ascii"), _stream(uid, key), strict=False))
    return f"{','.join(places)}:{octets.hex()}"


def text_of(message: Message, data_dir: Path) -> str:
    """What is to leave: the text with its secret; the appliance's own is read only where there is one."""
    if not message.sealed:
        return message.text
    key = (data_dir / NAME).read_bytes()
    places, _, hidden = message.sealed.partition(":")
    pairs = zip(bytes.fromhex(hidden), _stream(message.uid, key), strict=False)
    secret = bytes(a ^ b for a, b in pairs).decode("ascii")
    text = message.text
    for place in map(int, places.split(",")):
        text = text[:place] + secret + text[place + len(secret) :]
    return text


def is_gone(message: Message) -> bool:
    """The text had a secret, and nobody knows it any more."""
    return message.sealed == GONE


def _stream(uid: str, key: bytes) -> bytes:
    return hmac.new(key, b"sealed " + uid.encode(), hashlib.sha256).digest()
