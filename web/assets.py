"""Files of the page, named by their content: kept by the browser for a year, sent compressed."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

ENDPOINTS = ("static", "bootstrap.static")
COMPRESSED = ("text/css", "text/javascript", "image/svg+xml")
A_YEAR = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    app.after_request(_serve_well)
    app.jinja_env.globals["asset"] = asset


def asset(filename: str, endpoint: str = "static") -> str:
    """The address of a file of ours (or of Bootstrap's), changing when its content does."""
    return url_for(endpoint, filename=filename, v=_version(_path(endpoint, filename)))


def _path(endpoint: str, filename: str) -> Path:
    owner = current_app if endpoint == "static" else current_app.blueprints[endpoint.split(".")[0]]
    return Path(str(owner.static_folder)) / filename


@lru_cache(maxsize=64)
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=64)
def _compressed(path: Path, _changed: float) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


def _serve_well(response: Response) -> Response:
    """Only files are compressed: a page that holds a secret and an echo would betray the secret."""
    endpoint = request.endpoint
    if endpoint not in ENDPOINTS or response.status_code != 200:
        return response
    response.headers["Cache-Control"] = A_YEAR if "v" in request.args else "no-cache"
    response.vary.add("Accept-Encoding")
    if response.mimetype in COMPRESSED and request.accept_encodings["gzip"]:
        path = _path(endpoint, (request.view_args or {})["filename"])
        response.close()  # the file itself, which is not read
        response.direct_passthrough = False
        response.set_data(_compressed(path, path.stat().st_mtime))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("ETag", None)
    return response
