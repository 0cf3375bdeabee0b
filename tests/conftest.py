"""The running stack, started once for all tests of a module that only look at it from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
