"""The appliance's secret is one, whoever asks first and however many do."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.ids import Ids
from gateway.secret import NAME, appliance_secret

MANY = 8


def test_all_who_ask_first_at_once_are_told_the_same(tmp_path: Path) -> None:
    together = threading.Barrier(MANY, timeout=20)

    def random(size: int) -> bytes:
        together.wait()  # each has found none
        return os.urandom(size)

    with ThreadPoolExecutor(MANY) as pool:
        told = list(pool.map(lambda _: appliance_secret(tmp_path, Ids(random)), range(MANY)))
    assert told == [(tmp_path / NAME).read_bytes()] * MANY
    assert len(told[0]) == 32
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_it_is_for_the_appliance_and_its_group(tmp_path: Path) -> None:
    appliance_secret(tmp_path, Ids())
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o640
