"""The answer to a received message, in TwiML: the messages that it asks for, and nothing else of XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST = 10
# A document type and the entities it brings; comments and CDATA are harmless.
DECLARED = re.compile(r"<!(?!--|\[CDATA\[)")


class Bad(Exception):
    """What came is not an answer that can be obeyed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to be sent; `to` "" means whoever wrote."""

    text: str
    to: str = ""
    callback: str = ""


def read(octets: bytes) -> list[Asked]:
    """The messages, in order; raises Bad for what is not TwiML, has a document type, or asks for too many."""
    from xml.etree import ElementTree

    try:
        text = octets.decode("utf-8-sig")
        if DECLARED.search(text):
            raise Bad
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise Bad from error
    if root.tag != "Response":
        raise Bad
    found = [_asked(verb) for verb in root if verb.tag in ("Message", "Sms")]
    if len(found) > MOST:
        raise Bad
    return [asked for asked in found if asked.text]


def _asked(verb: Element) -> Asked:
    bodies = verb.findall("Body")
    text = "".join(body.text or "" for body in bodies) if bodies else (verb.text or "")
    callback = verb.get("statusCallback", "") or verb.get("action", "")
    return Asked(text.strip(), verb.get("to", "").strip(), callback.strip())
