"""Somebody with a one-time link before the running stack, and a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

import pytest

from stack import Stack

guests = count(1)


@dataclass(frozen=True)
class Invitation:
    """A one-time link as `chappe user add` prints it, and where it leads."""

    link: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture
def invitation(stack: Stack) -> Invitation:
    printed = stack.run("user", "add", f"guest{next(guests)}")
    found = re.search(r"http://\S+/welcome/\S+", printed)
    assert found, printed
    return Invitation(found[0])
