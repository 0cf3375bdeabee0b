"""What programs are told, and where: by the feature that tells, to a page that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from receiver import Receiver
from teller import Teller


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def teller(bench: Any) -> Iterator[Teller]:
    made = Teller(bench)
    yield made
    made.feature.end()
