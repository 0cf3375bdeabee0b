"""A file that came with a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import request
from werkzeug.datastructures import FileStorage


def given(name: str) -> FileStorage | None:
    """What was chosen in that field; None where nothing was."""
    file = request.files.get(name)
    return file if file is not None and file.filename else None


@contextmanager
def on_disk(file: FileStorage) -> Iterator[Path]:
    """Where it lies to be read, until this is over."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        file.save(path)
        yield path
