"""A list that leaves as a file, a little at a time, while the request that asked for it is over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TypeVar

from flask import Response, current_app, stream_with_context

from gateway.privacy import sheets
from gateway.store import database
from web.language import current

Piece = TypeVar("Piece", str, bytes)
LINES = 200  # sent at a time
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(rows: Iterator[Sequence[str]], name: str) -> Response:
    """The rows as CSV for a spreadsheet of the reader's language: UTF-8 with a byte order mark, no cell that
    would be taken for a formula."""
    separator = ";" if current() == "fr" else ","
    return attached(stream_with_context(_connected(_text(rows, separator))), name, "text/csv")


def octets(pieces: Iterator[bytes], name: str, mimetype: str) -> Response:
    """A file that is made while it leaves."""
    return attached(_connected(pieces), name, mimetype)


def attached(content: bytes | Iterator[str] | Iterator[bytes], name: str, mimetype: str) -> Response:
    """These octets, or these pieces, as a file."""
    answer = current_app.response_class(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _text(rows: Iterator[Sequence[str]], separator: str) -> Iterator[str]:
    yield "\ufeff"
    while True:
        text = io.StringIO()
        writer, written = csv.writer(text, delimiter=separator), 0
        for row in rows:
            writer.writerow([sheets.cell(cell) for cell in row])
            written += 1
            if written == LINES:
                break
        if not written:
            return
        yield text.getvalue()


def _connected(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Each piece is read on a connection of its own: the request's may be given back meanwhile."""
    while True:
        with database.connection():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
